"""A desk's list, sorted by due time, and its counts."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from tiemchung.cases.models import CaseInbox
from tiemchung.cases.reads.desks import desk_of_actor
from tiemchung.cases.values import Queue, QueueLine
from tiemchung.core.actor import Actor
from tiemchung.core.verdict import Refused, refuse

Place = tuple[dt.datetime, UUID]  # where a page of a list ends: due time and row
SHOWN = "ALL", "LATE", "ASKED", "WATCHED", "MINE", "UNTOLD"


def queue_at(
    by: Actor,
    at: dt.datetime,
    *,
    show: str = "ALL",
    kind: str = "",
    limit: int = 50,
    after: Place | None = None,
) -> Queue:
    """Give the list of the actor's own desk, due first; `after` reads on from where `more` pointed.

    Raises Refused with CASE_NO_DESK for who sits at none.
    """
    desk = desk_of_actor(by, at)
    if desk is None:
        raise Refused(refuse("CASE_NO_DESK"))
    rows = CaseInbox.objects.filter(_shown(show, by, at), unit_id=desk.unit_id).order_by("due_at", "id")
    rows = rows if show == "UNTOLD" else rows.filter(open=True)  # an answer that is lost is lost of a case that is over
    rows = rows.filter(kind=kind) if kind else rows
    lines, more = page_of(rows, limit, after)
    first, late, asked, watched, mine, letters, untold = _counts(desk.unit_id, by, at)
    return Queue(desk, lines, first, late, asked, watched, mine, letters, untold, more)


def page_of(rows: Any, limit: int, after: Place | None) -> tuple[tuple[QueueLine, ...], Place | None]:
    """Give one page of a list's rows in their order, and where the next begins."""
    if after is not None:
        rows = rows.filter(Q(due_at__gt=after[0]) | Q(due_at=after[0], id__gt=after[1]), due_at__gte=after[0])
    found = list(rows[: limit + 1])
    more = (found[limit - 1].due_at, found[limit - 1].id) if len(found) > limit else None
    return tuple(_line(row) for row in found[:limit]), more


def _shown(show: str, by: Actor, at: dt.datetime) -> Q:
    shown = {
        "ALL": Q(watch=False),
        "LATE": Q(watch=False, due_at__lte=at),
        "ASKED": Q(watch=False, asked_back=True),
        "WATCHED": Q(watch=True),
        "UNTOLD": Q(watch=False, untold_at__isnull=False),
        "MINE": Q(watch=False, claimed_by=by.id, claimed_until__gt=at),
    }
    return shown.get(show, shown["ALL"])


def _line(row: CaseInbox) -> QueueLine:
    return QueueLine(
        row.ref,
        row.case_id,
        row.kind,
        row.recorded_at,
        row.due_at,
        row.asked_back,
        row.watch,
        row.claimed_by,
        row.claimed_until,
        row.untold_at,
    )


# Counted up to CEILING: a page says "more than 5.000" rather than count a year's backlog at each look.
CEILING = 5000
SOON = dt.timedelta(hours=12)
# Each part walks an index of open rows in its order; without the order a busy desk makes the planner read the table.
_COUNTS = """
SELECT held.all_open, held.late, asked.n, watched.n, mine.n, letters.n, untold.n FROM
  (SELECT count(*) AS all_open, count(*) FILTER (WHERE due_at <= %(at)s) AS late FROM (
     SELECT due_at FROM cases_caseinbox WHERE unit_id = %(unit)s AND open AND NOT watch
     ORDER BY due_at, id LIMIT %(ceiling)s) first_due) held,
  (SELECT count(*) AS n FROM (
     SELECT FROM cases_caseinbox WHERE unit_id = %(unit)s AND open AND asked_back AND NOT watch
     LIMIT %(ceiling)s) few) asked,
  (SELECT count(*) AS n FROM (
     SELECT FROM cases_caseinbox WHERE unit_id = %(unit)s AND open AND watch
     ORDER BY due_at, id LIMIT %(ceiling)s) few) watched,
  (SELECT count(*) AS n FROM cases_caseinbox
   WHERE claimed_by = %(by)s AND open AND unit_id = %(unit)s AND NOT watch AND claimed_until > %(at)s) mine,
  (SELECT count(*) AS n FROM (
     SELECT FROM cases_caseletter WHERE unit_id = %(unit)s AND waiting
     ORDER BY owed_at, id LIMIT %(ceiling)s) few) letters,
  (SELECT count(*) AS n FROM (
     SELECT FROM cases_caseinbox WHERE unit_id = %(unit)s AND untold_at IS NOT NULL AND NOT watch
     ORDER BY due_at, id LIMIT %(ceiling)s) few) untold
"""


_DUE = """
SELECT count(*) FILTER (WHERE due_at <= %(at)s), count(*) FILTER (WHERE due_at > %(at)s) FROM (
  SELECT due_at FROM cases_caseinbox WHERE unit_id = %(unit)s AND open AND NOT watch AND due_at <= %(soon)s
  ORDER BY due_at, id LIMIT %(ceiling)s) first_due
"""


def due_counts(by: Actor, at: dt.datetime) -> tuple[int, int]:
    """Give how many cases of the actor's desk are late and how many fall due within SOON, up to CEILING in all.

    One statement; noughts for who sits at no desk.
    """
    desk = desk_of_actor(by, at)
    if desk is None:
        return 0, 0
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"unit": desk.unit_id, "at": at, "soon": at + SOON, "ceiling": CEILING})
        late, soon = cursor.fetchone()
    return int(late), int(soon)


def _counts(unit_id: UUID, by: Actor, at: dt.datetime) -> tuple[int, ...]:
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"unit": unit_id, "by": by.id, "at": at, "ceiling": CEILING})
        return tuple(cursor.fetchone())

"""A desk's list, sorted by due time, and the figures of all desks below an authority."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from tiemchung.cases.models import CaseInbox
from tiemchung.cases.reads.desks import desk_of_actor
from tiemchung.cases.rules import HALF, Desk, DeskLevel
from tiemchung.cases.values import BoardRow, DeskLines, Queue, QueueLine
from tiemchung.core.actor import Actor
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.core.verdict import Refused, refuse

Place = tuple[dt.datetime, UUID]  # where a page of a list ends: due time and row
SHOWN = "ALL", "LATE", "ASKED", "WATCHED", "MINE", "UNTOLD"
_COLUMN = {
    DeskLevel.COMMUNE: "commune_id",
    DeskLevel.DISTRICT: "district_id",
    DeskLevel.PROVINCE: "province_id",
}
SETTLED_SINCE = dt.timedelta(days=30)


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
    lines, more = _page(rows, limit, after)
    first, late, asked, watched, mine, letters, untold = _counts(desk.unit_id, by, at)
    return Queue(desk, lines, first, late, asked, watched, mine, letters, untold, more)


def _page(rows: Any, limit: int, after: Place | None) -> tuple[tuple[QueueLine, ...], Place | None]:
    if after is not None:
        rows = rows.filter(Q(due_at__gt=after[0]) | Q(due_at=after[0], id__gt=after[1]), due_at__gte=after[0])
    found = list(rows[: limit + 1])
    more = (found[limit - 1].due_at, found[limit - 1].id) if len(found) > limit else None
    return tuple(_line(row) for row in found[:limit]), more


def lines_under(
    by: Actor, at: dt.datetime, *, unit_id: UUID, late: bool = False, limit: int = 50, after: Place | None = None
) -> DeskLines | None:
    """Give the open cases, or the late ones, of a desk below the actor's, due first; None where there is none to see.

    Raises Refused with CASE_NO_DESK.
    """
    desk = desk_of_actor(by, at)
    if desk is None:
        raise Refused(refuse("CASE_NO_DESK"))
    rows = CaseInbox.objects.filter(_below(desk, unit_id), unit_id=unit_id, open=True, watch=False)
    rows = rows.filter(due_at__lte=at) if late else rows
    one = rows.first()
    if one is None:
        return None
    lines, more = _page(rows.order_by("due_at", "id"), limit, after)
    return DeskLines(Desk(unit_id, DeskLevel(one.unit_level)), lines, more)


def _below(desk: Desk, unit_id: UUID) -> Q:
    if desk.level is DeskLevel.NATION or unit_id == desk.unit_id:
        return Q()
    column = _COLUMN.get(desk.level)
    return Q(**{column: desk.unit_id}) if column else Q(pk__in=[])


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


def _counts(unit_id: UUID, by: Actor, at: dt.datetime) -> tuple[int, ...]:
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"unit": unit_id, "by": by.id, "at": at, "ceiling": CEILING})
        return tuple(cursor.fetchone())


_BOARD = """
SELECT {group}, {level}, count(*) FILTER (WHERE open), count(*) FILTER (WHERE open AND due_at <= %(at)s),
       count(*) FILTER (WHERE open AND due_at > %(at)s AND recorded_at <= %(half)s),
       count(*) FILTER (WHERE NOT open),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM ended_at - recorded_at) / 3600)
           FILTER (WHERE NOT open),
       max(extract(epoch FROM ended_at - recorded_at) / 3600) FILTER (WHERE NOT open),
       min(due_at) FILTER (WHERE open)
FROM cases_caseinbox
WHERE {scope} AND NOT watch AND (open OR (ended_at > %(since)s AND outcome IN ('UPDATED', 'REJECTED')))
GROUP BY 1, 2
"""


def board_under(by: Actor, at: dt.datetime, *, province_id: UUID | None = None) -> tuple[BoardRow, ...]:
    """Give the figures of every desk below the actor's, the latest first; a ministry sees provinces, or one's desks.

    Hours are those of what was answered in the last 30 days. Raises Refused with CASE_NO_DESK.
    """
    desk = desk_of_actor(by, at)
    if desk is None:
        raise Refused(refuse("CASE_NO_DESK"))
    facts: dict[str, Any] = {"at": at, "half": at - HALF, "since": at - SETTLED_SINCE, "area": desk.unit_id}
    scope, group, level = _reach(desk.level, province_id)
    facts["area"] = province_id if desk.level is DeskLevel.NATION else desk.unit_id
    with allow_cross_shard("the figures of all desks below an authority"), connection.cursor() as cursor:
        cursor.execute(_BOARD.format(scope=scope, group=group, level=level), facts)
        rows = [BoardRow(r[0], r[1], r[2], r[3], r[4], r[5], _float(r[6]), _float(r[7]), r[8]) for r in cursor]
    return tuple(sorted(rows, key=lambda r: (-r.late, -r.open, str(r.unit_id))))


def _reach(level: DeskLevel, province_id: UUID | None) -> tuple[str, str, str]:
    own = "unit_id", "unit_level"
    if level is DeskLevel.NATION and province_id is None:
        whole = "coalesce(province_id, unit_id)", "CASE WHEN province_id IS NULL THEN unit_level ELSE 'PROVINCE' END"
        return "true", *whole
    if level is DeskLevel.FACILITY:
        return "unit_id = %(area)s", *own
    column = "province_id" if level is DeskLevel.NATION else _COLUMN[level]
    return f"{column} = %(area)s", *own


def _float(value: Any) -> float | None:
    return None if value is None else float(value)

"""How many different persons one member of staff has seen today, counted exactly and stopped at the budget (I10)."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import LiteralString
from uuid import UUID

from django.db import connection, transaction

from tiemchung.access.rules import seen_budget
from tiemchung.core.actor import Actor, Role
from tiemchung.core.alarms import raise_alarm
from tiemchung.core.clock import local
from tiemchung.core.ids import new_id
from tiemchung.core.statements import ask
from tiemchung.core.verdict import Refused, refuse

# Who is new today is put on the list, and their number added to the day's count if the budget holds so many.
_COUNT: LiteralString = """
WITH fresh AS (INSERT INTO access_seenperson (id, actor_id, day, person_id)
SELECT u.id, %s, %s, u.person_id FROM unnest(%s::uuid[], %s::uuid[]) AS u (id, person_id)
ON CONFLICT (actor_id, day, person_id) DO NOTHING RETURNING 1),
n AS (SELECT count(*) AS fresh FROM fresh),
tally AS (INSERT INTO access_seencount AS c (id, actor_id, day, count)
SELECT %s, %s, %s, n.fresh FROM n WHERE n.fresh BETWEEN 1 AND %s
ON CONFLICT (actor_id, day) DO UPDATE SET count = c.count + excluded.count
WHERE c.count + excluded.count <= %s RETURNING count)
SELECT n.fresh, (SELECT count FROM tally) FROM n
"""
_ALARM_ONCE = """
INSERT INTO access_seencount AS c (id, actor_id, day, count, alarmed_at)
VALUES (%(id)s, %(actor_id)s, %(day)s, 0, %(at)s)
ON CONFLICT (actor_id, day) DO UPDATE SET alarmed_at = excluded.alarmed_at WHERE c.alarmed_at IS NULL
"""

# Who is known to be counted, and committed, needs no statement any more. Cleared when it grows.
_counted: set[tuple[UUID, dt.date, UUID]] = set()
_MOST_COUNTED = 50_000


def count_seen(*, by: Actor, at: dt.datetime, person_ids: Iterable[UUID]) -> None:
    """Count these persons as seen today by this member of staff, all of them or, past the budget, none.

    Raises Refused with SEEN_TOO_MANY (fact `most`), and puts one alarm SEEN_BUDGET a day where the budget is used
    up. Citizens, the public and the system are not counted. Stand it before a transaction of your own: what is
    rolled back with a refusal takes the alarm's row along, though not its log line.
    """
    if by.id is None or by.role is None or not by.is_staff:
        return
    day = local(at).date()
    asked = [one for one in sorted(set(person_ids)) if (by.id, day, one) not in _counted]
    if not asked:
        return
    budget = seen_budget(by.role)
    try:
        with transaction.atomic():
            count = _count(by.id, day, asked, budget)
    except _Full:
        _alarm(by.id, by.role, day, at)
        raise Refused(refuse("SEEN_TOO_MANY", most=budget)) from None
    if count == budget:
        _alarm(by.id, by.role, day, at)
    transaction.on_commit(lambda: _remember(by.id, day, asked))


class _Full(Exception):
    """The budget does not hold so many more."""


def _count(actor_id: UUID, day: dt.date, asked: Sequence[UUID], budget: int) -> int | None:
    """Put whom this day has not had yet and add them to the count; give it, or None where nobody was new."""
    ids = [new_id() for _ in asked]
    fresh, count = ask(_COUNT, actor_id, day, ids, list(asked), new_id(), actor_id, day, budget, budget)[0]
    if fresh and count is None:
        raise _Full
    return int(count) if fresh else None


def _alarm(actor_id: UUID, role: Role, day: dt.date, at: dt.datetime) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_ALARM_ONCE, {"id": new_id(), "actor_id": actor_id, "day": day, "at": at})
        if cursor.rowcount == 1:
            raise_alarm("SEEN_BUDGET", at=at, actor_id=actor_id, role=str(role), most=seen_budget(role))


def _remember(actor_id: UUID | None, day: dt.date, asked: Sequence[UUID]) -> None:
    if len(_counted) > _MOST_COUNTED:
        _counted.clear()
    if actor_id is not None:
        _counted.update((actor_id, day, one) for one in asked)

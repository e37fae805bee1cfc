"""Who stands behind a count of a board: by what they wait for, or by where their passport stands."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

from django.db import connection

from tiemchung.certificates.reads.passport_tasks import PAGE, TaskView
from tiemchung.certificates.rules import PassportState
from tiemchung.core.distribution import allow_cross_shard

_WAITING: LiteralString = """
SELECT id, unit_id, person_id, profile_id, dose_id, reason, since FROM certificates_passporttask
WHERE done_at IS NULL AND reason = ANY(%s) AND (%s OR unit_id = ANY(%s)) AND (since, id) > (%s, %s)
ORDER BY since, id LIMIT %s
"""
_STANDING: LiteralString = """
SELECT person_id, unit_id, state, since FROM certificates_passport
WHERE unit_id IS NOT NULL AND state = ANY(%s) AND (%s OR unit_id = ANY(%s)) AND (since, person_id) > (%s, %s)
ORDER BY since, person_id LIMIT %s
"""
_WHY = "a board's list names the people of its units on every node; two indexes answer"
Place = tuple[dt.datetime, UUID]  # where a line stands, for the page that follows it
_BEGINNING: Place = (dt.datetime(1, 1, 1, tzinfo=dt.UTC), UUID(int=0))


@dataclass(frozen=True, slots=True)
class StandView:
    """One person whose passport stands so, at one unit, since when."""

    person_id: UUID
    unit_id: UUID
    state: PassportState
    since: dt.datetime

    @property
    def place(self) -> Place:
        """Give where the line stands, for the page that follows it."""
        return self.since, self.person_id


def people_waiting(
    unit_ids: Iterable[UUID] | None, reasons: Sequence[str], *, after: Place | None = None, limit: int = PAGE
) -> tuple[TaskView, ...]:
    """Give what waits at these units for these reasons, the longest first; None asks for the country. Unscoped."""
    since, last = after or _BEGINNING
    asked = [list(map(str, reasons)), unit_ids is None, list(unit_ids or ()), since, last, limit]
    return tuple(TaskView(*row) for row in _rows(_WAITING, asked))


def people_standing(
    unit_ids: Iterable[UUID] | None, states: Sequence[PassportState], *, after: Place | None = None, limit: int = PAGE
) -> tuple[StandView, ...]:
    """Give whose passports of these units stand so, the longest first; None asks for the country. Unscoped."""
    since, last = after or _BEGINNING
    asked = [list(map(str, states)), unit_ids is None, list(unit_ids or ()), since, last, limit]
    return tuple(StandView(p, u, PassportState(s), at) for p, u, s, at in _rows(_STANDING, asked))


def _rows(statement: LiteralString, asked: list[Any]) -> list[tuple[Any, ...]]:
    with allow_cross_shard(_WHY), connection.cursor() as cursor:
        cursor.execute(statement, asked)
        return list(cursor.fetchall())

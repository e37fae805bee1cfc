"""What waits for a passport, by unit and by reason: work lists of facilities, counts for those above them, runs."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, LiteralString
from uuid import UUID

from django.db import connection

from tiemchung.certificates.models import PassportTask, SignRun
from tiemchung.certificates.rules import TO_MEND, TO_SIGN, PassportState, RunKind, RunState
from tiemchung.core.actor import Actor, Kind
from tiemchung.core.distribution import allow_cross_shard

PAGE = 50
_OPEN: LiteralString = """
SELECT unit_id, reason, count(*), min(since) FROM certificates_passporttask
WHERE done_at IS NULL AND (%s OR unit_id = ANY(%s)) GROUP BY 1, 2
"""
_STATES: LiteralString = """
SELECT unit_id, state, count(*) FROM certificates_passport
WHERE unit_id IS NOT NULL AND (%s OR unit_id = ANY(%s)) GROUP BY 1, 2
"""
_LIST: LiteralString = """
SELECT id, unit_id, person_id, profile_id, dose_id, reason, since FROM certificates_passporttask
WHERE unit_id = %s AND reason = %s AND done_at IS NULL AND (since, id) > (%s, %s) ORDER BY since, id LIMIT %s
"""
# What the signed bytes say, not what the dose says by now. The facility's keys and the moment are what the index
# knows; a signer's own key states the moment when the doses were handed out, which is before its run.
_SIGNED: LiteralString = """
SELECT told->>'product', count(*), min((told->>'given_on')::date), max((told->>'given_on')::date)
FROM (SELECT convert_from(s.statement, 'UTF8')::json AS told FROM certificates_dosesignature s
  JOIN certificates_facilitykey k ON k.kid = s.kid
  JOIN certificates_signrun r ON r.facility_id = k.facility_id AND r.id = s.run_id
  WHERE r.id = %s AND r.facility_id = %s AND s.signed_at >= r.allowed_at - interval '1 hour') AS signed
GROUP BY 1 ORDER BY 2 DESC, 1
"""
_BEGINNING = dt.datetime(1, 1, 1, tzinfo=dt.UTC), UUID(int=0)
_BOARD = "a board counts the units of its area on every node; two indexes answer"
_HELD = (PassportState.ISSUED, PassportState.EXPIRING)
_SIGNED_BY_ALL = (PassportState.FACILITY_SIGNED, *_HELD)
_TOLD = (*_SIGNED_BY_ALL, PassportState.REVOKED)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits for one reason, and since when the longest of it."""

    number: int
    oldest: dt.datetime


@dataclass(slots=True)
class UnitCounts:
    """Where one unit's passports stand: what waits by reason, and how many persons stand where by state."""

    waiting: dict[str, Waiting] = field(default_factory=dict)
    standing: dict[str, int] = field(default_factory=dict)

    @property
    def issued(self) -> int:
        """Give how many persons have their passport, those included whose code ends soon."""
        return sum(self.standing.get(state, 0) for state in _HELD)

    @property
    def signed(self) -> int:
        """Give how many persons have every dose signed by its facility, whether the centre has signed or not."""
        return sum(self.standing.get(state, 0) for state in _SIGNED_BY_ALL)

    def number(self, reason: str) -> int:
        """Give how much waits for a reason."""
        found = self.waiting.get(reason)
        return found.number if found else 0

    @property
    def gaps(self) -> int:
        """Give how many things stand in the way that somebody can mend; neither signatures nor what waits by itself."""
        return sum(self.number(lack) for lack in TO_MEND)

    def oldest(self, *reasons: str) -> dt.datetime | None:
        """Give since when the oldest of what waits for one of these reasons waits; of everything if none is named."""
        asked = reasons or tuple(self.waiting)
        return min((self.waiting[reason].oldest for reason in asked if reason in self.waiting), default=None)

    def add(self, other: "UnitCounts") -> None:
        """Count another unit in."""
        for state, number in other.standing.items():
            self.standing[state] = self.standing.get(state, 0) + number
        for reason, theirs in other.waiting.items():
            mine = self.waiting.get(reason)
            oldest = min(mine.oldest, theirs.oldest) if mine else theirs.oldest
            self.waiting[reason] = Waiting(theirs.number + (mine.number if mine else 0), oldest)


@dataclass(frozen=True, slots=True)
class TaskView:
    """One line of a facility's work list."""

    id: UUID
    unit_id: UUID
    person_id: UUID
    profile_id: UUID | None
    dose_id: UUID | None
    reason: str
    since: dt.datetime

    @property
    def place(self) -> tuple[dt.datetime, UUID]:
        """Give where the line stands, for the page that follows it."""
        return self.since, self.id


@dataclass(frozen=True, slots=True)
class Signed:
    """How many doses of one product a run signed, and the first and the last day on which they were given."""

    product: str
    number: int
    first_on: dt.date
    last_on: dt.date


@dataclass(frozen=True, slots=True)
class RunView:
    """A facility's signing run as its lead follows it."""

    id: UUID
    facility_id: UUID | None
    state: RunState
    why: str
    allowed_name: str
    allowed_at: dt.datetime
    moved_at: dt.datetime | None
    ended_at: dt.datetime | None
    total: int
    done: int
    refused: int
    worked: float

    @property
    def is_open(self) -> bool:
        """Tell whether it is under way or waits for its key store."""
        return self.state in (RunState.RUNNING, RunState.PAUSED)

    @property
    def rate(self) -> float | None:
        """Give doses a second of work, None before the first batch."""
        return self.done / self.worked if self.done and self.worked else None

    @property
    def seconds_left(self) -> float | None:
        """Give how long the rest takes at that rate, None where it cannot be said."""
        left = max(0, self.total - self.done - self.refused)
        return left / self.rate if self.rate else None


def unit_counts(unit_ids: Iterable[UUID] | None) -> dict[UUID, UnitCounts]:
    """Give the counts of these units, of all of the country for None; a unit with nothing is left out. Unscoped."""
    asked: list[Any] = [unit_ids is None, list(unit_ids or ())]
    found: dict[UUID, UnitCounts] = {}
    with allow_cross_shard(_BOARD), connection.cursor() as cursor:
        cursor.execute(_OPEN, asked)
        for unit_id, reason, number, oldest in cursor.fetchall():
            found.setdefault(unit_id, UnitCounts()).waiting[reason] = Waiting(number, oldest)
        cursor.execute(_STATES, asked)
        for unit_id, state, number in cursor.fetchall():
            if state in _TOLD:
                found.setdefault(unit_id, UnitCounts()).standing[state] = number
    return found


def counts_of_facility(by: Actor) -> UnitCounts:
    """Give the counts of the actor's own facility."""
    if by.facility_id is None:
        return UnitCounts()
    return unit_counts([by.facility_id]).get(by.facility_id, UnitCounts())


def work_list(
    by: Actor, reason: str, *, after: tuple[dt.datetime, UUID] | None = None, limit: int = PAGE
) -> tuple[TaskView, ...]:
    """Give what waits at the actor's own facility for one reason, the longest waiting first, a page at a time."""
    if by.kind is not Kind.STAFF or by.facility_id is None:
        return ()
    since, last = after or _BEGINNING
    with connection.cursor() as cursor:
        cursor.execute(_LIST, [by.facility_id, reason, since, last, limit])
        return tuple(TaskView(*row) for row in cursor.fetchall())


def work_of(by: Actor, task_id: UUID) -> TaskView | None:
    """Give one line of the actor's own facility's list, None once it is done and for any other's."""
    if by.kind is not Kind.STAFF or by.facility_id is None:
        return None
    row = PassportTask.objects.filter(unit_id=by.facility_id, id=task_id, done_at__isnull=True).first()
    return TaskView(*(getattr(row, name) for name in TaskView.__dataclass_fields__)) if row else None


def doses_to_sign(by: Actor, until: dt.datetime) -> list[tuple[UUID, UUID]]:
    """Give (profile id, dose id) of every dose that waits for the facility's signature, for the page of review."""
    if by.facility_id is None:
        return []
    rows = PassportTask.objects.filter(
        unit_id=by.facility_id, reason=TO_SIGN, done_at__isnull=True, since__lte=until, profile_id__isnull=False
    )
    return [(profile, dose) for profile, dose in rows.values_list("profile_id", "dose_id") if profile and dose]


def runs_of_facility(by: Actor, limit: int = 10) -> tuple[RunView, ...]:
    """Give the newest runs of the actor's own facility."""
    if by.facility_id is None:
        return ()
    rows = SignRun.objects.filter(kind=RunKind.FACILITY, facility_id=by.facility_id).order_by("-allowed_at")
    return tuple(_run(row) for row in rows[:limit])


def run_of_facility(by: Actor, run_id: UUID) -> RunView | None:
    """Give one run of the actor's own facility, None for any other."""
    if by.facility_id is None:
        return None
    row = SignRun.objects.filter(kind=RunKind.FACILITY, facility_id=by.facility_id, id=run_id).first()
    return _run(row) if row else None


def signed_in_run(by: Actor, run_id: UUID) -> tuple[Signed, ...]:
    """Give what a run of the actor's own facility signed, by product, most first; also what fell afterwards."""
    if by.facility_id is None:
        return ()
    with allow_cross_shard("what one run signed lies with all its persons"), connection.cursor() as cursor:
        cursor.execute(_SIGNED, [run_id, by.facility_id])
        return tuple(Signed(*row) for row in cursor.fetchall())


def _run(row: SignRun) -> RunView:
    return RunView(
        id=row.id,
        facility_id=row.facility_id,
        state=RunState(row.state),
        why=row.why,
        allowed_name=row.allowed_name,
        allowed_at=row.allowed_at,
        moved_at=row.moved_at,
        ended_at=row.ended_at,
        total=row.total,
        done=row.done,
        refused=row.refused,
        worked=row.worked,
    )

"""Who saw a person: the answer that the person has a right to."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from tiemchung.core.actor import Actor, Kind
from tiemchung.core.audit import AuditView, looks_at
from tiemchung.core.clock import local
from tiemchung.people.reads.holders import NotFound, current_persons, profile_ids_of


@dataclass(frozen=True, slots=True)
class SawLine:
    """The looks of one day by one unit in one role for one purpose; no member of staff is named.

    `facility_id` is the unit, None for an office of an area or the response centre, which `role` names. `own` are
    looks by the one who asks, from their own phone; a citizen's look that is not own came from another proven phone.
    """

    on: dt.date
    facility_id: UUID | None
    kind: str
    role: str
    action: str
    purpose: str
    own: bool
    times: int
    last_at: dt.datetime


def who_saw(by: Actor, person_id: UUID, *, limit: int = 500) -> tuple[SawLine, ...]:
    """Give who saw this person, grouped by day, unit, role and purpose, newest first; `limit` looks are counted.

    For a citizen about a person proven theirs, and for the system. Raises NotFound for everybody else.
    """
    root = current_persons([person_id])[person_id]
    if by.kind is not Kind.SYSTEM and not (by.kind is Kind.CITIZEN and root in by.person_ids):
        raise NotFound
    groups: dict[tuple[object, ...], SawLine] = {}
    for look in looks_at(profile_ids_of(root), looks_only=True, limit=limit):
        line = _line(look, by)
        key = (line.on, line.facility_id, line.kind, line.role, line.action, line.purpose, line.own)
        groups[key] = _counted(groups[key]) if key in groups else line
    return tuple(groups.values())


def _line(look: AuditView, by: Actor) -> SawLine:
    return SawLine(
        on=local(look.at).date(),
        facility_id=look.facility_id,
        kind=look.actor_kind,
        role=look.actor_role,
        action=look.action,
        purpose=look.because,
        own=look.actor_kind == Kind.CITIZEN and look.actor_id == by.id,
        times=1,
        last_at=look.at,
    )


def _counted(line: SawLine) -> SawLine:
    values = {name: getattr(line, name) for name in SawLine.__slots__}
    return SawLine(**(values | {"times": line.times + 1}))

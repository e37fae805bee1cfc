"""Who saw a person: the answer that the person has a right to."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from tiemchung.access.reads import PostedArea, posted_areas
from tiemchung.core.actor import Actor, Kind
from tiemchung.core.audit import AuditView, looks_at
from tiemchung.core.clock import local
from tiemchung.people.reads.holders import NotFound, current_persons, profile_ids_of


@dataclass(frozen=True, slots=True)
class SawLine:
    """The looks of one day by one unit in one role for one purpose; no member of staff is named.

    `facility_id` is the unit; for an office of an area it is None and `area_id` names the area of the posting; the
    ministry and the response centre have neither, `role` names them. `own` are looks by the one who asks, from their
    own phone; a citizen's look that is not own came from another proven phone.
    """

    on: dt.date
    facility_id: UUID | None
    area_id: UUID | None
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
    looks = looks_at(profile_ids_of(root), looks_only=True, limit=limit)
    posted = _posted(looks)
    for look in looks:
        line = _line(look, by, posted)
        key = (line.on, line.facility_id, line.area_id, line.kind, line.role, line.action, line.purpose, line.own)
        groups[key] = _counted(groups[key]) if key in groups else line
    return tuple(groups.values())


def _posted(looks: Iterable[AuditView]) -> Sequence[PostedArea]:
    """Give the areas of those among them who looked from an office of an area; no statement where nobody did."""
    officers = {x.actor_id for x in looks if x.facility_id is None and x.actor_kind == Kind.STAFF and x.actor_id}
    return posted_areas(officers) if officers else ()


def _area_of(look: AuditView, posted: Iterable[PostedArea]) -> UUID | None:
    day = local(look.at).date()
    fits = (p for p in posted if p.staff_id == look.actor_id and p.role == look.actor_role)
    return next((p.area_id for p in fits if p.valid_from <= day and (p.valid_to is None or day < p.valid_to)), None)


def _line(look: AuditView, by: Actor, posted: Iterable[PostedArea]) -> SawLine:
    return SawLine(
        on=local(look.at).date(),
        facility_id=look.facility_id,
        area_id=None if look.facility_id else _area_of(look, posted),
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

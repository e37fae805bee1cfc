"""Several persons at once as a desk compares them: who they are, their profiles, and whether it may see them."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from tiemchung.core.actor import Actor
from tiemchung.people.models import Profile
from tiemchung.people.reads.known import Group, KnownPeople
from tiemchung.people.rules.sight import Sighted, may_see


@dataclass(frozen=True, slots=True)
class PersonSight:
    """One person with the kept profile's facts; `seen` says whether this actor may see them."""

    person_id: UUID
    profile_ids: tuple[UUID, ...]
    seen: bool
    full_name: str
    birth_date: dt.date
    birth_precision: str
    sex: str
    area_id: UUID | None
    version: int
    died_on: dt.date | None = None


def sights_of(
    by: Actor, at: dt.datetime, person_ids: Iterable[UUID], *, known: KnownPeople | None = None
) -> dict[UUID, PersonSight]:
    """Give each person by the id that was asked, former ids included; unknown ids are left out.

    Two statements, one more each where a former id, a joined profile or somebody in sight by permit alone is among
    them; what is `known` is not read again. Whoever gets them decides by `seen` what is shown, and notes the look.
    """
    known = known or KnownPeople()
    groups = known.groups(person_ids)
    profiles = known.profiles(profile_id for group in groups.values() for profile_id in group)
    found = {group[0]: (group, _facts(group, profiles)) for group in groups.values() if group[0] in profiles}
    permits = known.permits(by, at, [one for group, facts in found.values() if _hangs(by, facts) for one in group])
    sights = {
        root: _sight(by, group, _held(group, profiles), replace(facts, permitted=not permits.isdisjoint(group)))
        for root, (group, facts) in found.items()
    }
    return {old: sights[group[0]] for old, group in groups.items() if group[0] in sights}


def _held(group: Group, profiles: Mapping[UUID, Profile]) -> list[Profile]:
    """Give the profiles of a person, the kept one first."""
    return [profiles[profile_id] for profile_id in group if profile_id in profiles]


def _facts(group: Group, profiles: Mapping[UUID, Profile]) -> Sighted:
    own = _held(group, profiles)
    return Sighted(
        person_id=group[0],
        area_ids=frozenset(p.area_id for p in own if p.area_id),
        facility_ids=frozenset(p.facility_id for p in own if p.facility_id),
    )


def _hangs(by: Actor, facts: Sighted) -> bool:
    """Tell whether it hangs on a permit alone whether this actor may see the person."""
    return not may_see(by, facts) and may_see(by, replace(facts, permitted=True))


def _sight(by: Actor, group: Group, profiles: Sequence[Profile], facts: Sighted) -> PersonSight:
    kept = profiles[0]
    return PersonSight(
        person_id=kept.id,
        profile_ids=group,
        seen=may_see(by, facts),
        full_name=kept.full_name,
        birth_date=kept.birth_date,
        birth_precision=kept.birth_precision,
        sex=kept.sex,
        area_id=kept.area_id,
        version=kept.version,
        died_on=min((one.died_on for one in profiles if one.died_on), default=None),
    )

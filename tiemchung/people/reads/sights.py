"""Several persons at once as a desk compares them: who they are, their profiles, and whether it may see them."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from tiemchung.core.actor import Actor
from tiemchung.people.models import LookPermit, Person, Profile
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


def sights_of(by: Actor, at: dt.datetime, person_ids: Iterable[UUID]) -> dict[UUID, PersonSight]:
    """Give each person by the id that was asked, former ids included; unknown ids are left out.

    Three statements, one more where a former id is among them. Whoever gets them decides by `seen` what is shown, and
    notes the look.
    """
    asked = set(person_ids)
    found = _persons(asked)
    now = {person_id: root for person_id, (root, _) in found.items()}
    missing = set(now.values()) - found.keys()  # roots of former persons
    found |= _persons(missing)
    groups = {root: (root, *map(UUID, found[root][1])) for root in set(now.values()) & found.keys()}
    every = [profile_id for group in groups.values() for profile_id in group]
    profiles = {profile.id: profile for profile in Profile.objects.filter(id__in=every)}
    permits = _permits(by, at, every)
    sights = {root: _sight(by, group, profiles, permits) for root, group in groups.items() if root in profiles}
    return {old: sights[root] for old, root in now.items() if root in sights}


def _persons(ids: set[UUID]) -> dict[UUID, tuple[UUID, list[str]]]:
    rows = Person.objects.filter(id__in=ids).values_list("id", "person_id", "joined_ids") if ids else ()
    return {person_id: (root, joined) for person_id, root, joined in rows}


def _permits(by: Actor, at: dt.datetime, profile_ids: list[UUID]) -> set[UUID]:
    if by.id is None:
        return set()
    held = LookPermit.objects.filter(person_id__in=profile_ids, actor_id=by.id, valid_from__lte=at, valid_to__gt=at)
    return set(held.values_list("person_id", flat=True))


def _sight(by: Actor, group: tuple[UUID, ...], profiles: dict[UUID, Profile], permits: set[UUID]) -> PersonSight:
    own = [profiles[profile_id] for profile_id in group if profile_id in profiles]
    kept = profiles[group[0]]
    facts = Sighted(
        person_id=kept.id,
        area_ids=frozenset(p.area_id for p in own if p.area_id),
        facility_ids=frozenset(p.facility_id for p in own if p.facility_id),
        permitted=not permits.isdisjoint(group),
    )
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
    )

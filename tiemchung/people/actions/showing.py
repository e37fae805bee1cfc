"""A person's numbers in full, for whoever compares them with the paper: in scope, on record, and nowhere else."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from tiemchung.core.actor import Actor
from tiemchung.core.audit import note_look, write_line
from tiemchung.core.sealing import unseal
from tiemchung.people.actions.opening import demand_purpose
from tiemchung.people.actions.sighting import demand, note_seen, seen_person
from tiemchung.people.models import Identifier, Profile
from tiemchung.people.reads import PersonSight, sights_of
from tiemchung.people.reads.holders import current_persons, holder_of
from tiemchung.people.reads.keys import profiles_with
from tiemchung.people.reads.numbers import SEAL, identifier_row
from tiemchung.people.rules.identity import NUMBER_SYSTEMS, may_review
from tiemchung.people.rules.kinds import IdSystem

_COMPARED = (*NUMBER_SYSTEMS, IdSystem.PASSPORT)
MOST_PEERS = 20  # a number that a whole list was filled with is one mistake, not a list to work through


@dataclass(frozen=True, slots=True)
class NumberPeer:
    """Another person with the same number: who it is where the reader may see them, else only where to ask."""

    seen: PersonSight | None
    facility_id: UUID | None
    area_id: UUID | None


@dataclass(frozen=True, slots=True)
class NumberShown:
    """One open number as it stands on the card, and who else has it."""

    system: str
    number: str
    peers: tuple[NumberPeer, ...]


def show_numbers(*, by: Actor, at: dt.datetime, person_id: UUID, purpose: str) -> tuple[NumberShown, ...]:
    """Give the numbers of somebody's cards in full, the newest kind of card first, to whoever reviews them.

    Each call leaves a line about the person and about every other holder that is named. Raises NotFound, and Refused
    with PURPOSE_REQUIRED, PEOPLE_NOT_ALLOWED or SEEN_TOO_MANY.
    """
    demand_purpose(purpose)
    person = seen_person(by, at, person_id)
    demand(may_review(by, person))
    held = _held(holder_of(person.person_id).profile_ids)
    others = _others({bytes(row.value_index) for row in held}, person.person_id)
    sights = sights_of(by, at, {one for found in others.values() for one in found})
    named = sorted(one for one, sight in sights.items() if sight.seen)
    note_seen(by=by, at=at, person_ids=named)
    peers = _peers(sights)
    shown = tuple(
        NumberShown(
            row.system,
            unseal(SEAL, row.sealed_value, identifier_row(row.id)),
            tuple(peers[one] for one in others.get(bytes(row.value_index), ())[:MOST_PEERS] if one in peers),
        )
        for row in held
    )
    # The page that shows them has opened the person and left its look: the number is a line of its own, no second look.
    write_line(by=by, at=at, action="people.show_numbers", subject_id=person.person_id, because=purpose)
    note_look(by=by, at=at, action="people.show_numbers", subject_ids=named, purpose=purpose)
    return shown


def _held(profile_ids: Sequence[UUID]) -> list[Identifier]:
    found = Identifier.objects.filter(profile_id__in=profile_ids, system__in=_COMPARED, valid_to__isnull=True)
    return sorted(found, key=lambda row: (_COMPARED.index(IdSystem(row.system)), row.created_at, row.id))


def _others(indexes: Iterable[bytes], person_id: UUID) -> dict[bytes, list[UUID]]:
    """Give by number the other persons at whom it is open now."""
    profiles = profiles_with(indexes)
    if not profiles:
        return {}
    persons = current_persons(profiles)
    found: dict[bytes, dict[UUID, bool]] = {}
    open_now = Identifier.objects.filter(profile_id__in=list(profiles), valid_to__isnull=True)
    for profile_id, index in open_now.values_list("profile_id", "value_index").order_by("profile_id"):
        found.setdefault(bytes(index), {})[persons[profile_id]] = True
    return {index: [one for one in holders if one != person_id] for index, holders in found.items()}


def _peers(sights: Mapping[UUID, PersonSight]) -> dict[UUID, NumberPeer]:
    desks = dict(Profile.objects.filter(id__in=list(sights)).values_list("id", "facility_id"))
    return {
        one: NumberPeer(sight if sight.seen else None, desks.get(one), sight.area_id)
        for one, sight in sights.items()
    }

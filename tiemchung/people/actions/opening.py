"""Opening one person: everything about them, to whom it may concern, and a line that says so."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from tiemchung.core.actor import Actor
from tiemchung.core.audit import note_look
from tiemchung.core.verdict import Refused, refuse
from tiemchung.people.actions.sighting import note_seen, seen_person
from tiemchung.people.models import Identifier, Profile, ProfilePhone
from tiemchung.people.reads import KinView, profile_ids_of
from tiemchung.people.reads.kin import kin_among
from tiemchung.people.rules.identifiers import masked_tail
from tiemchung.people.rules.phones import mask_phone


@dataclass(frozen=True, slots=True)
class ProfileView:
    """What one source knows, as it may be shown."""

    profile_id: UUID
    full_name: str
    birth_date: dt.date
    birth_precision: str
    sex: str
    nationality: str
    occupation: str
    address_text: str
    area_id: UUID | None
    address_as_of: dt.date | None
    source: str
    died_on: dt.date | None
    version: int


@dataclass(frozen=True, slots=True)
class IdentifierView:
    """A number of which only the last three characters are shown."""

    identifier_id: UUID
    profile_id: UUID
    system: str
    shown: str
    state: str
    valid_from: dt.date
    valid_to: dt.date | None


@dataclass(frozen=True, slots=True)
class PhoneView:
    """A phone of which only the last three digits are shown."""

    contact_id: UUID
    profile_id: UUID
    shown: str
    relation: str


@dataclass(frozen=True, slots=True)
class PersonView:
    """One person; `profiles` begins with the kept one, whose values cards show."""

    person_id: UUID
    profiles: tuple[ProfileView, ...]
    identifiers: tuple[IdentifierView, ...]
    phones: tuple[PhoneView, ...]
    guardians: tuple[KinView, ...]
    dependants: tuple[KinView, ...]

    @property
    def main(self) -> ProfileView:
        """Give the kept profile."""
        return self.profiles[0]


def demand_purpose(purpose: str) -> None:
    """Raise Refused with PURPOSE_REQUIRED for a look without a purpose."""
    if not purpose.strip():
        raise Refused(refuse("PURPOSE_REQUIRED"))


def open_person(*, by: Actor, at: dt.datetime, person_id: UUID, purpose: str) -> PersonView:
    """Give one person with masked numbers and phones, and write who looked and why.

    An id of a joined profile opens the person it is now. Raises reads.NotFound alike for who does not exist
    and for who may not be seen, and Refused with PURPOSE_REQUIRED or SEEN_TOO_MANY.
    """
    demand_purpose(purpose)
    person = seen_person(by, at, person_id)
    ids = profile_ids_of(person.person_id)
    kin = kin_among(ids)
    shown = [person.person_id, *sorted(kin.person_ids)]
    # Before the transaction: a budget that is used up has to ring although nothing else is kept.
    note_seen(by=by, at=at, person_ids=shown)
    with transaction.atomic():
        note_look(by=by, at=at, action="people.open_person", subject_ids=shown, purpose=purpose)
        return PersonView(
            person_id=person.person_id,
            profiles=_profiles(ids),
            identifiers=_identifiers(ids),
            phones=_phones(ids),
            guardians=kin.guardians,
            dependants=kin.dependants,
        )


def _profiles(ids: Sequence[UUID]) -> tuple[ProfileView, ...]:
    fields = [name for name in ProfileView.__slots__ if name != "profile_id"]
    rows = sorted(Profile.objects.filter(id__in=ids), key=lambda p: ids.index(p.id))
    return tuple(ProfileView(p.id, **{name: getattr(p, name) for name in fields}) for p in rows)


def _identifiers(ids: Sequence[UUID]) -> tuple[IdentifierView, ...]:
    rows = Identifier.objects.filter(profile_id__in=ids).order_by("valid_to", "system", "id")
    return tuple(
        IdentifierView(r.id, r.profile_id, r.system, masked_tail(r.tail), r.state, r.valid_from, r.valid_to)
        for r in rows
    )


def _phones(ids: Sequence[UUID]) -> tuple[PhoneView, ...]:
    rows = ProfilePhone.objects.filter(profile_id__in=ids, valid_to__isnull=True).order_by("valid_from", "id")
    return tuple(PhoneView(r.contact_id, r.profile_id, mask_phone(r.last3), r.relation) for r in rows)

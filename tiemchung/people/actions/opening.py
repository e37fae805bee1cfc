"""Opening one person: everything about them, to whom it may concern, and a line that says so."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tiemchung.core.actor import Actor
from tiemchung.core.audit import note_look
from tiemchung.core.rows import rows
from tiemchung.core.verdict import Refused, refuse
from tiemchung.people.actions.sighting import note_seen
from tiemchung.people.models import ProfilePhone
from tiemchung.people.reads import KinView, KnownPeople, NotFound, sights_of
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


def open_person(
    *, by: Actor, at: dt.datetime, person_id: UUID, purpose: str, known: KnownPeople | None = None
) -> PersonView:
    """Give one person with masked numbers and phones, and write who looked and why.

    An id of a joined profile opens the person it is now; what the page has `known` already is not read again. Raises
    reads.NotFound alike for who does not exist and for who may not be seen, and Refused with PURPOSE_REQUIRED or
    SEEN_TOO_MANY.
    """
    demand_purpose(purpose)
    known = known or KnownPeople()
    person = sights_of(by, at, [person_id], known=known).get(person_id)
    if person is None or not person.seen:
        raise NotFound
    ids = person.profile_ids
    kin = kin_among(ids, known=known)
    shown = [person.person_id, *sorted(kin.person_ids)]
    note_seen(by=by, at=at, person_ids=shown)
    view = PersonView(
        person_id=person.person_id,
        profiles=_profiles(ids, known),
        identifiers=_identifiers(ids, known),
        phones=_phones(ids),
        guardians=kin.guardians,
        dependants=kin.dependants,
    )
    # After what is read, in one statement: nobody gets the view without the line, and no line stands for none.
    note_look(by=by, at=at, action="people.open_person", subject_ids=shown, purpose=purpose)
    return view


def _profiles(ids: Sequence[UUID], known: KnownPeople) -> tuple[ProfileView, ...]:
    fields = [name for name in ProfileView.__slots__ if name != "profile_id"]
    rows = known.profiles(ids).values()
    return tuple(ProfileView(p.id, **{name: getattr(p, name) for name in fields}) for p in rows)


def _identifiers(ids: Sequence[UUID], known: KnownPeople) -> tuple[IdentifierView, ...]:
    return tuple(
        IdentifierView(r.id, r.profile_id, r.system, masked_tail(r.tail), r.state, r.valid_from, r.valid_to)
        for r in known.identifiers(ids)
    )


def _phones(ids: Sequence[UUID]) -> tuple[PhoneView, ...]:
    held = rows(ProfilePhone, "profile_id = ANY(%s) AND valid_to IS NULL ORDER BY valid_from, id", list(ids))
    return tuple(PhoneView(r.contact_id, r.profile_id, mask_phone(r.last3), r.relation) for r in held)

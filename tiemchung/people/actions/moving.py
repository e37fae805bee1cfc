"""Moving a person from one phone to another: the old number is lost, a stranger's now, or was never theirs."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from tiemchung.access.actions import forget_devices
from tiemchung.core.actor import Actor, Kind
from tiemchung.core.audit import write_line
from tiemchung.core.outbox import contact_key
from tiemchung.people.actions.contacts import add_phone, checked_phone, retire_phone
from tiemchung.people.actions.languages import put_language
from tiemchung.people.actions.proving import end_proof
from tiemchung.people.actions.sighting import demand, demand_reason, seen_person
from tiemchung.people.models import ProfilePhone
from tiemchung.people.reads import NotFound, chosen_language, profile_ids_of
from tiemchung.people.rules.kinds import PhoneRelation
from tiemchung.people.rules.sight import Sighted, may_keep_contacts


@dataclass(frozen=True, slots=True)
class MovedContact:
    """The new contact's id, whether the old phone showed the person until now, and how many contacts it lost."""

    contact_id: UUID
    proof_ended: bool
    contacts_ended: int


@transaction.atomic
def move_contact(
    *,
    by: Actor,
    at: dt.datetime,
    person_id: UUID,
    from_key: bytes,
    to_phone: str,
    because: str,
    relation: str = PhoneRelation.OWN,
) -> MovedContact:
    """Let another phone stand for a person: the old one shows and reaches them no more, the new one reaches them.

    It shows them once its holder has proved a fact of theirs, as on any phone: staff may have been told a wrong number.
    For staff who saw papers, which `because` names. `from_key` is the contact key of the old phone; others on it stay
    as they are, but no device of it is known any more. Twice changes nothing. Raises NotFound, and Refused with
    PEOPLE_NOT_ALLOWED, PEOPLE_REASON_REQUIRED or what `rules.normalise_phone` says.
    """
    person = seen_person(by, at, person_id)
    return _move(by, at, person, bytes(from_key), to_phone, because, relation)


@transaction.atomic
def move_phone(
    *, by: Actor, at: dt.datetime, person_id: UUID, contact_id: UUID, to_phone: str, because: str, relation: str
) -> MovedContact:
    """Move a person from the phone of one of their contacts, which staff see masked, to another; as `move_contact`.

    Raises NotFound for a contact that was never this person's.
    """
    person = seen_person(by, at, person_id)
    rows = ProfilePhone.objects.filter(profile_id__in=profile_ids_of(person.person_id), contact_id=contact_id)
    index = rows.values_list("phone_index", flat=True).first()
    if index is None:
        raise NotFound
    return _move(by, at, person, bytes(index), to_phone, because, relation)


def _move(
    by: Actor, at: dt.datetime, person: Sighted, from_key: bytes, to_phone: str, because: str, relation: str
) -> MovedContact:
    demand(by.kind is Kind.STAFF and may_keep_contacts(by, person))
    demand_reason(because)
    number, root = checked_phone(to_phone), person.person_id
    ended, lost = False, 0
    if contact_key(number) != from_key:
        ended = end_proof(by=by, at=at, contact_key=from_key, person_id=root, because=because)
        for profile_id, contact_id in _contacts(root, from_key):
            retire_phone(by=by, at=at, profile_id=profile_id, contact_id=contact_id, because=because)
            lost += 1
        forget_devices(by=by, at=at, contact_key=from_key)
        new_key, chosen = contact_key(number), chosen_language(from_key)
        if chosen and not chosen_language(new_key):
            put_language(at=at, contact_key=new_key, language=chosen)
    contact_id = add_phone(by=by, at=at, profile_id=root, phone=number, relation=relation)
    write_line(
        by=by,
        at=at,
        action="people.move_contact",
        subject_id=root,
        object_id=contact_id,
        because=because,
        facts={"proof_ended": ended, "contacts_ended": lost},
    )
    return MovedContact(contact_id, ended, lost)


def _contacts(person_id: UUID, phone_index: bytes) -> list[tuple[UUID, UUID]]:
    rows = ProfilePhone.objects.filter(profile_id__in=profile_ids_of(person_id), valid_to__isnull=True)
    return list(rows.filter(phone_index=phone_index).values_list("profile_id", "contact_id"))

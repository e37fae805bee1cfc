"""Moving a person from one phone to another: the old number is lost, a stranger's now, or was never theirs."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from tiemchung.core.actor import Actor, Kind
from tiemchung.core.audit import write_line
from tiemchung.core.outbox import contact_key
from tiemchung.people.actions.contacts import add_phone, checked_phone, retire_phone
from tiemchung.people.actions.proving import end_proof, prove_by_staff
from tiemchung.people.actions.sighting import demand, demand_reason, seen_person
from tiemchung.people.models import ProfilePhone
from tiemchung.people.reads import profile_ids_of
from tiemchung.people.rules.kinds import PhoneRelation
from tiemchung.people.rules.sight import may_keep_contacts


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
    """Let another phone stand for a person: the old one shows and reaches them no more, the new one does.

    For staff who saw papers, which `because` names. `from_key` is the contact key of the old phone; others on it stay
    as they are. Twice changes nothing. Raises NotFound, and Refused with PEOPLE_NOT_ALLOWED, PEOPLE_REASON_REQUIRED
    or what `rules.normalise_phone` says.
    """
    person = seen_person(by, at, person_id)
    demand(by.kind is Kind.STAFF and may_keep_contacts(by, person))
    demand_reason(because)
    number, root = checked_phone(to_phone), person.person_id
    ended, lost = False, 0
    if contact_key(number) != bytes(from_key):
        ended = end_proof(by=by, at=at, contact_key=from_key, person_id=root, because=because)
        for profile_id, contact_id in _contacts(root, from_key):
            retire_phone(by=by, at=at, profile_id=profile_id, contact_id=contact_id, because=because)
            lost += 1
    contact_id = add_phone(by=by, at=at, profile_id=root, phone=number, relation=relation)
    prove_by_staff(by=by, at=at, contact_key=contact_key(number), person_id=root, because=because)
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

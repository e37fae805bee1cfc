"""Phones at which people can be reached: one phone, many people; never a key of anybody."""

import datetime as dt
from uuid import UUID

from django.db import transaction

from tiemchung.core.actor import Actor
from tiemchung.core.audit import write_line
from tiemchung.core.outbox import contact_key
from tiemchung.core.sealing import seal
from tiemchung.core.verdict import Refused, Verdict
from tiemchung.people.actions.sighting import demand, seen_person
from tiemchung.people.models import ContactPhone, Person, ProfilePhone
from tiemchung.people.reads import PHONE_SEAL, NotFound, phone_row
from tiemchung.people.rules.kinds import PhoneRelation
from tiemchung.people.rules.phones import normalise_phone
from tiemchung.people.rules.sight import may_keep_contacts


def checked_phone(raw: str) -> str:
    """Give the number in E.164, or raise Refused with the reason of `rules.normalise_phone`."""
    phone, why = normalise_phone(raw)
    if why is not None or phone is None:
        raise Refused(Verdict((why,) if why else ()))
    return phone


def put_phone(profile_id: UUID, phone: str, relation: str, at: dt.datetime) -> UUID:
    """Write both sides of a contact, in the caller's transaction, and give the contact's id."""
    index, tail = contact_key(phone), phone[-3:]
    row = ContactPhone(phone_index=index, profile_id=profile_id, last3=tail, relation=relation, valid_from=at)
    row.sealed_phone = seal(PHONE_SEAL, phone, phone_row(row.id))
    row.save(force_insert=True)
    ProfilePhone(
        profile_id=profile_id,
        phone_index=index,
        contact_id=row.id,
        last3=tail,
        relation=relation,
        valid_from=at,
    ).save(force_insert=True)
    return row.id


@transaction.atomic
def add_phone(*, by: Actor, at: dt.datetime, profile_id: UUID, phone: str, relation: str) -> UUID:
    """Note that this person can be reached at a phone, and give the contact's id; a known contact is given
    again.

    Raises NotFound, and Refused with PEOPLE_NOT_ALLOWED or what `rules.normalise_phone` says.
    """
    demand(may_keep_contacts(by, seen_person(by, at, profile_id)))
    relation, number = PhoneRelation(relation), checked_phone(phone)
    Person.objects.select_for_update().get(id=profile_id)
    open_rows = ProfilePhone.objects.filter(profile_id=profile_id, valid_to__isnull=True)
    known = open_rows.filter(phone_index=contact_key(number), relation=relation).first()
    if known is not None:
        return known.contact_id
    _end(open_rows.filter(phone_index=contact_key(number)), at)
    contact_id = put_phone(profile_id, number, relation, at)
    write_line(
        by=by,
        at=at,
        action="people.add_phone",
        subject_id=profile_id,
        object_id=contact_id,
        facts={"relation": relation},
    )
    return contact_id


@transaction.atomic
def retire_phone(*, by: Actor, at: dt.datetime, profile_id: UUID, contact_id: UUID, because: str = "") -> None:
    """Note that this person can no longer be reached at a phone; twice changes nothing. Raises NotFound."""
    demand(may_keep_contacts(by, seen_person(by, at, profile_id)))
    rows = ProfilePhone.objects.filter(profile_id=profile_id, contact_id=contact_id)
    if not rows.exists():
        raise NotFound
    if _end(rows.filter(valid_to__isnull=True), at):
        write_line(
            by=by,
            at=at,
            action="people.retire_phone",
            subject_id=profile_id,
            object_id=contact_id,
            because=because,
        )


def _end(rows: object, at: dt.datetime) -> int:
    """Give both sides of these contacts an end, and count them."""
    ended = 0
    for row in rows.select_for_update():  # type: ignore[attr-defined]
        ContactPhone.objects.filter(phone_index=row.phone_index, id=row.contact_id).update(valid_to=at)
        ended += ProfilePhone.objects.filter(profile_id=row.profile_id, id=row.id).update(valid_to=at)
    return ended

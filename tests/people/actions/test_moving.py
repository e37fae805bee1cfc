"""A person moves to another phone: the old one shows them no more, the new one once it proved, others stay."""

import dataclasses

import pytest

from tiemchung.access.actions import remember_device
from tiemchung.access.reads import known_device
from tiemchung.core.actor import PUBLIC
from tiemchung.core.models import AuditLine
from tiemchung.core.outbox import contact_key
from tiemchung.core.verdict import Refused
from tiemchung.people.actions import move_contact, move_phone, open_person, prove_by_staff, prove_person
from tiemchung.people.reads import NotFound, holders_of, persons_on_phone, proven_persons, reach_of

from ..conftest import AT, CITIZEN, FAR_NURSE, NURSE, PHONE, Register

pytestmark = pytest.mark.django_db
NEW = "+84900000077"


def test_the_old_phone_loses_the_person_and_the_new_one_gains_it(register: Register, phone_key: bytes) -> None:
    an, binh = (register(name, phones=[(PHONE, "FAMILY")]).person_id for name in ("Nguyễn Văn An", "Trần Thị Bình"))
    for person in (an, binh):
        prove_by_staff(by=NURSE, at=AT, contact_key=phone_key, person_id=person, because="card seen")
    moved = move_contact(by=NURSE, at=AT, person_id=an, from_key=phone_key, to_phone="0900000077", because="card seen")
    assert (moved.proof_ended, moved.contacts_ended) == (True, 1)
    assert proven_persons(phone_key, AT) == (binh,)
    assert persons_on_phone(phone_key) == {binh}
    assert proven_persons(contact_key(NEW), AT) == ()
    assert reach_of(an) == NEW


def test_the_new_phone_shows_the_person_once_its_holder_proved_a_fact_of_theirs(
    register: Register, phone_key: bytes
) -> None:
    an = register("Nguyễn Văn An", phones=[(PHONE, "OWN")])
    move_contact(by=NURSE, at=AT, person_id=an.person_id, from_key=phone_key, to_phone=NEW, because="card seen")
    (holder,) = holders_of([an.person_id]).values()
    tries = [
        prove_person(by=PUBLIC, at=AT, contact_key=key, full_name=name, birth_date=holder.birth_date)
        for key, name in ((contact_key(NEW), "Trần Văn Sai"), (phone_key, "Nguyễn Văn An"))
    ]
    assert not any(tried.verdict.allowed for tried in tries)
    proved = prove_person(
        by=PUBLIC, at=AT, contact_key=contact_key(NEW), full_name="Nguyễn Văn An", birth_date=holder.birth_date
    )
    assert proved.person_ids == proven_persons(contact_key(NEW), AT) == (an.person_id,)


def test_the_phone_is_named_by_the_contact_that_staff_see_masked(register: Register, phone_key: bytes) -> None:
    an, other = register(phones=[(PHONE, "OWN")]).person_id, register(phones=[("0900000055", "OWN")]).person_id
    (contact,), (strange,) = (
        [p.contact_id for p in open_person(by=NURSE, at=AT, person_id=one, purpose="CORRECT").phones]
        for one in (an, other)
    )
    ask = {"by": NURSE, "at": AT, "person_id": an, "to_phone": NEW, "because": "card seen", "relation": "OWN"}
    with pytest.raises(NotFound):
        move_phone(contact_id=strange, **ask)  # type: ignore[arg-type]
    for _ in range(2):
        move_phone(contact_id=contact, **ask)  # type: ignore[arg-type]
    assert (reach_of(an), persons_on_phone(phone_key)) == (NEW, frozenset())


def test_moving_twice_changes_nothing(register: Register, phone_key: bytes) -> None:
    an = register(phones=[(PHONE, "OWN")]).person_id
    moves = [
        move_contact(by=NURSE, at=AT, person_id=an, from_key=phone_key, to_phone=NEW, because="lost") for _ in range(2)
    ]
    assert moves[0].contact_id == moves[1].contact_id
    assert (moves[1].proof_ended, moves[1].contacts_ended) == (False, 0)
    assert persons_on_phone(contact_key(NEW)) == {an}


def test_moving_to_the_same_phone_ends_nothing(register: Register, phone_key: bytes) -> None:
    an = register(phones=[(PHONE, "OWN")]).person_id
    prove_by_staff(by=NURSE, at=AT, contact_key=phone_key, person_id=an, because="card seen")
    moved = move_contact(by=NURSE, at=AT, person_id=an, from_key=phone_key, to_phone=PHONE, because="proved anew")
    assert moved.contacts_ended == 0
    assert proven_persons(phone_key, AT) == (an,)


def test_only_staff_who_may_see_the_person_move_it_and_for_a_reason(register: Register, phone_key: bytes) -> None:
    an = register(phones=[(PHONE, "OWN")]).person_id
    own = dataclasses.replace(CITIZEN, person_ids=frozenset({an}))
    for by, because, error in ((own, "mine", Refused), (NURSE, " ", Refused), (FAR_NURSE, "lost", NotFound)):
        with pytest.raises(error):
            move_contact(by=by, at=AT, person_id=an, from_key=phone_key, to_phone=NEW, because=because)
    with pytest.raises(Refused, match="PHONE_FORMAT"):
        move_contact(by=NURSE, at=AT, person_id=an, from_key=phone_key, to_phone="123", because="lost")
    assert reach_of(an) == PHONE
    assert not AuditLine.objects.filter(subject_id=an, action="people.move_contact").exists()


def test_no_device_of_the_old_phone_is_known_any_more(register: Register, phone_key: bytes) -> None:
    an = register(phones=[(PHONE, "OWN")]).person_id
    old, new = remember_device(by=PUBLIC, at=AT, phone=PHONE), remember_device(by=PUBLIC, at=AT, phone=NEW)
    move_contact(by=NURSE, at=AT, person_id=an, from_key=phone_key, to_phone=NEW, because="lost")
    assert (known_device(PHONE, old, AT), known_device(NEW, new, AT) is None) == (None, False)

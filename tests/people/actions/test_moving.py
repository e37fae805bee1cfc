"""A person moves to another phone: the old one shows them no more, the new one does, others stay."""

import dataclasses

import pytest

from tiemchung.core.models import AuditLine
from tiemchung.core.outbox import contact_key
from tiemchung.core.verdict import Refused
from tiemchung.people.actions import move_contact, prove_by_staff
from tiemchung.people.reads import NotFound, persons_on_phone, proven_persons, reach_of

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
    assert proven_persons(contact_key(NEW), AT) == (an,)
    assert reach_of(an) == NEW


def test_moving_twice_changes_nothing(register: Register, phone_key: bytes) -> None:
    an = register(phones=[(PHONE, "OWN")]).person_id
    moves = [
        move_contact(by=NURSE, at=AT, person_id=an, from_key=phone_key, to_phone=NEW, because="lost") for _ in range(2)
    ]
    assert moves[0].contact_id == moves[1].contact_id
    assert (moves[1].proof_ended, moves[1].contacts_ended) == (False, 0)
    assert proven_persons(contact_key(NEW), AT) == (an,)


def test_moving_to_the_same_phone_ends_nothing(register: Register, phone_key: bytes) -> None:
    an = register(phones=[(PHONE, "OWN")]).person_id
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

"""Numbers, phones and guardians come and go; nothing is overwritten."""

from dataclasses import replace
from uuid import UUID

import pytest

from tiemchung.core.outbox import contact_key
from tiemchung.core.verdict import Refused
from tiemchung.people.actions import (
    add_identifier,
    add_phone,
    end_guardian,
    open_person,
    retire_identifier,
    retire_phone,
    set_guardian,
)
from tiemchung.people.models import ContactPhone, IdentifierLookup
from tiemchung.people.reads import NotFound, reach_of

from ..conftest import AT, CITIZEN, FAR_NURSE, NURSE, OFFICER, PHONE, Register, staff

pytestmark = pytest.mark.django_db
OTHER_PHONE = "+84900000002"


def test_a_number_is_added_once_and_retired_but_still_found(register: Register) -> None:
    an = register().profile_id
    facts = {"by": NURSE, "at": AT, "profile_id": an, "system": "CMND9", "value": "990 000 001"}
    added = add_identifier(**facts)
    assert add_identifier(**facts).identifier_id == added.identifier_id
    retire_identifier(by=NURSE, at=AT, profile_id=an, identifier_id=added.identifier_id, because="renewed")
    retire_identifier(by=NURSE, at=AT, profile_id=an, identifier_id=added.identifier_id, because="renewed")
    shown = open_person(by=NURSE, at=AT, person_id=an, purpose="check").identifiers
    assert [(row.state, row.shown) for row in shown] == [("RETIRED", "•••001")]
    assert IdentifierLookup.objects.filter(value_index__isnull=False, profile_id=an).count() == 1
    again = add_identifier(**facts)
    assert again.identifier_id != added.identifier_id
    assert IdentifierLookup.objects.filter(value_index__isnull=False, profile_id=an).count() == 1


def test_a_number_of_another_person_cannot_be_retired_through_ones_own(register: Register) -> None:
    an, binh = register().profile_id, register("Trần Thị Bình").profile_id
    number = add_identifier(by=NURSE, at=AT, profile_id=binh, system="CMND9", value="990000001").identifier_id
    with pytest.raises(NotFound):
        retire_identifier(by=NURSE, at=AT, profile_id=an, identifier_id=number, because="x")
    with pytest.raises(Refused, match="PEOPLE_REASON_REQUIRED"):
        retire_identifier(by=NURSE, at=AT, profile_id=binh, identifier_id=number, because="")


def test_a_phone_is_reached_by_its_nearest_relation_and_never_a_facilitys(register: Register) -> None:
    an = register(phones=[(PHONE, "FACILITY")]).profile_id
    assert reach_of(an) is None
    add_phone(by=NURSE, at=AT, profile_id=an, phone="0900000003", relation="FAMILY")
    own = add_phone(by=NURSE, at=AT, profile_id=an, phone=OTHER_PHONE, relation="OWN")
    assert reach_of(an) == OTHER_PHONE
    retire_phone(by=NURSE, at=AT, profile_id=an, contact_id=own)
    retire_phone(by=NURSE, at=AT, profile_id=an, contact_id=own)
    assert reach_of(an) == "+84900000003"


def test_a_known_contact_is_given_again_and_a_new_relation_ends_the_old(register: Register) -> None:
    an = register().profile_id
    first = add_phone(by=NURSE, at=AT, profile_id=an, phone=PHONE, relation="FAMILY")
    assert add_phone(by=NURSE, at=AT, profile_id=an, phone="0900 000 001", relation="FAMILY") == first
    assert add_phone(by=NURSE, at=AT, profile_id=an, phone=PHONE, relation="OWN") != first
    rows = ContactPhone.objects.filter(phone_index=contact_key(PHONE), profile_id=an)
    assert sorted((row.relation, row.valid_to is None) for row in rows) == [("FAMILY", False), ("OWN", True)]


def test_a_citizen_keeps_the_phones_of_their_own_and_of_nobody_else(register: Register) -> None:
    an, hoa = register().profile_id, register("Phạm Thị Hoa").profile_id
    citizen = replace(CITIZEN, person_ids=frozenset({an}))
    assert add_phone(by=citizen, at=AT, profile_id=an, phone=PHONE, relation="OWN")
    with pytest.raises(NotFound):
        add_phone(by=citizen, at=AT, profile_id=hoa, phone=PHONE, relation="OWN")
    with pytest.raises(Refused, match="PEOPLE_NOT_ALLOWED"):
        add_identifier(by=citizen, at=AT, profile_id=an, system="CMND9", value="990000001")


def test_a_guardian_is_seen_from_both_sides_until_it_ends(register: Register) -> None:
    an, binh = register().profile_id, register("Nguyễn Thị Bình").profile_id
    facts = {"by": NURSE, "at": AT, "dependant_id": binh, "guardian_id": an, "relation": "FATHER"}
    pair = set_guardian(**facts)
    assert set_guardian(**facts) == pair
    child = open_person(by=NURSE, at=AT, person_id=binh, purpose="check")
    parent = open_person(by=NURSE, at=AT, person_id=an, purpose="check")
    assert [(kin.person_id, kin.relation) for kin in child.guardians] == [(an, "FATHER")]
    assert [kin.full_name for kin in parent.dependants] == ["Nguyễn Thị Bình"]
    end_guardian(by=NURSE, at=AT, dependant_id=binh, pair_id=pair)
    assert open_person(by=NURSE, at=AT, person_id=an, purpose="check").dependants == ()


def test_nobody_guards_themselves_or_their_guardian(register: Register) -> None:
    an, binh = register().profile_id, register("Nguyễn Thị Bình").profile_id
    set_guardian(by=NURSE, at=AT, dependant_id=binh, guardian_id=an, relation="FATHER")
    with pytest.raises(Refused, match="GUARDIAN_BOTH_WAYS"):
        set_guardian(by=NURSE, at=AT, dependant_id=an, guardian_id=binh, relation="CHILD")
    with pytest.raises(Refused, match="GUARDIAN_OF_ONESELF"):
        set_guardian(by=NURSE, at=AT, dependant_id=an, guardian_id=an, relation="OTHER")


def test_strangers_and_officers_of_figures_change_no_contact(register: Register) -> None:
    an = register().profile_id
    with pytest.raises(NotFound):
        add_phone(by=FAR_NURSE, at=AT, profile_id=an, phone=PHONE, relation="OWN")
    officer = staff("province_officer", 8, None)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="PEOPLE_NOT_ALLOWED"):
        add_phone(by=officer, at=AT, profile_id=an, phone=PHONE, relation="OWN")
    assert add_phone(by=OFFICER, at=AT, profile_id=an, phone=PHONE, relation="OWN")
    with pytest.raises(NotFound):
        retire_phone(by=NURSE, at=AT, profile_id=an, contact_id=UUID(int=1))

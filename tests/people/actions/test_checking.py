"""The four fields are looked at in bulk: what changed is asked about again, and nothing else moves anybody."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.people.conftest import AT, BA_DINH, BEN_NGHE, CORRECTOR, NURSE, Register
from tiemchung.people.actions import (
    add_identifier,
    amend_profile,
    check_identities,
    checked_identities,
    link_profiles,
    register_profile,
    retire_identifier,
    undo_link,
)
from tiemchung.people.models import Identifier, IdentityCheck, PersonChange
from tiemchung.people.reads import holders_of, identity_fields, identity_states, joined_persons
from tiemchung.people.rules import IdentityState

pytestmark = pytest.mark.django_db
LATER = AT + dt.timedelta(days=1)
CCCD, OTHER = "079201000001", "079201000002"
NOT_SENT, WAITING, MATCHED, DUPLICATE = (IdentityState(s) for s in ("NOT_SENT", "WAITING", "MATCHED", "DUPLICATE"))


def state(person_id: UUID) -> tuple[str, str]:
    """Give where a person's check stands, and why."""
    view = identity_states([person_id])[person_id]
    return view.state.value, view.why


def matched(*person_ids: UUID) -> None:
    """Let the register have said right of these persons."""
    IdentityCheck.objects.filter(person_id__in=person_ids).update(state=MATCHED, due_at=None, answered_at=AT)


@pytest.fixture
def checked(register: Register) -> UUID:
    """Give somebody whole whom the register knows."""
    person = register(identifiers=[("CCCD", CCCD)]).person_id
    check_identities(person_ids=[person], at=AT)
    matched(person)
    return person


def test_somebody_whole_waits_to_be_sent_at_once(register: Register) -> None:
    person = register(identifiers=[("CCCD", CCCD)]).person_id
    assert identity_states([person]) == {}
    assert check_identities(person_ids=[person], at=AT) == set()
    assert state(person) == ("WAITING", "")
    row = IdentityCheck.objects.get()
    assert (row.due_at, row.batch_id, row.area_id) == (AT, None, BEN_NGHE)
    assert b"Nguy" not in bytes(row.fields)


def test_who_asks_with_the_check_hears_what_stands_after_it(register: Register, checked: UUID) -> None:
    fresh = register(identifiers=[("CCCD", OTHER)]).person_id
    holders = holders_of([checked, fresh])
    for _ in range(2):  # the first makes a check, the second finds nothing to do
        told = checked_identities(person_ids=holders, at=LATER, holders=holders)
        assert told == identity_states(holders)
        assert {one.state for one in told.values()} == {MATCHED, WAITING}
    assert identity_fields(holders) == {person: one.fields.hex() for person, one in told.items()}


def test_who_was_joined_is_told_apart_from_who_was_not(register: Register, checked: UUID) -> None:
    twin = register(identifiers=[("CCCD", CCCD)]).person_id
    assert joined_persons([checked, twin]) == {}
    link_profiles(by=CORRECTOR, at=AT, key="k", keep_person=checked, join_person=twin, because="same card")
    assert joined_persons([checked, twin]) == {twin: checked}
    kept = holders_of([checked])[checked]
    assert holders_of([twin]) == {twin: kept}
    assert set(kept.profile_ids) == {checked, twin}


@pytest.mark.parametrize(
    ("other", "found"),
    [({"nationality": "US", "identifiers": [("PASSPORT", "TC000123")]}, ("NOT_APPLICABLE", "FOREIGNER")),
     ({"nationality": "US"}, ("LOCAL_REVIEW", "FOREIGNER")), ({"identifiers": []}, ("NOT_SENT", "NUMBER_MISSING")),
     ({"birth_precision": "YEAR"}, ("NOT_SENT", "BIRTH_INCOMPLETE")), ({"sex": "UNKNOWN"}, ("NOT_SENT", "SEX_MISSING")),
     ({"identifiers": [("PASSPORT", "TC000123")]}, ("NOT_SENT", "NUMBER_MISSING")),
     ({"identifiers": [("CMND9", "990000001")]}, ("WAITING", ""))],
)  # fmt: skip
def test_who_is_not_sent_is_told_why(register: Register, other: dict[str, Any], found: tuple[str, str]) -> None:
    person = register(**{"identifiers": [("CCCD", CCCD)], **other}).person_id
    check_identities(person_ids=[person], at=AT)
    assert state(person) == found
    assert IdentityCheck.objects.filter(due_at__isnull=False).exists() is (found[0] == "WAITING")


def test_a_second_look_writes_nothing(checked: UUID) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert check_identities(person_ids=[checked], at=LATER) == set()
    assert not [q for q in asked.captured_queries if q["sql"].startswith(("INSERT", "UPDATE"))]
    assert state(checked) == ("MATCHED", "")


@pytest.mark.parametrize(
    "change",
    [{"full_name": "Nguyễn Văn Ân"}, {"birth_date": dt.date(2001, 3, 6)}, {"sex": "FEMALE"}],
)
def test_a_changed_field_is_asked_about_again(checked: UUID, change: dict[str, Any]) -> None:
    amend_profile(by=NURSE, at=LATER, profile_id=checked, because="Xem lại giấy tờ", **change)
    assert check_identities(person_ids=[checked], at=LATER) == {checked}
    assert state(checked) == ("WAITING", "")
    assert check_identities(person_ids=[checked], at=LATER) == set()


def test_another_number_is_asked_about_again_and_followers_hear_of_it(checked: UUID) -> None:
    before = PersonChange.objects.count()
    old = Identifier.objects.get(profile_id=checked)
    add_identifier(by=NURSE, at=LATER, profile_id=checked, system="CCCD", value=OTHER)
    retire_identifier(by=NURSE, at=LATER, profile_id=checked, identifier_id=old.id, because="Ghi nhầm số")
    assert PersonChange.objects.count() == before + 2
    assert check_identities(person_ids=[checked], at=LATER) == {checked}
    assert state(checked) == ("WAITING", "")


@pytest.mark.parametrize(("system", "value", "told"), [("BHXH10", "0123456789", 0), ("PASSPORT", "TC000123", 1)])
def test_a_number_that_the_register_does_not_use_moves_no_check(
    checked: UUID, system: str, value: str, told: int
) -> None:
    before = PersonChange.objects.count()
    add_identifier(by=NURSE, at=LATER, profile_id=checked, system=system, value=value)
    assert PersonChange.objects.count() == before + told  # a foreigner's vaccine passport may rest on a passport book
    assert check_identities(person_ids=[checked], at=LATER) == set()
    assert state(checked) == ("MATCHED", "")


def test_another_area_moves_the_count_and_not_the_check(checked: UUID) -> None:
    amend_profile(by=CORRECTOR, at=LATER, profile_id=checked, because="Chuyển nhà", area_id=BA_DINH)
    assert check_identities(person_ids=[checked], at=LATER) == set()
    assert state(checked) == ("MATCHED", "")
    assert IdentityCheck.objects.get().area_id == BA_DINH


def test_who_becomes_a_foreigner_is_not_sent_any_more(checked: UUID) -> None:
    because = {"because": "Quốc tịch Mỹ", "paper": "hộ chiếu"}
    amend_profile(by=CORRECTOR, at=LATER, profile_id=checked, nationality="US", **because)
    assert check_identities(person_ids=[checked], at=LATER) == set()
    assert state(checked) == ("LOCAL_REVIEW", "FOREIGNER")


def test_two_unknown_persons_with_one_number_both_wait_until_it_is_settled(register: Register) -> None:
    one, other = (register(name, identifiers=[("CCCD", CCCD)]).person_id for name in ("Nguyễn Văn An", "Lê Văn Bình"))
    check_identities(person_ids=[one], at=AT)
    assert state(one) == ("DUPLICATE", "NUMBER_SHARED")
    check_identities(person_ids=[other], at=AT)
    assert {state(one), state(other)} == {("DUPLICATE", "NUMBER_SHARED")}
    wrong = Identifier.objects.get(profile_id=other)
    retire_identifier(by=NURSE, at=LATER, profile_id=other, identifier_id=wrong.id, because="Số của người khác")
    assert check_identities(person_ids=[other], at=LATER) == {other}
    assert (state(one), state(other)) == (("WAITING", ""), ("NOT_SENT", "NUMBER_MISSING"))
    told = PersonChange.objects.filter(kind="CHECKED").values_list("profile_id", flat=True)
    assert list(told) == [one]


def test_a_waiting_person_is_held_back_when_somebody_else_comes_with_the_number(register: Register) -> None:
    one = register(identifiers=[("CCCD", CCCD)]).person_id
    check_identities(person_ids=[one], at=AT)
    other = register("Lê Văn Bình", identifiers=[("CMND12", CCCD)]).person_id
    assert check_identities(person_ids=[other], at=LATER) == set()
    assert {state(one), state(other)} == {("DUPLICATE", "NUMBER_SHARED")}
    assert not IdentityCheck.objects.filter(due_at__isnull=False).exists()


def test_a_newcomer_with_the_number_takes_nothing_from_whom_the_register_knows(
    checked: UUID, register: Register
) -> None:
    other = register("Lê Văn Bình", identifiers=[("CCCD", CCCD)]).person_id
    check_identities(person_ids=[other, checked], at=LATER)
    assert (state(checked), state(other)) == (("MATCHED", ""), ("DUPLICATE", "NUMBER_SHARED"))


def test_two_profiles_of_one_person_are_no_duplicate(checked: UUID, register: Register) -> None:
    again = register(identifiers=[("CCCD", CCCD)]).person_id
    check_identities(person_ids=[again], at=AT)
    linked = link_profiles(
        by=CORRECTOR, at=LATER, key="join", keep_person=checked, join_person=again, because="Cùng số căn cước"
    )
    assert check_identities(person_ids=[checked, again], at=LATER) == set()
    assert (state(checked), state(again)) == (("MATCHED", ""), ("NOT_SENT", "JOINED"))
    undo_link(by=CORRECTOR, at=LATER, profile_id=again, link_id=linked.link_id, because="Hai người")
    assert check_identities(person_ids=[checked, again], at=LATER) == {again}
    assert (state(checked), state(again)) == (("MATCHED", ""), ("DUPLICATE", "NUMBER_SHARED"))


def test_a_joined_person_of_other_fields_voids_what_was_signed_for_them(checked: UUID, register: Register) -> None:
    again = register("Nguyễn Văn An", birth_date=dt.date(2001, 5, 3)).person_id
    check_identities(person_ids=[again], at=AT)
    link_profiles(by=CORRECTOR, at=LATER, key="join", keep_person=checked, join_person=again, because="Ngày tháng đảo")
    assert check_identities(person_ids=[again], at=LATER) == {checked}
    assert state(checked) == ("MATCHED", "")


def test_many_are_looked_at_in_few_statements(register: Register) -> None:
    numbers = [f"0792010{n:05}" for n in range(20)]
    people = [register(identifiers=[("CCCD", n)]).person_id for n in numbers]
    with CaptureQueriesContext(connection) as first:
        check_identities(person_ids=people, at=AT)
    assert len(first) <= 10, [q["sql"][:90] for q in first]
    holders = holders_of(people)
    with CaptureQueriesContext(connection) as again:
        check_identities(person_ids=people, at=AT, holders=holders)
    assert len(again) <= 5, [q["sql"][:90] for q in again]


def test_nobody_and_unknown_ids_are_no_error() -> None:
    assert check_identities(person_ids=[], at=AT) == set()
    assert check_identities(person_ids=[UUID(int=7)], at=AT) == set()


_FOUR = {
    "full_name": st.sampled_from(["Nguyễn Văn An", "Nguyễn Văn Ân", "Lê Thị Bé"]),
    "birth_date": st.sampled_from([dt.date(2001, 3, 5), dt.date(2001, 5, 3)]),
    "sex": st.sampled_from(["MALE", "FEMALE"]),
    "birth_precision": st.sampled_from(["DAY", "MONTH", "YEAR"]),
}
_ELSE = {
    "occupation": st.sampled_from(["", "Giáo viên", "Nông dân"]),
    "address_text": st.sampled_from(["", "1 Lê Lợi", "2 Lê Lợi"]),
    "area_id": st.sampled_from([BEN_NGHE, BA_DINH]),
}


class AnyChange(TestCase):
    """Whatever is amended: one of the four fields resets the check, and anything else does not."""

    @settings(max_examples=25, deadline=None)
    @given(st.fixed_dictionaries({}, optional={**_FOUR, **_ELSE}))
    def test_only_one_of_the_four_fields_resets_it(self, change: dict[str, Any]) -> None:
        person = register_profile(
            by=NURSE, at=AT, key=f"prop-{Identifier.objects.count()}", full_name="Nguyễn Văn An",
            birth_date=dt.date(2001, 3, 5), sex="MALE", source="DESK", area_id=BEN_NGHE, identifiers=[("CCCD", CCCD)],
        ).person_id  # fmt: skip
        check_identities(person_ids=[person], at=AT)
        matched(person)
        done = amend_profile(by=CORRECTOR, at=LATER, profile_id=person, because="Xem lại", **change)
        resets = bool(set(done.changed) & set(_FOUR))
        assert check_identities(person_ids=[person], at=LATER) == ({person} if resets else set())
        assert (state(person) == ("MATCHED", "")) is not resets

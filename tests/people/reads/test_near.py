"""Whoever is meant is found by indexed keys, with the reasons; who cannot be meant is not."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tiemchung.people.actions import amend_profile, forbid_link, link_profiles
from tiemchung.people.reads import NearClaim, NearProfile, near_profiles
from tiemchung.people.rules.near import Nearness

from ..conftest import AT, BA_DINH, CORRECTOR, NURSE, PHONE, Register

pytestmark = pytest.mark.django_db
BORN = dt.date(2001, 3, 5)
CCCD = "079201000001"


def _near(**facts: Any) -> tuple[NearProfile, ...]:
    return near_profiles(NearClaim(**({"full_name": "Nguyễn Văn An", "birth_date": BORN} | facts)))


def _codes(near: tuple[NearProfile, ...]) -> set[str]:
    assert len(near) == 1
    return {reason.code for reason in near[0].reasons}


@pytest.mark.parametrize(
    ("name", "birth", "codes"),
    [
        ("Nguyễn Văn An", BORN, {"SAME_NAME", "SAME_BIRTH"}),
        ("nguyen van an", BORN, {"NAME_WITHOUT_MARKS", "SAME_BIRTH"}),
        ("Nguyễn An", BORN, {"MIDDLE_DROPPED", "SAME_BIRTH"}),
        ("Nguyễn Văn Thành An", BORN, {"MIDDLE_DROPPED", "SAME_BIRTH"}),
        ("Nguyễn Văn An", dt.date(2001, 5, 3), {"SAME_NAME", "DAY_MONTH_SWAPPED"}),
        ("Nguyễn Văn An", dt.date(2001, 3, 15), {"SAME_NAME", "BIRTH_ONE_OFF"}),
        ("Nguyễn Văn An", dt.date(2001, 1, 1), {"SAME_NAME", "BIRTH_YEAR_ONLY"}),
        ("Nguyễn Văn Ân", BORN, {"NAME_MARKS_DIFFER", "SAME_BIRTH"}),
    ],
)
def test_a_person_is_found_under_a_name_and_birth_with_the_usual_errors(
    register: Register, name: str, birth: dt.date, codes: set[str]
) -> None:
    register()
    assert _codes(_near(full_name=name, birth_date=birth)) == codes


@pytest.mark.parametrize(("precision", "birth"), [("YEAR", dt.date(2001, 1, 1)), ("MONTH", dt.date(2001, 3, 1))])
def test_a_person_is_found_where_either_side_knows_the_year_or_month_alone(
    register: Register, precision: str, birth: dt.date
) -> None:
    register()
    assert _codes(_near(birth_date=birth, birth_precision=precision)) == {"SAME_NAME", "BIRTH_YEAR_ONLY"}
    register("Trần Thị Bình", birth_date=birth, birth_precision=precision)
    assert _codes(_near(full_name="Trần Thị Bình")) == {"SAME_NAME", "BIRTH_YEAR_ONLY"}


def test_an_old_number_and_a_new_one_are_both_looked_for(register: Register) -> None:
    register(identifiers=[("CMND9", "990000001")])
    near = _near(numbers=(("CCCD", CCCD), ("CMND9", "990000001")), sex="MALE")
    assert _codes(near) == {"OLD_NUMBER", "SAME_NAME", "SAME_BIRTH"}
    assert near[0].nearness is Nearness.LIKELY


def test_a_number_one_digit_off_is_found_without_reading_any_number(register: Register) -> None:
    register(identifiers=[("CCCD", CCCD)])
    for wrong in ("079201000002", "079201000010", "072901000001"):
        codes = _codes(_near(full_name="Nguyễn Văn An", birth_date=None, numbers=(("CCCD", wrong),)))
        assert codes == {"NUMBER_ONE_OFF", "SAME_NAME"}
    assert _near(full_name="", birth_date=None, numbers=(("CCCD", "079201000022"),)) == ()


def test_an_insurance_card_is_found_by_the_number_inside_it(register: Register) -> None:
    register(identifiers=[("BHYT15", "DN4799900000001")])
    assert "SAME_NUMBER" in _codes(_near(numbers=(("BHXH10", "9900000001"),)))


def test_a_number_that_does_not_fit_its_holder_says_less(register: Register) -> None:
    register("Trần Thị Bình", sex="FEMALE", identifiers=[("CCCD", CCCD)])
    near = _near(full_name="Trần Thị Bình", numbers=(("CCCD", CCCD),))
    assert {"SAME_NUMBER", "NUMBER_DOUBTFUL"} <= _codes(near)


def test_a_phone_finds_only_who_has_the_name_and_an_offices_phone_nobody(register: Register) -> None:
    register(birth_date=dt.date(1990, 9, 9), phones=[(PHONE, "FAMILY")])
    register("Nguyễn Văn Bảo", phones=[(PHONE, "FAMILY")])
    assert _codes(_near(phone="0900000001")) == {"SAME_NAME", "SAME_PHONE", "BIRTH_DIFFERS"}
    for number in range(20):
        register(f"Lê Thị {'Anh' if number % 2 else 'Út'}", phones=[(PHONE, "UNKNOWN")])
    assert _near(phone="0900000001") == ()


def test_who_is_already_the_same_person_is_left_out_and_who_never_is_is_told(register: Register) -> None:
    one, again, other = (register(area_id=area).profile_id for area in (None, BA_DINH, None))
    assert {line.profile_id for line in _near(of_profile=one)} == {again, other}
    link_profiles(by=CORRECTOR, at=AT, key="k", keep_person=again, join_person=_home(one), because="same card")
    forbid_link(by=CORRECTOR, at=AT, one=_home(other), other=again, because="cousins")
    near = _near(of_profile=one)
    assert [line.profile_id for line in near] == [other]
    assert (near[0].differs, near[0].score) == (("NOT_LINK",), 0)
    assert {line.person_id for line in _near()} == {again, other}


def _home(profile_id: UUID) -> UUID:
    """Bring a profile without an area into the corrector's."""
    amend_profile(by=NURSE, at=AT, profile_id=profile_id, because="moved", area_id=BA_DINH)
    return profile_id


def test_a_former_name_finds_nobody_and_the_amended_one_does(register: Register) -> None:
    profile_id = register("Nguyễn Văn Sai").profile_id
    amend_profile(by=NURSE, at=AT, profile_id=profile_id, because="typo", full_name="Nguyễn Văn An")
    assert [line.profile_id for line in _near()] == [profile_id]
    assert _near(full_name="Nguyễn Văn Sai") == ()


@pytest.mark.parametrize("birth", [dt.date(1, 1, 1), dt.date(9999, 12, 31), dt.date(2000, 2, 29)])
@pytest.mark.parametrize("name", ["", "  ", "李", "An", "x " * 60])
def test_a_claim_of_any_kind_is_answered(register: Register, name: str, birth: dt.date) -> None:
    register()
    claim = NearClaim(name, birth, "YEAR", numbers=(("CCCD", "x"), ("PASSPORT", "")), phone="12")
    assert near_profiles(claim) == ()


def test_a_claim_costs_ten_statements_however_many_it_fits(register: Register) -> None:
    for _ in range(12):
        register(phones=[(PHONE, "FAMILY")])
    facts = {"numbers": (("CCCD", CCCD),), "phone": PHONE, "of_profile": register("Lê An").profile_id}
    with CaptureQueriesContext(connection) as asked:
        assert len(_near(**facts)) == 12
    assert len(asked) <= 10
    assert len(near_profiles(NearClaim("Nguyễn Văn An", BORN), limit=5)) == 5

"""A wrong format refuses; what merely does not fit its holder warns."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiemchung.core.verdict import Severity
from tiemchung.people.rules.identifiers import (
    check_identifier,
    mask,
    number_spaces,
    possible_systems,
    state_after,
    tail_of,
    vouches,
)
from tiemchung.people.rules.kinds import IdentifierState, IdSystem, Sex
from tiemchung.people.rules.provinces import CCCD_PROVINCES

BORN = dt.date(2001, 3, 5)
AN = "079201000001"  # Ho Chi Minh City, male, 21st century, year 01


def _codes(raw: str, **facts: object) -> list[str]:
    given_facts = {"sex": Sex.MALE, "birth_date": BORN} | facts
    return [r.code for r in check_identifier(IdSystem.CCCD, raw, **given_facts)[1].reasons]  # type: ignore[arg-type]


def test_a_number_that_fits_its_holder_has_nothing_said_of_it() -> None:
    assert check_identifier(IdSystem.CCCD, AN, sex=Sex.MALE, birth_date=BORN) == (
        AN,
        check_identifier("QID", "1" * 18)[1],
    )


@given(
    st.sampled_from(sorted(CCCD_PROVINCES)),
    st.sampled_from([Sex.MALE, Sex.FEMALE]),
    st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31)),
    st.integers(0, 9999),
)
def test_a_number_made_by_the_rule_of_2016_fits(province: str, sex: Sex, born: dt.date, tail: int) -> None:
    digit = 2 * (born.year // 100 - 19) + (sex is Sex.FEMALE)
    number = f"{province}{digit}{born.year % 100:02}{tail:06}"
    assert not check_identifier(IdSystem.CCCD, number, sex=sex, birth_date=born)[1].reasons


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"sex": Sex.FEMALE}, "IDENTIFIER_SEX"),
        ({"birth_date": dt.date(1901, 3, 5)}, "IDENTIFIER_BIRTH_YEAR"),
        ({"birth_date": dt.date(2002, 3, 5)}, "IDENTIFIER_BIRTH_YEAR"),
    ],
)
def test_a_number_that_does_not_fit_warns_and_is_doubtful(facts: dict[str, object], code: str) -> None:
    verdict = check_identifier(IdSystem.CCCD, AN, **({"sex": Sex.MALE, "birth_date": BORN} | facts))[1]  # type: ignore[arg-type]
    assert [(r.code, r.severity) for r in verdict.reasons] == [(code, Severity.WARN)]
    assert state_after(verdict) is IdentifierState.DOUBTFUL


def test_an_unknown_province_warns_since_births_abroad_have_other_codes() -> None:
    assert _codes("999201000001") == ["IDENTIFIER_PROVINCE"]


@pytest.mark.parametrize(
    ("sex", "birth", "raw", "number"),
    [
        (Sex.MALE, BORN, "79201000001", AN),
        (Sex.MALE, BORN, "79201000001.0", AN),
        (Sex.MALE, BORN, "'079 201 000 001", AN),
        (Sex.MALE, BORN, "7.9201000001E+10", AN),
        (Sex.FEMALE, dt.date(1993, 1, 1), "1193000001", "001193000001"),
    ],
)
def test_what_a_spreadsheet_damaged_is_repaired_when_it_fits(sex: Sex, birth: dt.date, raw: str, number: str) -> None:
    assert check_identifier(IdSystem.CCCD, raw, sex=sex, birth_date=birth)[0] == number
    assert check_identifier(IdSystem.CCCD, raw, sex=sex, birth_date=birth)[1].allowed


@pytest.mark.parametrize(
    ("raw", "facts"),
    [
        ("79201000001", {"sex": Sex.FEMALE}),
        ("79201000001", {"sex": Sex.UNKNOWN}),
        ("79201000001", {"birth_date": None}),
        ("79201000001", {"birth_date": dt.date(1999, 1, 1)}),
        ("7.92E+10", {}),
        ("7.92010000E+10", {}),
    ],
)
def test_what_cannot_be_repaired_surely_is_refused(raw: str, facts: dict[str, object]) -> None:
    assert _codes(raw, **facts) == ["IDENTIFIER_FORMAT"]


@pytest.mark.parametrize(
    ("system", "good", "bad"),
    [
        (IdSystem.CMND9, "990000001", "99000000"),
        (IdSystem.PASSPORT, "c1234567", "AB-"),
        (IdSystem.BHYT15, "gd4790000000001", "GD6790000000001"),
        (IdSystem.BHXH10, "0000000001", "000000001"),
        (IdSystem.QID, "100000000000000001", "1"),
        (IdSystem.HEALTH_ID, "0000000001", "x"),
        (IdSystem.CCCD, AN, "0792010000012"),
        (IdSystem.CCCD, "０７９２０１０００００１", "07920100000a"),
    ],
)
def test_each_system_knows_its_format(system: IdSystem, good: str, bad: str) -> None:
    assert check_identifier(system, good)[1].allowed
    assert [r.code for r in check_identifier(system, bad)[1].refusals] == ["IDENTIFIER_FORMAT"]


@given(st.sampled_from(IdSystem), st.text(max_size=100))
def test_any_text_gives_a_number_or_a_refusal(system: IdSystem, raw: str) -> None:
    value, verdict = check_identifier(system, raw)
    assert not verdict.allowed or value.isascii()


def test_cmnd12_and_cccd_are_found_under_one_number() -> None:
    assert number_spaces(IdSystem.CMND12, AN) == number_spaces(IdSystem.CCCD, AN)
    assert number_spaces(IdSystem.CMND9, "990000001") != number_spaces(IdSystem.PASSPORT, "990000001")


def test_an_insurance_card_is_also_found_by_the_number_inside() -> None:
    assert (IdSystem.BHXH10, "0000000001") in number_spaces(IdSystem.BHYT15, "GD4790000000001")


def test_only_a_clean_personal_number_holds_two_people_apart() -> None:
    assert vouches(IdSystem.CCCD, IdentifierState.CLEAN)
    assert not vouches(IdSystem.CCCD, IdentifierState.DOUBTFUL)
    assert not vouches(IdSystem.CMND9, IdentifierState.CLEAN)


def test_a_mask_shows_three_characters_and_no_short_value() -> None:
    assert mask(AN) == "•" * 9 + "001"
    assert tail_of("12345") == ""


def test_words_are_no_numbers_and_digits_may_be_several() -> None:
    assert possible_systems("Nguyễn Văn An") == ()
    assert {system for system, _ in possible_systems("990000001")} >= {IdSystem.CMND9}
    assert (IdSystem.CCCD, AN) in possible_systems(AN)

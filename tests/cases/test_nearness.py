"""How near two doses are does not depend on the side, and nothing beats equality."""

import datetime as dt
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiemchung.cases.rules.nearness import (
    NEAR,
    NEVER_LINK,
    DoseReason,
    DoseSketch,
    day_relation,
    dose_nearness,
    lot_relation,
    may_be_twins,
    may_suggest_link,
    one_off,
)
from tiemchung.people.rules.near import WEIGHTS as PERSON_WEIGHTS

DAYS = st.dates(dt.date(2021, 1, 1), dt.date(2023, 12, 31))
SKETCHES = st.builds(
    DoseSketch,
    product=st.sampled_from(["", "PFIZER", "ASTRAZENECA", "MODERNA"]),
    lot_number=st.text("AFO0I1B8-S5", max_size=8),
    given_on=st.none() | DAYS,
    facility_id=st.none() | st.sampled_from([UUID(int=1), UUID(int=2)]),
)
FULL = DoseSketch("PFIZER", "FA1O34", dt.date(2021, 8, 5), UUID(int=1))


@given(SKETCHES, SKETCHES)
def test_nearness_is_the_same_from_either_side(one: DoseSketch, other: DoseSketch) -> None:
    assert dose_nearness(one, other) == dose_nearness(other, one)
    assert may_be_twins(one, other) == may_be_twins(other, one)


@given(SKETCHES, SKETCHES)
def test_nothing_is_nearer_than_itself(one: DoseSketch, other: DoseSketch) -> None:
    itself = dose_nearness(one, one)
    assert 0 <= dose_nearness(one, other).score <= 100
    if one.given_on is not None and one.product and one.facility_id and any(c.isalnum() for c in one.lot_number):
        assert itself.score == 100
        assert not itself.differs
        assert dose_nearness(one, other).score <= itself.score


@given(SKETCHES, SKETCHES)
def test_without_a_day_on_both_sides_nothing_is_near(one: DoseSketch, other: DoseSketch) -> None:
    if one.given_on is None or other.given_on is None:
        assert not dose_nearness(one, other).near


@given(st.text("AB01", max_size=6), st.text("AB01", max_size=6))
def test_one_off_is_the_same_from_either_side_and_never_equality(one: str, other: str) -> None:
    assert one_off(one, other) == one_off(other, one)
    assert not one_off(one, one)


@given(st.text("ABC012", min_size=2, max_size=8), st.data())
def test_each_single_slip_of_a_lot_is_one_off(lot: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(lot) - 1))
    assert one_off(lot, lot[:place] + "X" + lot[place + 1 :])
    assert one_off(lot, lot[:place] + lot[place + 1 :])
    assert one_off(lot, lot[:place] + "X" + lot[place:])


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("FA1234", "fa 12-34", DoseReason.SAME_LOT),
        ("FA1O34", "FA1034", DoseReason.LOT_LOOKS_ALIKE),
        ("FAI234", "FA1234", DoseReason.LOT_LOOKS_ALIKE),
        ("FA1234", "FA1324", DoseReason.LOT_ONE_OFF),
        ("FA1234", "FA12345", DoseReason.LOT_ONE_OFF),
        ("FA1234", "ZZ9999", DoseReason.LOT_DIFFERS),
        ("FA1234", "", None),
    ],
)
def test_lots_are_compared_as_sheets_mistype_them(one: str, other: str, reason: DoseReason | None) -> None:
    assert lot_relation(one, other) is reason


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("2021-08-05", "2021-08-05", DoseReason.SAME_DAY),
        ("2021-08-05", "2021-05-08", DoseReason.DAY_MONTH_SWAPPED),
        ("2021-08-31", "2021-09-01", DoseReason.DAY_OFF_BY_ONE),
        ("2021-08-05", "2022-08-05", DoseReason.DAY_ONE_DIGIT_OFF),
        ("2021-08-05", "2021-08-15", DoseReason.DAY_ONE_DIGIT_OFF),
        ("2021-08-05", "2021-09-05", DoseReason.DAY_DIFFERS),
        ("2021-08-05", "2021-08-26", DoseReason.DAY_DIFFERS),
        ("2021-08-05", "2022-09-17", DoseReason.DAY_DIFFERS),
    ],
)
def test_days_are_compared_as_people_confuse_them(one: str, other: str, reason: DoseReason) -> None:
    assert day_relation(dt.date.fromisoformat(one), dt.date.fromisoformat(other)) is reason


@pytest.mark.parametrize(
    "slip",
    [
        {"given_on": dt.date(2021, 5, 8)},
        {"given_on": dt.date(2021, 8, 6)},
        {"lot_number": "FA1034"},
        {"lot_number": "FA1O43"},
        {"product": "ASTRAZENECA"},
        {"facility_id": UUID(int=2)},
    ],
)
def test_one_slip_leaves_a_dose_near(slip: dict[str, object]) -> None:
    values = {name: getattr(FULL, name) for name in ("product", "lot_number", "given_on", "facility_id")}
    assert dose_nearness(FULL, DoseSketch(**(values | slip))).score >= NEAR  # type: ignore[arg-type]


def test_the_next_dose_of_the_same_vial_is_another_dose() -> None:
    for later in (dt.date(2021, 8, 26), dt.date(2021, 9, 2), dt.date(2021, 9, 5)):
        assert not dose_nearness(FULL, DoseSketch("PFIZER", "FA1O34", later, UUID(int=1))).near


def test_another_day_and_another_lot_are_another_dose() -> None:
    assert not dose_nearness(FULL, DoseSketch("PFIZER", "ZZ9999", dt.date(2022, 11, 17), UUID(int=1))).near


def test_one_product_days_apart_may_be_one_injection_and_months_apart_is_not() -> None:
    near = DoseSketch("PFIZER", "FB2222", dt.date(2021, 8, 10), UUID(int=2))
    later = DoseSketch("PFIZER", "FB2222", dt.date(2021, 11, 17), UUID(int=2))
    assert may_be_twins(FULL, near)
    assert not may_be_twins(FULL, later)


@given(st.sets(st.sampled_from(sorted(PERSON_WEIGHTS))))
def test_two_valid_numbers_are_never_offered_as_one_person(codes: set[str]) -> None:
    assert may_suggest_link(codes) == ("OTHER_NUMBER" not in codes and "NOT_LINK" not in codes)
    assert set(PERSON_WEIGHTS) >= NEVER_LINK

"""Which dose under another record is somebody's first: pure rules, and the ladder above several places."""

import datetime as dt
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from tiemchung.cases.rules import Desk, DeskLevel, Known, RouteReason, above_all
from tiemchung.cases.rules.elsewhere import is_first_of
from tiemchung.vaccines.rules import GivenDose

BORN, TODAY = dt.date(1990, 5, 17), dt.date(2026, 11, 20)
DAY = dt.date(2021, 8, 1)


def dose(given_on: dt.date = DAY, product: str = "PFIZER", *, counted: bool = True) -> GivenDose:
    return GivenDose(id=uuid4(), product=product, lot="FA1", given_on=given_on, counted=counted)


def later(days: int) -> dt.date:
    return DAY + dt.timedelta(days=days)


def test_a_counted_dose_is_the_first_of_whoever_has_none() -> None:
    assert is_first_of(dose(), [], BORN, TODAY)


def test_a_dose_that_does_not_count_or_is_of_today_is_nobodys_first() -> None:
    assert not is_first_of(dose(counted=False), [], BORN, TODAY)
    assert not is_first_of(dose(TODAY), [], BORN, TODAY)
    assert not is_first_of(dose(BORN - dt.timedelta(days=1)), [], BORN, TODAY)


def test_it_must_lie_before_the_persons_own_dose_and_far_enough() -> None:
    assert is_first_of(dose(), [dose(later(28))], BORN, TODAY)
    assert not is_first_of(dose(later(28)), [dose()], BORN, TODAY)
    assert not is_first_of(dose(), [dose(later(2))], BORN, TODAY), "a twin of the own dose is no first"


def test_a_whole_course_has_its_first() -> None:
    assert not is_first_of(dose(), [dose(later(28)), dose(later(56))], BORN, TODAY)


PROVINCE, FAR = Desk(UUID(int=90), DeskLevel.PROVINCE), Desk(UUID(int=91), DeskLevel.PROVINCE)
WARD, OTHER_WARD = Desk(UUID(int=80), DeskLevel.COMMUNE), Desk(UUID(int=81), DeskLevel.COMMUNE)


def place(number: int, *above: Desk) -> Known:
    """Give the ladder of a facility."""
    return Known((Desk(UUID(int=number), DeskLevel.FACILITY), *above), RouteReason.FACILITY_OF_DOSE)


def test_the_ladder_of_several_places_holds_what_stands_above_all() -> None:
    here, there = place(10, WARD, PROVINCE), place(11, OTHER_WARD, PROVINCE)
    assert above_all([here, there]) == Known((PROVINCE,), RouteReason.TWO_PLACES)
    assert above_all([here, place(12, WARD, PROVINCE)]) == Known((WARD, PROVINCE), RouteReason.TWO_PLACES)
    assert above_all([here]) == above_all([here, here]) == here
    assert above_all([here, place(13, FAR)]) == here


@given(st.permutations([place(10, WARD, PROVINCE), place(11, OTHER_WARD, PROVINCE), place(12, WARD, PROVINCE)]))
def test_the_order_of_the_places_says_nothing(places: list[Known]) -> None:
    assert above_all(places) == Known((PROVINCE,), RouteReason.TWO_PLACES)

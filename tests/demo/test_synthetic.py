"""Nobody in the demonstration is real, and what is made up is possible, on any day it is loaded."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles.course import course
from tiemchung.demo import numbers
from tiemchung.demo.courses import course_for
from tiemchung.demo.households import Kin, household, rng_of
from tiemchung.demo.names import REGIONS
from tiemchung.demo.people import the_cast
from tiemchung.people.rules.births import check_birth
from tiemchung.people.rules.identifiers import check_identifier
from tiemchung.people.rules.names import clean_name
from tiemchung.people.rules.phones import normalise_phone

# An ordinary day, the end and start of a year, Tết of 2027, a leap day.
DAYS = [dt.date(2026, 11, 22), dt.date(2026, 12, 31), dt.date(2027, 1, 1), dt.date(2027, 2, 6), dt.date(2028, 2, 29)]


def everybody(today: dt.date, households: int = 250) -> list[Kin]:
    """Give the people of the first households, and the cast."""
    crowd = [
        kin
        for n in range(households)
        for kin in household(n, today=today, region=REGIONS[n % len(REGIONS)], province="079")
    ]
    return [*crowd, *(role.as_kin(today) for role in the_cast().values())]


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_everybody_is_possible(today: dt.date) -> None:
    for kin in everybody(today):
        assert clean_name(kin.full_name)[1].allowed, kin
        assert check_birth(kin.birth_date, kin.birth_precision, today).allowed, kin
        for system, number in kin.numbers:
            verdict = check_identifier(system, number, sex=kin.sex, birth_date=kin.birth_date)[1]
            assert verdict.reasons == (), kin
        for phone, _ in kin.phones:
            assert normalise_phone(phone) == (phone, None), kin


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_every_number_lies_in_its_reserved_range(today: dt.date) -> None:
    for kin in everybody(today):
        assert all("+84900000000" <= phone <= "+84900099999" for phone, _ in kin.phones), kin
        for system, number in kin.numbers:
            assert reserved(system, number), (system, number)


def reserved(system: str, number: str) -> bool:
    """Tell whether the number is one of those that nobody real has."""
    if system == "CCCD":
        return len(number) == 12 and int(number[-6:]) < 10_000
    starts = {"CMND9": "9900", "PASSPORT": "TC", "BHYT15": "GD4790000"}
    return number.startswith(starts[system])


def test_a_number_outside_the_range_is_never_given() -> None:
    for make in (numbers.phone, numbers.cmnd, numbers.passport):
        with pytest.raises(numbers.RangeUsedUp):
            make(100_000)
    with pytest.raises(numbers.RangeUsedUp):
        numbers.cccd(10_000, province="079", sex="MALE", born=dt.date(2000, 1, 1))


def test_nobody_shares_a_number_with_another() -> None:
    held = [pair for kin in everybody(DAYS[0], 1000) for pair in kin.numbers]
    assert len(held) == len(set(held))


def test_the_cast_is_unique_and_apart_from_the_crowd() -> None:
    roles = list(the_cast().values())
    assert len({role.n for role in roles}) == len(roles)
    assert all(0 < role.n < numbers.FOR_THE_CAST and role.story for role in roles)
    crowd = {phone for n in range(200) for kin in household(n, today=DAYS[0], region="south", province="079")
             for phone, _ in kin.phones}  # fmt: skip
    assert crowd.isdisjoint(role.phone_number() for role in roles)


def test_a_household_is_the_same_at_every_asking_and_its_children_have_a_guardian() -> None:
    for n in range(200):
        once, again = (household(n, today=DAYS[0], region="north", province="001") for _ in range(2))
        assert once == again
        for position, kin in enumerate(once):
            if (DAYS[0] - kin.birth_date).days < 15 * 365 and position:
                assert kin.guardian == 0
                assert (DAYS[0] - once[0].birth_date).days > 18 * 365


def test_households_share_phones_and_names_as_households_do() -> None:
    people = everybody(DAYS[0], 1000)
    phones = [kin.phones[0][0] for kin in people if kin.phones]
    shared = sum(1 for phone in phones if phones.count(phone) > 1) / len(phones)
    nguyen = sum(1 for kin in people if kin.full_name.startswith("Nguyễn ")) / len(people)
    assert 0.4 < shared < 0.9
    assert 0.2 < nguyen < 0.5
    assert any(kin.full_name.startswith("H'") for kin in people)
    assert any(kin.nationality != "VN" for kin in people)
    assert any(kin.birth_precision == "YEAR" for kin in people)


@settings(max_examples=400, deadline=None)
@given(seed=st.integers(), age=st.integers(0, 100), today=st.sampled_from(DAYS))
def test_a_course_counts_in_full_by_the_rules_of_its_days(seed: int, age: int, today: dt.date) -> None:
    shots = course_for(rng_of(seed), age)
    given_doses = [(shot.product, today - dt.timedelta(days=shot.ago)) for shot in shots]
    assert all(day < today for _, day in given_doses)
    if age >= 20:
        _, counted, _, _ = course(given_doses)
        assert counted == len(shots)
    assert age >= 6 or not shots

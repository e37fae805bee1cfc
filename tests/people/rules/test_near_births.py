"""Near birth dates are found from either side, and the dates that are looked up are exactly those that are near."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiemchung.people.rules.births import trim_birth
from tiemchung.people.rules.kinds import BirthPrecision
from tiemchung.people.rules.near_births import BirthRelation, birth_relation, births_like, births_one_off

DATES = st.dates(dt.date(1900, 1, 1), dt.date(2026, 12, 31))
BIRTHS = st.builds(lambda d, p: (trim_birth(d, p), str(p)), DATES, st.sampled_from(list(BirthPrecision)))
NEAR = st.builds(
    lambda d, p, days: (trim_birth(d + dt.timedelta(days=days), p), str(p)),
    st.just(dt.date(1990, 1, 1)),
    st.sampled_from(list(BirthPrecision)),
    st.integers(-40, 800),
)


def _born(text: str) -> tuple[dt.date, str]:
    parts = [int(part) for part in text.split("/")]
    precision = (BirthPrecision.YEAR, BirthPrecision.MONTH, BirthPrecision.DAY)[len(parts) - 1]
    day, month, year = (*[1] * (3 - len(parts)), *parts)
    return dt.date(year, month, day), str(precision)


@pytest.mark.parametrize(
    ("one", "other", "relation"),
    [
        ("05/03/2001", "05/03/2001", BirthRelation.SAME),
        ("05/03/2001", "03/05/2001", BirthRelation.SWAPPED),
        ("05/03/2001", "2001", BirthRelation.YEAR_ONLY),
        ("05/03/2001", "03/2001", BirthRelation.YEAR_ONLY),
        ("05/03/2001", "01/01/2001", BirthRelation.YEAR_ONLY),
        ("05/03/2001", "15/03/2001", BirthRelation.ONE_OFF),
        ("05/03/2001", "05/03/2011", BirthRelation.ONE_OFF),
        ("05/03/1985", "05/03/1958", BirthRelation.ONE_OFF),
        ("05/03/2001", "01/2001", BirthRelation.OTHER),
        ("05/03/2001", "06/04/2001", BirthRelation.OTHER),
        ("05/03/2001", "2002", BirthRelation.OTHER),
    ],
)
def test_two_births_are_as_near_as_their_difference(one: str, other: str, relation: BirthRelation) -> None:
    assert birth_relation(_born(one), _born(other)) is birth_relation(_born(other), _born(one)) is relation


@given(one=NEAR | BIRTHS, other=NEAR | BIRTHS)
def test_what_is_looked_up_is_what_is_near(one: tuple[dt.date, str], other: tuple[dt.date, str]) -> None:
    relation = birth_relation(one, other)
    near = relation in (BirthRelation.SAME, BirthRelation.SWAPPED, BirthRelation.YEAR_ONLY)
    assert (other in births_like(one)) == near
    if relation is BirthRelation.ONE_OFF:
        assert other in births_one_off(one)


@given(birth=BIRTHS)
def test_a_whole_date_needs_few_keys_and_a_year_never_more_than_its_days(birth: tuple[dt.date, str]) -> None:
    date, precision = birth
    whole = precision == BirthPrecision.DAY and (date.month, date.day) != (1, 1)
    assert len(births_like(birth)) <= (5 if whole else 380)
    assert len(births_one_off(birth)) <= 60

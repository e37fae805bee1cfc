"""Birth dates say no more than is known."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiemchung.people.rules.births import birth_text, check_birth, knows_as_much, same_birth, trim_birth
from tiemchung.people.rules.kinds import BirthPrecision as P

_DATES = st.dates(dt.date(1900, 1, 1), dt.date(2026, 12, 31))


@pytest.mark.parametrize(("precision", "text"), [(P.DAY, "05/03/2001"), (P.MONTH, "03/2001"), (P.YEAR, "2001")])
def test_a_date_is_written_as_precisely_as_it_is_known(precision: P, text: str) -> None:
    assert birth_text(dt.date(2001, 3, 5), precision) == text


@given(_DATES, st.sampled_from(P), st.sampled_from(P))
def test_a_date_agrees_with_itself_at_every_precision(date: dt.date, one: P, other: P) -> None:
    assert same_birth(trim_birth(date, one), one, trim_birth(date, other), other)


@given(_DATES, _DATES)
def test_two_days_agree_only_when_equal(one: dt.date, other: dt.date) -> None:
    assert same_birth(one, P.DAY, other, P.DAY) == (one == other)


def test_a_year_agrees_with_any_day_in_it_and_no_other() -> None:
    year = dt.date(1945, 1, 1)
    assert same_birth(year, P.YEAR, dt.date(1945, 12, 31), P.DAY)
    assert not same_birth(year, P.YEAR, dt.date(1946, 1, 1), P.DAY)


def test_a_birth_after_today_or_a_lifetime_ago_is_refused() -> None:
    today = dt.date(2026, 3, 1)
    assert check_birth(today, P.DAY, today).allowed
    assert [r.code for r in check_birth(dt.date(2026, 3, 2), P.DAY, today).reasons] == ["BIRTH_IN_FUTURE"]
    assert [r.code for r in check_birth(dt.date(1900, 1, 1), P.DAY, today).reasons] == ["BIRTH_TOO_LONG_AGO"]


def test_a_birth_in_the_present_month_or_year_is_no_future() -> None:
    today = dt.date(2026, 3, 1)
    assert check_birth(dt.date(2026, 3, 20), P.MONTH, today).allowed
    assert check_birth(dt.date(2026, 12, 31), P.YEAR, today).allowed


def test_a_year_knows_less_than_a_day() -> None:
    assert knows_as_much(P.DAY, P.YEAR)
    assert not knows_as_much(P.YEAR, P.DAY)

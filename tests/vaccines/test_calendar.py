"""Ages and gaps."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vaccines.given import day, unhurried
from tiemchung.vaccines.rules import Gap, age_on
from tiemchung.vaccines.rules.calendar import birthday

DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))


@pytest.mark.parametrize(
    ("gap", "start", "end"),
    [
        ("28d", "2024-02-01", "2024-02-29"),
        ("8w", "2021-07-06", "2021-08-31"),
        ("3m", "2023-11-30", "2024-02-29"),
        ("3m", "2022-11-30", "2023-02-28"),
        ("6m", "2021-08-31", "2022-02-28"),
        ("12m", "2024-02-29", "2025-02-28"),
    ],
)
def test_a_gap_ends_on_the_day_one_would_name(gap: str, start: str, end: str) -> None:
    assert Gap.parse(gap).after(day(start)) == day(end)


@pytest.mark.parametrize("text", ["", "3", "3y", "-3d", "3 d", "d", "٣d" * 2])
def test_other_texts_are_no_gap(text: str) -> None:
    with pytest.raises(ValueError, match="not a gap"):
        Gap.parse(text)


@unhurried
@given(DAYS, DAYS, st.integers(0, 24), st.integers(0, 60))
def test_a_later_day_never_comes_earlier_after_the_same_gap(
    one: dt.date, other: dt.date, months: int, days: int
) -> None:
    gap = Gap(months, days)
    first, last = sorted((one, other))
    assert first <= gap.after(first) <= gap.after(last)


@unhurried
@given(DAYS, st.integers(0, 110))
def test_a_birthday_is_the_first_day_of_the_new_age(born: dt.date, years: int) -> None:
    on = birthday(born, years)
    assert age_on(born, on) == years
    assert age_on(born, on - dt.timedelta(days=1)) == years - 1

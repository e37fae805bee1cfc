"""A code ends with a whole Vietnamese day, never later than twelve months after its issue nor than its key."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from tiemchung.certificates.rules import expiry

VIETNAM = dt.timezone(dt.timedelta(hours=7))
FAR = dt.datetime(2099, 1, 1, tzinfo=dt.UTC)
MOMENTS = st.datetimes(dt.datetime(2021, 1, 1), dt.datetime(2040, 1, 1), timezones=st.just(VIETNAM))


def at(*numbers: int) -> dt.datetime:
    return dt.datetime(*numbers, tzinfo=VIETNAM)  # type: ignore[arg-type, misc]


def test_the_last_day_is_good_until_midnight_in_vietnam() -> None:
    assert expiry(at(2026, 11, 23, 2, 39, 30), FAR) == at(2027, 11, 22, 23, 59, 59)
    assert expiry(at(2026, 11, 23), FAR) == at(2027, 11, 22, 23, 59, 59)
    assert expiry(at(2028, 2, 29, 12), FAR) == at(2029, 2, 27, 23, 59, 59)


def test_a_key_that_ends_sooner_ends_its_codes_on_its_last_whole_day() -> None:
    assert expiry(at(2026, 11, 23, 9), at(2027, 3, 1, 15)) == at(2027, 2, 28, 23, 59, 59)
    assert expiry(at(2026, 11, 23, 9), at(2026, 11, 23, 15)) == at(2026, 11, 23, 15)


@given(MOMENTS)
def test_no_code_outlives_its_twelve_months_nor_loses_more_than_a_day_of_them(issued_at: dt.datetime) -> None:
    ends = expiry(issued_at, FAR).astimezone(VIETNAM)
    day = 28 if (issued_at.month, issued_at.day) == (2, 29) else issued_at.day
    year_later = issued_at.replace(year=issued_at.year + 1, day=day)
    assert (ends.hour, ends.minute, ends.second, ends.microsecond) == (23, 59, 59, 0)
    assert year_later - dt.timedelta(days=1, seconds=1) < ends <= year_later

"""Dates, numbers and identifiers are written as Vietnamese readers write them, and no more of them than asked."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiemchung.web.shared import formats as f
from tiemchung.web.shared import words
from tiemchung.web.shared.language import speaking


@pytest.mark.parametrize(
    ("precision", "written"), [("day", "05/03/1984"), ("month", "03/1984"), ("year", "1984")]
)
def test_a_birth_date_is_written_only_as_exactly_as_it_is_known(precision, written):
    assert f.format_birth(dt.date(1984, 3, 5), precision) == written


def test_a_moment_is_written_on_vietnams_clock():
    late = dt.datetime(2026, 11, 21, 18, 5, tzinfo=dt.UTC)
    assert f.format_moment(late) == "01:05 22/11/2026"
    assert f.format_date(late) == "22/11/2026"
    assert f.format_time(late) == "01:05"


def test_nothing_is_written_for_nothing():
    for write in (f.format_date, f.format_birth, f.format_time, f.format_moment, f.format_number, f.format_percent):
        assert write(None) == ""
    for write in (f.format_phone, f.mask_identifier, f.mask_phone):
        assert write(None) == write("") == ""


@pytest.mark.parametrize(
    ("number", "decimals", "written"),
    [(0, 0, "0"), (1234, 0, "1.234"), (1234567, 0, "1.234.567"), (-1234.5, 1, "-1.234,5"), (0.25, 2, "0,25")],
)
def test_numbers_have_dots_between_thousands_and_a_comma_before_decimals(number, decimals, written):
    assert f.format_number(number, decimals) == written


def test_to_english_readers_the_marks_are_the_other_way_round():
    with speaking("en"):
        assert f.format_number(1234567.5, 1) == "1,234,567.5"
        assert f.format_number(1234.5, 1, "vi") == "1.234,5"
        assert f.format_percent(0.8123) == "81.2%"
        assert (f.format_fact(12000), f.format_fact(3.5)) == ("12,000", "3.5")
    assert f.format_number(1234.5, 1, "en") == "1,234.5"


def test_a_sentence_writes_its_numbers_in_its_own_language_not_in_the_pages():
    key = "set_aside.of"
    assert "12.000" in words.say(key, "vi", why="", n=12000)
    assert "12,000" in words.say(key, "en", why="", n=12000)
    with speaking("en"):
        assert "12.000" in words.say(key, "vi", why="", n=12000)
        assert "12,000" in words.say(key, why="", n=12000)


@given(st.integers())
def test_a_written_number_reads_back_as_itself(number):
    assert int(f.format_number(number).replace(".", "")) == number


def test_shares_are_written_as_percent():
    assert f.format_percent(0.8123) == "81,2%"
    assert f.format_percent(1, 0) == "100%"


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        ((2000, 2, 29), (2001, 2, 28), 0),
        ((2000, 2, 29), (2001, 3, 1), 1),
        ((2000, 2, 29), (2004, 2, 29), 4),
        ((1984, 3, 5), (2026, 3, 4), 41),
        ((1984, 3, 5), (2026, 3, 5), 42),
    ],
)
def test_age_is_counted_in_completed_years(birth, day, age):
    assert f.age_on(dt.date(*birth), dt.date(*day)) == age


def test_phones_are_written_in_groups_and_foreign_ones_as_they_are():
    assert f.format_phone("+84900000123") == "0900 000 123"
    assert f.format_phone("+4915112345678") == "+4915112345678"


@given(st.text(min_size=1, max_size=20), st.integers(min_value=0, max_value=10))
def test_a_masked_identifier_keeps_its_length_and_shows_at_most_a_third(number, shown):
    masked = f.mask_identifier(number, shown)
    hidden = len(number) - min(shown, len(number) // 3)
    assert len(masked) == len(number)
    assert masked[:hidden] == f.DOT * hidden
    assert masked[hidden:] == number[hidden:]


def test_a_masked_phone_shows_three_digits():
    assert f.mask_phone("+84900000123") == "•••• ••• 123"


@pytest.mark.parametrize(
    ("fact", "written"),
    [
        (999, 999),
        ("1985", "1985"),
        (1474, "1.474"),
        (12000, "12.000"),
        (3.5, "3,5"),
        (4.0, "4"),
        (True, True),
        ("An", "An"),
        (dt.date(2026, 1, 2), "02/01/2026"),
    ],
)
def test_a_fact_in_a_sentence_groups_counts_and_keeps_years_plain(fact, written):
    assert f.format_fact(fact) == written

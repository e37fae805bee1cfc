"""A fact is read as typed: a day, a month or a year of birth, or a number; anything else is an error at its field."""

import datetime as dt

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from tiemchung.web.citizen.fact_form import read_fact

TODAY = dt.date(2026, 11, 22)


def form(**typed: str):
    data = QueryDict(mutable=True)
    data.update({"how": "name", "full_name": "Nguyễn Văn An", **typed})
    return read_fact(data, TODAY)


@pytest.mark.parametrize(
    ("day", "month", "year", "expected", "precision"),
    [
        ("5", "3", "1984", dt.date(1984, 3, 5), "DAY"),
        ("05", "03", "1984", dt.date(1984, 3, 5), "DAY"),
        ("", "3", "1984", dt.date(1984, 3, 1), "MONTH"),
        ("", "", "1950", dt.date(1950, 1, 1), "YEAR"),
    ],
)
def test_a_birth_is_taken_as_exactly_as_it_is_given(day, month, year, expected, precision):
    read = form(birth_day=day, birth_month=month, birth_year=year)
    assert (read.birth_date, read.birth_precision, read.errors) == (expected, precision, {})


@pytest.mark.parametrize(
    ("day", "month", "year"),
    [("31", "2", "1984"), ("5", "", "1984"), ("5", "3", ""), ("5", "3", "84"), ("0", "3", "1984"), ("5", "13", "1984"),
     ("x", "3", "1984"), ("5", "3", "2030"), ("5", "3", "1850"), ("", "", ""), ("5", "3", "١٩٨٤")],
)
def test_an_impossible_birth_is_an_error_and_keeps_what_was_typed(day, month, year):
    read = form(birth_day=day, birth_month=month, birth_year=year)
    assert "birth-day" in read.errors
    assert read.birth == {"day": day, "month": month, "year": year}


@pytest.mark.parametrize("number", ["", "hello", "12", "x" * 5000])
def test_a_number_of_no_known_kind_is_an_error(number):
    assert "number" in form(how="number", number=number).errors


@given(st.dictionaries(st.sampled_from(["how", "full_name", "number", "birth_day", "birth_month", "birth_year"]),
                       st.text(max_size=300)))
def test_whatever_is_sent_is_read_or_refused_and_never_breaks(typed):
    read = form(**typed)
    assert read.errors or read.claim
    assert "\0" not in read.full_name + read.number

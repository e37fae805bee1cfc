"""What a text in the search box is taken for."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiemchung.people.rules.kinds import BirthPrecision, IdSystem
from tiemchung.people.rules.searches import birth_fits, understood


def test_a_name_may_carry_a_birth_date_of_any_precision() -> None:
    asked = [understood(f"Nguyễn Văn An {birth}") for birth in ("05/03/2001", "3-2001", "2001")]
    assert {query.name for query in asked} == {"Nguyễn Văn An"}
    assert [query.birth_precision for query in asked] == [BirthPrecision.DAY, BirthPrecision.MONTH, BirthPrecision.YEAR]
    assert asked[0].birth_date == dt.date(2001, 3, 5)
    assert all(birth_fits(query, dt.date(2001, 3, 5), BirthPrecision.DAY) for query in asked)
    assert not any(birth_fits(query, dt.date(2002, 3, 5), BirthPrecision.DAY) for query in asked)


@pytest.mark.parametrize("text", ["079201000001", "079 201 000 001", "079201000001 ", "AN 079201000001"])
def test_a_personal_number_is_an_exact_search(text: str) -> None:
    query = understood(text)
    assert query.kind == "EXACT"
    assert (IdSystem.CCCD, "079201000001") in query.numbers


@pytest.mark.parametrize("text", ["0900000001", "+84 900 000 001", "nguyễn an 0900000001"])
def test_a_phone_is_an_exact_search(text: str) -> None:
    assert understood(text).phone == "+84900000001"


@pytest.mark.parametrize("text", ["C1234567", "C 1234567", "c1234567"])
def test_a_passports_letter_may_stand_apart(text: str) -> None:
    assert understood(text).numbers[0] == (IdSystem.PASSPORT, "C1234567")
    assert understood(text).name == ""


def test_a_name_beside_a_phone_narrows_it() -> None:
    assert understood("Trần Bình 0900000001").name == "Trần Bình"


def test_a_scanned_card_searches_by_its_numbers_and_keeps_the_card() -> None:
    query = understood("079201000001||Nguyễn Văn An|05032001|Nam|x|31122021")
    assert query.kind == "SCAN"
    assert query.card is not None
    assert query.numbers == query.card.identifiers


@pytest.mark.parametrize("text", ["HC1:6BF+70790T9WJWG.FKY*4GO0", " hc1:6BF 8901", "shc:/5676290952"])
def test_a_certificates_code_is_called_one_and_nobody_new_is_registered_for_it(text: str) -> None:
    query = understood(text)
    assert [reason.code for reason in query.verdict.refusals] == ["SCAN_CERTIFICATE"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("An", "SEARCH_TOO_SHORT"),
        ("", "SEARCH_TOO_SHORT"),
        ("An 2001", "SEARCH_TOO_SHORT"),
        ("%%", "SEARCH_TOO_SHORT"),
        ("Nguyễn An 31/02/2001", "SEARCH_BIRTH_IMPOSSIBLE"),
        ("Nguyễn An 0000", "SEARCH_BIRTH_IMPOSSIBLE"),
        ("x" * 10_000_000, "SEARCH_TOO_LONG"),
        ("079201000001||Nguyeenx Vawn An|05032001|Nam|x|31122021", "SCAN_KEYBOARD"),
    ],
)
def test_what_cannot_be_searched_says_why(text: str, code: str) -> None:
    assert [r.code for r in understood(text).verdict.refusals] == [code]


@given(st.text(max_size=120))
def test_any_text_is_understood_or_refused(text: str) -> None:
    query = understood(text)
    assert not query.verdict.allowed or query.numbers or query.phone or len(query.name.split()) >= 1

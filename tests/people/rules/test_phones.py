"""One number has one form, however it was typed and whenever it was given out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiemchung.people.rules.phones import mask_phone, normalise_phone

_TAILS = st.integers(0, 99_999).map(lambda n: f"9000{n:05}")


@given(_TAILS)
def test_every_way_to_write_a_mobile_gives_one_number(tail: str) -> None:
    ways = (f"0{tail}", tail, f"84{tail}", f"+84{tail}", f"0084{tail}", f"+84 0{tail}", f"0{tail[:3]}.{tail[3:]}")
    assert {normalise_phone(way) for way in ways} == {(f"+84{tail}", None)}


@given(st.text(max_size=80))
def test_any_text_gives_a_number_or_a_reason_and_a_number_stays_itself(raw: str) -> None:
    phone, why = normalise_phone(raw)
    assert (phone is None) == (why is not None)
    if phone is not None:
        assert normalise_phone(phone) == (phone, None)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("01621234567", "+84321234567"),
        ("0169 123 4567", "+84391234567"),
        ("+84 1201234567", "+84701234567"),
        ("1231234567", "+84831234567"),
        ("01861234567", "+84561234567"),
        ("01991234567", "+84591234567"),
    ],
)
def test_numbers_from_before_2018_become_the_present_ones(old: str, new: str) -> None:
    assert normalise_phone(old) == (new, None)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("19001234", "PHONE_SERVICE_NUMBER"),
        ("1800 6688", "PHONE_SERVICE_NUMBER"),
        ("028 3829 1234", "PHONE_FIXED_LINE"),
        ("+1 202 555 0100", "PHONE_FOREIGN"),
        ("0900 000", "PHONE_FORMAT"),
        ("01611234567", "PHONE_FORMAT"),
        ("không có", "PHONE_FORMAT"),
        (" ", "PHONE_EMPTY"),
        ("9" * 10_000_000, "PHONE_FORMAT"),
    ],
)
def test_what_receives_no_code_is_named(raw: str, code: str) -> None:
    phone, why = normalise_phone(raw)
    assert phone is None
    assert why is not None
    assert why.code == code


def test_a_masked_phone_shows_three_digits() -> None:
    assert [c for c in mask_phone("123") if c.isdigit()] == ["1", "2", "3"]

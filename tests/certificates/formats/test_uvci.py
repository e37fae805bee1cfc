"""Certificate numbers are opaque, short and check themselves."""

import re

import pytest

from tiemchung.certificates.formats import uvci


def test_the_published_example_has_its_letter() -> None:
    assert uvci.check_letter("URN:UVCI:01:NL:187/37512422923") == "Z"


def test_a_new_number_has_the_form_and_checks() -> None:
    number = uvci.new_uvci()
    assert re.fullmatch(r"URN:UVCI:01:VN:[0-9A-HJKMNP-TV-Z]{13}#[A-Z0-9/:]", number)
    assert len(number) == 30
    assert uvci.checks(number) is True


def test_new_numbers_do_not_repeat() -> None:
    assert len({uvci.new_uvci() for _ in range(5000)}) == 5000


def test_each_single_wrong_letter_is_noticed() -> None:
    body, letter = uvci.new_uvci().split("#")
    for place in range(len("URN:UVCI:01:VN:"), len(body)):
        for other in set("0123456789ABCDEFGHJKMNPQRSTVWXYZ") - {body[place]}:
            assert uvci.checks(f"{body[:place]}{other}{body[place + 1 :]}#{letter}") is False


def test_a_number_without_a_letter_neither_checks_nor_fails() -> None:
    assert uvci.checks("URN:UVCI:01:VN:0123456789ABCDEF") is None


def test_an_impossible_letter_is_said_so() -> None:
    assert uvci.checks("URN:UVCI:01:VN:é#A") is False
    with pytest.raises(ValueError, match="certificate numbers"):
        uvci.check_letter("lower")


def test_a_number_is_meant_however_it_was_copied() -> None:
    number = uvci.new_uvci()
    bare = number.removeprefix("URN:UVCI:")
    for typed in (number, number.lower(), f" {number[:15]} {number[15:]}\n", bare, bare.lower(), bare[6:]):
        assert uvci.as_meant(typed) == number
    assert uvci.as_meant("") == ""

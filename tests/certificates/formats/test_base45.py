"""Base45 is RFC 9285's, for every word there is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiemchung.certificates.formats import base45


def digit_by_digit(data: bytes) -> str:
    """Encode as the RFC tells it, slowly: the second implementation."""
    text = ""
    for start in range(0, len(data), 2):
        pair = data[start : start + 2]
        number = int.from_bytes(pair, "big")
        for _ in range(len(pair) + 1):
            number, digit = divmod(number, 45)
            text += base45.ALPHABET[digit]
    return text


@pytest.mark.parametrize(("data", "text"), [(b"AB", "BB8"), (b"Hello!!", "%69 VD92EX0"), (b"base-45", "UJCLQE7W581")])
def test_the_examples_of_the_rfc_hold(data: bytes, text: str) -> None:
    assert base45.encode(data) == text
    assert base45.decode(text) == data


def test_every_word_there_is_comes_back() -> None:
    words = b"".join(number.to_bytes(2, "big") for number in range(65536))
    assert base45.encode(words) == digit_by_digit(words)
    assert base45.decode(base45.encode(words)) == words


@given(st.binary(max_size=300))
def test_it_agrees_with_the_slow_way(data: bytes) -> None:
    assert base45.encode(data) == digit_by_digit(data)
    assert base45.decode(base45.encode(data)) == data


@given(st.text(alphabet=base45.ALPHABET, max_size=60))
def test_what_decodes_has_one_spelling_only(text: str) -> None:
    try:
        data = base45.decode(text)
    except ValueError:
        return
    assert base45.encode(data) == text


@pytest.mark.parametrize("text", ["a", "abc", "A", "ABCD", ":::", "GGW", "::", "ÅBC", "AB\n", "ĀBC"])
def test_it_refuses_what_is_no_base45(text: str) -> None:
    with pytest.raises(ValueError, match=r"Base45"):
        base45.decode(text)

"""Texts come out of their parts as they went in."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smpplib.gsm import GSM_CHARACTER_TABLE

from tiemchung.interop.messages.parts import GSM7, GSM7_BASIC, UCS2, TextTooLong, cut_text
from tiemchung.interop.messages.standin.wire import decode_text, split_header

VIETNAMESE = st.text(st.sampled_from("aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạằắẳẵặầấẩẫậ 0123456789.,{}[]€🙂"), max_size=600)


def _read(coding: int, parts: tuple[bytes, ...]) -> str:
    if len(parts) == 1:
        return decode_text(parts[0], coding)
    pieces = [split_header(part) for part in parts]
    assert [joins[1:] for joins, _text in pieces] == [(len(parts), n) for n in range(1, len(parts) + 1)]
    assert len({joins[0] for joins, _text in pieces}) == 1
    return "".join(decode_text(text, coding) for _joins, text in pieces)


@given(VIETNAMESE, st.integers(0, 255), st.booleans())
def test_every_text_is_read_back_from_its_parts(text: str, reference: int, force: bool) -> None:
    cut = cut_text(text, reference=reference, force_ucs2=force)
    assert _read(cut.coding, cut.parts) == unicodedata.normalize("NFC", text)
    assert all(len(part) <= (160 if cut.coding == GSM7 else 140) for part in cut.parts)


@given(VIETNAMESE, st.integers(0, 255))
def test_the_same_text_and_reference_give_the_same_octets(text: str, reference: int) -> None:
    assert cut_text(text, reference=reference) == cut_text(text, reference=reference)


@pytest.mark.parametrize(
    ("text", "coding", "count"),
    [
        ("a" * 160, GSM7, 1),
        ("a" * 161, GSM7, 2),
        ("€" * 80, GSM7, 1),
        ("€" * 81, GSM7, 2),
        ("a" * 306, GSM7, 2),
        ("a" * 307, GSM7, 3),
        ("ạ" * 70, UCS2, 1),
        ("ạ" * 71, UCS2, 2),
        ("ạ" * 134, UCS2, 2),
        ("ạ" * 135, UCS2, 3),
        ("🙂" * 35, UCS2, 1),
        ("🙂" * 36, UCS2, 2),
    ],
)
def test_parts_are_as_many_as_the_standard_needs(text: str, coding: int, count: int) -> None:
    cut = cut_text(text, reference=7)
    assert (cut.coding, len(cut.parts)) == (coding, count)


def test_a_character_is_never_broken_between_two_parts() -> None:
    for text in ("a" * 152 + "€" * 10, "ạ" * 66 + "🙂" * 10):
        cut = cut_text(text, reference=1)
        for part in cut.parts:
            assert "\ufffd" not in decode_text(split_header(part)[1], cut.coding)
            assert not part.endswith(b"\x1b")


def test_decomposed_letters_are_sent_composed() -> None:
    decomposed = unicodedata.normalize("NFD", "Nguyễn Thị Ạ")
    assert cut_text(decomposed, reference=1) == cut_text("Nguyễn Thị Ạ", reference=1)


def test_more_than_ten_parts_are_refused() -> None:
    assert len(cut_text("ạ" * 670, reference=1).parts) == 10
    with pytest.raises(TextTooLong):
        cut_text("ạ" * 671, reference=1)


def test_the_alphabet_agrees_with_another_implementation() -> None:
    theirs = GSM_CHARACTER_TABLE[:128]
    differing = {ours for ours, their in zip(GSM7_BASIC, theirs, strict=True) if ours != their}
    assert differing == {"§"}  # theirs has a filler there

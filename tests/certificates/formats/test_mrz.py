"""Names reach the passport's letters by one rule."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiemchung.certificates.formats import mrz

TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
VOWELS = "AĂÂEÊIOÔƠUƯY"
VIETNAMESE = [unicodedata.normalize("NFC", v + tone) for v in VOWELS for tone in TONES] + ["Đ"]


@pytest.mark.parametrize("letter", VIETNAMESE)
def test_each_vietnamese_letter_becomes_its_base_letter(letter: str) -> None:
    base = "D" if letter == "Đ" else unicodedata.normalize("NFD", letter)[0]
    assert mrz.transliterate(letter) == mrz.transliterate(letter.lower()) == base


@pytest.mark.parametrize(
    ("name", "latin"),
    [
        ("Nguyễn", "NGUYEN"),
        ("Bảo Duy", "BAO<DUY"),
        ("ĐẶNG", "DANG"),
        ("Ðặng", "DANG"),
        ("H'Hen Niê", "HHEN<NIE"),
        ("Trần-Lê", "TRAN<LE"),
        ("  Ưng   Hoàng ", "UNG<HOANG"),
        ("Straße", "STRASSE"),
        ("Müller", "MULLER"),
        ("Łukasz Øre Æsir", "LUKASZ<OERE<AESIR"),
        ("J. R.", "J<R"),
        ("王", ""),
        ("-", ""),
        ("Y Ka\u00a0Nin", "Y<KA<NIN"),
    ],
)
def test_names_are_spelled_as_expected(name: str, latin: str) -> None:
    assert mrz.transliterate(name) == latin


@given(st.text(max_size=120))
def test_the_result_is_always_letters_and_single_fillers(name: str) -> None:
    latin = mrz.transliterate(name)
    assert re.fullmatch(r"([A-Z]+(<[A-Z]+)*)?", latin)
    assert len(latin) <= 80


@given(st.text(alphabet="".join(VIETNAMESE) + " -'.", max_size=60))
def test_composed_and_decomposed_spellings_are_one(name: str) -> None:
    assert mrz.transliterate(unicodedata.normalize("NFD", name)) == mrz.transliterate(name)


@pytest.mark.parametrize(
    ("full", "parts"),
    [
        ("Nguyễn Thị Bích Ngọc", ("Nguyễn", "Thị Bích Ngọc")),
        (" Lê  An ", ("Lê", "An")),
        ("Sukarno", ("Sukarno", "")),
        ("", ("", "")),
    ],
)
def test_the_first_word_is_the_family_name(full: str, parts: tuple[str, str]) -> None:
    assert mrz.split_name(full) == parts

"""What a name keeps, and under which keys it is found."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiemchung.people.rules.names import clean_name, name_back, name_key, same_name, split_name

_WORDS = st.sampled_from(["Nguyễn", "Đặng", "Thị", "Hoà", "Thuỷ", "H’Hen", "Niê", "Quốc", "Ý", "An"])
_NAMES = st.lists(_WORDS, min_size=1, max_size=6).map(" ".join)


@given(_NAMES)
def test_decomposed_and_composed_names_become_the_same_bytes(name: str) -> None:
    assert clean_name(unicodedata.normalize("NFD", name)) == clean_name(unicodedata.normalize("NFC", name))


@given(_NAMES)
def test_family_and_given_name_together_are_the_whole_name(name: str) -> None:
    family, given_name = split_name(name)
    assert " ".join(filter(None, (family, given_name))) == name
    assert " " not in family


@given(_NAMES)
def test_the_backward_key_holds_the_same_words(name: str) -> None:
    assert name_back(name).split() == name_key(name).split()[::-1]


@given(st.text(max_size=600))
def test_any_text_gives_a_name_or_a_refusal(raw: str) -> None:
    name, verdict = clean_name(raw)
    if verdict.allowed:
        assert 0 < len(name) <= 120
        assert "\x00" not in name


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("", "NAME_EMPTY"),
        ("  \u200b", "NAME_EMPTY"),
        ("Nguyễn 2", "NAME_ODD_LETTERS"),
        ("Nguуễn", "NAME_ODD_LETTERS"),  # a Cyrillic у
        ("A" * 121, "NAME_TOO_LONG"),
        ("B" * 10_000_000, "NAME_TOO_LONG"),
        ("=cmd", "NAME_ODD_LETTERS"),
    ],
)
def test_what_is_no_name_is_refused_by_its_reason(raw: str, code: str) -> None:
    assert [r.code for r in clean_name(raw)[1].refusals] == [code]


def test_a_look_alike_letter_becomes_the_vietnamese_one() -> None:
    assert clean_name("Ðặng\u00a0 Văn  Ba\x00") == clean_name("Đặng Văn Ba")


def test_names_differ_when_both_are_written_with_marks() -> None:
    assert same_name("Trần Hoà", "trần hòa")
    assert same_name("tran hung", "Trần Hùng")
    assert not same_name("Trần Hùng", "Trần Hưng")


def test_an_ethnic_name_is_found_by_its_letters() -> None:
    assert name_key("H’Hen Niê") == "h hen nie"
    assert split_name("Niê") == ("Niê", "")

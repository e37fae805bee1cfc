"""Spellings of one name are near, two names are not; slips of one digit are all known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiemchung.people.rules.names import name_key
from tiemchung.people.rules.spelling import NameRelation, ends_of, name_relation, one_digit_off, shorter_names

WORDS = st.sampled_from(["Nguyễn", "Văn", "Thị", "Hòa", "Đào", "An", "Hùng", "Hưng", "Hảo", "Hão"])
NAMES = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)


@pytest.mark.parametrize(
    ("one", "other", "relation"),
    [
        ("Nguyễn Văn An", "NGUYỄN VĂN AN", NameRelation.SAME),
        ("Lê Thị Hòa", "Lê Thị Hoà", NameRelation.TONE),
        ("Lê Thị Hảo", "Lê Thị Hão", NameRelation.TONE),
        ("Nguyễn Văn An", "nguyen van an", NameRelation.UNMARKED),
        ("Nguyễn Văn Đào", "Nguyên Van Đào", NameRelation.UNMARKED),
        ("Nguyễn Thị Minh An", "Nguyễn An", NameRelation.MIDDLE),
        ("Nguyễn Thị Minh An", "nguyen minh an", NameRelation.MIDDLE),
        ("Nguyễn Văn Hùng", "Nguyễn Văn Hưng", NameRelation.MARKS),
        ("Nguyễn Văn An", "Nguyễn Văn Ân", NameRelation.MARKS),
        ("Nguyễn Văn An", "Nguyễn Thị An", NameRelation.OTHER),
        ("Nguyễn Văn An", "Nguyễn Văn Bình", NameRelation.OTHER),
        ("Nguyễn Minh Thị An", "Nguyễn Thị Minh Bảo An", NameRelation.OTHER),
        ("An", "Nguyễn An", NameRelation.OTHER),
    ],
)
def test_two_spellings_are_as_near_as_their_difference(one: str, other: str, relation: NameRelation) -> None:
    assert name_relation(one, other) is name_relation(other, one) is relation


@given(one=NAMES, other=NAMES)
def test_nearness_of_names_does_not_depend_on_who_is_asked_first(one: str, other: str) -> None:
    assert name_relation(one, other) is name_relation(other, one)


@given(name=NAMES)
def test_every_shorter_name_is_the_name_with_middle_words_left_out(name: str) -> None:
    key = name_key(name)
    shorter = shorter_names(key)
    assert key not in shorter
    assert all(name_relation(short, key) is NameRelation.MIDDLE for short in shorter)
    assert (ends_of(key) in shorter) == (len(key.split()) > 2)


@given(number=st.text("0123456789", min_size=2, max_size=12))
def test_slips_are_one_digit_or_two_neighbours_and_go_both_ways(number: str) -> None:
    slips = set(one_digit_off(number))
    assert number not in slips
    changed_over = {slip for slip in slips if sorted(slip) == sorted(number)}
    assert len(slips - changed_over) == 9 * len(number)
    assert all(number in set(one_digit_off(slip)) for slip in list(slips)[:20])

"""A score is the sum of its explained reasons, and what contradicts bounds it."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiemchung.people.rules.near import (
    CAPS,
    LIKELY,
    POSSIBLE,
    WEIGHTS,
    Facts,
    Nearness,
    NumberRelation,
    Ties,
    near_reasons,
    near_score,
    nearness,
)
from tiemchung.people.rules.near_births import BirthRelation
from tiemchung.people.rules.spelling import NameRelation

BORN = dt.date(2015, 5, 17)
AN = Facts("Nguyễn Minh An", BORN, "DAY", "MALE")
HOME = Ties(same_phone=True, same_area=True)


def _score(claim: Facts, profile: Facts, ties: Ties) -> int:
    return near_score(near_reasons(claim, profile, ties))


def test_every_relation_has_a_weight() -> None:
    codes = {*map(str, NameRelation), *map(str, BirthRelation), *map(str, NumberRelation)}
    assert codes <= WEIGHTS.keys()
    assert CAPS.keys() <= WEIGHTS.keys()


@pytest.mark.parametrize("number", [None, NumberRelation.ONE_OFF, NumberRelation.SAME, NumberRelation.OLD])
@pytest.mark.parametrize("twin", ["Nguyễn Minh Bảo", "Nguyễn Minh Ân"])
def test_a_twin_of_one_birth_one_phone_and_one_house_is_never_likely_the_same_person(
    twin: str, number: NumberRelation | None
) -> None:
    brother = Facts(twin, BORN, "DAY", "MALE")
    score = _score(AN, brother, Ties(number=number, same_phone=True, same_area=True))
    assert score < LIKELY
    assert number is not None or score < POSSIBLE


def test_a_name_with_its_birth_date_is_no_identity_even_at_home_on_one_phone() -> None:
    assert nearness(_score(AN, AN, HOME)) is Nearness.POSSIBLE
    assert nearness(_score(AN, AN, Ties(number=NumberRelation.ONE_OFF))) is Nearness.LIKELY


def test_a_borrowed_number_does_not_make_a_mother_her_child() -> None:
    mother = Facts("Trần Thị Bình", dt.date(1988, 2, 3), "DAY", "FEMALE")
    assert nearness(_score(AN, mother, Ties(number=NumberRelation.SAME, same_phone=True))) is Nearness.WEAK


def test_another_clean_number_holds_two_people_apart() -> None:
    assert nearness(_score(AN, AN, Ties(other_number=True, same_phone=True, same_area=True))) is Nearness.WEAK


def test_who_was_found_to_be_two_people_scores_nothing() -> None:
    assert _score(AN, AN, Ties(number=NumberRelation.SAME, not_link=True)) == 0


@pytest.mark.parametrize(
    ("claim", "ties"),
    [
        (Facts("Nguyễn Minh An"), Ties()),
        (Facts("Nguyễn Minh An"), Ties(same_area=True)),
        (Facts("Nguyễn Minh Bảo", BORN), Ties(same_phone=True)),
        (Facts("", BORN), Ties(same_phone=True, same_area=True)),
        (Facts("Nguyễn Minh Ân"), Ties(same_phone=True)),
        (Facts(), Ties(other_number=True)),
    ],
)
def test_a_name_a_birth_or_a_phone_alone_finds_nobody(claim: Facts, ties: Ties) -> None:
    assert near_reasons(claim, AN, ties) == ()


def test_a_name_on_its_phone_finds_somebody_whose_birth_date_is_wrong() -> None:
    codes = [r.code for r in near_reasons(Facts("Nguyễn Minh An", dt.date(1999, 9, 9)), AN, Ties(same_phone=True))]
    assert codes == ["SAME_NAME", "SAME_PHONE", "BIRTH_DIFFERS"]


_TIES = st.builds(
    Ties, st.sampled_from([None, *NumberRelation]), st.booleans(), st.booleans(), st.booleans(), st.booleans(),
    st.booleans(),
)  # fmt: skip
_FACTS = st.builds(
    Facts, st.sampled_from(["", "Nguyễn Minh An", "nguyen minh an", "Nguyễn An", "Nguyễn Minh Ân", "Lê Bình"]),
    st.sampled_from([None, BORN, dt.date(2015, 1, 1), dt.date(1990, 2, 2)]), st.sampled_from(["DAY", "YEAR"]),
    st.sampled_from(["MALE", "FEMALE", "UNKNOWN"]),
)  # fmt: skip


@given(claim=_FACTS, profile=_FACTS, ties=_TIES)
def test_a_score_stays_in_its_bounds_and_never_rests_on_a_phone(claim: Facts, profile: Facts, ties: Ties) -> None:
    reasons = near_reasons(claim, profile, ties)
    score = near_score(reasons)
    assert 0 <= score <= min([100, max(0, sum(r.weight for r in reasons)), *(CAPS.get(r.code, 100) for r in reasons)])
    assert score < LIKELY or ties.number is not None
    assert [r.weight for r in reasons] == sorted((r.weight for r in reasons), reverse=True)
    assert all(r.against == (r.weight < 0) for r in reasons)

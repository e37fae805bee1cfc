"""The four fields and what a check of them can be: pure decisions."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiemchung.people.rules.identity import (
    BEGINS,
    IDENTITY_TRANSITIONS,
    IdentityFacts,
    IdentityStep,
    IdentityWhy,
    NumberFacts,
    begin_of,
    has_number_format,
    identity_after,
    is_verified,
    moved_to,
    number_to_send,
)
from tiemchung.people.rules.kinds import IdentityState, IdSystem

DAY = dt.date(1990, 5, 17)
AT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
STATES, STEPS = list(IdentityState), list(IdentityStep)


def number(system: str = "CCCD", index: str = "aa", state: str = "CLEAN", later: int = 0) -> NumberFacts:
    return NumberFacts(system, index, state, AT + dt.timedelta(days=later))


LAN = IdentityFacts("Nguyễn Thị Lan", DAY, "DAY", "FEMALE", "VN", number())

names = st.text("abc đặ", min_size=1, max_size=12).filter(str.strip)
facts = st.builds(
    IdentityFacts, names, st.dates(dt.date(1920, 1, 1), dt.date(2020, 1, 1)), st.sampled_from(["DAY", "MONTH", "YEAR"]),
    st.sampled_from(["MALE", "FEMALE", "OTHER", "UNKNOWN"]), st.sampled_from(["VN", "US"]),
    st.none() | st.builds(number, index=st.sampled_from(["aa", "bb"])), st.booleans(), st.booleans(),
)  # fmt: skip


def test_somebody_whole_is_sent() -> None:
    assert begin_of(LAN) == (IdentityStep.QUEUE, "")


@pytest.mark.parametrize(
    ("other", "why"),
    [({"number": None}, "NUMBER_MISSING"), ({"birth_precision": "YEAR"}, "BIRTH_INCOMPLETE"), ({"sex": "UNKNOWN"},
     "SEX_MISSING"), ({"birth_precision": "MONTH"}, "BIRTH_INCOMPLETE"), ({"full_name": " "}, "NAME_MISSING")],
)  # fmt: skip
def test_who_lacks_one_of_the_four_fields_is_not_sent(other: dict[str, Any], why: str) -> None:
    assert begin_of(replace(LAN, **other)) == (IdentityStep.LACK, why)


@given(facts)
def test_a_foreigner_is_never_sent(some: IdentityFacts) -> None:
    if some.nationality != "VN":
        step = IdentityStep.DOUBT if some.known_at_home else IdentityStep.EXEMPT
        assert begin_of(some) == (step, IdentityWhy.FOREIGNER)
    else:
        assert begin_of(some)[0] not in (IdentityStep.EXEMPT, IdentityStep.DOUBT)


@pytest.mark.parametrize("before", STATES)
def test_nobody_with_a_citizens_number_becomes_a_foreigner_unseen(before: IdentityState) -> None:
    step, why = begin_of(replace(LAN, nationality="KR", known_at_home=True))
    assert moved_to(before, "", step, same_fields=True) is IdentityState.LOCAL_REVIEW
    assert not is_verified(IdentityState.LOCAL_REVIEW)
    assert moved_to(before, why, step, same_fields=True) is None, "what the review found stays"
    assert moved_to(before, why, step, same_fields=False) is IdentityState.LOCAL_REVIEW


@pytest.mark.parametrize("before", ["LOCAL_REVIEW", "NOT_FOUND", "NOT_APPLICABLE"])
def test_a_foreigner_who_is_vietnamese_after_all_is_asked_about(before: str) -> None:
    assert moved_to(IdentityState(before), "FOREIGNER", IdentityStep.QUEUE, same_fields=True) is IdentityState.WAITING


def test_who_shares_a_number_is_not_sent() -> None:
    assert begin_of(replace(LAN, shared=True)) == (IdentityStep.CLASH, "NUMBER_SHARED")


@given(facts, facts)
def test_the_text_is_equal_exactly_when_the_four_fields_are(one: IdentityFacts, other: IdentityFacts) -> None:
    def four(some: IdentityFacts) -> tuple[Any, ...]:
        index = some.number.index if some.number else ""
        return some.full_name, some.sex, some.birth_date, some.birth_precision, index

    assert (one.canonical() == other.canonical()) is (four(one) == four(other))


@given(facts, st.sampled_from(STATES), st.sampled_from(["", "FOREIGNER", "NUMBER_MISSING", "AFTER_POLICE"]))
def test_any_change_of_a_field_begins_anew_from_wherever_it_stood(
    some: IdentityFacts, before: IdentityState, why: str
) -> None:
    step, _ = begin_of(some)
    assert moved_to(before, why, step, same_fields=False) == IDENTITY_TRANSITIONS[None, step]


@given(st.sampled_from(STATES), st.sampled_from(["", "AFTER_POLICE"]))
def test_what_is_not_one_of_the_fields_moves_nothing(before: IdentityState, why: str) -> None:
    at_home = {IdentityState.NOT_APPLICABLE, IdentityState.DUPLICATE}
    moved = moved_to(before, why, IdentityStep.QUEUE, same_fields=True)
    assert (moved is None) is (before not in at_home)


def test_a_newcomer_with_the_same_number_takes_nothing_from_whom_the_register_knows() -> None:
    for before, after in (("MATCHED", None), ("SENT", None), ("WAITING", "DUPLICATE"), ("MISMATCHED", "DUPLICATE")):
        assert moved_to(IdentityState(before), "", IdentityStep.CLASH, same_fields=True) == after


def test_a_settled_duplicate_is_sent() -> None:
    assert moved_to(IdentityState.DUPLICATE, "", IdentityStep.QUEUE, same_fields=True) is IdentityState.WAITING


def test_who_was_parted_again_begins_anew() -> None:
    assert moved_to(IdentityState.NOT_SENT, "JOINED", IdentityStep.QUEUE, same_fields=True) is IdentityState.WAITING


def test_only_two_states_carry_a_passport() -> None:
    assert {state for state in STATES if is_verified(state)} == {IdentityState.MATCHED, IdentityState.NOT_APPLICABLE}


def test_only_the_registers_answer_leads_to_matched() -> None:
    ways = {(before, step) for (before, step), after in IDENTITY_TRANSITIONS.items() if after == "MATCHED"}
    assert ways == {(IdentityState.SENT, IdentityStep.MATCH)}


def test_every_state_can_be_reached_and_only_named_steps_are_allowed() -> None:
    assert set(IDENTITY_TRANSITIONS.values()) == set(STATES)
    for before in STATES:
        for step in STEPS:
            after = identity_after(before, step)
            assert after == IDENTITY_TRANSITIONS.get((None, step) if step in BEGINS else (before, step))


def test_a_foreigner_is_admitted_from_an_open_review_alone() -> None:
    may = {before for before in STATES if identity_after(before, IdentityStep.ADMIT)}
    assert may == {IdentityState.LOCAL_REVIEW, IdentityState.NOT_FOUND}


def test_the_police_may_confirm_before_or_after_the_hamlet_looked_but_no_matched_one() -> None:
    may = {before for before in STATES if identity_after(before, IdentityStep.CONFIRM)}
    assert may == {IdentityState.MISMATCHED, IdentityState.LOCAL_REVIEW, IdentityState.NOT_FOUND}


def test_the_newest_card_is_sent_and_rather_one_that_fits() -> None:
    old, new, doubtful = number("CMND9", "a"), number("CCCD", "b"), number("CCCD", "c", "DOUBTFUL", later=9)
    assert number_to_send([old, doubtful, new]) == new
    assert number_to_send([old, doubtful]) == doubtful
    assert number_to_send([old, number("BHYT15", "d")]) == old
    assert number_to_send([number("PASSPORT", "e")]) is None
    later = number("CCCD", "f", later=1)
    assert number_to_send([later, new]) == later


@pytest.mark.parametrize(
    ("system", "value", "fits"),
    [(IdSystem.CCCD, "079190000001", True), (IdSystem.CCCD, "79190000001", False), (IdSystem.CMND9, "990000001", True),
     (IdSystem.CMND9, "99000000", False)],
)  # fmt: skip
def test_a_number_without_the_form_of_its_kind_is_told_apart(system: str, value: str, fits: bool) -> None:
    assert has_number_format(system, value) is fits

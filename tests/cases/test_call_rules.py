"""What a caller must prove, and which promises can be kept; decided without a database."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiemchung.cases.rules import Claim
from tiemchung.cases.rules.calls import (
    CHOSEN,
    MOST_TRIES,
    WAYS,
    CallerFact,
    CallOutcome,
    Found,
    Promise,
    Proof,
    after_no_answer,
    is_claimant,
    may_end,
    opens_record,
    questions,
)

AT = dt.datetime(2026, 11, 20, 3, 0, tzinfo=dt.UTC)
PHONE = "+84900000123"
CLAIM = Claim(full_name="Nguyễn Thị An", birth_date=dt.date(1985, 3, 5))


def test_a_record_opens_to_three_facts_of_which_one_is_a_number_or_a_code() -> None:
    assert {proof for proof in Proof if opens_record(proof)} == {Proof.NUMBERED, Proof.CODE}
    for facts in WAYS.values():
        assert len(facts) == 3
        assert facts & {CallerFact.NUMBER, CallerFact.CODE}


@pytest.mark.parametrize("found", list(Found))
def test_whatever_found_the_caller_name_and_birth_date_are_asked(found: Found) -> None:
    assert questions(found)[:2] == (CallerFact.NAME, CallerFact.BIRTH)


@pytest.mark.parametrize(
    ("name", "birth", "precision", "right"),
    [
        ("Nguyễn Thị An", dt.date(1985, 3, 5), "DAY", True),
        ("nguyen thi an", dt.date(1985, 3, 5), "DAY", True),
        ("Nguyễn Thị Ân", dt.date(1985, 3, 5), "DAY", False),
        ("Nguyễn Thị An", dt.date(1985, 5, 3), "DAY", False),
        ("Nguyễn Thị An", dt.date(1985, 1, 1), "YEAR", False),
        ("Nguyễn Thị An", None, "DAY", False),
        (" ", dt.date(1985, 3, 5), "DAY", False),
    ],
)
def test_a_report_is_told_to_who_names_its_person_exactly(
    name: str, birth: dt.date | None, precision: str, right: bool
) -> None:
    assert is_claimant(CLAIM, name, birth, precision) is right


def test_a_claim_without_a_birth_date_is_told_to_nobody() -> None:
    assert not is_claimant(Claim(full_name="Nguyễn Thị An"), "Nguyễn Thị An", dt.date(1985, 3, 5), "DAY")


@given(st.sampled_from(CHOSEN), st.integers(min_value=1, max_value=7 * 24 * 3600))
def test_a_promise_within_a_week_can_be_kept_whatever_came_of_the_call(outcome: CallOutcome, seconds: int) -> None:
    promise = Promise(AT + dt.timedelta(seconds=seconds), PHONE)
    assert may_end(outcome, "", promise, AT).allowed


@given(st.text(max_size=20).filter(lambda text: text not in set(CallOutcome)))
def test_a_call_ends_with_an_outcome_of_the_list_only(outcome: str) -> None:
    assert not may_end(outcome, "", None, AT).allowed


@given(st.integers(max_value=0, min_value=-(10**6)) | st.integers(min_value=7 * 24 * 3600 + 1, max_value=10**8))
def test_no_promise_lies_in_the_past_or_beyond_a_week(seconds: int) -> None:
    assert not may_end("ANSWERED", "", Promise(AT + dt.timedelta(seconds=seconds), PHONE), AT).allowed


def test_the_opening_of_a_report_is_written_by_the_opening_and_never_chosen() -> None:
    assert CallOutcome.CASE_OPENED not in CHOSEN
    assert set(CHOSEN) | {CallOutcome.CASE_OPENED} == set(CallOutcome)


def test_a_call_back_is_tried_three_times() -> None:
    again = [after_no_answer(tries, AT) is not None for tries in range(1, 5)]
    assert again == [True, True, False, False]
    assert MOST_TRIES == 3

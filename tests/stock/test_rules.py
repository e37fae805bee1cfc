"""What may be drawn, sent, taken in and thrown away."""

import datetime as dt
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiemchung.core.actor import PUBLIC, SYSTEM, Actor, Kind, Role
from tiemchung.stock.rules import (
    ISSUERS,
    LEAST_REASON,
    MOST_DOSES,
    OLDEST_PAPER,
    OVERDUE_AFTER,
    TRANSITIONS,
    IssueState,
    ShelfCount,
    Step,
    as_warning,
    day_fits,
    is_overdue,
    may_add_extra,
    may_draw,
    may_issue,
    may_keep,
    may_step,
    may_take_out,
    number_fits,
    paper_fits,
    reason_fits,
    usable,
)
from tiemchung.vaccines.rules import LotFacts

TODAY, DAY = dt.date(2026, 11, 20), dt.timedelta(days=1)
HERE, AREA = uuid4(), uuid4()
COUNTS = st.integers(0, 500)


def codes(verdict: object) -> list[str]:
    return [reason.code for reason in verdict.refusals]  # type: ignore[attr-defined]


def count(received: int = 10, removed: int = 0, given: int = 0, **more: dt.date) -> ShelfCount:
    return ShelfCount(received, removed, given, TODAY - 9 * DAY, **more)


def staff(role: Role, **more: object) -> Actor:
    return Actor(kind=Kind.STAFF, id=uuid4(), role=role, **more)  # type: ignore[arg-type]


@given(COUNTS, COUNTS, COUNTS)
def test_a_dose_is_drawn_exactly_while_some_are_left(received: int, removed: int, drawn: int) -> None:
    shelf = count(received, removed, drawn)
    assert may_draw(shelf, "L1").allowed is (received - removed - drawn > 0)
    assert may_draw(shelf, "L1").allowed or may_draw(shelf, "L1").needs_override


def test_what_never_came_and_what_was_used_up_are_two_things() -> None:
    assert codes(may_draw(None, "L1")) == codes(may_draw(count(10, 10), "L1")) == ["LOT_NOT_IN_STOCK"]
    assert codes(may_draw(count(10, 4, 6), "L1")) == codes(may_draw(count(10, 0, 12), "L1")) == ["LOT_USED_UP"]


def test_on_a_page_where_nothing_is_recorded_yet_the_refusal_is_a_warning_with_the_same_facts() -> None:
    refused = may_draw(count(5, 0, 5), "L1")
    (warned,) = as_warning(refused).warnings
    assert (as_warning(refused).allowed, warned.code) == (True, "LOT_USED_UP")
    assert warned.facts == refused.reasons[0].facts


@given(COUNTS, COUNTS, COUNTS, st.integers(1, 2000))
def test_no_move_takes_more_than_is_there(received: int, removed: int, drawn: int, asked: int) -> None:
    shelf = count(received, removed, drawn)
    if may_take_out(shelf, asked, "L1").allowed:
        assert shelf.left - asked >= 0
    else:
        assert asked > shelf.left
    assert shelf.over_used == max(0, drawn + removed - received)


def test_nothing_is_taken_from_a_shelf_that_is_not_there() -> None:
    assert codes(may_take_out(None, 1, "L1")) == ["STOCK_TOO_FEW"]
    assert codes(may_add_extra(None, 0, 1, "L1")) == ["STOCK_NO_SHELF"]


@given(st.integers(0, 400), st.lists(st.integers(1, 50), max_size=8))
def test_extra_doses_are_never_more_than_a_quarter_of_what_came_in(came: int, asked: list[int]) -> None:
    extra = 0
    for doses in asked:
        if may_add_extra(count(came + extra), extra, doses, "L1").allowed:
            extra += doses
    assert extra * 4 <= came


@pytest.mark.parametrize("role", list(Role))
def test_only_an_authority_over_the_place_issues(role: Role) -> None:
    inside = may_issue(staff(role, area_ids=frozenset({AREA})), [AREA])
    assert inside.allowed is (role in ISSUERS)
    outside = may_issue(staff(role, area_ids=frozenset({uuid4()})), [AREA])
    assert outside.allowed is (role is Role.MINISTRY_OFFICER)
    assert may_issue(staff(role), []).allowed is (role is Role.MINISTRY_OFFICER)


@pytest.mark.parametrize("role", list(Role))
def test_only_the_facilitys_own_lead_keeps_its_stock(role: Role) -> None:
    assert may_keep(staff(role, facility_id=HERE), HERE).allowed is (role is Role.FACILITY_LEAD)
    assert not may_keep(staff(role, facility_id=uuid4()), HERE)
    assert not may_keep(staff(role), HERE)


def test_the_public_keeps_and_issues_nothing_and_the_system_may() -> None:
    citizen = Actor(kind=Kind.CITIZEN, facility_id=HERE)
    assert not any(may_keep(by, HERE) or may_issue(by, [AREA]) for by in (PUBLIC, citizen))
    assert may_keep(SYSTEM, HERE)
    assert may_issue(SYSTEM, [])


@pytest.mark.parametrize("state", [None, *IssueState])
@pytest.mark.parametrize("step", list(Step))
def test_a_delivery_goes_the_ways_of_the_table_only(state: IssueState | None, step: Step) -> None:
    assert may_step(state, step).allowed is ((state, step) in TRANSITIONS)


def test_what_arrived_or_was_taken_back_stays_so() -> None:
    assert {before for before, _ in TRANSITIONS} == {None, IssueState.SENT}


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({}, ""),
        ({"expires_on": TODAY}, ""),
        ({"expires_on": TODAY - DAY}, "STOCK_LOT_EXPIRED"),
        ({"recalled_at": dt.datetime(2026, 11, 19, 18, tzinfo=dt.UTC), "recalled_because": "x"}, "STOCK_LOT_RECALLED"),
    ],
)
def test_only_a_usable_lot_is_sent_out_or_taken_in(facts: dict[str, object], code: str) -> None:
    plain = {"id": uuid4(), "product": "PFIZER", "number": "L1", "expires_on": TODAY + 30 * DAY, "component": None,
             "made_by": "", "recalled_at": None, "recalled_because": ""}  # fmt: skip
    verdict = usable(LotFacts(**plain | facts), TODAY)  # type: ignore[arg-type]
    assert codes(verdict) == ([code] if code else [])
    if code == "STOCK_LOT_RECALLED":
        assert verdict.refusals[0].facts["recalled_on"] == TODAY  # it was past midnight in Vietnam


@pytest.mark.parametrize(
    ("on", "counted_on", "code"),
    [
        (TODAY, None, ""),
        (TODAY + DAY, None, "STOCK_DAY_WRONG"),
        (TODAY - OLDEST_PAPER, None, ""),
        (TODAY - OLDEST_PAPER - DAY, None, "STOCK_DAY_WRONG"),
        (TODAY - DAY, TODAY, "STOCK_BEFORE_COUNT"),
        (TODAY, TODAY, ""),
    ],
)
def test_a_move_lies_between_the_last_stocktake_and_today(on: dt.date, counted_on: dt.date | None, code: str) -> None:
    assert codes(day_fits(on, TODAY, count(counted_on=counted_on))) == ([code] if code else [])


def test_numbers_papers_and_reasons_have_their_bounds() -> None:
    assert [bool(number_fits(n)) for n in (0, 1, MOST_DOSES, MOST_DOSES + 1)] == [False, True, True, False]
    assert number_fits(0, least=0)
    assert codes(paper_fits("")) == ["STOCK_PAPER_MISSING"]
    assert codes(paper_fits("x" * 61)) == ["STOCK_PAPER_TOO_LONG"]
    assert codes(reason_fits("", needed=True)) == ["REASON_MISSING"]
    assert reason_fits("", needed=False)
    assert reason_fits("x" * LEAST_REASON, needed=True)
    assert codes(reason_fits("x" * 501, needed=False)) == ["TEXT_TOO_LONG"]


def test_a_delivery_is_overdue_once_its_days_are_over() -> None:
    assert not is_overdue(TODAY - OVERDUE_AFTER, TODAY)
    assert is_overdue(TODAY - OVERDUE_AFTER - DAY, TODAY)


def test_a_shelf_counts_doses_from_the_stocktake_on_or_from_its_first_day() -> None:
    assert count().opened_on == TODAY - 9 * DAY
    assert count(counted_on=TODAY).opened_on == TODAY

"""What speaks for a dose that nobody was given: each signal alone, none for honest work, and the plain sum."""

import datetime as dt
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiemchung.cases.rules.ghost_signals import SUSPECT_FROM, WEIGHTS, Trace, suspicions
from tiemchung.cases.rules.ghosts import (
    LEAST_REASON,
    MOST_REASON,
    FindingState,
    after_look,
    findings_ring,
    may_clear,
    may_decide,
    overrides_ring,
    ready_at,
    week_of,
)
from tiemchung.core.actor import SYSTEM, Actor, Kind, Role
from tiemchung.web.shared.words import facts_named, say, sentences

DAY = dt.date(2026, 11, 18)
MORNING = dt.datetime(2026, 11, 18, 2, 0, tzinfo=dt.UTC)  # nine in Vietnam
NURSE = UUID(int=7)
MINUTE = dt.timedelta(minutes=1)


def at_desk(n: int = 0, gap: dt.timedelta = 3 * MINUTE, **more: Any) -> Trace:
    """Give an honest dose at the desk, the n-th of a nurse; the gaps are as uneven as a morning's."""
    moment = MORNING + n * gap + dt.timedelta(seconds=n * n * 7 % 41)
    base: dict[str, Any] = {
        "dose_id": uuid4(), "given_on": DAY, "recorded_at": moment, "source": "DESK", "recorder": NURSE,
        "visit_seen": True, "visit_watched": True, "visits_there": True, "lot_chosen": True, "on_duty": True,
        "registered_at": moment - MINUTE, "tail": f"{n * 37 % 1000:03}",
        "born_on": dt.date(1980, 3, 5) + n * 97 * DAY_1,
    }  # fmt: skip
    return Trace(**(base | more))


DAY_1 = dt.timedelta(days=1)


def late(n: int = 0, days: int = 10, **more: Any) -> Trace:
    """Give a dose that was typed from paper days later."""
    entered = MORNING + dt.timedelta(days=days, minutes=2 * n, seconds=n * n * 7 % 41)
    return at_desk(n, **({"source": "BACKLOG", "recorded_at": entered, "visit_seen": False, "evidenced": True} | more))


def codes(*traces: Trace) -> set[str]:
    """Give every signal of these doses, whatever it weighs."""
    return {signal.code for why in suspicions(traces, least=0).values() for signal in why.signals}


ALONE: list[tuple[str, list[Trace]]] = [
    ("AFTER_DEATH", [at_desk(died_on=DAY - DAY_1)]),
    ("FACILITY_CLOSED", [at_desk(facility_open=False)]),
    ("PLACE_UNLISTED", [at_desk(facility_open=None)]),
    ("POINT_NOT_STANDING", [at_desk(point_standing=False)]),
    ("DISOWNED", [at_desk(disowned=True)]),
    ("DISOWNED_BESIDE", [at_desk(0, disowned=True), at_desk(1, disowned=True), at_desk(2)]),
    ("RACING", [at_desk(n, gap=dt.timedelta(seconds=20)) for n in range(25)]),
    ("HURRIED", [at_desk(n, gap=dt.timedelta(seconds=50)) for n in range(70)]),
    ("CLOCKWORK", [at_desk(recorded_at=MORNING + n * dt.timedelta(seconds=45), tail="") for n in range(10)]),
    ("UNSEEN", [at_desk(visit_seen=False)]),
    ("NOBODY_SEEN", [at_desk(visit_seen=False, visits_there=False)]),
    ("NOT_WATCHED", [at_desk(visit_watched=False)]),
    ("NIGHT", [at_desk(recorded_at=MORNING + dt.timedelta(hours=15))]),
    ("LOT_NOT_CHOSEN", [at_desk(lot_chosen=False)]),
    ("LOT_NOT_HELD", [at_desk(lot_held=False)]),
    ("OFF_DUTY", [at_desk(on_duty=False)]),
    ("OVERRIDDEN", [at_desk(overridden=True)]),
    ("LATE_UNPROVEN", [late(evidenced=False)]),
    ("IDLE_DAY", [late(evidenced=False, visits_there=False)]),
    ("LATE_MONTHS", [late(days=45)]),
    ("LATE_BATCH", [late(n, evidenced=False) for n in range(12)]),
    ("LOT_UNKNOWN", [late(lot_known=False)]),
    ("RULES_BROKEN", [late(rules_broken=True)]),
    ("SHARED_PHONE", [at_desk(phone_crowd=9)]),
    ("INVENTED", [at_desk(reachable=False)]),
    ("RUN_OF_NUMBERS", [at_desk(n, tail=f"{(997 + n) % 1000:03}") for n in range(5)]),
    ("SAME_BIRTH", [at_desk(n, born_on=dt.date(1991, 4, 12)) for n in range(5)]),
]


@pytest.mark.parametrize(("code", "traces"), ALONE, ids=[code for code, _ in ALONE])
def test_each_signal_is_heard(code: str, traces: list[Trace]) -> None:
    assert code in codes(*traces)


def test_every_weighed_signal_is_tried_here() -> None:
    assert {code for code, _ in ALONE} == set(WEIGHTS)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_signal_has_words_that_name_its_facts(lang: str) -> None:
    for code, traces in ALONE:
        why = next(s for w in suspicions(traces, least=0).values() for s in w.signals if s.code == code)
        assert facts_named(sentences(lang)[f"ghosts.signal.{code}"]) <= set(why.facts), code
        assert say(f"ghosts.signal.{code}", lang, **why.facts)


def test_an_honest_morning_says_nothing() -> None:
    assert codes(*[at_desk(n) for n in range(60)]) == set()


def test_a_proven_late_page_of_a_lot_that_was_there_weighs_too_little_whatever_else_is_odd_about_it() -> None:
    odd = late(days=60, visits_there=False, lot_known=False, rules_broken=True)
    assert suspicions([odd]) == {}


def test_a_lot_that_the_facility_never_had_is_heard_at_the_desk_and_from_paper_and_accuses_nobody_alone() -> None:
    assert codes(late(lot_held=False)) == {"LOT_NOT_HELD"}
    assert suspicions([at_desk(lot_held=False), late(lot_held=False)]) == {}
    assert suspicions([at_desk(lot_held=False, lot_chosen=False)])


def test_other_sources_and_places_without_stock_say_nothing_about_a_lot() -> None:
    assert codes(at_desk(lot_held=None), at_desk(lot_held=True)) == set()
    assert "LOT_NOT_HELD" not in codes(late(source="CASE", lot_held=False))


def test_a_night_at_a_factory_is_no_suspicion() -> None:
    night = [at_desk(n, recorded_at=MORNING + dt.timedelta(hours=14, minutes=3 * n), visit_watched=False,
                     point_standing=True) for n in range(40)]  # fmt: skip
    assert suspicions([replace(t, recorded_at=t.recorded_at + dt.timedelta(seconds=i * i * 7 % 41))
                       for i, t in enumerate(night)]) == {}  # fmt: skip


def test_eight_on_one_phone_and_three_neighbouring_numbers_are_a_family() -> None:
    assert codes(*[at_desk(n, tail=f"{100 + n}", phone_crowd=8) for n in range(3)]) == set()


def test_birthdays_that_nobody_knows_fall_on_the_first_of_january() -> None:
    assert codes(*[at_desk(n, born_on=dt.date(1951, 1, 1)) for n in range(9)]) == set()


def test_a_score_is_the_sum_of_its_reasons_heaviest_first() -> None:
    dose = at_desk(facility_open=False, visit_watched=False, overridden=True)
    why = suspicions([dose])[dose.dose_id]
    assert why.score == WEIGHTS["FACILITY_CLOSED"] + WEIGHTS["NOT_WATCHED"] + WEIGHTS["OVERRIDDEN"]
    assert [signal.code for signal in why.signals] == ["FACILITY_CLOSED", "NOT_WATCHED", "OVERRIDDEN"]


def test_without_weights_nothing_is_found() -> None:
    assert suspicions([trace for _, traces in ALONE for trace in traces], weights={}) == {}


@given(st.permutations([trace for _, traces in ALONE[:8] for trace in traces]))
def test_the_order_in_which_doses_are_read_changes_nothing(shuffled: list[Trace]) -> None:
    ordered = suspicions(sorted(shuffled, key=lambda t: t.dose_id))
    assert suspicions(shuffled) == ordered


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=80))
def test_more_doses_beside_it_never_acquit_a_dose_of_its_own_reasons(seconds: list[int]) -> None:
    crowd = [at_desk(recorded_at=MORNING + dt.timedelta(seconds=s)) for s in seconds]
    dead = at_desk(died_on=DAY - DAY_1)
    alone, among = suspicions([dead])[dead.dose_id], suspicions([*crowd, dead])[dead.dose_id]
    assert among.score >= alone.score >= SUSPECT_FROM


@pytest.mark.parametrize(
    ("overridden", "doses", "rings"), [(4, 20, False), (5, 99, True), (5, 100, False), (6, 100, True), (0, 0, False)]
)
def test_a_share_rings_past_one_in_twenty_and_from_five_on(overridden: int, doses: int, rings: bool) -> None:
    assert overrides_ring(overridden, doses) is rings


@pytest.mark.parametrize(("new", "doses", "rings"), [(2, 10, False), (3, 10, True), (3, 200, False), (5, 200, True)])
def test_a_facility_rings_when_findings_are_no_accident(new: int, doses: int, rings: bool) -> None:
    assert findings_ring(new, doses) is rings


def test_a_dose_is_looked_at_in_the_night_after() -> None:
    night = dt.datetime(2026, 11, 18, 19, 0, tzinfo=dt.UTC)  # two o'clock on the 19th
    assert ready_at(MORNING) == night
    assert ready_at(night - MINUTE) == night
    assert ready_at(night) == night + DAY_1


def test_a_week_begins_on_monday() -> None:
    assert {week_of(dt.date(2026, 11, 16) + n * DAY_1) for n in range(7)} == {dt.date(2026, 11, 16)}


@pytest.mark.parametrize("role", list(Role))
def test_only_an_authority_above_makes_a_case_and_only_once(role: Role) -> None:
    by = Actor(kind=Kind.STAFF, role=role)
    above = role in {Role.COMMUNE_OFFICER, Role.DISTRICT_OFFICER, Role.DATA_CORRECTOR, Role.PROVINCE_OFFICER,
                     Role.MINISTRY_OFFICER}  # fmt: skip
    assert may_decide(by, FindingState.OPEN, in_scope=True).allowed is above
    assert not may_decide(by, FindingState.OPEN, in_scope=False)
    assert not may_decide(by, FindingState.CASED, in_scope=True)
    assert not may_decide(SYSTEM, FindingState.OPEN, in_scope=True)


OFFICER = Actor(kind=Kind.STAFF, role=Role.COMMUNE_OFFICER)
ENOUGH = "Sổ tiêm của trạm trang 14"


@pytest.mark.parametrize("role", list(Role))
def test_whoever_may_not_make_a_case_may_not_dismiss_it_either(role: Role) -> None:
    by = Actor(kind=Kind.STAFF, role=role)
    for state in FindingState:
        for in_scope in (True, False):
            case = may_decide(by, state, in_scope=in_scope)
            assert may_clear(by, state, ENOUGH, in_scope=in_scope) == case


@pytest.mark.parametrize(
    ("because", "code"),
    [
        ("", "REASON_MISSING"),
        ("đúng" + " " * 20, "REASON_MISSING"),
        ("x" * (LEAST_REASON - 1), "REASON_MISSING"),
        ("x" * LEAST_REASON, None),
        ("x" * MOST_REASON, None),
        ("x" * (MOST_REASON + 1), "TEXT_TOO_LONG"),
    ],
)
def test_a_finding_is_dismissed_for_a_reason_of_ten_to_five_hundred_characters(because: str, code: str | None) -> None:
    verdict = may_clear(OFFICER, FindingState.OPEN, because, in_scope=True)
    assert [reason.code for reason in verdict.refusals] == ([code] if code else [])


def test_what_nobody_has_seen_yet_is_not_dismissed() -> None:
    verdict = may_clear(OFFICER, FindingState.OPEN, ENOUGH, in_scope=True, grown=True)
    assert [reason.code for reason in verdict.refusals] == ["FINDING_GROWN"]


@pytest.mark.parametrize(
    ("state", "was", "score", "then"),
    [
        ("OPEN", 5, 8, "OPEN"),
        ("OPEN", 8, 5, "OPEN"),
        ("OPEN", 8, 0, "GONE"),
        ("GONE", 8, 5, "OPEN"),
        ("GONE", 8, 0, "GONE"),
        ("CASED", 5, 20, "CASED"),
        ("CASED", 5, 0, "CASED"),
        ("CLEARED", 5, 0, "CLEARED"),
        ("CLEARED", 5, 5, "CLEARED"),
        ("CLEARED", 5, 6, "OPEN"),
    ],
)
def test_a_dismissed_dose_comes_back_only_when_more_is_found(state: str, was: int, score: int, then: str) -> None:
    assert after_look(FindingState(state), was=was, score=score) == then

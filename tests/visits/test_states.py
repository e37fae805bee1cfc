"""A visit moves along one table."""

import datetime as dt
from itertools import product

import pytest

from tiemchung.core.verdict import Refused
from tiemchung.visits.rules import (
    CLOSED,
    OBSERVATION,
    OPEN,
    TRANSITIONS,
    Reaction,
    Step,
    VisitState,
    may_end_observation,
    may_step,
    minutes_left,
    state_after,
    step_of,
)

AT = dt.datetime(2026, 11, 20, 3, 0, tzinfo=dt.UTC)


def test_one_injection_walks_from_arrival_to_the_watch() -> None:
    assert state_after(None, Step.ARRIVE, Step.SCREEN, Step.INJECT) is VisitState.INJECTED
    assert state_after(VisitState.INJECTED, Step.END_OBSERVATION) is VisitState.OBSERVED


def test_nobody_is_injected_unscreened() -> None:
    reaching = {before for (before, step) in TRANSITIONS if step is Step.INJECT}
    assert reaching == {VisitState.SCREENED}


@pytest.mark.parametrize("closed", [*sorted(CLOSED), VisitState.UNDONE])
def test_nothing_leads_out_of_an_ended_visit(closed: VisitState) -> None:
    assert [step for step in Step if may_step(closed, step)] == []
    with pytest.raises(Refused, match="VISIT_STEP_NOT_POSSIBLE"):
        state_after(closed, Step.INJECT)


@pytest.mark.parametrize(("state", "outcome"), list(product(sorted(OPEN), sorted(CLOSED))))
def test_every_open_visit_can_end_without_an_injection(state: VisitState, outcome: VisitState) -> None:
    assert state_after(state, step_of(outcome)) is outcome


def test_every_state_can_be_reached() -> None:
    assert set(TRANSITIONS.values()) == set(VisitState)


def test_the_watch_lasts_thirty_minutes() -> None:
    until = AT + OBSERVATION
    early = may_end_observation(until, until - dt.timedelta(seconds=1), Reaction.NONE)
    assert early.needs_override
    assert early.refusals[0].facts == {"minutes": 1}
    assert may_end_observation(until, until, Reaction.NONE)
    assert dt.timedelta(minutes=30) == OBSERVATION


def test_a_severe_reaction_ends_the_watch_at_once() -> None:
    assert may_end_observation(AT + OBSERVATION, AT, Reaction.SEVERE)


@pytest.mark.parametrize(("seconds", "minutes"), [(-5, 0), (0, 0), (1, 1), (60, 1), (61, 2), (1800, 30)])
def test_minutes_left_are_rounded_up(seconds: int, minutes: int) -> None:
    assert minutes_left(AT + dt.timedelta(seconds=seconds), AT) == minutes

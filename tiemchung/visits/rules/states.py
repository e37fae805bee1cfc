"""What may happen during a visit, and what the visit then is."""

import datetime as dt
from enum import StrEnum

from tiemchung.core.verdict import YES, Verdict, refuse

# 3588/QĐ-BYT, step 5: at least thirty minutes under watch at the point, then the person goes home.
OBSERVATION = dt.timedelta(minutes=30)


class VisitState(StrEnum):
    """Where a visit stands."""

    ARRIVED = "ARRIVED"
    SCREENED = "SCREENED"
    INJECTED = "INJECTED"
    OBSERVED = "OBSERVED"
    DEFERRED = "DEFERRED"
    CONTRAINDICATED = "CONTRAINDICATED"
    REFERRED = "REFERRED"
    DECLINED = "DECLINED"
    UNDONE = "UNDONE"


class Step(StrEnum):
    """What moves a visit on."""

    ARRIVE = "ARRIVE"
    SCREEN = "SCREEN"
    INJECT = "INJECT"
    END_OBSERVATION = "END_OBSERVATION"
    DEFER = "DEFER"
    CONTRAINDICATE = "CONTRAINDICATE"
    REFER = "REFER"
    DECLINE = "DECLINE"
    UNDO = "UNDO"


class Reaction(StrEnum):
    """What was seen while the person was under watch."""

    NONE = "NONE"
    COMMON = "COMMON"
    SEVERE = "SEVERE"


OPEN = frozenset({VisitState.ARRIVED, VisitState.SCREENED})

# (state before, step) -> state after; what is missing here cannot happen.
TRANSITIONS: dict[tuple[VisitState | None, Step], VisitState] = {
    (None, Step.ARRIVE): VisitState.ARRIVED,
    (VisitState.ARRIVED, Step.SCREEN): VisitState.SCREENED,
    (VisitState.SCREENED, Step.SCREEN): VisitState.SCREENED,
    (VisitState.SCREENED, Step.INJECT): VisitState.INJECTED,
    (VisitState.INJECTED, Step.END_OBSERVATION): VisitState.OBSERVED,
    (VisitState.INJECTED, Step.UNDO): VisitState.UNDONE,
    (VisitState.OBSERVED, Step.UNDO): VisitState.UNDONE,
    **{
        (state, step): after
        for state in (VisitState.ARRIVED, VisitState.SCREENED)
        for step, after in (
            (Step.DEFER, VisitState.DEFERRED),
            (Step.CONTRAINDICATE, VisitState.CONTRAINDICATED),
            (Step.REFER, VisitState.REFERRED),
            (Step.DECLINE, VisitState.DECLINED),
        )
    },
}
CLOSED = frozenset({VisitState.DEFERRED, VisitState.CONTRAINDICATED, VisitState.REFERRED, VisitState.DECLINED})
_STEP_TO = {after: step for (_, step), after in TRANSITIONS.items() if after in CLOSED}


def state_after(before: VisitState | None, *steps: Step) -> VisitState:
    """Give the state after these steps; raise Refused with VISIT_STEP_NOT_POSSIBLE where the table has none."""
    state = before
    for step in steps:
        may_step(state, step).or_raise()
        state = TRANSITIONS[state, step]
    if state is None:
        raise ValueError("no step")
    return state


def may_step(before: VisitState | None, step: Step) -> Verdict:
    """Say whether the step may come next."""
    if (before, step) in TRANSITIONS:
        return YES
    return refuse("VISIT_STEP_NOT_POSSIBLE", step=str(step))


def step_of(outcome: VisitState) -> Step:
    """Give the step that ends a visit in this way without an injection; KeyError for another state."""
    return _STEP_TO[outcome]


def may_end_observation(observed_until: dt.datetime, at: dt.datetime, reaction: Reaction) -> Verdict:
    """Say whether the watch may end: after its time, or earlier when a reaction moved the person to treatment."""
    if at >= observed_until or reaction is Reaction.SEVERE:
        return YES
    return refuse("OBSERVATION_RUNNING", overridable=True, minutes=minutes_left(observed_until, at))


def minutes_left(observed_until: dt.datetime, at: dt.datetime) -> int:
    """Give the minutes still to wait, rounded up; 0 when the time is over."""
    return max(0, -(-int((observed_until - at).total_seconds()) // 60))

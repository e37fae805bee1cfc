"""When doses are looked at, when findings and set-aside refusals ring, and what may become of a finding."""

import datetime as dt
from enum import StrEnum
from uuid import UUID

from tiemchung.core.actor import Actor, Role
from tiemchung.core.verdict import YES, Verdict, refuse
from tiemchung.core.zone import VIETNAM

NOWHERE = UUID(int=0)  # the facility of doses whose place is in no list
# Nothing is recorded then, so a day that ended is whole when it is looked at.
LOOKED_AT = dt.time(2, 0)
# A ledger of years is followed from its beginning; only what came on record lately is looked at.
NEW_FOR = dt.timedelta(days=7)
# One odd dose is everywhere: a facility rings when there are some, and they are no accident of many.
RINGS_FROM, RINGS_AT_SHARE = 3, 0.02
# More than one refusal in twenty set aside rings; a small station's single one is one in twenty too, so at least five.
OVERRIDES_FROM, OVERRIDES_SHARE = 5, 0.05
# A reason that a later reader understands, and that is no file of its own.
LEAST_REASON, MOST_REASON = 10, 500
DECIDERS = frozenset(
    {
        Role.COMMUNE_OFFICER,
        Role.DISTRICT_OFFICER,
        Role.DATA_CORRECTOR,
        Role.PROVINCE_OFFICER,
        Role.MINISTRY_OFFICER,
    }
)


class FindingState(StrEnum):
    """What has become of a finding: waiting, a case, found true by an authority, or acquitted by a correction."""

    OPEN = "OPEN"
    CASED = "CASED"
    CLEARED = "CLEARED"
    GONE = "GONE"


DECIDED = frozenset({FindingState.CASED, FindingState.CLEARED})


def ready_at(recorded_at: dt.datetime) -> dt.datetime:
    """Give when a dose recorded at that moment is looked at: in the night after."""
    there = recorded_at.astimezone(VIETNAM)
    night = dt.datetime.combine(there.date(), LOOKED_AT, VIETNAM)
    return (night if there < night else night + dt.timedelta(days=1)).astimezone(dt.UTC)


def findings_ring(new: int, doses: int) -> bool:
    """Tell whether so many new findings among so many doses of one facility are an alarm."""
    return new >= RINGS_FROM and new > doses * RINGS_AT_SHARE


def overrides_ring(overridden: int, doses: int) -> bool:
    """Tell whether so many set-aside refusals among a facility's doses of a week are an alarm."""
    return overridden >= OVERRIDES_FROM and overridden > doses * OVERRIDES_SHARE


def week_of(day: dt.date) -> dt.date:
    """Give the Monday of a day's week."""
    return day - dt.timedelta(days=day.weekday())


def may_decide(by: Actor, state: FindingState, *, in_scope: bool) -> Verdict:
    """Say whether this actor may make a case of a finding: an authority above the facility, once."""
    if by.role not in DECIDERS or not in_scope:
        return refuse("NOT_YOUR_PLACE")
    return YES if state is FindingState.OPEN else refuse("FINDING_DECIDED")


def may_clear(by: Actor, state: FindingState, because: str, *, in_scope: bool, grown: bool = False) -> Verdict:
    """Say whether this actor may dismiss a finding as a true dose, for this reason.

    `grown` says that more has been found since the actor looked.
    """
    verdict = may_decide(by, state, in_scope=in_scope)
    if not verdict.allowed:
        return verdict
    if len(because.strip()) < LEAST_REASON:
        return refuse("REASON_MISSING")
    if len(because.strip()) > MOST_REASON:
        return refuse("TEXT_TOO_LONG", field="because", limit=MOST_REASON)
    return refuse("FINDING_GROWN") if grown else YES


def after_look(state: FindingState, *, was: int, score: int) -> FindingState:
    """Give what a night's look makes of a finding that weighed `was` and weighs `score`, 0 for nothing any more.

    What became a case stays one. What was found true stays so until more speaks against it than did then.
    """
    if state is FindingState.CASED or (state is FindingState.CLEARED and score <= was):
        return state
    return FindingState.OPEN if score else FindingState.GONE

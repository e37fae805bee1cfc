"""A case going from one desk to another: the row ends at the old one and begins at the new, and the clock runs on."""

import datetime as dt
from typing import Any

from tiemchung.cases.actions.holding import Held
from tiemchung.cases.actions.opening import put_inbox
from tiemchung.cases.actions.steps import take_step
from tiemchung.cases.models import CaseInbox
from tiemchung.cases.reads.desks import areas_of_ladder, ladder_of_desk
from tiemchung.cases.rules import CLIMB, Route, Step
from tiemchung.core.actor import Actor
from tiemchung.core.clock import local


def move_case(held: Held, way: Route, *, by: Actor, at: dt.datetime, note: str, said: str = "", code: str = "") -> None:
    """End the row of a locked, open case at its desk and begin one at the new, with the alarms still to come.

    The step keeps what was `said` to the citizen, and as its code why the case lies there now, or the `code` given.
    """
    case, old, target = held.case, held.inbox, way.desk
    assert old is not None
    left = {**_alarms_left(old, at, top=len(way.above)), "untold_at": old.untold_at}  # the row ends and forgets
    ladder = ladder_of_desk(target, local(at).date())
    case.unit_id, case.unit_level, case.route_why = target.unit_id, target.level, way.why
    take_step(case, Step.PASS_ON, by=by, at=at, text=said, note=note, code=code or way.why)
    case.save(force_update=True)
    end_row(old, at, "PASSED")
    CaseInbox.objects.filter(unit_id=target.unit_id, case_id=case.id, open=True, watch=True).update(
        open=False, ended_at=at, outcome="PASSED"
    )
    put_inbox(case, way, areas_of_ladder(ladder))
    CaseInbox.objects.filter(unit_id=target.unit_id, case_id=case.id, open=True, watch=False).update(**left)
    held.inbox = None


def _alarms_left(old: CaseInbox, at: dt.datetime, *, top: int) -> dict[str, Any]:
    """Give the alarms still to come at the new desk: its own ladder counts, the clock is the old one."""
    if old.rung == 0:
        return {"rung": 0, "next_alarm_at": old.next_alarm_at}
    if at < old.due_at:
        return {"rung": 1, "next_alarm_at": old.due_at}
    return {"rung": 1, "next_alarm_at": (old.next_alarm_at or at + CLIMB) if top else None}


def end_row(row: CaseInbox, at: dt.datetime, outcome: str) -> None:
    """End a work list's row: what was decided or that it was passed on."""
    row.open, row.ended_at, row.outcome, row.untold_at = False, at, outcome, None
    row.claimed_by, row.claimed_until, row.next_alarm_at = None, None, None
    row.save(force_update=True)

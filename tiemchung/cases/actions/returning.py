"""What its reporter does with a case after sending it: take it back, or say that the answer does not hold."""

import datetime as dt

from django.db import transaction

from tiemchung.cases.actions.desk import demand_answer, subject_of
from tiemchung.cases.actions.ending import end_case
from tiemchung.cases.actions.holding import hold_of_contact
from tiemchung.cases.actions.joining import keep_defects, waiting_repeats
from tiemchung.cases.actions.opening import put_inbox
from tiemchung.cases.actions.promoting import promote
from tiemchung.cases.actions.steps import take_step
from tiemchung.cases.actions.untold import forget_untold
from tiemchung.cases.letters import drop_letter
from tiemchung.cases.models import Case, CaseStep
from tiemchung.cases.reads.desks import areas_of_ladder, ladder_of_desk, routed
from tiemchung.cases.rules import (
    NATION,
    CaseState,
    Desk,
    DeskLevel,
    Known,
    Route,
    RouteReason,
    Step,
    due_at,
    may_reopen,
)
from tiemchung.cases.telling import tell
from tiemchung.core.actor import Actor, Kind
from tiemchung.core.audit import write_line
from tiemchung.core.clock import local


@transaction.atomic
def withdraw_case(*, by: Actor, at: dt.datetime, ref: str, contact_key: bytes, because: str = "") -> None:
    """Take a report back at its reporter's wish; others who reported the same are still answered, by the same time.

    `contact_key` is that of the phone the caller has proved. Raises Refused with NO_SUCH_CASE or CASE_OVER.
    """
    held = hold_of_contact(ref, contact_key)
    case, row = held.case, held.inbox
    alarms = (row.rung, row.next_alarm_at) if row is not None else (0, None)
    end_case(held, Step.WITHDRAW, by=by, at=at, answer=because)
    if row is not None:
        promote(waiting_repeats(case), case, alarms, at)
    write_line(by=by, at=at, action="cases.withdraw_case", subject_id=subject_of(case), object_id=case.id)


@transaction.atomic
def reopen_case(*, by: Actor, at: dt.datetime, ref: str, contact_key: bytes, text: str) -> dt.datetime:
    """Open an answered case again because the answer does not hold, and give its new due time.

    A new clock of 48 hours begins: the old one was kept or missed, and stays so in the figures. What was refused goes
    to the desk above the one that refused, what was settled back to the desk that settled it. Raises Refused with
    NO_SUCH_CASE, CASE_STEP_NOT_POSSIBLE, REOPEN_TOO_LATE after 30 days, REOPEN_TOO_OFTEN after two times,
    REOPEN_TOO_SHORT or TEXT_TOO_LONG.
    """
    held = hold_of_contact(ref, contact_key)
    case = held.case
    demand_answer(text, short="REOPEN_TOO_SHORT")
    steps = CaseStep.objects.filter(contact_key=case.contact_key, case_id=case.id, step=Step.REOPEN)
    times = steps.exclude(by_kind=Kind.SYSTEM).count()  # a correction taken back is no dispute of theirs
    may_reopen(case.settled_at, at, times=times).or_raise()
    refused = case.state == CaseState.REJECTED
    drop_letter(case, case.unit_id)
    forget_untold(case)
    way, areas = _way_back(case, at, above=refused)
    case.unit_id, case.unit_level, case.route_why = way.desk.unit_id, way.desk.level, way.why
    take_step(case, Step.REOPEN, by=by, at=at, text=text, code=way.why)
    case.due_at, case.settled_at, case.refusal, case.sealed_answer = due_at(at), None, "", None
    case.lead_contact, case.lead_id = None, None
    case.save(force_update=True)
    put_inbox(case, way, areas_of_ladder(areas))
    keep_defects(case)
    tell(case, "REOPENED", at)
    write_line(by=by, at=at, action="cases.reopen_case", subject_id=subject_of(case), object_id=case.id)
    return case.due_at


def _way_back(case: Case, at: dt.datetime, *, above: bool) -> tuple[Route, tuple[Desk, ...]]:
    today = local(at).date()
    last = Desk(case.unit_id, DeskLevel(case.unit_level))
    ladder = tuple(desk for desk in ladder_of_desk(last, today) if desk.unit_id != NATION)
    rungs = ladder[1:] if above else ladder
    return routed(Known(rungs, RouteReason.PASSED_ON), today), ladder

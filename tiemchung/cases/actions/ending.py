"""How a case ends, however it ends: its row on every desk, its defect, its repeats, and the word to its reporters."""

import datetime as dt

from tiemchung.cases.actions.holding import Held
from tiemchung.cases.actions.joining import close_defects, follow_desk, waiting_repeats
from tiemchung.cases.actions.moving import end_row
from tiemchung.cases.actions.partly import whole_answer
from tiemchung.cases.actions.promoting import promote
from tiemchung.cases.actions.steps import take_step
from tiemchung.cases.defects import is_apart
from tiemchung.cases.letters import drop_letter
from tiemchung.cases.models import Case, CaseInbox, CaseStep
from tiemchung.cases.rules import Step
from tiemchung.cases.sealed import seal_text
from tiemchung.cases.telling import tell
from tiemchung.core.actor import SYSTEM, Actor

_TOLD = {Step.SETTLE: "SETTLED", Step.REFUSE: "REFUSED", Step.WITHDRAW: "WITHDRAWN"}


def end_case(
    held: Held, step: Step, *, by: Actor, at: dt.datetime, answer: str = "", code: str = "", note: str = ""
) -> int:
    """End a locked case and, where it was answered, its repeats with it; give how many repeats.

    Each reporter is told in the same transaction. Whoever may know nothing of the case is told that theirs is settled,
    in no words of its answer; a refusal is not theirs, their report is then a case of its own. A withdrawn case
    leaves its repeats to the caller. What other desks answered of it before stands before this answer.
    """
    close_defects(held.case)
    whole = whole_answer(held.case, step, answer)
    answer, words = whole.text, whole.message
    _end_one(held.case, step, by=by, at=at, answer=answer, code=code, note=note, words=words)
    _end_rows(held, at)
    if step is Step.WITHDRAW:
        drop_letter(held.case, held.case.unit_id)
        return 0
    near, apart = _parted(held.case)
    for repeat in near:
        follow_desk(repeat, held.case)  # it may have been taken over from above, of which nobody is told
        _end_one(repeat, step, by=by, at=at, answer=answer, code=code, note="", words=words)
    if step is Step.REFUSE:
        promote(apart, held.case, (0, None), at)
        return len(near)
    for repeat in apart:
        _end_one(repeat, step, by=SYSTEM, at=at, answer="", code="", note="")
    return len(near) + len(apart)


def _parted(lead: Case) -> tuple[list[Case], list[Case]]:
    """Give the repeats whose reporters may know of the case, and the others."""
    repeats = waiting_repeats(lead)
    return [r for r in repeats if not is_apart(r, lead)], [r for r in repeats if is_apart(r, lead)]


def _end_one(
    case: Case, step: Step, *, by: Actor, at: dt.datetime, answer: str, code: str, note: str, words: str = ""
) -> None:
    take_step(case, step, by=by, at=at, text=answer, code=code, note=note)
    case.settled_at, case.refusal = at, code
    case.sealed_answer = seal_text(case.id, answer)
    case.save(force_update=True)
    tell(case, _TOLD[step], at, words=words)


def _end_rows(held: Held, at: dt.datetime) -> None:
    """End the holder's row and those of all desks that were told of the case; its steps name them."""
    case, row = held.case, held.inbox
    if row is not None:
        end_row(row, at, case.state)
    told = CaseStep.objects.filter(contact_key=case.contact_key, case_id=case.id, step=Step.ESCALATE)
    units = {unit for unit in told.values_list("unit_id", flat=True) if unit is not None}
    if units:
        CaseInbox.objects.filter(unit_id__in=units, case_id=case.id, open=True, watch=True).update(
            open=False, ended_at=at, outcome=case.state
        )

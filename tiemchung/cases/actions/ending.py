"""How a case ends, however it ends: its row on every desk, its defect, its repeats, and the word to its reporters."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from tiemchung.cases.actions.desk import end_row
from tiemchung.cases.actions.holding import Held
from tiemchung.cases.actions.steps import take_step
from tiemchung.cases.defects import defects_of
from tiemchung.cases.models import Case, CaseDefect, CaseInbox, CaseRepeat, CaseStep
from tiemchung.cases.rules import CaseState, Step
from tiemchung.cases.sealed import open_claim, seal_text
from tiemchung.cases.telling import tell
from tiemchung.core.actor import Actor

_TOLD = {Step.SETTLE: "SETTLED", Step.REFUSE: "REFUSED", Step.WITHDRAW: "WITHDRAWN"}


def end_case(
    held: Held, step: Step, *, by: Actor, at: dt.datetime, answer: str = "", code: str = "", note: str = ""
) -> int:
    """End a locked case and, where it was answered, every repeat with the same answer; give how many repeats.

    Each reporter is told in the same transaction. A withdrawn case leaves its repeats to the caller.
    """
    close_defects(held.case)
    _end_one(held.case, step, by=by, at=at, answer=answer, code=code, note=note)
    _end_rows(held, at)
    if step is Step.WITHDRAW:
        return 0
    repeats = waiting_repeats(held.case)
    for repeat in repeats:
        _end_one(repeat, step, by=by, at=at, answer=answer, code=code, note="")
    return len(repeats)


def _end_one(case: Case, step: Step, *, by: Actor, at: dt.datetime, answer: str, code: str, note: str) -> None:
    take_step(case, step, by=by, at=at, text=answer, code=code, note=note)
    case.settled_at, case.refusal = at, code
    case.sealed_answer = seal_text(case.id, answer)
    case.save(force_update=True)
    tell(case, _TOLD[step], at)


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


def own_defects(case: Case) -> list[bytes]:
    """Give the keys of what this case is about."""
    claim = open_claim(case.id, case.sealed_claim)
    return defects_of(case.kind, claim, bytes(case.contact_key), case.person_id, case.dose_id)


def close_defects(case: Case) -> None:
    """Say that no case about this defect is open any more: the next report of it is a case of its own."""
    CaseDefect.objects.filter(
        defect__in=own_defects(case), contact_key=case.contact_key, case_id=case.id, open=True
    ).update(open=False)


def waiting_repeats(case: Case) -> list[Case]:
    """Lock and give the repeats that wait for this case's end, oldest first."""
    rows = CaseRepeat.objects.filter(contact_key=case.contact_key, lead_id=case.id)
    places = set(rows.values_list("repeat_contact", "repeat_id"))
    return sorted(_locked(places, case), key=lambda c: (c.recorded_at, c.id))


def _locked(places: Iterable[tuple[bytes | memoryview, UUID]], lead: Case) -> list[Case]:
    pairs = {(bytes(key), repeat_id) for key, repeat_id in places}
    if not pairs:
        return []
    found = Case.objects.select_for_update().filter(
        contact_key__in={key for key, _ in pairs}, id__in={repeat_id for _, repeat_id in pairs}
    )
    return [c for c in found.order_by("id") if c.state == CaseState.JOINED and c.lead_id == lead.id]

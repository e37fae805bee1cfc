"""Taking one step of a case: the table is asked, the row moves, an immutable line is written."""

import datetime as dt
from uuid import UUID

from tiemchung.cases.actions.hearing import let_partners_hear
from tiemchung.cases.models import Case, CaseStep
from tiemchung.cases.rules import CaseState, Desk, DeskLevel, Step, may_step, state_after
from tiemchung.cases.sealed import seal_text
from tiemchung.cases.telling import let_hear
from tiemchung.core.actor import Actor, Kind
from tiemchung.core.ids import new_id
from tiemchung.core.rows import put_row


def take_step(
    case: Case,
    step: Step,
    *,
    by: Actor,
    at: dt.datetime,
    text: str = "",
    note: str = "",
    code: str = "",
    told: Desk | None = None,
    before: CaseState | None = None,
    first: bool = False,
) -> None:
    """Move the case in memory and write the step; the caller saves the case. Raises Refused where the table has none.

    `first` begins the case from `before`; `told` is a desk that hears of it, else the holder's is written. Partners
    who show the case hear of every new state.
    """
    state = before if first else CaseState(case.state)
    may_step(state, step).or_raise()
    case.state = state_after(state, step) or case.state
    case.steps += 1
    case.version += 0 if first else 1
    desk = told or Desk(case.unit_id, DeskLevel(case.unit_level))
    put_row(_line(case, step, by, at, text, note, code, desk))
    if first:
        let_hear(case, at)
    elif case.state != state:
        let_partners_hear(case, at)


def _line(case: Case, step: Step, by: Actor, at: dt.datetime, text: str, note: str, code: str, desk: Desk) -> CaseStep:
    row_id: UUID = new_id()
    return CaseStep(
        id=row_id,
        contact_key=case.contact_key,
        case_id=case.id,
        number=case.steps,
        step=step,
        at=at,
        state=case.state,
        by_kind=by.kind,
        by_id=by.id,
        by_role=by.role or "",
        by_name=by.name if by.kind is Kind.STAFF else "",
        unit_id=desk.unit_id,
        unit_level=desk.level,
        code=code,
        sealed_text=seal_text(row_id, text),
        sealed_note=seal_text(row_id, note),
    )

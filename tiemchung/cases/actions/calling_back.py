"""Promises to call back: made when a call ends or a report is opened, taken by one agent, tried three times."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from tiemchung.cases.models import CallBack
from tiemchung.cases.reads.calling import CallBackView, call_back_view
from tiemchung.cases.rules import CLAIM
from tiemchung.cases.rules.calls import CENTRE, BackOutcome, Promise, after_no_answer
from tiemchung.cases.sealed import seal_phone, seal_text
from tiemchung.core.actor import Actor, Role
from tiemchung.core.audit import write_line
from tiemchung.core.ids import new_id
from tiemchung.core.outbox import contact_key
from tiemchung.core.rows import put_row
from tiemchung.core.verdict import Refused, refuse

# One statement that hits one row or none: of two agents who reach for one promise, one gets it.
_CLAIM = """
UPDATE cases_callback SET claimed_by = %(by)s, claimed_until = %(until)s
WHERE unit_id = %(unit)s AND id = %(id)s AND done_at IS NULL
  AND (claimed_until IS NULL OR claimed_until <= %(at)s OR claimed_by = %(by)s)
RETURNING id
"""


def agent_of(by: Actor) -> UUID:
    """Give the id of an agent of the centre; raise Refused with CALL_NOT_YOURS for anybody else."""
    if by.id is None or by.role is not Role.HOTLINE_AGENT:
        raise Refused(refuse("CALL_NOT_YOURS"))
    return by.id


def promise_call_back(
    *, by: Actor, at: dt.datetime, call_id: UUID, promise: Promise, case_ref: str = "", note: str = ""
) -> UUID:
    """Keep a promise, in the caller's transaction, and give its id; the caller has asked `rules.calls.may_promise`."""
    row_id = new_id()
    put_row(
        CallBack(
            id=row_id,
            unit_id=CENTRE,
            contact_key=contact_key(promise.phone),
            call_id=call_id,
            sealed_phone=seal_phone(row_id, promise.phone),
            case_ref=case_ref,
            sealed_note=seal_text(row_id, note),
            promised_by=agent_of(by),
            due_at=promise.due_at or at,
        )
    )
    write_line(by=by, at=at, action="cases.promise_call_back", subject_id=call_id, object_id=row_id)
    return row_id


@transaction.atomic
def claim_call_back(*, by: Actor, at: dt.datetime, call_back_id: UUID) -> CallBackView:
    """Take a promise for twenty minutes and see its number.

    Raises Refused with CALL_BACK_TAKEN for one that is not free, CALL_NOT_YOURS for who is no agent of the centre.
    """
    facts: dict[str, Any] = {"by": agent_of(by), "until": at + CLAIM, "unit": CENTRE, "id": call_back_id, "at": at}
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, facts)
        if cursor.fetchone() is None:
            raise Refused(refuse("CALL_BACK_TAKEN"))
    row = CallBack.objects.get(unit_id=CENTRE, id=call_back_id)
    write_line(by=by, at=at, action="cases.claim_call_back", subject_id=row.call_id, object_id=row.id)
    return call_back_view(row, by, at)


@transaction.atomic
def finish_try(*, by: Actor, at: dt.datetime, call_back_id: UUID, outcome: str) -> CallBackView:
    """Write how one try ended: reached and wrong numbers are done, no answer comes due again, three times at most.

    Raises Refused with CALL_BACK_LOST for who does not hold it, CALL_OUTCOME_MISSING for another outcome.
    """
    row = CallBack.objects.select_for_update().filter(unit_id=CENTRE, id=call_back_id).first()
    held = row is not None and row.claimed_by == by.id and row.claimed_until is not None and row.claimed_until > at
    if row is None or not held or row.done_at is not None:
        raise Refused(refuse("CALL_BACK_LOST"))
    if outcome not in {BackOutcome.REACHED, BackOutcome.NO_ANSWER, BackOutcome.WRONG_NUMBER}:
        raise Refused(refuse("CALL_OUTCOME_MISSING"))
    row.tries += 1
    again = after_no_answer(row.tries, at) if outcome == BackOutcome.NO_ANSWER else None
    if again is not None:
        row.due_at, row.claimed_by, row.claimed_until = again, None, None
    else:
        row.done_at = at
        row.outcome = BackOutcome.UNREACHED if outcome == BackOutcome.NO_ANSWER else outcome
    row.save(force_update=True)
    facts = {"outcome": outcome, "tries": row.tries}
    write_line(by=by, at=at, action="cases.finish_try", subject_id=row.call_id, object_id=row.id, facts=facts)
    return call_back_view(row, by, at)

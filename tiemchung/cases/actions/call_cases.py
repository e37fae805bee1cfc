"""What a caller reports, adds to a report or disputes: the same kinds and steps as by every other door."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import transaction

from tiemchung.cases.actions.calling import caller_language, note_in_call
from tiemchung.cases.actions.calling_back import promise_call_back
from tiemchung.cases.actions.declaring import declared_facts, report_declared, withdraw_declared
from tiemchung.cases.actions.desk import answer_back
from tiemchung.cases.actions.opening import open_case
from tiemchung.cases.actions.returning import reopen_case
from tiemchung.cases.kinds import KINDS, Door
from tiemchung.cases.reads.calling import CallView, cases_of_call
from tiemchung.cases.reads.files import find_case
from tiemchung.cases.rules import Claim
from tiemchung.cases.rules.calls import AnswerBy, CallOutcome, Promise, may_promise, purpose_of
from tiemchung.cases.values import OpenedCase
from tiemchung.core.actor import Actor, Kind
from tiemchung.core.verdict import Refused, refuse

DEEDS = ("answer", "reopen", "withdraw")


@transaction.atomic
def report_by_call(
    *,
    by: Actor,
    at: dt.datetime,
    key: str,
    call: CallView,
    kind: str,
    claim: Claim,
    answer_by: str,
    other_phone: str = "",
    dose_id: UUID | None = None,
) -> OpenedCase:
    """Open a report in the caller's words; it is the proved person's, or else the desk finds out whose.

    Of a kind that declares, the told dose stands on the card at once, as the proved person's own word. Answered by
    PHONE it goes to the caller's number in the language that was chosen there, else to none: by CALL_BACK the centre
    calls `other_phone` (E.164) when the report is due. Raises Refused as `open_case` and `report_declared`, with
    ANSWER_BY_MISSING, PHONE_HIDDEN, PROMISE_NO_PHONE, or CALLER_NOT_PROVEN where a dose is declared for nobody who was
    proved.
    """
    if answer_by not in set(AnswerBy):
        raise Refused(refuse("ANSWER_BY_MISSING"))
    if answer_by == AnswerBy.PHONE and not call.phone:
        raise Refused(refuse("PHONE_HIDDEN"))
    ask: dict[str, Any] = {
        "by": by, "at": at, "key": key, "door": Door.HOTLINE, "claim": claim,
        "phone": call.phone if answer_by == AnswerBy.PHONE else "", "language": caller_language(call, call.phone),
    }  # fmt: skip
    if kind in KINDS and KINDS[kind].declares:
        opened = _declared(call, claim, ask)
    else:
        person_id = call.person_id if call.opens_record else None
        opened = open_case(kind=kind, **ask, person_id=person_id, dose_id=dose_id if person_id else None)
    known = call.case_ref == opened.ref
    note_in_call(by, at, call, case_ref=opened.ref, outcome=CallOutcome.CASE_OPENED)
    if answer_by == AnswerBy.CALL_BACK and not known:
        promise = Promise(opened.due_at, other_phone)
        may_promise(promise, at).or_raise()
        promise_call_back(by=by, at=at, call_id=call.call_id, promise=promise, case_ref=opened.ref)
    return opened


def _declared(call: CallView, claim: Claim, ask: dict[str, Any]) -> OpenedCase:
    """Keep the one dose that the proved caller declares: their word, written down by the agent, in this call."""
    if not call.opens_record or call.person_id is None:
        raise Refused(refuse("CALLER_NOT_PROVEN"))
    teller = Actor(kind=Kind.CITIZEN, person_ids=frozenset({call.person_id}), trace=purpose_of(call.call_id))
    if len(claim.doses) != 1:
        raise Refused(refuse("CLAIM_DOSES_COUNT", least=1, most=1))
    facts = declared_facts(claim.doses[0])
    made = report_declared(
        **ask, person_id=call.person_id, facts=facts, teller=teller, evidence=f"call:{call.call_id}"
    )
    return made.opened


@transaction.atomic
def add_by_call(*, by: Actor, at: dt.datetime, call: CallView, ref: str, deed: str, text: str) -> None:
    """Add to a caller's report what they say: an answer, that our answer does not hold, or that it is taken back.

    Raises Refused with NO_SUCH_CASE for a report of which this caller may not be told, or as the deed itself.
    """
    mine = {one.ref for one in cases_of_call(by, call)}
    case = find_case(ref) if ref in mine else None
    if case is None or deed not in DEEDS:
        raise Refused(refuse("NO_SUCH_CASE"))
    if deed == "answer" and not text.strip():
        raise Refused(refuse("REPLY_MISSING"))
    contact = bytes(case.contact_key)
    if deed == "answer":
        answer_back(by=by, at=at, ref=case.ref, contact_key=contact, text=text)
    elif deed == "reopen":
        reopen_case(by=by, at=at, ref=case.ref, contact_key=contact, text=text)
    else:
        withdraw_declared(by=by, at=at, ref=case.ref, contact_key=contact, because=text)
    if call.outcome != CallOutcome.CASE_OPENED:
        note_in_call(by, at, call, case_ref=case.ref)

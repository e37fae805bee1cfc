"""Words that never reached a reporter: the desk that said them is told, and says how it told them otherwise."""

import datetime as dt

from django.db import transaction

from tiemchung.cases.actions.desk import demand_reason, subject_of
from tiemchung.cases.actions.holding import hold
from tiemchung.cases.models import Case, CaseInbox
from tiemchung.cases.reads.desks import desk_of_actor
from tiemchung.cases.rules import CaseState, LetterKind, clean_ref
from tiemchung.cases.telling import message_kind
from tiemchung.core.actor import Actor
from tiemchung.core.audit import write_line
from tiemchung.core.outbox import MessageView, lost_messages, note_lost
from tiemchung.core.verdict import Refused, refuse

# What a reporter has to read, and where the case stands as long as nothing newer was said.
_STANDS = {
    message_kind(LetterKind.ASKED): {CaseState.NEED_MORE_INFO, CaseState.IN_REVIEW},
    message_kind(LetterKind.SETTLED): {CaseState.UPDATED},
    message_kind(LetterKind.REFUSED): {CaseState.REJECTED},
}


def note_untold(at: dt.datetime) -> int:
    """Put each case whose question or answer never arrived before its desk; give how many lost messages were noted."""
    return sum(_note(message, at) for message in lost_messages())


@transaction.atomic
def _note(message: MessageView, at: dt.datetime) -> int:
    if not note_lost(message, at=at):
        return 0
    case = Case.objects.filter(contact_key=message.contact_key, id=message.about_id).first()
    if case is not None and message.kind in _STANDS:
        lead = _lead(case)
        state = lead.state if case.state == CaseState.JOINED else case.state
        if state in _STANDS[message.kind]:
            _mark(lead, at)
    return 1


def _lead(case: Case) -> Case:
    """Give the case on whose desk's list this one is: a repeat has no line of its own."""
    if case.lead_id is None:
        return case
    return Case.objects.get(contact_key=case.lead_contact, id=case.lead_id)


def _mark(case: Case, at: dt.datetime) -> None:
    rows = CaseInbox.objects.filter(unit_id=case.unit_id, case_id=case.id, watch=False)
    newest = rows.order_by("-open", "-id").first()
    if newest is not None:
        rows.filter(id=newest.id).update(untold_at=at)


@transaction.atomic
def told_otherwise(*, by: Actor, at: dt.datetime, ref: str, because: str) -> None:
    """Take a case off the list of those whose reporter was not reached; `because` says how they were told.

    Twice changes nothing. Raises Refused with NO_SUCH_CASE for every desk but its own, and REASON_MISSING.
    """
    case, desk = hold(clean_ref(ref)).case, desk_of_actor(by, at)
    if desk is None or desk.unit_id != case.unit_id:
        raise Refused(refuse("NO_SUCH_CASE"))
    demand_reason(because)
    if forget_untold(case):
        write_line(
            by=by, at=at, action="cases.told_otherwise", subject_id=subject_of(case), object_id=case.id, because=because
        )


def forget_untold(case: Case) -> bool:
    """Let nothing be known of an unreached reporter at the case's desk; tell whether anything was."""
    rows = CaseInbox.objects.filter(unit_id=case.unit_id, case_id=case.id, untold_at__isnull=False)
    return bool(rows.update(untold_at=None))


__all__ = ["forget_untold", "note_untold", "told_otherwise"]

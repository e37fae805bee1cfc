"""Locking a case for a change: the desk's row first, then the case, as `next_case` does; no two wait in a ring."""

import datetime as dt
from dataclasses import dataclass

from tiemchung.cases.defects import is_apart
from tiemchung.cases.models import Case, CaseByRef, CaseInbox
from tiemchung.cases.reads.desks import desk_of_actor
from tiemchung.cases.rules import CaseState, clean_ref
from tiemchung.core.actor import Actor
from tiemchung.core.verdict import Refused, refuse

_TRIES = 5


@dataclass(slots=True)
class Held:
    """A locked case with the open row of the desk that holds it; no row where the case is over or a repeat."""

    case: Case
    inbox: CaseInbox | None


def hold(ref: str) -> Held:
    """Lock the case of this number; raise Refused with NO_SUCH_CASE. Call inside a transaction."""
    place = CaseByRef.objects.filter(ref=ref).first()
    if place is None:
        raise Refused(refuse("NO_SUCH_CASE"))
    mine = Case.objects.filter(contact_key=place.contact_key, id=place.case_id)
    for _ in range(_TRIES):
        unit_id = mine.values_list("unit_id", flat=True).get()
        rows = CaseInbox.objects.select_for_update().filter(
            unit_id=unit_id, case_id=place.case_id, open=True, watch=False
        )
        inbox = rows.filter(open=True, watch=False).first()
        case = mine.select_for_update().get()
        if case.unit_id == unit_id:  # nobody passed it on while we waited
            return Held(case, inbox)
    raise Refused(refuse("CASE_BUSY"))


def hold_claimed(by: Actor, at: dt.datetime, ref: str, version: int) -> Held:
    """Lock a case that this member of staff has claimed and saw in this version.

    Raises Refused with NO_SUCH_CASE (also for other desks), CASE_OVER, CASE_CLAIM_LOST or CHANGED_MEANWHILE.
    """
    held = hold(ref)
    desk = desk_of_actor(by, at)
    if desk is None or desk.unit_id != held.case.unit_id:
        raise Refused(refuse("NO_SUCH_CASE"))
    if held.inbox is None:
        raise Refused(refuse("CASE_OVER"))
    lapsed = held.inbox.claimed_until is None or held.inbox.claimed_until <= at
    if held.inbox.claimed_by != by.id or lapsed:
        raise Refused(refuse("CASE_CLAIM_LOST"))
    if version != held.case.version:
        raise Refused(refuse("CHANGED_MEANWHILE"))
    return held


def hold_spoken_of(ref: str, contact_key: bytes) -> Held:
    """Lock the case that a reporter speaks about: their own, or the one that theirs repeats, if they may know of it.

    The phone was proved. Raises Refused with NO_SUCH_CASE for every other pair.
    """
    place = CaseByRef.objects.filter(ref=clean_ref(ref)).first()
    case = Case.objects.filter(contact_key=place.contact_key, id=place.case_id).first() if place else None
    if case is None or bytes(case.contact_key) != bytes(contact_key):
        raise Refused(refuse("NO_SUCH_CASE"))
    if case.state != CaseState.JOINED or case.lead_id is None:
        return hold_of_contact(ref, contact_key)
    lead = Case.objects.get(contact_key=case.lead_contact, id=case.lead_id)
    return hold_of_contact(ref, contact_key) if is_apart(case, lead) else hold(lead.ref)


def hold_of_contact(ref: str, contact_key: bytes) -> Held:
    """Lock the case of a reporter whose phone was proved; raise Refused with NO_SUCH_CASE for every other pair."""
    held = hold(clean_ref(ref))
    if bytes(held.case.contact_key) != bytes(contact_key):
        raise Refused(refuse("NO_SUCH_CASE"))
    return held

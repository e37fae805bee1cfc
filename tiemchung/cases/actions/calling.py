"""What an agent does in a call: begin, search, prove the caller, look at what was proved, and end."""

import datetime as dt
import hashlib
import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from tiemchung.access import actions as access
from tiemchung.access.actions import CodeSent
from tiemchung.access.rules import Purpose
from tiemchung.cases.actions.calling_back import agent_of, promise_call_back
from tiemchung.cases.models import Call
from tiemchung.cases.reads.calling import CallView, call_of, claimed_by_caller, open_call_of
from tiemchung.cases.reads.files import cases_of_contact, find_case
from tiemchung.cases.rules import clean_ref
from tiemchung.cases.rules.calls import MOST_FOUND, CallOutcome, Found, Promise, Proof, distinct, may_end, purpose_of
from tiemchung.cases.sealed import case_contact, seal_phone, seal_text
from tiemchung.core.actor import Actor
from tiemchung.core.audit import note_look, write_line
from tiemchung.core.ids import new_id
from tiemchung.core.once import once
from tiemchung.core.outbox import contact_key
from tiemchung.core.rows import put_row
from tiemchung.core.verdict import YES, Refused, Verdict, refuse
from tiemchung.people import actions as people
from tiemchung.people import reads as people_reads
from tiemchung.people.actions import CallerFacts, CallerLevel
from tiemchung.people.reads import PersonSight
from tiemchung.people.rules.searches import has_whole_birth, understood


@dataclass(frozen=True, slots=True)
class CallFound:
    """What a search found: whom and which reports the caller may turn out to be; nothing of it is shown."""

    found: Found
    person_ids: tuple[UUID, ...]
    refs: tuple[str, ...]
    too_many: bool = False


@dataclass(frozen=True, slots=True)
class Proving:
    """How far the caller came with what was said; a refusal never says which fact was wrong."""

    proof: Proof
    verdict: Verdict


def begin_call(*, by: Actor, at: dt.datetime, key: str, phone: str = "") -> CallView:
    """Begin a call from this phone (E.164, empty where hidden); asked twice with one key it is one call.

    Raises Refused with CALL_NOT_YOURS for who is no agent of the centre, and CALL_STILL_OPEN while another call of
    the agent is open.
    """
    ask = {"by": agent_of(by), "phone": contact_key(phone).hex() if phone else ""}
    answer = once(key, "cases.begin_call", ask, at, lambda: _begin(by, at, phone))
    call = call_of(by, at, bytes.fromhex(answer["contact"]), UUID(answer["call_id"]))
    if call is None:
        raise Refused(refuse("CALL_NOT_OPEN"))
    return call


def _begin(by: Actor, at: dt.datetime, phone: str) -> dict[str, Any]:
    if open_call_of(by, at) is not None:
        raise Refused(refuse("CALL_STILL_OPEN"))
    call_id = new_id()
    row = Call(id=call_id, agent_id=agent_of(by), began_at=at, sealed_phone=seal_phone(call_id, phone))
    row.contact_key = contact_key(phone) if phone else case_contact(call_id)
    put_row(row)
    write_line(by=by, at=at, action="cases.begin_call", subject_id=call_id, facts={"hidden": not phone})
    return {"call_id": str(call_id), "contact": bytes(row.contact_key).hex()}


def search_by_call(*, by: Actor, at: dt.datetime, call: CallView, text: str) -> CallFound:
    """Find by phone, number, report number or name with birth date who the caller may be; forgets what was proved.

    Whom the search finds counts as seen and has this call as its reason, although nobody is shown yet. Raises Refused
    as `people.find_people`, with CALL_NOT_OPEN, or SEARCH_BIRTH_MISSING for a name alone.
    """
    kept = call.case_ref if call.outcome == CallOutcome.CASE_OPENED else ""
    note_in_call(by, at, call, person_id=None, proved=Proof.NOTHING, case_ref=kept)
    ref = clean_ref(text)
    if ref and find_case(ref) is not None:
        return CallFound(Found.CASE, (), (ref,))
    query = understood(text)
    query.verdict.or_raise()
    if not (query.numbers or query.phone or has_whole_birth(query)):
        raise Refused(refuse("SEARCH_BIRTH_MISSING"))
    people_found = people.find_people(by=by, at=at, text=text, purpose=purpose_of(call.call_id), limit=MOST_FOUND)
    found = Found.PHONE if query.phone else Found.NUMBER if query.numbers else Found.NAME_BIRTH
    refs = tuple(one.ref for one in cases_of_contact(contact_key(query.phone), limit=20)) if query.phone else ()
    if people_found.narrowed:
        return CallFound(found, (), refs, too_many=True)
    return CallFound(found, distinct(line.person_id for line in people_found.lines), refs)


def prove_by_facts(
    *,
    by: Actor,
    at: dt.datetime,
    call: CallView,
    person_ids: Sequence[UUID],
    refs: Sequence[str],
    facts: CallerFacts,
) -> Proving:
    """Compare what the caller said with whom a search found, and keep how far it proves them.

    Every try counts against the caller and against each of them, right or wrong. One answer for all that is wrong:
    CALLER_NOT_PROVEN; CALLER_NEEDS_NUMBER where name and birth date fit more than one. Raises Refused with
    TOO_MANY_TRIES, SEEN_TOO_MANY or CALL_NOT_OPEN.
    """
    _demand_open(by, at, call)
    for subject in (call.phone or f"call:{call.call_id}", *(f"person:{one}" for one in person_ids),
                    *(f"case:{ref}" for ref in refs)):  # fmt: skip
        access.take_fact_try(at=at, phone=subject)
    levels = {
        one: people.prove_caller(by=by, at=at, person_id=one, facts=facts).level for one in person_ids[:MOST_FOUND]
    }
    numbered = [one for one, level in levels.items() if level is CallerLevel.NUMBERED]
    named = [one for one, level in levels.items() if level is CallerLevel.NAMED]
    right = claimed_by_caller(refs, facts.full_name, facts.birth_date, facts.birth_precision)
    if right and not numbered:
        people.note_seen(by=by, at=at, person_ids=[right[0][1]])
    return _proved(by, at, call, numbered, named, right[0] if right else None)


@transaction.atomic
def _proved(
    by: Actor,
    at: dt.datetime,
    call: CallView,
    numbered: list[UUID],
    named: list[UUID],
    case: tuple[str, UUID] | None,
) -> Proving:
    if numbered:
        note_in_call(by, at, call, person_id=numbered[0], proved=Proof.NUMBERED)
        return Proving(Proof.NUMBERED, YES)
    person_id = named[0] if len(named) == 1 else None
    if case is not None:
        note_look(by=by, at=at, action="cases.tell_progress", subject_ids=[case[1]], purpose=purpose_of(call.call_id))
        note_in_call(by, at, call, person_id=person_id, proved=Proof.CASE, case_ref=case[0])
        return Proving(Proof.CASE, YES)
    if person_id is not None:
        note_in_call(by, at, call, person_id=person_id, proved=Proof.NAMED)
        return Proving(Proof.NAMED, YES)
    note_in_call(by, at, call, person_id=None, proved=Proof.NOTHING)
    return Proving(Proof.NOTHING, refuse("CALLER_NEEDS_NUMBER" if named else "CALLER_NOT_PROVEN"))


def send_caller_code(*, by: Actor, at: dt.datetime, call: CallView, texts: Mapping[str, str]) -> CodeSent:
    """Send a code to the phone on file of whom the caller named; `texts` by language have `{code}` where it goes.

    Raises Refused with CALLER_NOT_PROVEN before name and birth date fit, CALLER_NO_PHONE where no phone is on file,
    or as `access.send_code`.
    """
    phone = _phone_on_file(call)
    return access.send_code(
        by=by,
        at=at,
        phone=phone,
        purpose=Purpose.CALLER,
        bound_to=_bound(call),
        network=_seat(by),
        text=texts[caller_language(call, phone)],
    )


def caller_language(call: CallView, phone: str) -> str:
    """Give the language of a message to this phone about whom the call is: never the agent's."""
    if call.person_id is None:
        return people_reads.language_of(phone)
    return people_reads.language_of(phone, people_reads.holder_of(call.person_id).nationality)


def prove_by_code(*, by: Actor, at: dt.datetime, call: CallView, code: str) -> Verdict:
    """Use the code that the caller reads out; refusals as `access.use_code`. Raises as `send_caller_code`."""
    _demand_open(by, at, call)
    verdict = access.use_code(
        by=by, at=at, phone=_phone_on_file(call), purpose=Purpose.CALLER, bound_to=_bound(call), code=code
    )
    if verdict.allowed:
        note_in_call(by, at, call, proved=Proof.CODE)
    return verdict


def _phone_on_file(call: CallView) -> str:
    if call.person_id is None or call.proved not in {Proof.NAMED, Proof.CASE}:
        raise Refused(refuse("CALLER_NOT_PROVEN"))
    phone = people_reads.reach_of(call.person_id)
    if not phone:
        raise Refused(refuse("CALLER_NO_PHONE"))
    return phone


def _bound(call: CallView) -> str:
    return f"{call.call_id.hex}{call.person_id.hex if call.person_id else ''}"


def _seat(by: Actor) -> str:
    """Give an address that stands for the agent: the limit by network is meant for strangers, not for one office."""
    return str(ipaddress.IPv6Address(hashlib.sha256(by.id.bytes if by.id else b"").digest()[:16]))


def open_caller_record(*, by: Actor, at: dt.datetime, call: CallView) -> PersonSight:
    """Give whom the caller has proved to be, with a line that says that this agent looked in this call.

    Raises Refused with CALLER_NOT_PROVEN before that, CALL_NOT_OPEN, or SEEN_TOO_MANY.
    """
    _demand_open(by, at, call)
    if not call.opens_record or call.person_id is None:
        raise Refused(refuse("CALLER_NOT_PROVEN"))
    person = people_reads.sights_of(by, at, [call.person_id]).get(call.person_id)
    if person is None or not person.seen:
        raise Refused(refuse("CALLER_NOT_PROVEN"))
    people.note_seen(by=by, at=at, person_ids=[person.person_id])
    note_look(
        by=by,
        at=at,
        action="cases.open_caller",
        subject_ids=[person.person_id],
        purpose=purpose_of(call.call_id),
    )
    return person


@transaction.atomic
def end_call(
    *,
    by: Actor,
    at: dt.datetime,
    call: CallView,
    outcome: str,
    note: str = "",
    promise: Promise | None = None,
    case_ref: str = "",
) -> None:
    """End a call with what came of it, and keep the promise to call back; a call that opened a report stays so.

    Raises Refused with CALL_OUTCOME_MISSING, PROMISE_MISSING, PROMISE_NO_PHONE, PROMISE_PAST, PROMISE_TOO_FAR,
    TEXT_TOO_LONG or CALL_NOT_OPEN.
    """
    ended = call.outcome or outcome
    may_end(ended, note, promise, at).or_raise()
    row = _locked(by, at, call)
    row.ended_at, row.outcome, row.sealed_note = at, ended, seal_text(row.id, note)
    row.save(force_update=True)
    facts = {"outcome": ended, "promised": promise is not None}
    write_line(by=by, at=at, action="cases.end_call", subject_id=call.person_id or call.call_id,
               object_id=call.call_id, facts=facts)  # fmt: skip
    if promise is not None:
        about = case_ref or row.case_ref
        promise_call_back(by=by, at=at, call_id=call.call_id, promise=promise, case_ref=about, note=note)


def _locked(by: Actor, at: dt.datetime, call: CallView) -> Call:
    _demand_open(by, at, call)
    row = Call.objects.select_for_update().get(contact_key=call.contact_key, id=call.call_id)
    if row.ended_at is not None:
        raise Refused(refuse("CALL_NOT_OPEN"))
    return row


def _demand_open(by: Actor, at: dt.datetime, call: CallView) -> None:
    if call_of(by, at, call.contact_key, call.call_id) is None:
        raise Refused(refuse("CALL_NOT_OPEN"))


def note_in_call(by: Actor, at: dt.datetime, call: CallView, **facts: Any) -> None:
    """Write what a deed of this call has made of it; raise Refused with CALL_NOT_OPEN for one that is over."""
    _demand_open(by, at, call)
    mine = Call.objects.filter(contact_key=call.contact_key, id=call.call_id, ended_at__isnull=True)
    if mine.update(**facts) != 1:
        raise Refused(refuse("CALL_NOT_OPEN"))

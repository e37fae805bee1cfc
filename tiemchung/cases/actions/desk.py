"""What a desk does with its cases short of settling them: take, give back, pass on, ask."""

import datetime as dt
from uuid import UUID

from django.db import connection, transaction

from tiemchung.cases.actions.holding import Held, hold, hold_claimed, hold_spoken_of
from tiemchung.cases.actions.joining import near_repeats, tell_all
from tiemchung.cases.actions.moving import move_case
from tiemchung.cases.actions.steps import take_step
from tiemchung.cases.letters import drop_letter
from tiemchung.cases.models import Case, CaseInbox
from tiemchung.cases.reads.desks import desk_of_actor, ladder_of_desk, way_to
from tiemchung.cases.reads.files import file_of
from tiemchung.cases.rules import (
    CLAIM,
    CaseState,
    Desk,
    DeskLevel,
    Route,
    RouteReason,
    Step,
    clean_ref,
    may_end_at,
    may_pass_to,
)
from tiemchung.cases.values import CaseFile
from tiemchung.core.actor import Actor
from tiemchung.core.audit import note_look, write_line
from tiemchung.core.clock import local
from tiemchung.core.verdict import Refused, refuse
from tiemchung.people import actions as people

# One statement that must hit exactly one row: the first by due time that nobody holds. SKIP LOCKED lets a hundred
# officers ask at once; each gets another case or none.
_NEXT = """
UPDATE cases_caseinbox SET claimed_by = %(by)s, claimed_until = %(until)s
WHERE unit_id = %(unit)s AND id = (
    SELECT id FROM cases_caseinbox
    WHERE unit_id = %(unit)s AND open AND NOT watch AND NOT asked_back
      AND (claimed_until IS NULL OR claimed_until <= %(at)s)
    ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING case_id, contact_key
"""
_CLAIM = """
UPDATE cases_caseinbox SET claimed_by = %(by)s, claimed_until = %(until)s
WHERE unit_id = %(unit)s AND case_id = %(case)s AND open AND NOT watch
  AND (claimed_until IS NULL OR claimed_until <= %(at)s OR claimed_by = %(by)s)
RETURNING case_id
"""
MIN_REASON = 10


@transaction.atomic
def next_case(*, by: Actor, at: dt.datetime) -> CaseFile | None:
    """Claim the case of the actor's desk that is due first and held by nobody; None when there is none.

    Of a hundred who ask at once no two get one case. A claim lapses after 20 minutes. Raises Refused with
    CASE_NO_DESK for who sits at none.
    """
    desk = _desk(by, at)
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, {"by": by.id, "until": at + CLAIM, "unit": desk.unit_id, "at": at})
        found = cursor.fetchone()
    if found is None:
        return None
    case = Case.objects.select_for_update().get(contact_key=found[1], id=found[0])
    return _claimed(case, by, at)


@transaction.atomic
def claim_case(*, by: Actor, at: dt.datetime, ref: str) -> CaseFile:
    """Claim this case for the actor; a desk above to which a late case climbed takes it over.

    Raises Refused with NO_SUCH_CASE for other desks' cases, CASE_OVER, or CASE_CLAIMED with the time it is held until.
    """
    desk, held = _desk(by, at), hold(clean_ref(ref))
    if held.inbox is None:
        raise Refused(refuse("CASE_OVER"))
    if held.case.unit_id != desk.unit_id:
        return _taken_over(held, desk, by, at)
    with connection.cursor() as cursor:
        facts = {"by": by.id, "until": at + CLAIM, "unit": desk.unit_id, "at": at, "case": held.case.id}
        cursor.execute(_CLAIM, facts)
        if cursor.fetchone() is None:
            raise Refused(refuse("CASE_CLAIMED", until=f"{local(held.inbox.claimed_until or at):%H:%M}"))
    CaseInbox.objects.filter(unit_id=desk.unit_id, case_id=held.case.id, open=True).update(asked_back=False)
    if held.inbox.claimed_by == by.id and held.case.state == CaseState.IN_REVIEW:
        return _looked(held.case, by, at)
    return _claimed(held.case, by, at)


def _taken_over(held: Held, desk: Desk, by: Actor, at: dt.datetime) -> CaseFile:
    watched = CaseInbox.objects.filter(unit_id=desk.unit_id, case_id=held.case.id, open=True, watch=True)
    if not watched.exists():
        raise Refused(refuse("NO_SUCH_CASE"))
    _leave(held, _own_way(desk, at), by, at, note="")
    row = CaseInbox.objects.select_for_update().get(unit_id=desk.unit_id, case_id=held.case.id, open=True, watch=False)
    row.claimed_by, row.claimed_until = by.id, at + CLAIM
    row.save(force_update=True)
    return _claimed(held.case, by, at)


def _claimed(case: Case, by: Actor, at: dt.datetime) -> CaseFile:
    take_step(case, Step.CLAIM, by=by, at=at)
    case.save(force_update=True)
    return _looked(case, by, at)


def _looked(case: Case, by: Actor, at: dt.datetime) -> CaseFile:
    subject = case.person_id or case.id
    if case.person_id is not None:
        people.permit_case(by=by, at=at, person_id=case.person_id)
    note_look(by=by, at=at, action="cases.open_file", subject_ids=[subject], purpose=f"PA {case.ref}")
    return file_of(case)


@transaction.atomic
def release_case(*, by: Actor, at: dt.datetime, ref: str) -> None:
    """Give a claimed case back to the desk's list; giving back what is not held changes nothing."""
    held = hold(clean_ref(ref))
    if held.inbox is None or held.inbox.claimed_by != by.id or held.case.state != CaseState.IN_REVIEW:
        return
    take_step(held.case, Step.RELEASE, by=by, at=at)
    held.case.save(force_update=True)
    _free(held.inbox)


def _own_way(desk: Desk, at: dt.datetime) -> Route:
    """Give the route to the desk at which somebody sits this moment, whatever was read of postings a minute ago."""
    today = local(at).date()
    way = way_to(desk, today)
    return way if way.desk == desk else Route(desk, RouteReason.PASSED_ON, ladder_of_desk(desk, today)[1:])


@transaction.atomic
def pass_case(*, by: Actor, at: dt.datetime, ref: str, version: int, unit_id: UUID, level: str, because: str) -> Desk:
    """Pass a claimed case to another desk, up, down or across, with the reason, and give the desk; the clock runs on.

    For a desk with nobody posted it goes to the one that answers instead: the successor, or the lowest above with
    somebody. Raises Refused with CASE_SAME_DESK, CASE_DESK_UNKNOWN, CASE_DESK_UNMANNED where that way leads back,
    REASON_MISSING, or what `hold_claimed` says.
    """
    held = hold_claimed(by, at, clean_ref(ref), version)
    demand_reason(because)
    way = way_on(held.case, Desk(unit_id, DeskLevel(level)), at)
    _leave(held, way, by, at, note=because)
    tell_all(held.case, "PASSED", at)
    facts = {"level": way.desk.level, "asked": level}
    write_line(
        by=by, at=at, action="cases.pass_case", subject_id=subject_of(held.case), object_id=held.case.id, facts=facts
    )
    return way.desk


def way_on(case: Case, target: Desk, at: dt.datetime) -> Route:
    """Give the way by which a case goes on to a desk, or to the one that answers instead of it today.

    Raises Refused with CASE_SAME_DESK, CASE_DESK_UNKNOWN or CASE_DESK_UNMANNED.
    """
    holder = Desk(case.unit_id, DeskLevel(case.unit_level))
    may_pass_to(holder, target, _reachable(target, at)).or_raise()
    way = way_to(target, local(at).date())
    may_end_at(holder, way).or_raise()
    return way


def _leave(held: Held, way: Route, by: Actor, at: dt.datetime, *, note: str) -> None:
    drop_letter(held.case, held.case.unit_id)
    move_case(held, way, by=by, at=at, note=note)


def _reachable(target: Desk, at: dt.datetime) -> tuple[Desk, ...]:
    """Give the target where it is a facility or an area of today: a desk is known by standing in the tree."""
    try:
        ladder = ladder_of_desk(target, local(at).date())
    except LookupError:
        return ()
    return (target,) if target.level is DeskLevel.FACILITY else ladder[:1]


@transaction.atomic
def ask_back(*, by: Actor, at: dt.datetime, ref: str, version: int, text: str) -> None:
    """Ask the reporter for more; the clock runs on and is shown to both. Raises Refused with ANSWER_TOO_SHORT."""
    held = hold_claimed(by, at, clean_ref(ref), version)
    demand_answer(text)
    take_step(held.case, Step.ASK_BACK, by=by, at=at, text=text)
    held.case.save(force_update=True)
    if held.inbox is not None:
        held.inbox.asked_back, held.inbox.untold_at = True, None
        _free(held.inbox)
    tell_all(held.case, "ASKED", at)
    write_line(by=by, at=at, action="cases.ask_back", subject_id=subject_of(held.case), object_id=held.case.id)


@transaction.atomic
def answer_back(*, by: Actor, at: dt.datetime, ref: str, contact_key: bytes, text: str) -> None:
    """Add what the reporter says; a question that waited is answered and the case is on its desk's list again.

    Who may know of the case that theirs repeats speaks to that one.
    `contact_key` is that of the phone the caller has proved. Raises Refused with NO_SUCH_CASE, CASE_OVER or
    TEXT_TOO_LONG.
    """
    held = hold_spoken_of(ref, contact_key)
    if len(text) > 2000:
        raise Refused(refuse("TEXT_TOO_LONG", field="text", limit=2000))
    take_step(held.case, Step.ANSWER, by=by, at=at, text=text)
    for asked in (held.case, *near_repeats(held.case)):
        drop_letter(asked, asked.unit_id)
    held.case.save(force_update=True)
    if held.inbox is not None and (held.inbox.asked_back or held.inbox.untold_at is not None):
        held.inbox.asked_back, held.inbox.untold_at = False, None
        held.inbox.save(force_update=True)
    write_line(by=by, at=at, action="cases.answer_back", subject_id=subject_of(held.case), object_id=held.case.id)


def _free(row: CaseInbox) -> None:
    row.claimed_by, row.claimed_until = None, None
    row.save(force_update=True)


def _desk(by: Actor, at: dt.datetime) -> Desk:
    desk = desk_of_actor(by, at)
    if desk is None:
        raise Refused(refuse("CASE_NO_DESK"))
    return desk


def subject_of(case: Case) -> UUID:
    """Give whom an audit line of this case is about: the person, or the case where nobody is known."""
    return case.person_id or case.id


def demand_reason(because: str) -> None:
    """Raise Refused with REASON_MISSING for a reason of fewer than ten characters."""
    if len(because.strip()) < MIN_REASON:
        raise Refused(refuse("REASON_MISSING"))


def demand_answer(text: str, *, short: str = "ANSWER_TOO_SHORT") -> None:
    """Raise Refused with the code `short` or TEXT_TOO_LONG for what its reader could not use."""
    if len(text.strip()) < MIN_REASON:
        raise Refused(refuse(short))
    if len(text) > 2000:
        raise Refused(refuse("TEXT_TOO_LONG", field="answer", limit=2000))

"""Taking a report in: from the moment it is recorded it has a number, an owner and a due time."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from tiemchung.cases.actions.joining import follow_lead, lead_or_own
from tiemchung.cases.actions.steps import take_step
from tiemchung.cases.defects import is_apart
from tiemchung.cases.kinds import KINDS, Door
from tiemchung.cases.models import Case, CaseByPerson, CaseInbox, Evidence
from tiemchung.cases.reads.desks import areas_of_ladder, known_place, ladder_of_facility, routed
from tiemchung.cases.receiving import has_nul, may_receive
from tiemchung.cases.rules import (
    CaseState,
    Claim,
    Desk,
    DeskLevel,
    Route,
    Step,
    above_facilities,
    began_at,
    due_at,
    first_alarm,
    new_ref,
)
from tiemchung.cases.sealed import case_contact, seal_claim, seal_phone
from tiemchung.cases.telling import tell
from tiemchung.cases.values import OpenedCase
from tiemchung.core.actor import Actor, Kind
from tiemchung.core.audit import write_line
from tiemchung.core.clock import local
from tiemchung.core.ids import new_id
from tiemchung.core.once import once
from tiemchung.core.outbox import contact_key
from tiemchung.core.rows import put_row, rows
from tiemchung.core.verdict import Refused, refuse
from tiemchung.doses import reads as doses
from tiemchung.people import reads as people

# Says in one statement whether the number was free.
_TAKE_REF = """
INSERT INTO cases_casebyref (id, ref, contact_key, case_id) VALUES (%s, %s, %s, %s) ON CONFLICT (ref) DO NOTHING
"""


def open_case(
    *,
    by: Actor,
    at: dt.datetime,
    key: str,
    kind: str,
    door: str,
    claim: Claim,
    phone: str = "",
    case_id: UUID | None = None,
    person_id: UUID | None = None,
    dose_id: UUID | None = None,
    language: str = "vi",
    above_facility: bool = False,
) -> OpenedCase:
    """Record a report, name its desk and start its 48 hours; asked twice with one key it is one case.

    `phone` (E.164) was proved by the caller and is where the reporter is answered. A report of the same person and
    defect as an open one is kept as its repeat and answered with it; `joined` says so to whoever may know of the other.
    What an authority suspects of a facility goes `above_facility` and joins no case that lies there. Raises Refused
    with the codes of `may_receive`, NOT_YOUR_PERSON, NO_SUCH_DOSE, CLAIM_AFTER_DEATH or TEXT_HAS_NUL.
    """
    if kind not in KINDS:
        raise Refused(refuse("CLAIM_KIND_UNKNOWN"))
    if has_nul(claim):
        raise Refused(refuse("TEXT_HAS_NUL"))
    ask = {"by": by.id, "kind": kind, "claim": claim.as_json(), "phone": contact_key(phone).hex() if phone else ""}
    case = Case(id=case_id or new_id(), kind=kind, door=Door(door), person_id=person_id, dose_id=dose_id)
    case.language, case.recorded_at, case.due_at = language, at, due_at(at)
    answer = once(key, "cases.open_case", ask, at, lambda: _open(by, at, case, claim, phone, above_facility))
    return _opened(answer)


@dataclass(frozen=True, slots=True)
class About:
    """The facility that recorded the dose in question, and where the person lives; None where nothing is known."""

    facility_id: UUID | None = None
    area_id: UUID | None = None


def _open(by: Actor, at: dt.datetime, case: Case, claim: Claim, phone: str, above: bool) -> dict[str, Any]:
    today = local(at).date()
    about = _check(by, at, case, claim)
    case.contact_key = contact_key(phone) if phone else case_contact(case.id)
    case.sealed_claim, case.sealed_phone = seal_claim(case.id, claim), seal_phone(case.id, phone)
    known = (
        ladder_of_facility(about.facility_id, today) if about.facility_id else known_place(claim, today, about.area_id)
    )
    known = above_facilities(known) if above else known
    way = routed(known, today)
    lead = None if above else lead_or_own(case, claim)
    # Whoever may know nothing of the open case gets the receipt of a case of their own.
    known_lead = lead is not None and not is_apart(case, lead)
    _put(by, at, case, way, lead)
    if lead is None:
        put_inbox(case, way, areas_of_ladder(known.answering(way.desk).ladder))
    else:
        follow_lead(case, lead)
    tell(case, "JOINED" if known_lead else "RECEIVED", at)
    facts = {"kind": case.kind, "door": case.door, "desk": case.unit_level, "joined": lead is not None}
    write_line(
        by=by, at=at, action="cases.open_case", subject_id=case.person_id or case.id, object_id=case.id, facts=facts
    )
    return {
        "case_id": str(case.id),
        "contact": bytes(case.contact_key).hex(),
        "ref": case.ref,
        "desk": [str(case.unit_id), case.unit_level],
        "why": case.route_why,
        "due_at": case.due_at.isoformat(),
        "joined": known_lead,
    }


def _check(by: Actor, at: dt.datetime, case: Case, claim: Claim) -> About:
    """Judge the report and give what the record itself says of the place: it may be the place that is wrong."""
    asked = case.door == Door.PORTAL  # no other door insists on evidence
    evidence = len(rows(Evidence, "case_id = %s", case.id)) if asked else 0
    may_receive(KINDS[case.kind], Door(case.door), claim, local(at).date(), evidence=evidence).or_raise()
    if case.person_id is None:
        return About()
    if by.kind is Kind.CITIZEN and case.person_id not in by.person_ids:
        raise Refused(refuse("NOT_YOUR_PERSON"))
    life = people.life_of(case.person_id)
    dose = doses.dose(life.profile_ids, case.dose_id) if case.dose_id is not None else None
    if case.dose_id is not None and dose is None:
        raise Refused(refuse("NO_SUCH_DOSE"))
    late = [d for d in claim.doses if d.given_on and life.died_on and d.given_on > life.died_on]
    if late and case.kind != "NEVER_GIVEN":
        raise Refused(refuse("CLAIM_AFTER_DEATH"))
    return About(dose.facts.facility_id if dose else None, life.area_id)


def _put(by: Actor, at: dt.datetime, case: Case, way: Route, lead: Case | None) -> None:
    case.ref = _fresh_ref(case)
    case.unit_id, case.unit_level, case.route_why = way.desk.unit_id, way.desk.level, way.why
    before = CaseState.CODE_PENDING if case.door == Door.PORTAL else None
    step = Step.CONFIRM if case.door == Door.PORTAL else Step.RECEIVE
    take_step(case, Step.JOIN if lead else step, by=by, at=at, code=way.why, before=before, first=True)
    put_row(case)
    if case.person_id is not None:
        put_row(CaseByPerson(person_id=case.person_id, contact_key=case.contact_key, case_id=case.id))


def _fresh_ref(case: Case) -> str:
    with connection.cursor() as cursor:
        for _ in range(20):
            ref = new_ref()
            cursor.execute(_TAKE_REF, (new_id(), ref, bytes(case.contact_key), case.id))
            if cursor.rowcount:
                return ref
    raise Refused(refuse("CASE_BUSY"))


def put_inbox(case: Case, way: Route, areas: dict[str, UUID]) -> None:
    """Put the case on its desk's list, with the alarms of its clock."""
    put_row(
        CaseInbox(
            unit_id=case.unit_id,
            unit_level=case.unit_level,
            case_id=case.id,
            contact_key=case.contact_key,
            ref=case.ref,
            kind=case.kind,
            recorded_at=began_at(case.due_at),
            due_at=case.due_at,
            next_alarm_at=first_alarm(began_at(case.due_at)),
            above=[[str(desk.unit_id), desk.level] for desk in way.above],
            **areas,
        )
    )


def _opened(answer: dict[str, Any]) -> OpenedCase:
    unit, level = answer["desk"]
    return OpenedCase(
        case_id=UUID(answer["case_id"]),
        contact_key=bytes.fromhex(answer["contact"]),
        ref=answer["ref"],
        desk=Desk(UUID(unit), DeskLevel(level)),
        why=answer["why"],
        due_at=dt.datetime.fromisoformat(answer["due_at"]),
        joined=answer["joined"],
    )


__all__ = ["open_case", "put_inbox"]

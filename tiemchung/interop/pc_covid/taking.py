"""Taking a proposal in: the dose is shown as declared at once, and a desk has 48 hours to answer."""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from tiemchung.access.actions import take_fact_try
from tiemchung.cases.actions import declared_facts, open_case, report_declared
from tiemchung.cases.kinds import Door
from tiemchung.cases.rules import ClaimedDose
from tiemchung.cases.values import OpenedCase
from tiemchung.core.actor import Actor, Kind
from tiemchung.core.clock import local
from tiemchung.core.once import once
from tiemchung.core.outbox import contact_key
from tiemchung.doses.reads import doses_of
from tiemchung.doses.values import DoseView
from tiemchung.interop.pc_covid.areas import area_meant
from tiemchung.interop.pc_covid.keys import dose_ref
from tiemchung.interop.pc_covid.proposal import DECLARED, Proposal, ProposedDose
from tiemchung.interop.pc_covid.telling import version_of
from tiemchung.people.actions import prove_person
from tiemchung.people.reads import profile_ids_of
from tiemchung.places.reads import facility_by_code

_MISSING = {1: "DOSE1_MISSING", 2: "DOSE2_MISSING"}


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a proposal: the case's number and due time, or that the dose is on record already.

    `declared` tells whether the dose is shown as declared; `stale` that the partner had proposed on an older state
    of the person than ours, which changes nothing of what stands.
    """

    ref: str = ""
    due_at: str = ""
    declared: bool = False
    on_record: bool = False
    stale: bool = False


def take_proposal(proposal: Proposal, *, at: dt.datetime) -> Taken:
    """Open a case for the proposal and keep a declared dose; asked twice with one id it is one case and one dose.

    The person is whoever of the people on the given phone has this name and birth date, or this number, and nobody
    else; where there is none, or more than one, the case is opened without a person. No dose on record is changed by
    a proposal, however it differs. Raises BadProposal for an area that cannot be found, and Refused with
    TOO_MANY_TRIES, KEY_REUSED or a reason of the rules.
    """
    key = f"pc_covid:{proposal.id}"
    answer = once(key, "pc_covid.take_proposal", proposal.as_asked(), at, lambda: _take(proposal, key, at))
    return Taken(**answer)


def _take(proposal: Proposal, key: str, at: dt.datetime) -> dict[str, Any]:
    areas = tuple(area_meant(dose, local(at).date()) for dose in proposal.doses)
    take_fact_try(at=at, phone=proposal.phone)
    person_id, by = _proposer(proposal, at)
    known = doses_of(profile_ids_of(person_id)) if person_id else ()
    stale = person_id is not None and proposal.base_version < version_of(person_id)
    declaring = proposal.kind == DECLARED
    about = _pointed_at(proposal, known)
    if declaring and about is not None and about.counted:
        return asdict(Taken(on_record=True, stale=stale))
    doses = tuple(_claimed(dose, known, area) for dose, area in zip(proposal.doses, areas, strict=True))
    if declaring and person_id is not None and about is None:
        opened = _declare(proposal, doses[0], person_id, by=by, key=key, at=at)
        return asdict(Taken(ref=opened.ref, due_at=opened.due_at.isoformat(), declared=True, stale=stale))
    kind = proposal.kind
    if declaring and about is None:
        kind = _MISSING.get(proposal.doses[0].order, "DOSE2_MISSING")
    opened = open_case(
        by=by,
        at=at,
        key=key,
        kind=kind,
        door=Door.PARTNER,
        claim=proposal.claim(doses),
        phone=proposal.phone,
        person_id=person_id,
        dose_id=about.id if about else None,
        language=proposal.language,
    )
    declared = declaring and about is not None
    return asdict(Taken(ref=opened.ref, due_at=opened.due_at.isoformat(), declared=declared, stale=stale))


def _declare(
    proposal: Proposal, told: ClaimedDose, person_id: UUID, *, by: Actor, key: str, at: dt.datetime
) -> OpenedCase:
    """Declare the dose as the health book does: never on a day on which another dose stands."""
    declared = report_declared(
        by=by,
        at=at,
        key=key,
        person_id=person_id,
        facts=declared_facts(told),
        claim=proposal.claim((told,)),
        phone=proposal.phone,
        door=Door.PARTNER,
        language=proposal.language,
    )
    return declared.opened


def _proposer(proposal: Proposal, at: dt.datetime) -> tuple[UUID | None, Actor]:
    """Give the one person whom the claim proves on this phone, and the citizen who proposes."""
    nobody = Actor(kind=Kind.CITIZEN, name="PC-Covid", trace="pc_covid")
    phone = contact_key(proposal.phone)
    proved = prove_person(
        by=nobody,
        at=at,
        contact_key=phone,
        full_name=proposal.full_name,
        birth_date=proposal.birth_date,
        birth_precision=proposal.birth_precision,
    )
    if not proved.verdict.allowed and proposal.number:
        proved = prove_person(by=nobody, at=at, contact_key=phone, number=proposal.number)
    if len(proved.person_ids) != 1:
        return None, nobody
    person_id = proved.person_ids[0]
    return person_id, Actor(kind=Kind.CITIZEN, name="PC-Covid", trace="pc_covid", person_ids=frozenset({person_id}))


def _pointed_at(proposal: Proposal, known: tuple[DoseView, ...]) -> DoseView | None:
    """Give the dose on record that the proposal is about: the one it names, else the one it declares again."""
    refs = {dose.ref for dose in proposal.doses if dose.ref}
    named = [dose for dose in known if refs and dose_ref(dose.id) in refs]
    told = {(dose.product, dose.given_on) for dose in proposal.doses} if proposal.kind == DECLARED else set()
    same = [dose for dose in known if (dose.facts.product, dose.facts.given_on) in told]
    counted_first = sorted(named or same, key=lambda dose: not dose.counted)
    return counted_first[0] if counted_first else None


def _claimed(dose: ProposedDose, known: tuple[DoseView, ...], area_id: UUID | None) -> ClaimedDose:
    facility = facility_by_code(dose.facility_code) if dose.facility_code else None
    recorded = next((one for one in known if dose.ref and dose_ref(one.id) == dose.ref), None)
    return ClaimedDose(
        order=dose.order,
        product=dose.product,
        lot_number=dose.lot_number,
        given_on=dose.given_on,
        facility_id=facility.id if facility else None,
        place_name=dose.place_name or (facility.name if facility else ""),
        dose_id=recorded.id if recorded else None,
        profile_id=recorded.profile_id if recorded else None,
        area_id=None if facility else area_id,
    )

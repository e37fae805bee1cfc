"""A dose that the citizen declares: on the card at once, unverified, and a case for the desk; both or neither."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import transaction

from tiemchung.cases.actions.opening import open_case
from tiemchung.cases.actions.returning import withdraw_case
from tiemchung.cases.kinds import Door
from tiemchung.cases.reads import progress_of
from tiemchung.cases.rules import Claim, ClaimedDose, shown_ref
from tiemchung.cases.values import OpenedCase
from tiemchung.core.actor import SYSTEM, Actor
from tiemchung.core.verdict import YES, Refused, Verdict, refuse
from tiemchung.doses import reads as doses
from tiemchung.doses.actions import declare_dose, void_dose
from tiemchung.doses.rules import DoseState
from tiemchung.doses.values import DoseFacts, DoseView
from tiemchung.people.reads import profile_ids_of
from tiemchung.vaccines.reads import find_lot

KIND = "DOSE_DECLARED"


@dataclass(frozen=True, slots=True)
class DeclaredDose:
    """The dose as it now stands on the card, and the case by which a desk verifies it."""

    dose_id: UUID
    opened: OpenedCase


@transaction.atomic
def report_declared(
    *,
    by: Actor,
    at: dt.datetime,
    key: str,
    person_id: UUID,
    facts: DoseFacts,
    claim: Claim,
    phone: str,
    case_id: UUID | None = None,
    door: str = Door.BOOK,
    language: str = "vi",
    teller: Actor | None = None,
    evidence: str = "",
) -> DeclaredDose:
    """Keep a dose as its person declares it and open its case; asked twice with one key it is one of each.

    `claim` says who the person is, and its dose in which area a place of no list lies; the rest of it is replaced by
    this one. `teller` is the citizen whose words somebody
    else (`by`) writes down, and `evidence` where they were said; the ledger keeps both. Raises Refused as
    `declare_dose` and `open_case` do, or with DECLARED_DAY_TAKEN, and then neither stands.
    """
    kept = declare_dose(
        by=teller or by, at=at, key=f"{key}:dose", profile_id=person_id, facts=facts, evidence=evidence
    )
    declared = kept.dose
    if not kept.repeated:
        day_is_free(declared, doses.doses_of(profile_ids_of(person_id))).or_raise()
    area_id = next((dose.area_id for dose in claim.doses), None)
    told = replace(claim, doses=(_claimed(declared.id, declared.profile_id, facts, area_id),))
    opened = open_case(
        by=by,
        at=at,
        key=key,
        kind=KIND,
        door=door,
        claim=told,
        phone=phone,
        case_id=case_id,
        person_id=person_id,
        dose_id=declared.id,
        language=language,
    )
    return DeclaredDose(declared.id, opened)


def day_is_free(declared: DoseView, standing: Iterable[DoseView]) -> Verdict:
    """Refuse to declare a dose on a day on which another stands on record: what is wrong there is that dose."""
    day = declared.facts.given_on
    taken = any(dose.facts.given_on == day and dose.id != declared.id for dose in standing)
    return refuse("DECLARED_DAY_TAKEN", day=day) if taken else YES


def declared_facts(told: ClaimedDose) -> DoseFacts:
    """Give the facts of a told dose with its vaccine and day; its lot is ours only where our list has it."""
    if told.given_on is None or not told.product:
        raise Refused(refuse("CLAIM_DOSE_NOT_WHOLE"))
    lot = find_lot(told.product, told.lot_number) if told.lot_number else None
    return DoseFacts(
        product=told.product,
        given_on=told.given_on,
        lot_id=lot.id if lot else None,
        lot_number=told.lot_number,
        facility_id=told.facility_id,
        point_id=told.point_id,
        place_name=told.place_name,
    )


def _claimed(dose_id: UUID, profile_id: UUID, facts: DoseFacts, area_id: UUID | None) -> ClaimedDose:
    return ClaimedDose(
        order=1,
        product=facts.product,
        lot_number=facts.lot_number,
        given_on=facts.given_on,
        facility_id=facts.facility_id,
        point_id=facts.point_id,
        place_name=facts.place_name,
        dose_id=dose_id,
        profile_id=profile_id,
        area_id=area_id,
    )


@transaction.atomic
def withdraw_declared(*, by: Actor, at: dt.datetime, ref: str, contact_key: bytes, because: str) -> None:
    """Take a report back, and off the card the dose that only it declared.

    The dose stays in the history as voided. Of another kind of report only the report is taken back. Raises Refused
    as `withdraw_case` does.
    """
    found = progress_of(ref, contact_key)
    if found is None:
        raise Refused(refuse("NO_SUCH_CASE"))
    withdraw_case(by=by, at=at, ref=ref, contact_key=contact_key, because=because)
    if found.kind == KIND:
        drop_declared(at=at, ref=found.ref, person_id=found.person_id, dose_id=found.dose_id, because=because)


def drop_declared(
    *, at: dt.datetime, ref: str, person_id: UUID | None, dose_id: UUID | None, because: str
) -> None:
    """Take a dose off the card that stood there by its reporter's word alone; one that a desk verified stays."""
    if person_id is None or dose_id is None:
        return
    dose = doses.dose(profile_ids_of(person_id), dose_id)
    if dose is None or dose.state is not DoseState.DECLARED:
        return
    void_dose(
        by=SYSTEM,  # no citizen corrects doses, and the desk decided on the report, not on a dose of its own
        at=at,
        key=f"declared-ended:{ref}:{dose.version}",
        profile_id=dose.profile_id,
        dose_id=dose.id,
        version=dose.version,
        because=f"{shown_ref(ref)}: {because}",
        evidence=f"case:{ref}",
    )


__all__ = ["DeclaredDose", "declared_facts", "drop_declared", "report_declared", "withdraw_declared"]

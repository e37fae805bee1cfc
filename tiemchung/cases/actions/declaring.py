"""A dose that the citizen declares: on the card at once, unverified, and a case for the desk; both or neither."""

import datetime as dt
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import transaction

from tiemchung.cases.actions.opening import open_case
from tiemchung.cases.actions.returning import withdraw_case
from tiemchung.cases.kinds import Door
from tiemchung.cases.reads import progress_of
from tiemchung.cases.rules import Claim, ClaimedDose
from tiemchung.cases.values import OpenedCase
from tiemchung.core.actor import SYSTEM, Actor
from tiemchung.core.verdict import Refused, refuse
from tiemchung.doses import reads as doses
from tiemchung.doses.actions import declare_dose, void_dose
from tiemchung.doses.rules import DoseState
from tiemchung.doses.values import DoseFacts
from tiemchung.people.reads import profile_ids_of

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
) -> DeclaredDose:
    """Keep a dose as its person declares it and open its case; asked twice with one key it is one of each.

    `claim` says who the person is; its doses are replaced by this one. Raises Refused as `declare_dose` and
    `open_case` do, and then neither stands.
    """
    declared = declare_dose(by=by, at=at, key=f"{key}:dose", profile_id=person_id, facts=facts).dose
    told = replace(claim, doses=(_claimed(declared.id, declared.profile_id, facts),))
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


def _claimed(dose_id: UUID, profile_id: UUID, facts: DoseFacts) -> ClaimedDose:
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
    if found.kind != KIND or found.person_id is None or found.dose_id is None:
        return
    dose = doses.dose(profile_ids_of(found.person_id), found.dose_id)
    if dose is None or dose.state is not DoseState.DECLARED:
        return
    void_dose(
        by=SYSTEM,  # no citizen corrects doses; this one existed by the reporter's word alone
        at=at,
        key=f"withdrawn:{found.case_id}",
        profile_id=dose.profile_id,
        dose_id=dose.id,
        version=dose.version,
        because=because,
    )


__all__ = ["DeclaredDose", "report_declared", "withdraw_declared"]

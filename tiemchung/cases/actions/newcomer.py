"""Somebody was vaccinated and is nowhere on record: who holds their report puts them there, as they told."""

import datetime as dt
from uuid import UUID

from django.db import transaction

from tiemchung.cases.actions.holding import hold_claimed
from tiemchung.cases.rules import Claim, clean_ref
from tiemchung.cases.sealed import open_claim, open_phone
from tiemchung.core.actor import Actor
from tiemchung.core.audit import write_line
from tiemchung.core.verdict import Refused, refuse
from tiemchung.people import actions as people
from tiemchung.people.reads import holders_of, profiles_numbered
from tiemchung.people.rules.identifiers import possible_systems
from tiemchung.people.rules.kinds import IdSystem, PhoneRelation, Source


@transaction.atomic
def register_told(*, by: Actor, at: dt.datetime, ref: str, version: int) -> UUID:
    """Put the person of a claimed case on record with what was told, and give their id; once for a case.

    The phone at which the reporter is answered was proved by a code and is kept as one of unknown relation: it may be
    a child's. Who has the told number, name and birth already is given instead. Raises Refused with what
    `hold_claimed` says, CASE_PERSON_KNOWN where the reporter proved whose report it is, CLAIM_BIRTH_MISSING,
    CASE_NUMBER_KNOWN for a number of somebody else, or as `people.register_profile`.
    """
    case = hold_claimed(by, at, clean_ref(ref), version).case
    if case.person_id is not None:
        raise Refused(refuse("CASE_PERSON_KNOWN"))
    claim, phone = open_claim(case.id, case.sealed_claim), open_phone(case.id, case.sealed_phone)
    if claim.birth_date is None:
        raise Refused(refuse("CLAIM_BIRTH_MISSING"))
    numbers = [pair for _, value in claim.numbers for pair in possible_systems(value)[:1]]
    known = _known(claim, numbers)
    if known is not None:
        return known
    made = people.register_profile(
        by=by,
        at=at,
        key=f"case-person:{case.id}",
        full_name=claim.full_name,
        birth_date=claim.birth_date,
        birth_precision=claim.birth_precision,
        sex=claim.sex,
        source=Source.DESK,
        identifiers=[(str(system), value) for system, value in numbers],
        phones=[(phone, PhoneRelation.UNKNOWN)] if phone else [],
        address_text=claim.address_text,
        area_id=claim.commune_id or claim.district_id or claim.province_id,
    )
    write_line(by=by, at=at, action="cases.register_told", subject_id=made.person_id, object_id=case.id)
    return made.person_id


def _known(claim: Claim, numbers: list[tuple[IdSystem, str]]) -> UUID | None:
    for holder in holders_of(profiles_numbered(numbers)).values():
        if (holder.full_name, holder.birth_date) != (claim.full_name, claim.birth_date):
            raise Refused(refuse("CASE_NUMBER_KNOWN"))
        return holder.person_id  # pressed twice, or put on record meanwhile
    return None


__all__ = ["register_told"]

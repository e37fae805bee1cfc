"""Claiming a person by a fact: counted, matched, and the same answer for wrong, unknown and not on this phone."""

import datetime as dt
from uuid import UUID

from tiemchung.access.actions import take_fact_try
from tiemchung.core.actor import Actor
from tiemchung.core.outbox import contact_key
from tiemchung.core.verdict import YES, Refused, Verdict
from tiemchung.people.actions import prove_dependants, prove_person, use_proofs
from tiemchung.people.reads import holders_of, proven_persons
from tiemchung.people.rules.births import knows_as_much, same_birth
from tiemchung.people.rules.names import same_name
from tiemchung.web.citizen.fact_form import BY_NAME, FactForm


def claim_person(*, by: Actor, at: dt.datetime, phone: str, form: FactForm) -> Verdict:
    """Match the fact against the people on this phone; a refusal never says which part was wrong.

    Refusals: TOO_MANY_TRIES (fact `minutes`), PROOF_FAILED, PROOF_STAFF_REVIEW.
    """
    contact = contact_key(phone)
    try:
        take_fact_try(at=at, phone=phone)
    except Refused as refused:
        return refused.verdict
    proved = prove_person(by=by, at=at, contact_key=contact, **form.claim)
    crowded = any(reason.code == "PROOF_STAFF_REVIEW" for reason in proved.verdict.refusals)
    return YES if crowded and _fits_proved_by_staff(contact, form, at) else proved.verdict


def keep_proofs(*, by: Actor, at: dt.datetime, contact: bytes) -> tuple[UUID, ...]:
    """Count the 90 days of every proof anew and open the dependants of the proven; give the persons."""
    use_proofs(by=by, at=at, contact_key=contact)
    prove_dependants(by=by, at=at, contact_key=contact)
    return proven_persons(contact, at)


def _fits_proved_by_staff(contact: bytes, form: FactForm, at: dt.datetime) -> bool:
    """Tell whether the fact names somebody whom staff has proved: the only way in on a crowded phone."""
    if form.how != BY_NAME or form.birth_date is None:
        return False
    return any(
        same_name(form.full_name, holder.full_name)
        and knows_as_much(form.birth_precision, holder.birth_precision)
        and same_birth(form.birth_date, form.birth_precision, holder.birth_date, holder.birth_precision)
        for holder in holders_of(proven_persons(contact, at)).values()
    )

"""Somebody ready for the centre's signature: doses by real facilities, each signed with the facility's real key."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from tests.builders import NOW, a_facility, a_key, a_lot, a_person, a_staff_member
from tiemchung.certificates.actions import make_facility_keys, refresh_passports
from tiemchung.certificates.actions.central_signing import start_central_run, work_central_batch
from tiemchung.certificates.facility_trust import seal_of
from tiemchung.certificates.keys import signer_of
from tiemchung.certificates.models import Certificate, DoseSignature, FacilityKey
from tiemchung.certificates.rules import CertificateKind, CertificateState, Factor, FactorProof, PassportState
from tiemchung.certificates.statements import statement_of
from tiemchung.certificates.units import unit_of
from tiemchung.core.actor import SYSTEM, Actor, Role
from tiemchung.core.clock import local
from tiemchung.core.ids import new_id
from tiemchung.doses.actions import record_dose, sign_doses
from tiemchung.doses.reads import doses_of
from tiemchung.doses.rules import DoseSource
from tiemchung.doses.signing import DoseToSign
from tiemchung.doses.values import DoseFacts
from tiemchung.people.models import IdentityCheck
from tiemchung.people.reads import holder_of
from tiemchung.people.reads.identity import identity_states
from tiemchung.people.rules.kinds import IdentityState
from tiemchung.places.reads import FacilityView


def a_ministry_officer(**more: object) -> Actor:
    """Give an officer of the ministry, who allows the centre's signature."""
    return a_staff_member(Role.MINISTRY_OFFICER, full_name=str(more.pop("full_name", "Phạm Thị Oanh")))


def a_passkey_shown(at: dt.datetime) -> FactorProof:
    """Give the proof of somebody who has just shown a passkey, which is enough for every deed."""
    return FactorProof(Factor.PASSKEY, at)


def a_vaccinated_person(
    full_name: str = "",
    *,
    facilities: Sequence[FacilityView] = (),
    days_ago: Sequence[int] = (130, 90),
    product: str = "PFIZER",
    at: dt.datetime = NOW,
) -> UUID:
    """Put somebody with a full course on record whom the population register knows; nothing is signed yet."""
    person_id = a_person(full_name, at=at).person_id
    places = list(facilities) or [a_facility(at=at)]
    for n, days in enumerate(days_ago):
        place, lot = places[n % len(places)], a_lot(product, at=at)
        facts = DoseFacts(
            product, local(at).date() - dt.timedelta(days=days), lot_id=lot.id, lot_number=lot.number,
            facility_id=place.id, place_name=place.name,
        )  # fmt: skip
        record_dose(by=SYSTEM, at=at, key=a_key(), profile_id=person_id, facts=facts, source=DoseSource.BACKLOG)
    know(person_id, at=at)
    return person_id


def know(person_id: UUID, *, at: dt.datetime = NOW) -> None:
    """Let the population register answer that the four fields are right."""
    refresh_passports(person_ids=[person_id], at=at)
    IdentityCheck.objects.filter(person_id=person_id).update(state=IdentityState.MATCHED, due_at=None, answered_at=at)
    refresh_passports(person_ids=[person_id], at=at)


def facility_signs(*person_ids: UUID, at: dt.datetime = NOW, stated: bool = True) -> None:
    """Sign every dose of these persons that is not signed, with its facility's key; the passports hear of it.

    Without `stated` as it was signed before statements named their moment and rows had a seal.
    """
    for person_id in person_ids:
        mark = identity_states([person_id])[person_id].fields
        doses = [d for d in doses_of(holder_of(person_id).profile_ids) if d.counted and d.state != "SIGNED"]
        for dose in doses:
            assert dose.facts.facility_id is not None
            unit = unit_of(dose.facts.facility_id, local(at).date())
            make_facility_keys(facility_ids=[unit], at=at)
            key = FacilityKey.objects.filter(facility_id=unit, revoked_at=None, retired_at=None).latest("valid_from")
            statement = statement_of(dose, unit, mark, at if stated else None)
            signature = signer_of(bytes(key.kid), key.store).sign(statement)
            seal = seal_of(dose.profile_id, dose.id, dose.version, bytes(key.kid), statement, signature)
            DoseSignature.objects.create(
                profile_id=dose.profile_id, dose_id=dose.id, version=dose.version, facility_id=unit, kid=key.kid,
                statement=statement, signature=signature, seal=seal if stated else None, signed_by=None,
                signed_name="Lê Thị Lan", signed_at=at, run_id=None,
            )  # fmt: skip
            sign_doses(by=SYSTEM, at=at, run_id=new_id(), items=[DoseToSign(dose.profile_id, dose.id, dose.version)])
        assert refresh_passports(person_ids=[person_id], at=at)[person_id] is not PassportState.NOT_ELIGIBLE


def a_ready_person(full_name: str = "", *, at: dt.datetime = NOW, **more: object) -> UUID:
    """Give somebody whose doses are all signed by their facilities: the centre's signature is all that is missing."""
    person_id = a_vaccinated_person(full_name, at=at, **more)  # type: ignore[arg-type]
    facility_signs(person_id, at=at)
    return person_id


def centre_signs(*, at: dt.datetime = NOW, by: Actor | None = None) -> UUID:
    """Let an officer of the ministry allow a run, work it until nothing is left to do, and give the run."""
    run_id = start_central_run(by=by or a_ministry_officer(), at=at)
    for _ in range(9):
        if not work_central_batch(run_id, at):
            return run_id
    raise AssertionError("the run does not come to an end")


def a_passport(full_name: str = "", *, at: dt.datetime = NOW, **more: object) -> UUID:
    """Give somebody with an issued passport."""
    person_id = a_ready_person(full_name, at=at, **more)
    centre_signs(at=at)
    return person_id


def certificate_of(person_id: UUID, state: CertificateState = CertificateState.ISSUED) -> Certificate:
    """Give the one passport certificate of a person in a state."""
    return Certificate.objects.get(person_id=person_id, kind=CertificateKind.PASSPORT, state=state)

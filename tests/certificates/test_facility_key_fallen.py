"""A facility's key that is given up takes every certificate with it that was issued on it, whatever came between."""

import datetime as dt
from uuid import UUID

import pytest

from tests.builders import NOW, a_facility, a_key, a_lead
from tests.certificates.central_cast import (
    a_ministry_officer,
    a_passkey_shown,
    a_passport,
    centre_signs,
    certificate_of,
    facility_signs,
)
from tiemchung.certificates.actions import order_work, refresh_passports
from tiemchung.certificates.actions.order_work import work_orders
from tiemchung.certificates.actions.orders import decide_order, order_revocation
from tiemchung.certificates.formats.revocation import hash_of_number
from tiemchung.certificates.models import Certificate, DoseSignature, FacilityKey, Passport, Revocation, RevocationOrder
from tiemchung.certificates.reads import runs
from tiemchung.certificates.reads.states import NumberState, state_of_number
from tiemchung.certificates.rules import CertificateState, OrderTarget, PassportState
from tiemchung.certificates.statements import stated_moment
from tiemchung.core.actor import SYSTEM
from tiemchung.doses.actions import amend_dose
from tiemchung.doses.reads import doses_of
from tiemchung.people.reads import holder_of
from tiemchung.places.reads import FacilityView

pytestmark = pytest.mark.django_db
CORRECTED, LATER = NOW + dt.timedelta(minutes=30), NOW + dt.timedelta(hours=1)
AFTER = LATER + dt.timedelta(minutes=10)
WHY = "khóa bị lấy cắp khỏi trạm"


def give_up_key_of(facility: FacilityView, *, since: dt.datetime = NOW, kid: bytes = b"") -> UUID:
    """Let the lead ask and the ministry agree; the work has not begun."""
    kid = kid or bytes(FacilityKey.objects.get(facility_id=facility.id).kid)
    order = order_revocation(
        target=OrderTarget.FACILITY_KEY, kid=kid, since=since, by=a_lead(facility), at=LATER, because=WHY
    )
    decide_order(order_id=order, agree=True, by=a_ministry_officer(), at=LATER, proof=a_passkey_shown(LATER))
    return order


def work_all(at: dt.datetime = LATER) -> None:
    for _ in range(20):
        if not work_orders(at):
            return
    raise AssertionError("the work does not end")


def state_online(certificate: Certificate, at: dt.datetime = LATER) -> NumberState:
    return state_of_number(hash_of_number(certificate.uvci), at)


def reached(order: UUID) -> int:
    return RevocationOrder.objects.get(id=order, done_at=LATER).reached


def test_who_is_refreshed_between_the_decision_and_the_work_loses_the_certificate_all_the_same() -> None:
    facility = a_facility()
    person = a_passport(facilities=[facility])
    made = certificate_of(person)
    order = give_up_key_of(facility)
    refresh_passports(person_ids=[person], at=LATER)
    assert certificate_of(person, CertificateState.REVOKED).revoked_because == "FACILITY_KEY"
    work_all()
    assert state_online(made) is NumberState.REVOKED
    assert Revocation.objects.filter(hash=hash_of_number(made.uvci)).exists()
    assert reached(order) == 1


def test_signed_again_before_the_work_the_old_certificate_does_not_come_back() -> None:
    facility = a_facility()
    person = a_passport(facilities=[facility])
    made = certificate_of(person)
    give_up_key_of(facility)
    refresh_passports(person_ids=[person], at=LATER)
    facility_signs(person, at=AFTER)
    centre_signs(at=AFTER)
    new = certificate_of(person)
    work_all()
    refresh_passports(person_ids=[person], at=AFTER)
    assert new.uvci != made.uvci
    assert [state_online(one, AFTER) for one in (made, new)] == [NumberState.REVOKED, NumberState.VALID]


def test_the_register_says_revoked_from_the_decision_on_before_any_work() -> None:
    facility, other = a_facility(), a_facility()
    fallen, untouched = a_passport(facilities=[facility]), a_passport(facilities=[other])
    made = [certificate_of(fallen), certificate_of(untouched)]
    assert [state_online(one) for one in made] == [NumberState.VALID] * 2
    give_up_key_of(facility)
    assert [state_online(one) for one in made] == [NumberState.REVOKED, NumberState.VALID]
    work_all()
    assert [state_online(one) for one in made] == [NumberState.REVOKED, NumberState.VALID]


def correct_lots(person: UUID, at: dt.datetime) -> None:
    """Correct what no certificate states: signatures fall, the certificate stays while the doses are signed again."""
    for dose in doses_of(holder_of(person).profile_ids):
        amend_dose(
            by=SYSTEM, at=at, key=a_key(), profile_id=person, dose_id=dose.id, version=dose.version,
            changes={"lot_number": "FX9999"}, because="số lô trên phiếu khác",
        )  # fmt: skip
    refresh_passports(person_ids=[person], at=at)


def test_a_certificate_whose_signature_a_correction_had_voided_falls_with_the_key_too() -> None:
    facility = a_facility()
    person = a_passport(facilities=[facility])
    made = certificate_of(person)
    correct_lots(person, CORRECTED)
    assert certificate_of(person).id == made.id
    order = give_up_key_of(facility)
    assert state_online(made) is NumberState.REVOKED
    work_all()
    assert certificate_of(person, CertificateState.REVOKED).id == made.id
    assert reached(order) == 1


def test_what_was_signed_before_the_moment_stays() -> None:
    facility = a_facility()
    person = a_passport(facilities=[facility])
    order = give_up_key_of(facility, since=NOW + dt.timedelta(minutes=10))
    refresh_passports(person_ids=[person], at=LATER)
    work_all()
    assert state_online(certificate_of(person)) is NumberState.VALID
    assert reached(order) == 0


def test_in_small_batches_by_several_workers_each_certificate_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_work, "BATCH", 1)
    facility = a_facility()
    persons = [a_passport(facilities=[facility]) for _ in range(2)]
    order = give_up_key_of(facility)
    assert work_orders(LATER) == 1
    place = RevocationOrder.objects.get(id=order)
    assert (place.after_at, place.done_at) == (NOW, None)
    work_all()
    assert reached(order) == 2
    assert not DoseSignature.objects.filter(profile_id__in=persons, voided_at=None).exists()
    assert {Passport.objects.get(person_id=one).state for one in persons} == {PassportState.ELIGIBLE}


def test_what_came_in_while_the_work_was_done_is_voided_before_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    facility = a_facility()
    person = a_passport(facilities=[facility])
    order = give_up_key_of(facility)
    assert work_orders(LATER) == 2
    one = DoseSignature.objects.filter(profile_id=person).order_by("signed_at").first()
    assert one is not None
    # A worker that had asked for the key before, and whose clock stands behind the place that the order has come to.
    DoseSignature.objects.filter(profile_id=person, id=one.id).update(voided_at=None)
    work_all()
    assert not DoseSignature.objects.filter(profile_id=person, voided_at=None).exists()
    assert RevocationOrder.objects.get(id=order).done_at == LATER


def test_a_signature_moved_behind_the_moment_by_its_column_falls_all_the_same() -> None:
    facility = a_facility()
    person = a_passport(facilities=[facility])
    made = certificate_of(person)
    for one in DoseSignature.objects.filter(profile_id=person):
        assert stated_moment(bytes(one.statement)) == NOW
    DoseSignature.objects.filter(profile_id=person).update(signed_at=NOW - dt.timedelta(days=9))
    order = give_up_key_of(facility)
    assert state_online(made) is NumberState.REVOKED
    work_all()
    assert certificate_of(person, CertificateState.REVOKED).id == made.id
    assert reached(order) == 1


def test_whoever_decides_is_told_beforehand_how_many_passports_and_doses_fall() -> None:
    facility, other = a_facility(), a_facility()
    fallen = a_passport(facilities=[facility])
    a_passport(facilities=[other])
    kid, officer = bytes(FacilityKey.objects.get(facility_id=facility.id).kid), a_ministry_officer()
    order = order_revocation(
        target=OrderTarget.FACILITY_KEY, kid=kid, since=NOW, by=a_lead(facility), at=LATER, because=WHY
    )
    view = runs.order(officer, order)
    assert view is not None
    signed = DoseSignature.objects.filter(profile_id=fallen, kid=kid).count()
    assert runs.fall_of_order(view) == (1, signed)

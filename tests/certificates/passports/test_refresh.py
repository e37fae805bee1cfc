"""Passports and work lists follow from ledger, people and identities, for many as for one."""

import datetime as dt
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.builders import NOW, a_dose, a_facility, a_key, a_nurse, a_person
from tests.certificates.central_cast import (
    a_passport,
    a_ready_person,
    a_vaccinated_person,
    certificate_of,
    facility_signs,
    know,
)
from tests.following import unsettled_too
from tiemchung.certificates.actions import refresh_passports
from tiemchung.certificates.models import Certificate, DoseSignature, Passport, PassportTask
from tiemchung.certificates.rules import CertificateState, PassportState
from tiemchung.certificates.tasks.passports import follow_ledger_for_passports, follow_people_for_passports
from tiemchung.core.actor import SYSTEM
from tiemchung.doses.actions import amend_dose, void_dose
from tiemchung.doses.models import Dose, LedgerEntry
from tiemchung.doses.reads import doses_of
from tiemchung.doses.rules import DoseState
from tiemchung.people.actions import amend_profile, link_profiles, retire_identifier
from tiemchung.people.models import Identifier, PersonLink
from tiemchung.people.reads import holder_of

LATER = NOW + dt.timedelta(hours=1)
pytestmark = pytest.mark.django_db


def state_of(person_id: UUID, at: dt.datetime = LATER) -> PassportState:
    return refresh_passports(person_ids=[person_id], at=at)[person_id]


def open_work(person_id: UUID) -> set[tuple[UUID, str]]:
    return set(
        PassportTask.objects.filter(person_id=person_id, done_at=None).values_list("unit_id", "reason")
    )


def signed_states(person_id: UUID) -> list[str]:
    return [dose.state for dose in doses_of(holder_of(person_id).profile_ids)]


def test_what_is_missing_stands_on_the_list_of_the_facility_that_can_mend_it() -> None:
    nurse = a_nurse()
    person = a_person().person_id
    a_dose(person, given_on=NOW.date() - dt.timedelta(days=40), by=nurse)
    assert state_of(person) is PassportState.NOT_ELIGIBLE
    assert open_work(person) == {
        (nurse.facility_id, "SERIES_INCOMPLETE"),
        (nurse.facility_id, "IDENTITY_WAITING"),
    }


def test_each_dose_waits_at_the_facility_that_gave_it() -> None:
    here, there = a_facility(), a_facility()
    person = a_vaccinated_person(facilities=[here, there])
    assert state_of(person) is PassportState.ELIGIBLE
    assert open_work(person) == {(here.id, "TO_SIGN"), (there.id, "TO_SIGN")}


def test_refreshing_again_writes_nothing() -> None:
    person = a_vaccinated_person()
    before = list(Passport.objects.values()), list(PassportTask.objects.values())
    with CaptureQueriesContext(connection) as statements:
        refresh_passports(person_ids=[person], at=LATER)
    assert (list(Passport.objects.values()), list(PassportTask.objects.values())) == before
    assert not [q for q in statements if q["sql"].lstrip().upper().startswith(("INSERT", "UPDATE", "COPY", "WITH"))]


def test_many_persons_cost_the_statements_of_one() -> None:
    people = [a_vaccinated_person() for _ in range(9)]
    Passport.objects.filter(person_id__in=people).update(state=PassportState.NOT_ELIGIBLE)
    PassportTask.objects.filter(person_id__in=people).update(done_at=NOW)
    costs = []
    for some in (people[:1], people[1:]):
        with CaptureQueriesContext(connection) as statements:
            refresh_passports(person_ids=some, at=LATER)
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 20


def test_a_correction_voids_the_signature_and_asks_again() -> None:
    person = a_ready_person()
    dose = doses_of(holder_of(person).profile_ids)[0]
    amend_dose(
        by=SYSTEM, at=LATER, key=a_key(), profile_id=person, dose_id=dose.id, version=dose.version,
        changes={"lot_number": "FX9999"}, because="số lô trên phiếu khác",
    )  # fmt: skip
    assert state_of(person) is PassportState.ELIGIBLE
    fallen = DoseSignature.objects.get(profile_id=person, dose_id=dose.id)
    assert fallen.voided_because == "DOSE_CHANGED"
    assert [reason for _, reason in open_work(person)] == ["TO_SIGN"]


def test_a_changed_name_voids_every_signature_and_waits_for_the_register() -> None:
    person = a_ready_person()
    amend_profile(by=SYSTEM, at=LATER, profile_id=person, because="giấy khai sinh", full_name="Nguyễn Thị Bình")
    assert state_of(person) is PassportState.NOT_ELIGIBLE
    assert set(signed_states(person)) == {DoseState.CONFIRMED}
    assert {s.voided_because for s in DoseSignature.objects.filter(profile_id=person)} == {"IDENTITY_CHANGED"}
    assert LedgerEntry.objects.filter(profile_id=person, kind="UNSIGNED").count() == 2
    know(person, at=LATER)
    assert state_of(person) is PassportState.ELIGIBLE


def test_a_certificate_in_force_outlives_a_signature_but_no_untruth() -> None:
    person = a_passport()
    number = Identifier.objects.get(profile_id=person)
    issued = certificate_of(person)
    # Another lot changes nothing that the certificate states: it stays while the dose is signed again.
    dose = doses_of(holder_of(person).profile_ids)[0]
    amend_dose(
        by=SYSTEM, at=LATER, key=a_key(), profile_id=person, dose_id=dose.id, version=dose.version,
        changes={"lot_number": "FX9999"}, because="số lô trên phiếu khác",
    )  # fmt: skip
    assert state_of(person) is PassportState.ELIGIBLE
    assert certificate_of(person).id == issued.id
    facility_signs(person, at=LATER)
    assert state_of(person) is PassportState.ISSUED
    # A number that is nobody's any more leaves no proven identity.
    retire_identifier(by=SYSTEM, at=LATER, profile_id=person, identifier_id=number.id, because="số của người khác")
    assert state_of(person) is PassportState.NOT_ELIGIBLE
    assert certificate_of(person, CertificateState.REVOKED).revoked_because == "NO_LONGER_ELIGIBLE"


def test_a_booster_leaves_the_certificate_about_the_earlier_dose_in_force() -> None:
    person = a_passport()
    issued = certificate_of(person)
    a_dose(person, by=a_nurse(at=LATER), at=LATER, because="liều nhắc lại sớm")
    assert state_of(person) is PassportState.ELIGIBLE
    assert certificate_of(person).id == issued.id


def test_a_dose_that_never_was_takes_the_certificate_with_it() -> None:
    person = a_passport()
    dose = doses_of(holder_of(person).profile_ids)[-1]
    void_dose(
        by=SYSTEM, at=LATER, key=a_key(), profile_id=person, dose_id=dose.id, version=dose.version,
        because="ghi nhầm người khác",
    )  # fmt: skip
    assert state_of(person) is PassportState.NOT_ELIGIBLE
    assert certificate_of(person, CertificateState.REVOKED)
    assert not Certificate.objects.filter(person_id=person, kind="PASSPORT", state=CertificateState.ISSUED).exists()


def test_who_was_joined_has_no_passport_of_their_own() -> None:
    kept, joined = a_vaccinated_person(), a_person().person_id
    number = Identifier.objects.get(profile_id=joined)
    retire_identifier(by=SYSTEM, at=NOW, profile_id=joined, identifier_id=number.id, because="số của người khác")
    a_dose(joined, given_on=NOW.date() - dt.timedelta(days=400))
    state_of(joined)
    assert open_work(joined)
    link_profiles(by=SYSTEM, at=LATER, key=a_key(), keep_person=kept, join_person=joined, because="một người")
    assert PersonLink.objects.filter(profile_id=joined).exists()
    answer = refresh_passports(person_ids=[joined], at=LATER)
    assert set(answer) == {joined}
    assert not open_work(joined)
    assert Passport.objects.get(person_id=joined).state == PassportState.NOT_ELIGIBLE
    assert open_work(kept)


@pytest.mark.parametrize(("numbers", "state"), [
    ([("PASSPORT", "P1234567")], PassportState.ELIGIBLE), ([], PassportState.NOT_ELIGIBLE),
])  # fmt: skip
def test_a_foreigner_is_asked_about_nowhere_and_known_by_the_passport(
    numbers: list[tuple[str, str]], state: PassportState
) -> None:
    nurse, guest = a_nurse(), a_person("Ane Sounthone", nationality="LA", identifiers=numbers).person_id
    a_dose(guest, "JANSSEN", NOW.date() - dt.timedelta(days=60), by=nurse)
    assert state_of(guest) is state
    reason = "TO_SIGN" if numbers else "NUMBER_MISSING"
    assert open_work(guest) == {(nurse.facility_id, reason)}


def test_the_followers_bring_passports_up_to_date_by_themselves() -> None:
    nurse, person = a_nurse(), a_person().person_id
    a_dose(person, given_on=NOW.date() - dt.timedelta(days=60), by=nurse)
    with unsettled_too():
        while follow_ledger_for_passports(LATER):
            pass
    assert Passport.objects.get(person_id=person).state == PassportState.NOT_ELIGIBLE
    amend_profile(by=SYSTEM, at=LATER, profile_id=person, because="giấy khai sinh", sex="UNKNOWN")
    with unsettled_too():
        while follow_people_for_passports(LATER):
            pass
    assert (nurse.facility_id, "SEX_MISSING") in open_work(person)


def test_a_signed_dose_without_a_signature_is_signed_no_more() -> None:
    person = a_vaccinated_person()
    Dose.objects.filter(profile_id=person).update(state=DoseState.SIGNED)
    assert state_of(person) is PassportState.ELIGIBLE
    assert set(signed_states(person)) == {DoseState.CONFIRMED}

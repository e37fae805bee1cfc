"""A passport that an officer took away stays away, whatever comes and goes, until one of the ministry gives it back."""

import datetime as dt
from importlib import import_module
from uuid import UUID

import pytest
from django.db import connection

from tests.builders import NOW, a_facility, a_key, a_person
from tests.certificates.central_cast import (
    a_ministry_officer,
    a_passport,
    a_vaccinated_person,
    centre_signs,
    certificate_of,
    facility_signs,
)
from tiemchung.certificates.actions import central_batch, refresh_passports
from tiemchung.certificates.actions.central_signing import reissue_passport, work_central_runs
from tiemchung.certificates.actions.orders import order_revocation
from tiemchung.certificates.actions.renewing import note_endings
from tiemchung.certificates.formats.revocation import hash_of_number
from tiemchung.certificates.models import Certificate, Passport, PassportTask
from tiemchung.certificates.ports import KeyStoreGone
from tiemchung.certificates.reads.states import NumberState, state_of_number
from tiemchung.certificates.rules import NOTICE, CertificateState, OrderTarget, PassportState
from tiemchung.core.actor import SYSTEM, Actor
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.core.verdict import Refused
from tiemchung.doses.actions import amend_dose, record_dose
from tiemchung.doses.reads import doses_of
from tiemchung.doses.rules import DoseSource
from tiemchung.doses.values import DoseFacts
from tiemchung.people.actions import link_profiles, retire_identifier
from tiemchung.people.models import Identifier, IdentityCheck
from tiemchung.people.reads import holder_of

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(hours=1)
AFTER = LATER + dt.timedelta(hours=1)
WHY = "người khác dùng mã này"
BACK = "đã xác minh tại đồn công an"


@pytest.fixture
def officer() -> Actor:
    return a_ministry_officer()


def take_away(person: UUID, by: Actor, at: dt.datetime = LATER) -> Certificate:
    made = certificate_of(person)
    order_revocation(
        target=OrderTarget.CERTIFICATE, person_id=person, certificate_id=made.id, by=by, at=at, because=WHY
    )
    return made


def state_of(person: UUID, at: dt.datetime = AFTER) -> PassportState:
    return refresh_passports(person_ids=[person], at=at)[person]


def in_force(person: UUID) -> int:
    shown = (CertificateState.ISSUED, CertificateState.RENEWED)
    return Certificate.objects.filter(person_id=person, kind="PASSPORT", state__in=shown).count()


def test_a_lack_that_comes_and_goes_brings_nothing_back(officer: Actor) -> None:
    person = a_passport()
    take_away(person, officer)
    asked = IdentityCheck.objects.filter(person_id=person)
    was = asked.values_list("state", flat=True).get()
    asked.update(state="WAITING")
    assert state_of(person) is PassportState.REVOKED
    asked.update(state=was)
    assert state_of(person) is PassportState.REVOKED
    centre_signs(at=AFTER)
    assert in_force(person) == 0
    assert not PassportTask.objects.filter(person_id=person, done_at=None).exists()


def correct_a_lot(person: UUID, at: dt.datetime) -> None:
    dose = doses_of(holder_of(person).profile_ids)[0]
    amend_dose(
        by=SYSTEM, at=at, key=a_key(), profile_id=person, dose_id=dose.id, version=dose.version,
        changes={"lot_number": "FX9999"}, because="số lô trên phiếu khác",
    )  # fmt: skip


def test_it_is_taken_away_as_well_while_a_dose_waits_to_be_signed_again(officer: Actor) -> None:
    person = a_passport()
    correct_a_lot(person, LATER)
    assert state_of(person, LATER) is PassportState.ELIGIBLE
    take_away(person, officer)
    assert state_of(person) is PassportState.REVOKED
    assert not PassportTask.objects.filter(person_id=person, done_at=None).exists()


def test_what_it_was_renewed_from_may_not_stand_in_its_place(officer: Actor) -> None:
    person = a_passport()
    first = certificate_of(person)
    then = first.expires_at - NOTICE
    note_endings(at=then)
    while work_central_runs(then):
        pass
    second = take_away(person, officer, at=then)
    assert second.id != first.id
    numbers = [hash_of_number(one.uvci) for one in (first, second)]
    assert [state_of_number(one, then) for one in numbers] == [NumberState.REVOKED] * 2
    assert in_force(person) == 0


def test_a_lost_code_goes_alone(officer: Actor) -> None:
    person = a_passport()
    first = certificate_of(person)
    then = first.expires_at - NOTICE
    note_endings(at=then)
    while work_central_runs(then):
        pass
    order_revocation(
        target=OrderTarget.CERTIFICATE, person_id=person, certificate_id=certificate_of(person).id, by=officer, at=then,
        because="mã bị đăng lên mạng", reissue=True,
    )  # fmt: skip
    assert state_of_number(hash_of_number(first.uvci), then) is NumberState.VALID
    assert state_of(person, then) is PassportState.FACILITY_SIGNED


def test_joined_into_another_record_it_stays_taken_away(officer: Actor) -> None:
    person, kept = a_passport(), a_person().person_id
    take_away(person, officer)
    number = Identifier.objects.get(profile_id=kept)
    retire_identifier(by=SYSTEM, at=AFTER, profile_id=kept, identifier_id=number.id, because="số của người khác")
    link_profiles(by=SYSTEM, at=AFTER, key=a_key(), keep_person=kept, join_person=person, because="một người")
    refresh_passports(person_ids=[person, kept], at=AFTER)
    assert {one.state for one in Passport.objects.filter(person_id__in=[person, kept])} == {PassportState.REVOKED}


def test_a_passport_in_force_is_not_lost_by_joining_one_that_was_taken_away(officer: Actor) -> None:
    kept, person = a_passport(), a_passport()
    take_away(person, officer)
    number = Identifier.objects.get(profile_id=person)
    retire_identifier(by=SYSTEM, at=AFTER, profile_id=person, identifier_id=number.id, because="số của người khác")
    made = certificate_of(kept)
    link_profiles(by=SYSTEM, at=AFTER, key=a_key(), keep_person=kept, join_person=person, because="một người")
    refresh_passports(person_ids=[person], at=AFTER)
    assert state_of_number(hash_of_number(made.uvci), AFTER) is NumberState.VALID
    assert Passport.objects.get(person_id=kept).state == PassportState.ISSUED


def test_given_back_it_is_issued_at_once_and_what_follows_is_as_of_any_other(officer: Actor) -> None:
    person = a_passport()
    made = take_away(person, officer)
    worked = reissue_passport(person_id=person, by=officer, at=AFTER, because=BACK)
    assert (worked.issued, in_force(person)) == (1, 1)
    assert state_of_number(hash_of_number(made.uvci), AFTER) is NumberState.REVOKED
    assert state_of(person) is PassportState.ISSUED
    place = a_facility()
    facts = DoseFacts("PFIZER", NOW.date() - dt.timedelta(days=1), lot_number="B1", facility_id=place.id)
    record_dose(by=SYSTEM, at=AFTER, key=a_key(), profile_id=person, facts=facts, source=DoseSource.BACKLOG)
    assert state_of(person) is PassportState.ELIGIBLE


def test_given_back_while_a_dose_is_unsigned_it_waits_for_the_facility_and_then_comes(officer: Actor) -> None:
    person = a_passport()
    correct_a_lot(person, LATER)
    refresh_passports(person_ids=[person], at=LATER)
    take_away(person, officer)
    worked = reissue_passport(person_id=person, by=officer, at=AFTER, because=BACK)
    assert (worked.issued, worked.refused) == (0, 1)
    assert PassportTask.objects.get(person_id=person, done_at=None).reason == "TO_SIGN"
    facility_signs(person, at=AFTER)
    centre_signs(at=AFTER)
    assert in_force(person) == 1


def test_given_back_while_the_key_store_is_gone_the_standing_run_issues_it(
    officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = a_passport()
    take_away(person, officer)

    def gone(kid: bytes, store: str) -> object:
        raise KeyStoreGone("token")

    with monkeypatch.context() as patch:
        patch.setattr(central_batch, "signer_of", gone)
        assert reissue_passport(person_id=person, by=officer, at=AFTER, because=BACK).why == "KEY_STORE_GONE"
    centre_signs(at=AFTER + dt.timedelta(minutes=2))
    assert in_force(person) == 1


def test_what_was_not_taken_away_is_not_given_back(officer: Actor) -> None:
    for person in (a_passport(), a_vaccinated_person()):
        with pytest.raises(Refused) as refused:
            reissue_passport(person_id=person, by=officer, at=AFTER, because=BACK)
        assert str(refused.value) == "PASSPORT_NOT_REVOKED"


def test_the_migration_takes_back_who_slipped_out_before_and_nobody_else(officer: Actor) -> None:
    slipped, back, revoked, other = (a_passport() for _ in range(4))
    for person in (slipped, back, revoked):
        take_away(person, officer)
    reissue_passport(person_id=back, by=officer, at=AFTER, because=BACK)
    Passport.objects.filter(person_id=slipped).update(state=PassportState.FACILITY_SIGNED)
    correct_a_lot(other, LATER)
    refresh_passports(person_ids=[other], at=LATER)
    correct_a_lot(back, AFTER)
    refresh_passports(person_ids=[back], at=AFTER)
    migration = import_module("tiemchung.certificates.migrations.0004_taken_away")
    with connection.cursor() as cursor, allow_cross_shard("a migration"):
        cursor.execute("RESET ROLE")
        cursor.execute(migration._TAKE_BACK)
        cursor.execute("SET LOCAL ROLE tiemchung_app")
    states = dict(Passport.objects.values_list("person_id", "state"))
    assert states == {
        slipped: PassportState.REVOKED, revoked: PassportState.REVOKED,
        back: PassportState.ELIGIBLE, other: PassportState.ELIGIBLE,
    }  # fmt: skip
    assert Passport.objects.get(person_id=slipped).since == LATER

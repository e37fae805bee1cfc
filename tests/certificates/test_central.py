"""The centre's signature: nothing without both signatures, nothing twice, nothing lost when a worker dies."""

import datetime as dt
from uuid import uuid4

import pytest

from tests.builders import NOW, a_facility, a_lead, a_staff_member, an_officer
from tests.certificates.central_cast import (
    a_ministry_officer,
    a_ready_person,
    a_vaccinated_person,
    centre_signs,
    certificate_of,
    facility_signs,
    know,
)
from tiemchung.certificates import issuing_rows, merkle
from tiemchung.certificates.actions import central_batch, refresh_passports
from tiemchung.certificates.actions.central_signing import (
    move_central_run,
    start_central_run,
    work_central_batch,
    work_central_runs,
)
from tiemchung.certificates.formats import hc1
from tiemchung.certificates.issuing import Draft
from tiemchung.certificates.log import leaf_of_text, tile_reader
from tiemchung.certificates.models import (
    Certificate,
    CertificateByHash,
    DoseSignature,
    LogHead,
    Passport,
    PassportTask,
    SignRun,
)
from tiemchung.certificates.ports import KeyMissing, KeyStoreError, KeyStoreGone, KeyStoreSlow, WrongPin
from tiemchung.certificates.rules import CertificateState, PassportState, RunState
from tiemchung.core.actor import SYSTEM, Role
from tiemchung.core.verdict import Refused
from tiemchung.doses.actions import record_dose
from tiemchung.doses.rules import DoseSource
from tiemchung.doses.values import DoseFacts
from tiemchung.people.actions import amend_profile

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(minutes=2)


def test_a_person_with_every_dose_signed_gets_a_certificate_that_says_so() -> None:
    person = a_ready_person("Nguyễn Thị Minh Châu")
    run_id = centre_signs()
    made = certificate_of(person)
    code = hc1.unpack(made.hc1)
    assert code.content.holder_name == "Nguyễn Thị Minh Châu"
    assert (code.content.doses[0].number, code.content.doses[0].of) == (2, 2)
    assert made.payload is None
    passport = Passport.objects.get(person_id=person)
    assert (passport.state, passport.certificate_id) == (PassportState.ISSUED, made.id)
    run = SignRun.objects.get(id=run_id)
    assert (run.done, run.refused, run.state) == (1, 0, RunState.RUNNING)
    assert not PassportTask.objects.filter(person_id=person, done_at=None).exists()


def test_each_certificate_is_in_the_register_of_numbers_and_in_the_log() -> None:
    persons = [a_ready_person() for _ in range(3)]
    centre_signs()
    head = LogHead.objects.latest("size")
    for person in persons:
        made = certificate_of(person)
        assert CertificateByHash.objects.get(certificate_id=made.id).person_id == person
        path = merkle.inclusion_proof(made.log_position, head.size, tile_reader())
        leaf = merkle.leaf_hash(leaf_of_text(made.uvci, made.hc1))
        assert merkle.includes(leaf, made.log_position, head.size, path, bytes(head.root))


def test_without_every_facility_signature_nothing_is_signed() -> None:
    person = a_vaccinated_person()
    centre_signs()
    assert not Certificate.objects.filter(person_id=person, kind="PASSPORT").exists()


def test_a_signature_that_fell_a_moment_before_stops_the_certificate() -> None:
    person = a_ready_person()
    DoseSignature.objects.filter(profile_id=person).update(voided_at=NOW)
    centre_signs()
    assert not Certificate.objects.filter(person_id=person, state=CertificateState.ISSUED, kind="PASSPORT").exists()
    assert Certificate.objects.get(person_id=person, kind="PASSPORT").state == CertificateState.DROPPED
    assert Passport.objects.get(person_id=person).state == PassportState.ELIGIBLE


def test_a_forged_facility_signature_stops_the_certificate_of_each_of_twenty() -> None:
    persons = [a_ready_person() for _ in range(20)]
    DoseSignature.objects.filter(profile_id__in=persons).update(signature=bytes(64))
    centre_signs()
    made = Certificate.objects.filter(person_id__in=persons, kind="PASSPORT")
    assert {one.state for one in made} == {CertificateState.DROPPED}


def test_a_worker_that_dies_before_signing_leaves_an_intent_that_is_issued_with_its_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    person, run_id = a_ready_person(), start_central_run(by=a_ministry_officer(), at=NOW)

    def die(*args: object, **kwargs: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(central_batch, "seal_drafts", die)
        work_central_batch(run_id, NOW)
    intent = certificate_of(person, CertificateState.INTENT)
    assert work_central_batch(run_id, NOW) == 0  # it may still be on another's table
    assert work_central_batch(run_id, LATER) == 1
    made = certificate_of(person)
    assert (made.id, made.uvci, made.issued_at) == (intent.id, intent.uvci, intent.issued_at)


def test_an_intent_that_the_ledger_no_longer_says_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    person, run_id = a_ready_person(), start_central_run(by=a_ministry_officer(), at=NOW)
    monkeypatch.setattr(central_batch, "_linted", lambda *a: [])
    work_central_batch(run_id, NOW)
    monkeypatch.undo()
    Certificate.objects.filter(person_id=person, state="INTENT").update(payload=b"\xa0")
    work_central_batch(run_id, LATER)
    assert certificate_of(person, CertificateState.DROPPED).hc1 == ""
    work_central_batch(run_id, LATER)
    assert certificate_of(person).hc1.startswith("HC1:")


def test_of_two_workers_that_draw_the_same_person_one_keeps_the_intent() -> None:
    person, other = a_ready_person(), a_ready_person()
    drawn = [Draft(uuid4(), one, f"URN:UVCI:01:VN:{n}", b"\xa0", b"c", uuid4(), NOW, LATER) for n, one in
             enumerate((person, person, other))]  # fmt: skip
    assert issuing_rows.keep_intents(drawn[:1], b"12345678") == {person}
    assert issuing_rows.keep_intents(drawn[1:], b"12345678") == {other}
    kept = Certificate.objects.filter(person_id__in=[person, other], state=CertificateState.INTENT)
    assert {one.id for one in kept} == {drawn[0].id, drawn[2].id}


def test_running_it_again_issues_nothing_twice() -> None:
    persons = [a_ready_person() for _ in range(2)]
    run_id = centre_signs()
    Passport.objects.filter(person_id=persons[0]).update(state=PassportState.FACILITY_SIGNED)
    facility_signs(*persons)
    work_central_batch(run_id, LATER)
    for person in persons:
        assert Certificate.objects.filter(person_id=person, kind="PASSPORT", state="ISSUED").count() == 1


def _failing(problem: KeyStoreError) -> object:
    def signer_of(kid: bytes, store: str) -> object:
        raise problem

    return signer_of


@pytest.mark.parametrize("problem", [KeyStoreGone("token"), KeyStoreSlow("token"), KeyMissing("kid")])
def test_a_key_store_that_fails_pauses_the_run_by_name_and_the_backlog_drains_with_the_same_numbers(
    problem: KeyStoreError, monkeypatch: pytest.MonkeyPatch
) -> None:
    persons = [a_ready_person() for _ in range(2)]
    run_id = start_central_run(by=a_ministry_officer(), at=NOW)
    with monkeypatch.context() as patch:
        patch.setattr(central_batch, "signer_of", _failing(problem))
        work_central_runs(NOW)
        run = SignRun.objects.get(id=run_id)
        assert (run.state, run.why, run.done) == (RunState.PAUSED, problem.code, 0)
        work_central_runs(LATER)
    intents = {person: certificate_of(person, CertificateState.INTENT).uvci for person in persons}
    assert len(intents) == 2
    work_central_runs(LATER + dt.timedelta(minutes=2))
    assert {person: certificate_of(person).uvci for person in persons} == intents
    assert SignRun.objects.get(id=run_id).state == RunState.RUNNING


def test_after_a_wrong_pin_nothing_is_tried_until_somebody_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    a_ready_person()
    officer = a_ministry_officer()
    run_id = start_central_run(by=officer, at=NOW)
    with monkeypatch.context() as patch:
        patch.setattr(central_batch, "signer_of", _failing(WrongPin("token")))
        work_central_runs(NOW)
    assert work_central_runs(LATER) == 0
    assert SignRun.objects.get(id=run_id).why == "WRONG_PIN"
    move_central_run(run_id=run_id, to=RunState.RUNNING, by=officer, at=LATER)
    assert work_central_runs(LATER) == 1


def test_a_wrong_signature_is_never_issued(monkeypatch: pytest.MonkeyPatch) -> None:
    person = a_ready_person()
    run_id = start_central_run(by=a_ministry_officer(), at=NOW)

    class Broken:
        def sign_many(self, messages: list[bytes]) -> list[bytes]:
            return [bytes(64) for _ in messages]

    monkeypatch.setattr(central_batch, "signer_of", lambda kid, store: Broken())
    assert work_central_runs(NOW) == 0
    assert SignRun.objects.get(id=run_id).why == "SIGNATURE_WRONG"
    assert not Certificate.objects.filter(person_id=person, kind="PASSPORT", state="ISSUED").exists()


def test_a_text_that_does_not_say_what_was_signed_is_never_issued(monkeypatch: pytest.MonkeyPatch) -> None:
    person = a_ready_person()
    run_id = start_central_run(by=a_ministry_officer(), at=NOW)
    monkeypatch.setattr(central_batch, "lint", lambda draft, *, whole: "")
    monkeypatch.setattr(hc1, "to_cose", lambda text: b"another")
    assert work_central_runs(NOW) == 0
    assert SignRun.objects.get(id=run_id).why == "SIGNATURE_WRONG"
    assert not Certificate.objects.filter(person_id=person, kind="PASSPORT", state="ISSUED").exists()


def test_a_run_signs_what_becomes_ready_for_a_day_and_then_ends() -> None:
    run_id = start_central_run(by=a_ministry_officer(), at=NOW)
    assert work_central_runs(NOW) == 0
    late = a_ready_person()
    assert work_central_runs(NOW + dt.timedelta(hours=23)) == 1
    assert certificate_of(late).hc1
    work_central_runs(NOW + dt.timedelta(hours=24))
    assert SignRun.objects.get(id=run_id).state == RunState.DONE


def test_only_an_officer_of_the_ministry_allows_a_run_and_twice_is_once() -> None:
    officer = a_ministry_officer()
    assert start_central_run(by=officer, at=NOW) == start_central_run(by=a_ministry_officer(), at=LATER)
    for by in (SYSTEM, a_lead(), an_officer(Role.PROVINCE_OFFICER), a_staff_member(Role.ADMIN)):
        with pytest.raises(Refused):
            start_central_run(by=by, at=NOW)


def test_a_booster_makes_a_new_certificate_and_the_true_old_one_runs_out_beside_it() -> None:
    person = a_ready_person(days_ago=(300, 250))
    centre_signs()
    first = certificate_of(person)
    place = a_facility()
    facts = DoseFacts("PFIZER", NOW.date() - dt.timedelta(days=9), lot_number="B1", facility_id=place.id)
    record_dose(by=SYSTEM, at=NOW, key="booster", profile_id=person, facts=facts, source=DoseSource.BACKLOG)
    refresh_passports(person_ids=[person], at=LATER)
    facility_signs(person, at=LATER)
    centre_signs(at=LATER)
    second = certificate_of(person)
    assert hc1.unpack(second.hc1).content.doses[0].number == 3
    assert certificate_of(person, CertificateState.RENEWED).id == first.id


def test_a_correction_replaces_the_certificate() -> None:
    person = a_ready_person("Nguyễn Thị Bình")
    centre_signs()
    first = certificate_of(person)
    amend_profile(by=SYSTEM, at=LATER, profile_id=person, because="giấy khai sinh", full_name="Nguyễn Thị Bính")
    know(person, at=LATER)
    facility_signs(person, at=LATER)
    centre_signs(at=LATER)
    assert certificate_of(person, CertificateState.REVOKED).id == first.id
    assert hc1.unpack(certificate_of(person).hc1).content.holder_name == "Nguyễn Thị Bính"

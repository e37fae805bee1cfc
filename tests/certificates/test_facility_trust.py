"""Both signatures, really: no row that somebody writes into the database takes the place of a facility's signature."""

import datetime as dt
import secrets
from collections.abc import Callable
from uuid import UUID

import pytest

from tests.builders import NOW, a_facility
from tests.certificates.central_cast import (
    a_ministry_officer,
    a_passport,
    a_ready_person,
    centre_signs,
    certificate_of,
    facility_signs,
)
from tests.certificates.stranger_cast import Stranger
from tests.certificates.test_rekeying import keys
from tiemchung.certificates import checking, facility_trust
from tiemchung.certificates.actions import make_facility_keys
from tiemchung.certificates.actions.central_signing import start_central_run, work_central_batch
from tiemchung.certificates.content import dcc_parts, facts_of_all, fingerprint
from tiemchung.certificates.facility_trust import seal_of
from tiemchung.certificates.keys import signer_of, verifies
from tiemchung.certificates.models import Certificate, DoseSignature, FacilityKey, Passport, RevocationOrder, SignRun
from tiemchung.certificates.rules import CertificateState, OrderTarget, PassportState, RunState
from tiemchung.certificates.watch_certificates import faults_of
from tiemchung.core.alarms import alarms
from tiemchung.core.clock import local
from tiemchung.core.ids import new_id
from tiemchung.core.kept import forget_all
from tiemchung.doses.models import Dose
from tiemchung.people.actions.checking import IndexKeyChanged
from tiemchung.people.models import Profile

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
Forge = Callable[[UUID], None]


def rows_of(person: UUID) -> list[DoseSignature]:
    return list(DoseSignature.objects.filter(profile_id=person, voided_at=None))


def write(row: DoseSignature, **changed: object) -> None:
    DoseSignature.objects.filter(profile_id=row.profile_id, id=row.id).update(**changed)


def sealed(row: DoseSignature, kid: bytes, statement: bytes, signature: bytes) -> bytes:
    """Give the seal that the row would bear, which nobody without the secrets can make."""
    return seal_of(row.profile_id, row.dose_id, row.version, kid, statement, signature)


def key_at(facility_id: UUID) -> FacilityKey:
    return FacilityKey.objects.get(facility_id=facility_id)


def put_key(facility_id: UUID, certificate: bytes, kid: bytes) -> None:
    FacilityKey.objects.create(
        facility_id=facility_id, kid=kid, certificate=certificate, store="file", valid_from=NOW - DAY,
        valid_to=NOW + 300 * DAY,
    )  # fmt: skip


def nobody_signed(person: UUID) -> None:
    for row in rows_of(person):
        write(row, signature=bytes(64))


def a_key_of_ones_own_making(person: UUID) -> None:
    stranger = Stranger()
    for row in rows_of(person):
        if not FacilityKey.objects.filter(kid=stranger.kid).exists():
            put_key(row.facility_id, stranger.certificate, stranger.kid)
        write(row, kid=stranger.kid, signature=stranger.sign(bytes(row.statement)))


def a_true_certificate_under_another_id(person: UUID) -> None:
    for row in rows_of(person):
        kid = b"12345678"
        if not FacilityKey.objects.filter(kid=kid).exists():
            put_key(row.facility_id, bytes(key_at(row.facility_id).certificate), kid)
        write(row, kid=kid)


def the_key_of_another_facility(person: UUID) -> None:
    other = a_facility()
    make_facility_keys(facility_ids=[other.id], at=NOW)
    key = key_at(other.id)
    for row in rows_of(person):
        write(row, kid=key.kid, signature=signer_of(bytes(key.kid), key.store).sign(bytes(row.statement)))


def before_its_key_was_made(person: UUID) -> None:
    for row in rows_of(person):
        key, moment = key_at(row.facility_id), row.signed_at - 30 * DAY
        said = bytes(row.statement).replace(row.signed_at.isoformat().encode(), moment.isoformat().encode())
        assert said != bytes(row.statement)
        write(row, signed_at=moment, statement=said, signature=signer_of(bytes(key.kid), key.store).sign(said))


FORGERIES: list[tuple[Forge, str]] = [
    (nobody_signed, "DOSE_SIGNATURE"),
    (a_key_of_ones_own_making, "DOSE_KEY"),
    (a_true_certificate_under_another_id, "DOSE_KEY"),
    (the_key_of_another_facility, "DOSE_KEY"),
    (before_its_key_was_made, "DOSE_KEY_DAYS"),
]


@pytest.fixture
def no_luck(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let chance choose no sealed signature for a second look."""
    monkeypatch.setattr(checking, "_by_chance", lambda chances: False)


@pytest.mark.usefixtures("no_luck")
@pytest.mark.parametrize("keep_seal", [True, False])
@pytest.mark.parametrize(("forge", "why"), FORGERIES)
def test_on_a_forged_row_nothing_is_issued_and_it_rings(forge: Forge, why: str, keep_seal: bool) -> None:
    persons = [a_ready_person(facilities=[a_facility()]) for _ in range(3)]
    good = a_ready_person()
    for person in persons:
        forge(person)
        if not keep_seal:
            DoseSignature.objects.filter(profile_id=person).update(seal=None)
    centre_signs()
    assert certificate_of(good).state == CertificateState.ISSUED
    for person in persons:
        assert certificate_of(person, CertificateState.DROPPED).revoked_because == why
        assert Passport.objects.get(person_id=person).state == PassportState.ELIGIBLE
        assert {one.voided_because for one in DoseSignature.objects.filter(profile_id=person)} == {"FORGED"}
    rung = [one for one in alarms(unseen=True) if one.code == "SIGNATURE_FORGED"]
    assert {one.subject_id for one in rung} == set(persons)
    assert {one.facts["why"] for one in rung} == {why}
    for person in persons:  # the facility signs what it did give, and all is well
        facility_signs(person)
    centre_signs()
    assert Certificate.objects.filter(person_id__in=persons, kind="PASSPORT", state="ISSUED").count() == 3


@pytest.mark.parametrize(("forge", "why"), FORGERIES)
def test_the_watch_finds_a_forged_row_under_an_issued_passport(forge: Forge, why: str) -> None:
    person, other = a_passport(facilities=[a_facility()]), a_passport()
    made = certificate_of(person)
    assert faults_of([made, certificate_of(other)]) == {}
    forge(person)
    assert faults_of([made, certificate_of(other)]) == {made.id: why}


@pytest.mark.usefixtures("no_luck")
@pytest.mark.parametrize("with_seal", [True, False])
def test_another_persons_signature_in_the_row_is_none(with_seal: bool) -> None:
    facility = a_facility()
    seen = a_passport()
    person, other = a_ready_person(facilities=[facility]), a_ready_person(facilities=[facility])
    for row, theirs in zip(rows_of(person), rows_of(other), strict=True):
        write(row, statement=theirs.statement, signature=theirs.signature, seal=theirs.seal if with_seal else None)
    centre_signs()
    assert not Certificate.objects.filter(person_id=person, kind="PASSPORT", state="ISSUED").exists()
    assert certificate_of(other).state == CertificateState.ISSUED
    assert Passport.objects.get(person_id=person).state == PassportState.ELIGIBLE
    for row, theirs in zip(rows_of(seen), rows_of(other), strict=True):
        write(row, statement=theirs.statement, signature=theirs.signature, kid=theirs.kid, signed_at=theirs.signed_at)
    assert faults_of([certificate_of(seen)]) == {certificate_of(seen).id: "DOSE_SIGNATURE"}


@pytest.mark.usefixtures("no_luck")
def test_a_dose_that_was_changed_past_the_ledger_is_not_what_its_facility_signed() -> None:
    person, on = a_ready_person(), local(NOW).date()
    Dose.objects.filter(profile_id=person).update(product="MODERNA")
    facts = facts_of_all([person], on)[person]
    Passport.objects.filter(person_id=person).update(content=fingerprint(dcc_parts(facts, facts.record.doses[-1])))
    centre_signs()
    assert certificate_of(person, CertificateState.DROPPED).revoked_because == "DOSE_NOT_SIGNED"
    assert not Certificate.objects.filter(person_id=person, kind="PASSPORT", state="ISSUED").exists()


def verified(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Note each facility signature that is verified from now on."""
    seen: list[bytes] = []

    def noting(certificate: bytes, statement: bytes, signature: bytes) -> bool:
        seen.append(statement)
        return verifies(certificate, statement, signature)

    monkeypatch.setattr(facility_trust, "verifies", noting)
    return seen


@pytest.mark.parametrize("seal", [None, b"", bytes(16), bytes(32)])
def test_what_bears_no_right_seal_is_verified_each_and_issued_if_it_was_signed(
    seal: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = a_ready_person()
    DoseSignature.objects.filter(profile_id=person).update(seal=seal)
    seen = verified(monkeypatch)
    centre_signs()
    assert certificate_of(person).state == CertificateState.ISSUED
    assert len(seen) == len(rows_of(person)) == 2


@pytest.mark.usefixtures("no_luck")
def test_what_bears_its_seal_is_not_verified_again_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    person = a_ready_person()
    seen = verified(monkeypatch)
    centre_signs()
    assert certificate_of(person).state == CertificateState.ISSUED
    assert seen == []


def test_what_was_sealed_and_never_signed_is_found_where_chance_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "_by_chance", lambda chances: True)
    person = a_ready_person()
    for row in rows_of(person):
        nothing = bytes(64)
        write(row, signature=nothing, seal=sealed(row, bytes(row.kid), bytes(row.statement), nothing))
    centre_signs()
    assert certificate_of(person, CertificateState.DROPPED).revoked_because == "DOSE_SIGNATURE"


@pytest.mark.usefixtures("no_luck")
@pytest.mark.parametrize("changed", [{"full_name": "Adolf Hitler"}, {"birth_date": dt.date(1990, 4, 20)}])
def test_a_person_who_was_changed_past_the_house_is_not_whom_they_signed_for(changed: dict[str, object]) -> None:
    person, on = a_ready_person(), local(NOW).date()
    Profile.objects.filter(id=person).update(**changed)
    facts = facts_of_all([person], on)[person]
    Passport.objects.filter(person_id=person).update(content=fingerprint(dcc_parts(facts, facts.record.doses[-1])))
    centre_signs()
    assert certificate_of(person, CertificateState.DROPPED).revoked_because == "DOSE_NOT_SIGNED"
    assert not Certificate.objects.filter(person_id=person, kind="PASSPORT", state="ISSUED").exists()


@pytest.mark.usefixtures("no_luck")
def test_under_another_index_key_nothing_is_issued_and_nothing_is_called_forged() -> None:
    person = a_ready_person()
    with keys(index_key=secrets.token_bytes(32)), pytest.raises(IndexKeyChanged):
        centre_signs()
    assert len(rows_of(person)) == 2
    assert not alarms(unseen=True)
    centre_signs()
    assert certificate_of(person).state == CertificateState.ISSUED


@pytest.mark.parametrize("others", [(), (Stranger().certificate,)])
def test_without_their_root_of_facilities_the_run_waits_and_no_signature_falls(
    monkeypatch: pytest.MonkeyPatch, others: tuple[bytes, ...]
) -> None:
    person = a_ready_person()
    run_id = start_central_run(by=a_ministry_officer(), at=NOW)
    with monkeypatch.context() as patch:
        patch.setattr(facility_trust, "pinned_roots", lambda kind: others)
        forget_all()
        assert work_central_batch(run_id, NOW) == 0
    run = SignRun.objects.get(id=run_id)
    assert (run.state, run.why) == (RunState.PAUSED, "FACILITY_ROOT_MISSING")
    forget_all()
    assert len(rows_of(person)) == 2
    assert not alarms(unseen=True)


def test_a_signature_of_a_given_up_key_is_a_fault_once_its_order_is_done() -> None:
    facility = a_facility()
    person = a_passport(facilities=[facility])
    made, key = certificate_of(person), key_at(facility.id)
    FacilityKey.objects.filter(id=key.id).update(revoked_since=NOW, revoked_at=NOW)
    order = RevocationOrder.objects.create(
        id=new_id(), target=OrderTarget.FACILITY_KEY, kid=key.kid, since=NOW, because="khóa bị lấy cắp", asked_at=NOW,
        asked_name="Lan", decided_at=NOW,
    )  # fmt: skip
    assert faults_of([made]) == {}
    RevocationOrder.objects.filter(id=order.id).update(done_at=NOW)
    assert faults_of([made]) == {made.id: "DOSE_KEY_DAYS"}
    FacilityKey.objects.filter(id=key.id).update(revoked_since=NOW + DAY)
    assert faults_of([made]) == {}

"""A facility signs its own doses, allowed by its lead, each once, and whatever stops a run has a name."""

import datetime as dt
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import connection

from tests.builders import NOW, a_facility, a_key, a_lead, a_nurse
from tests.certificates.central_cast import a_vaccinated_person, facility_signs, know
from tiemchung.certificates import facility_batch
from tiemchung.certificates.actions import (
    accept_signatures,
    make_facility_keys,
    refresh_passports,
    start_facility_run,
    statements_to_sign,
    stop_facility_run,
    work_facility_batch,
)
from tiemchung.certificates.facility_trust import seal_of
from tiemchung.certificates.formats.cose import raw_signature
from tiemchung.certificates.keys import x509s
from tiemchung.certificates.keys.authorities import authority_here, certified_by
from tiemchung.certificates.keys.central import DOCUMENTS
from tiemchung.certificates.keys.stores import StoredSigner, kid_of, verifies
from tiemchung.certificates.models import DoseSignature, FacilityKey, Passport, PassportTask, SignRun
from tiemchung.certificates.ports import KeyMissing, KeyStoreError, KeyStoreGone, KeyStoreSlow, WrongPin
from tiemchung.certificates.rules import AuthorityKind, PassportState, RunState
from tiemchung.certificates.rules.facility import HANDED_OUT_FOR
from tiemchung.certificates.statements import stated_moment
from tiemchung.core.actor import SYSTEM, Actor
from tiemchung.core.kept import forget_all
from tiemchung.core.models import Alarm
from tiemchung.core.verdict import Refused
from tiemchung.doses.actions import amend_dose
from tiemchung.doses.models import LedgerEntry
from tiemchung.doses.reads import doses_of
from tiemchung.doses.rules import DoseState
from tiemchung.people.actions import amend_profile
from tiemchung.people.reads import holder_of
from tiemchung.places.reads import FacilityView

LATER, A_SECOND = NOW + dt.timedelta(minutes=5), dt.timedelta(seconds=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> FacilityView:
    """Give a facility with a key."""
    facility = a_facility("Trạm Y tế phường Bến Nghé")
    make_facility_keys(facility_ids=[facility.id], at=NOW)
    return facility


@pytest.fixture
def lead(here: FacilityView) -> Actor:
    """Give its lead."""
    return a_lead(here)


def run_of(lead: Actor, at: dt.datetime = NOW) -> UUID:
    assert lead.facility_id is not None
    return start_facility_run(by=lead, at=at, facility_id=lead.facility_id)


def finish(run_id: UUID, at: dt.datetime = LATER) -> SignRun:
    while work_facility_batch(run_id, at):
        pass
    return SignRun.objects.get(id=run_id)


def refusal(action: Callable[[], Any]) -> list[str]:
    with pytest.raises(Refused) as refused:
        action()
    return [reason.code for reason in refused.value.verdict.refusals]


def test_a_run_signs_every_dose_of_its_facility_and_no_other(here: FacilityView, lead: Actor) -> None:
    there = a_facility()
    people = [a_vaccinated_person(facilities=[here, there]) for _ in range(3)]
    people.append(a_vaccinated_person(facilities=[here]))
    run = finish(run_of(lead))
    assert (run.state, run.done, run.refused, run.total) == (RunState.DONE, 5, 0, 5)
    assert {s.facility_id for s in DoseSignature.objects.all()} == {here.id}
    states = refresh_passports(person_ids=people, at=LATER)
    assert list(states.values()) == [PassportState.ELIGIBLE] * 3 + [PassportState.FACILITY_SIGNED]


def test_a_signature_says_the_dose_its_person_and_who_allowed_it(here: FacilityView, lead: Actor) -> None:
    person = a_vaccinated_person(facilities=[here])
    finish(run_of(lead))
    key = FacilityKey.objects.get(facility_id=here.id)
    dose = doses_of(holder_of(person).profile_ids)[0]
    kept = DoseSignature.objects.get(profile_id=person, dose_id=dose.id)
    assert verifies(key.certificate, bytes(kept.statement), bytes(kept.signature))
    told = json.loads(bytes(kept.statement))
    assert (told["dose"], told["version"], told["lot"]) == (str(dose.id), dose.version, dose.facts.lot_number)
    signed = bytes(kept.kid), bytes(kept.statement), bytes(kept.signature)
    assert bytes(kept.seal) == seal_of(kept.profile_id, kept.dose_id, kept.version, *signed)
    assert (kept.signed_by, kept.signed_name) == (lead.id, "Lê Thị Lan")
    entry = LedgerEntry.objects.get(dose_id=dose.id, profile_id=person, kind="SIGNED")
    assert (entry.by_id, entry.by_role, entry.by_facility_id) == (lead.id, "facility_lead", here.id)


def test_the_work_lists_and_the_passport_move_with_the_last_signature(here: FacilityView, lead: Actor) -> None:
    person = a_vaccinated_person(facilities=[here])
    finish(run_of(lead))
    passport = Passport.objects.get(person_id=person)
    assert passport.state == PassportState.FACILITY_SIGNED
    open_tasks = PassportTask.objects.filter(person_id=person, done_at=None)
    assert [(t.unit_id, t.reason) for t in open_tasks] == [(here.id, "TO_ISSUE")]
    # And nothing is left for the follower to find otherwise.
    before = list(Passport.objects.values("state", "since", "content", "unit_id"))
    refresh_passports(person_ids=[person], at=LATER)
    assert list(Passport.objects.values("state", "since", "content", "unit_id")) == before


@pytest.mark.parametrize("make", [a_nurse, a_lead])
def test_nobody_signs_for_another_facility_and_no_vaccinator_at_all(here: FacilityView, make: Any) -> None:
    a_vaccinated_person(facilities=[here])
    by = make(here) if make is a_nurse else make()
    assert refusal(lambda: start_facility_run(by=by, at=NOW, facility_id=here.id)) == ["NOT_YOUR_PLACE"]


def test_a_run_needs_a_key_something_ready_and_no_other_run(here: FacilityView, lead: Actor) -> None:
    assert refusal(lambda: run_of(lead)) == ["NOTHING_TO_SIGN"]
    a_vaccinated_person(facilities=[here])
    run_of(lead)
    assert refusal(lambda: run_of(lead)) == ["RUN_OPEN"]
    keyless = a_lead(a_facility())
    assert refusal(lambda: run_of(keyless)) == ["NO_FACILITY_KEY"]


def test_what_changed_after_the_allowance_waits_for_the_next_one(here: FacilityView, lead: Actor) -> None:
    person = a_vaccinated_person(facilities=[here])
    run_id = run_of(lead)
    dose = doses_of(holder_of(person).profile_ids)[0]
    moment = NOW + dt.timedelta(minutes=1)
    amend_dose(
        by=SYSTEM, at=moment, key=a_key(), profile_id=person, dose_id=dose.id, version=dose.version,
        changes={"lot_number": "FX9999"}, because="số lô trên phiếu khác",
    )  # fmt: skip
    a_vaccinated_person(facilities=[here], at=moment)  # ready only after the lead looked
    run = finish(run_id)
    assert (run.state, run.done, run.refused) == (RunState.DONE, 1, 1)
    assert finish(run_of(lead, at=LATER), at=LATER + dt.timedelta(minutes=1)).done == 3


def test_who_changed_meanwhile_is_not_signed(here: FacilityView, lead: Actor) -> None:
    person = a_vaccinated_person(facilities=[here])
    run_id = run_of(lead)
    amend_profile(by=SYSTEM, at=NOW, profile_id=person, because="giấy khai sinh", full_name="Nguyễn Thị Bình")
    refresh_passports(person_ids=[person], at=NOW)
    run = finish(run_id)
    assert (run.state, run.done) == (RunState.DONE, 0)
    assert not DoseSignature.objects.exists()


@pytest.mark.parametrize(
    ("problem", "state"),
    [
        (KeyStoreGone, RunState.PAUSED),
        (KeyStoreSlow, RunState.PAUSED),
        (WrongPin, RunState.STOPPED),
        (KeyMissing, RunState.STOPPED),
    ],
)
def test_a_key_store_that_fails_leaves_nothing_half_signed(
    here: FacilityView, lead: Actor, problem: type[KeyStoreError], state: RunState
) -> None:
    person = a_vaccinated_person(facilities=[here])
    run_id = run_of(lead)
    with patch.object(StoredSigner, "sign_many", side_effect=problem("x")):
        assert work_facility_batch(run_id, LATER) == 0
    run = SignRun.objects.get(id=run_id)
    assert (run.state, run.why, run.done) == (state, problem.code, 0)
    assert not DoseSignature.objects.exists()
    assert {d.state for d in doses_of(holder_of(person).profile_ids)} == {DoseState.CONFIRMED}
    # Back again, the backlog drains: by itself where the store was away, by a new allowance where a person had to act.
    drained = finish(run_id if state is RunState.PAUSED else run_of(lead, at=LATER), at=LATER)
    assert (drained.state, drained.done, drained.why) == (RunState.DONE, 2, "")


def test_a_signature_that_does_not_verify_stops_the_run_and_rings(here: FacilityView, lead: Actor) -> None:
    a_vaccinated_person(facilities=[here])
    run_id = run_of(lead)
    with patch.object(StoredSigner, "sign_many", side_effect=lambda messages: [bytes(64) for _ in messages]):
        assert work_facility_batch(run_id, LATER) == 0
    run = SignRun.objects.get(id=run_id)
    assert (run.state, run.why) == (RunState.STOPPED, "SIGNATURE_WRONG")
    assert Alarm.objects.filter(code="SIGNATURE_WRONG").exists()
    assert not DoseSignature.objects.exists()


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def killed_before_each_write() -> Iterator[Callable[[str], Any]]:
    """Give a way to die at a named step of writing a batch, once."""

    def die_at(name: str) -> Any:
        real, left = getattr(facility_batch, name), [1]

        def dying(*args: Any, **kwargs: Any) -> Any:
            if left:
                left.pop()
                real(*args, **kwargs)
                raise Killed
            return real(*args, **kwargs)

        return patch.object(facility_batch, name, dying)

    return die_at  # type: ignore[return-value]


@pytest.mark.parametrize("step", ["sign_doses", "_copy", "close_tasks", "_move_passports"])
def test_a_worker_that_dies_anywhere_signs_nothing_twice_and_nothing_by_half(
    here: FacilityView, lead: Actor, step: str, killed_before_each_write: Any
) -> None:
    people = [a_vaccinated_person(facilities=[here]) for _ in range(3)]
    run_id = run_of(lead)
    assert work_facility_batch(run_id, LATER, limit=2) == 2
    with killed_before_each_write(step), pytest.raises(Killed):
        work_facility_batch(run_id, LATER, limit=2)
    assert DoseSignature.objects.count() == LedgerEntry.objects.filter(kind="SIGNED").count() == 2
    assert finish(run_id).done == 6
    assert DoseSignature.objects.filter(voided_at=None).count() == 6
    assert LedgerEntry.objects.filter(kind="SIGNED").count() == 6
    assert set(refresh_passports(person_ids=people, at=LATER).values()) == {PassportState.FACILITY_SIGNED}


def test_a_stopped_run_keeps_what_is_signed_and_signs_no_more(here: FacilityView, lead: Actor) -> None:
    for _ in range(2):
        a_vaccinated_person(facilities=[here])
    run_id = run_of(lead)
    work_facility_batch(run_id, LATER, limit=1)
    assert refusal(lambda: stop_facility_run(by=a_lead(), at=LATER, run_id=run_id)) == ["NOT_YOUR_PLACE"]
    stop_facility_run(by=lead, at=LATER, run_id=run_id)
    assert work_facility_batch(run_id, LATER) == 0
    assert DoseSignature.objects.count() == 1


def test_an_amended_dose_is_signed_anew_and_its_old_signature_kept(here: FacilityView, lead: Actor) -> None:
    person = a_vaccinated_person(facilities=[here])
    finish(run_of(lead))
    dose = doses_of(holder_of(person).profile_ids)[0]
    amend_dose(
        by=SYSTEM, at=LATER, key=a_key(), profile_id=person, dose_id=dose.id, version=dose.version,
        changes={"lot_number": "FX9999"}, because="số lô trên phiếu khác",
    )  # fmt: skip
    refresh_passports(person_ids=[person], at=LATER)
    finish(run_of(lead, at=LATER), at=LATER)
    found = DoseSignature.objects.filter(profile_id=person, dose_id=dose.id).order_by("signed_at", "version")
    assert [(s.version, s.voided_because) for s in found] == [(1, "DOSE_CHANGED"), (2, "")]


class OwnKey:
    """A signer's own certificate: the key never comes to the server."""

    def __init__(self, lead: Actor, *, below: bool = True) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = _below_the_root(self.key) if below else _self_made(self.key)
        FacilityKey.objects.create(
            facility_id=lead.facility_id, staff_id=lead.id, kid=kid_of(self.certificate), certificate=self.certificate,
            store="AGENT", valid_from=NOW - dt.timedelta(days=1), valid_to=NOW + dt.timedelta(days=300),
        )  # fmt: skip

    def sign(self, statement: bytes) -> bytes:
        return raw_signature(self.key.sign(statement, ec.ECDSA(SHA256())))


def _below_the_root(key: ec.EllipticCurvePrivateKey) -> bytes:
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    root = authority_here(AuthorityKind.FACILITY, by=SYSTEM, at=NOW)
    assert root is not None
    profile = x509s.Profile(dt.timedelta(days=300), (DOCUMENTS,))
    return certified_by(root, point, x509s.Subject("Lê Thị Lan"), profile, NOW)


def _self_made(key: ec.EllipticCurvePrivateKey) -> bytes:
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "Lê Thị Lan")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(7).not_valid_before(NOW).not_valid_after(NOW + dt.timedelta(days=300))
    return builder.sign(key, SHA256()).public_bytes(Encoding.DER)


def test_the_signers_own_certificate_signs_what_the_server_says_and_nothing_else(
    here: FacilityView, lead: Actor
) -> None:
    person, own = a_vaccinated_person(facilities=[here]), OwnKey(lead)
    told = statements_to_sign(by=lead, at=LATER, facility_id=here.id)
    assert len(told) == 2
    forged = {told[0].dose_id: own.sign(b'{"dose":"another"}'), uuid4(): own.sign(told[0].statement)}
    sent = {"by": lead, "at": LATER + HANDED_OUT_FOR, "facility_id": here.id}
    assert accept_signatures(**sent, signed_at=LATER, signatures=forged).signed == 0
    assert not DoseSignature.objects.exists()
    signatures = {s.dose_id: own.sign(s.statement) for s in told}
    assert accept_signatures(**sent, signed_at=LATER + A_SECOND, signatures=signatures).signed == 0
    answer = accept_signatures(**sent, signed_at=LATER, signatures=signatures)
    assert (answer.signed, answer.refused) == (2, 0)
    assert Passport.objects.get(person_id=person).state == PassportState.FACILITY_SIGNED
    run = SignRun.objects.get()
    assert (run.state, run.done, run.allowed_by) == (RunState.DONE, 2, lead.id)
    assert {(s.signed_at, stated_moment(bytes(s.statement))) for s in DoseSignature.objects.all()} == {(LATER, LATER)}


@pytest.mark.parametrize("signed_at", [LATER - HANDED_OUT_FOR - A_SECOND, LATER + A_SECOND])
def test_a_moment_before_the_handing_out_may_be_or_after_now_is_refused(
    here: FacilityView, lead: Actor, signed_at: dt.datetime
) -> None:
    a_vaccinated_person(facilities=[here])
    own = OwnKey(lead)
    told = statements_to_sign(by=lead, at=signed_at, facility_id=here.id)
    signatures = {s.dose_id: own.sign(s.statement) for s in told}
    asked = {"by": lead, "at": LATER, "facility_id": here.id, "signed_at": signed_at, "signatures": signatures}
    assert refusal(lambda: accept_signatures(**asked)) == ["STATEMENTS_OLD"]


def test_who_has_no_own_certificate_signs_with_none(here: FacilityView, lead: Actor) -> None:
    a_vaccinated_person(facilities=[here])
    assert refusal(lambda: statements_to_sign(by=lead, at=LATER, facility_id=here.id)) == ["NO_OWN_KEY"]
    OwnKey(lead)
    assert len(statements_to_sign(by=lead, at=LATER, facility_id=here.id)) == 2
    other = a_lead(here)
    OwnKey(other, below=False)  # a row of the register alone makes nobody a signer
    assert refusal(lambda: statements_to_sign(by=other, at=LATER, facility_id=here.id)) == ["NO_OWN_KEY"]
    assert refusal(lambda: statements_to_sign(by=a_lead(here), at=LATER, facility_id=here.id)) == ["NO_OWN_KEY"]


def test_a_key_revoked_since_a_moment_lets_fall_what_it_signed_from_then_on(here: FacilityView, lead: Actor) -> None:
    early = a_vaccinated_person(facilities=[here])
    finish(run_of(lead), at=NOW)
    late = a_vaccinated_person(facilities=[here])
    finish(run_of(lead), at=LATER)
    FacilityKey.objects.filter(facility_id=here.id).update(revoked_since=LATER, revoked_at=LATER)
    states = refresh_passports(person_ids=[early, late], at=LATER)
    assert (states[early], states[late]) == (PassportState.FACILITY_SIGNED, PassportState.ELIGIBLE)
    assert {s.voided_because for s in DoseSignature.objects.filter(profile_id=late)} == {"KEY_REVOKED"}


def test_a_column_that_was_dated_back_brings_no_signature_before_the_moment(here: FacilityView, lead: Actor) -> None:
    person = a_vaccinated_person(facilities=[here])
    finish(run_of(lead), at=LATER)
    FacilityKey.objects.filter(facility_id=here.id).update(revoked_since=LATER, revoked_at=LATER)
    DoseSignature.objects.filter(profile_id=person).update(signed_at=NOW - dt.timedelta(days=30))
    assert refresh_passports(person_ids=[person], at=LATER)[person] is PassportState.ELIGIBLE
    assert {s.voided_because for s in DoseSignature.objects.filter(profile_id=person)} == {"KEY_REVOKED"}


def test_a_signature_from_before_moments_were_stated_holds_and_falls_by_its_column(here: FacilityView) -> None:
    persons = [a_vaccinated_person(facilities=[here]) for _ in range(2)]
    for person in persons:
        facility_signs(person, stated=False)
    early, late = persons
    assert {stated_moment(bytes(s.statement)) for s in DoseSignature.objects.all()} == {None}
    DoseSignature.objects.filter(profile_id=late).update(signed_at=LATER)
    FacilityKey.objects.filter(facility_id=here.id).update(revoked_since=LATER, revoked_at=LATER)
    states = refresh_passports(person_ids=persons, at=LATER)
    assert (states[early], states[late]) == (PassportState.FACILITY_SIGNED, PassportState.ELIGIBLE)


def test_the_doses_of_one_batch_state_one_moment(here: FacilityView, lead: Actor) -> None:
    for _ in range(2):
        a_vaccinated_person(facilities=[here])
    work_facility_batch(run_of(lead), LATER)
    signed = DoseSignature.objects.all()
    assert [(s.signed_at, stated_moment(bytes(s.statement))) for s in signed] == [(LATER, LATER)] * 4


def test_a_facility_that_took_over_another_signs_its_doses(lead: Actor, here: FacilityView) -> None:
    from tiemchung.places.models import FacilitySuccessor

    closed = a_facility()
    person = a_vaccinated_person(facilities=[closed])
    FacilitySuccessor.objects.create(facility_id=closed.id, successor_id=here.id, from_on=NOW.date())
    forget_all()
    know(person)
    assert finish(run_of(lead)).done == 2
    told = json.loads(bytes(DoseSignature.objects.filter(profile_id=person)[0].statement))
    assert (told["facility"], told["unit"]) == (str(closed.id), str(here.id))


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_it_signs_leaves_a_run_that_another_finishes() -> None:
    facility = a_facility()
    make_facility_keys(facility_ids=[facility.id], at=NOW)
    for _ in range(6):
        a_vaccinated_person(facilities=[facility])
    run_id = run_of(a_lead(facility))
    worker = os.fork()
    if worker == 0:
        connection.connection = None  # the parent's; this process opens its own
        try:
            while work_facility_batch(run_id, LATER, limit=1):
                pass
        finally:
            os._exit(0)
    give_up = time.monotonic() + 300
    while DoseSignature.objects.count() < 3 and time.monotonic() < give_up:
        time.sleep(0.01)
    os.kill(worker, signal.SIGKILL)
    os.waitpid(worker, 0)
    assert DoseSignature.objects.count() >= 3
    assert finish(run_id).state == RunState.DONE
    assert SignRun.objects.get(id=run_id).done == 12
    assert DoseSignature.objects.filter(voided_at=None).count() == 12
    assert LedgerEntry.objects.filter(kind="SIGNED").count() == 12

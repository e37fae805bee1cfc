"""A token that is gone, slow or refuses its PIN in the middle of the work: named, nothing half signed, made up for."""

import datetime as dt
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import time_machine
from django.test import Client

from tests import builders
from tests.certificates.central_cast import a_ministry_officer, a_ready_person, a_vaccinated_person
from tests.certificates.keys.conftest import WHY_NOT
from tests.conftest import NOW
from tiemchung.certificates import actions, reads
from tiemchung.certificates.actions import publishing
from tiemchung.certificates.actions.central_signing import start_central_run, work_central_runs
from tiemchung.certificates.actions.facility_signing import start_facility_run, work_facility_batch
from tiemchung.certificates.formats import Outcome, read, trust_list
from tiemchung.certificates.formats.trust import key_of_certificate
from tiemchung.certificates.keys import forget_stores, store_named, verifies
from tiemchung.certificates.keys.soft_token import keep_soft_token
from tiemchung.certificates.keys.tokens import TokenKeyStore
from tiemchung.certificates.models import Certificate, DoseSignature, SigningKey, SignRun
from tiemchung.certificates.rules import CertificateKind, CertificateState, KeyPurpose, RunState
from tiemchung.certificates.tasks import revocations
from tiemchung.core.actor import SYSTEM

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("country")]
LATER = NOW + dt.timedelta(hours=1)
Mend = Callable[[], None]


@pytest.fixture(autouse=True)
def in_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let this test's installation keep its keys in a software token."""
    monkeypatch.setenv("TIEMCHUNG_HOME", str(tmp_path))
    monkeypatch.delenv("TIEMCHUNG_TOKEN_LABEL", raising=False)
    forget_stores()
    if keep_soft_token(tmp_path / "keys") is None:
        pytest.skip(WHY_NOT)
    yield
    token().close()
    forget_stores()


def token() -> TokenKeyStore:
    """Give the installation's token."""
    store = store_named("token")
    assert isinstance(store, TokenKeyStore)
    return store


def gone(home: Path) -> Mend:
    """Take the token away."""
    token().close()
    shutil.move(home / "keys/token/tokens", home / "elsewhere")
    (home / "keys/token/tokens").mkdir()

    def mend() -> None:
        (home / "keys/token/tokens").rmdir()
        shutil.move(home / "elsewhere", home / "keys/token/tokens")

    return mend


def slow(_home: Path) -> Mend:
    """Let the token hang in the middle of its work."""
    store = token()
    store.spent()  # its process runs
    process = store.process_id()
    assert process is not None
    assert store._child is not None
    store._child._timeout = 0.3
    os.kill(process, signal.SIGSTOP)

    def mend() -> None:
        store._rests_until = 0.0

    return mend


def wrong_pin(home: Path) -> Mend:
    """Write a wrong PIN."""
    token().close()
    pin = home / "keys/token/pin"
    right = pin.read_text()
    pin.write_text("000000")
    return lambda: pin.write_text(right) and None


OUTAGES = [(gone, "KEY_STORE_GONE"), (slow, "KEY_STORE_SLOW"), (wrong_pin, "WRONG_PIN")]


def issued() -> list[Certificate]:
    """Give the passports in force."""
    return list(Certificate.objects.filter(kind=CertificateKind.PASSPORT, state=CertificateState.ISSUED))


@pytest.mark.parametrize(("break_it", "code"), OUTAGES)
def test_the_centres_run_stops_with_its_reason_and_everybody_has_theirs_afterwards(
    tmp_path: Path, break_it: Callable[[Path], Mend], code: str
) -> None:
    actions.central_key(KeyPurpose.PASSPORT, by=SYSTEM, at=NOW)
    people = [a_ready_person() for _ in range(3)]
    run_id = start_central_run(by=a_ministry_officer(), at=NOW)
    mend = break_it(tmp_path)
    assert work_central_runs(NOW) == 0
    run = SignRun.objects.get(id=run_id)
    assert (run.state, run.why) == (RunState.PAUSED, code)
    assert issued() == []
    assert not Certificate.objects.filter(kind=CertificateKind.PASSPORT).exclude(hc1="").exists()
    mend()
    SignRun.objects.filter(id=run_id, why="WRONG_PIN").update(state=RunState.RUNNING, why="")  # a person does this
    while work_central_runs(LATER):
        pass
    assert {one.person_id for one in issued()} == set(people)
    keys = trust_list([key_of_certificate(k.certificate) for k in reads.published_abroad(LATER) if k.usage == "DSC"])
    assert {read(one.hc1, keys=keys, now=LATER).outcome for one in issued()} == {Outcome.VALID}
    assert SigningKey.objects.get(purpose=KeyPurpose.PASSPORT).store == "token"


@pytest.mark.parametrize(("break_it", "code"), OUTAGES)
def test_a_facilitys_run_writes_no_signature_without_its_key_and_makes_up_for_it(
    tmp_path: Path, break_it: Callable[[Path], Mend], code: str
) -> None:
    place = builders.a_facility()
    a_vaccinated_person(facilities=[place])
    key = actions.make_facility_key(facility_id=place.id, at=NOW)
    lead = builders.a_lead(place)
    run_id = start_facility_run(by=lead, at=NOW, facility_id=place.id)
    mend = break_it(tmp_path)
    assert work_facility_batch(run_id, NOW) == 0
    run = SignRun.objects.get(id=run_id)
    assert run.why == code
    assert not DoseSignature.objects.exists()
    mend()
    if run.state == RunState.STOPPED:  # a person has to allow it again
        run_id = start_facility_run(by=lead, at=LATER, facility_id=place.id)
    while work_facility_batch(run_id, LATER):
        pass
    signed = list(DoseSignature.objects.all())
    assert len(signed) == 2
    assert all(verifies(bytes(key.certificate), bytes(s.statement), bytes(s.signature)) for s in signed)


@pytest.mark.parametrize("break_it", [gone, wrong_pin])
def test_whoever_opens_a_verifier_for_the_first_time_gets_the_lists_of_before_the_outage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, break_it: Callable[[Path], Mend]
) -> None:
    monkeypatch.setattr(publishing, "_kept", {})
    for purpose in KeyPurpose:
        actions.central_key(purpose, by=SYSTEM, at=NOW)
    revocations.keep(NOW)
    break_it(tmp_path)
    monkeypatch.setattr(publishing, "_kept", {})  # as another process, or this one begun anew
    revocations.keep(LATER)
    client = Client(headers={"host": "localhost"}, SERVER_NAME="localhost", **{"wsgi.url_scheme": "https"})
    with time_machine.travel(LATER, tick=False):
        for address in ("/verify/trust.json", "/verify/foreign.json", "/trust/revocation/lists"):
            answer = client.get(address)
            assert (answer.status_code, "X-Proof" in answer.headers) == (200, True)
        document = client.get("/.well-known/did.json").json()
    assert document["proof"]["created"].startswith(NOW.strftime("%Y-%m-%dT%H:%M"))

"""The key store gone, slow, without the key, with a wrong PIN, or signing nonsense: the centre's run names it.

Nothing half-signed is ever shown as valid, and when the store is back the backlog drains: each person one certificate,
with the number that was written down before anything was signed.
"""

import datetime as dt
from collections.abc import Callable, Sequence

import pytest

from tests.builders import NOW
from tests.certificates.central_cast import a_ministry_officer, a_ready_person, certificate_of
from tiemchung.certificates.actions import central_batch
from tiemchung.certificates.actions.central_signing import (
    TRY_AGAIN,
    move_central_run,
    start_central_run,
    work_central_batch,
    work_central_runs,
)
from tiemchung.certificates.formats import Outcome, read, trust, trust_list
from tiemchung.certificates.keys import signer_of
from tiemchung.certificates.models import Certificate, CertificateByHash, LogHead, Passport, SigningKey, SignRun
from tiemchung.certificates.ports import KeyMissing, KeyStoreGone, KeyStoreSlow, WrongPin
from tiemchung.certificates.rules import CertificateKind, CertificateState, PassportState, RunState
from tiemchung.core.actor import Actor

pytestmark = pytest.mark.django_db
PEOPLE = 3
Sign = Callable[[Sequence[bytes]], list[bytes]]


def failing(error: type[Exception]) -> Sign:
    def sign(_messages: Sequence[bytes]) -> list[bytes]:
        raise error

    return sign


def nonsense(messages: Sequence[bytes]) -> list[bytes]:
    return [b"\x01" * 64 for _ in messages]


def short(messages: Sequence[bytes]) -> list[bytes]:
    return [b"\x01" * 63 for _ in messages]


# What the store does, the reason that stands on the run, and whether time alone may bring it back.
STORES: dict[str, tuple[Sign, str, bool]] = {
    "gone": (failing(KeyStoreGone), "KEY_STORE_GONE", True),
    "slow": (failing(KeyStoreSlow), "KEY_STORE_SLOW", True),
    "without the key": (failing(KeyMissing), "KEY_MISSING", True),
    "with a wrong PIN": (failing(WrongPin), "WRONG_PIN", False),
    "signing nonsense": (nonsense, "SIGNATURE_WRONG", False),
    "signing too short": (short, "SIGNATURE_WRONG", False),
}


class Store:
    """A signer whose store does what a test says."""

    def __init__(self, sign_many: Sign) -> None:
        self.sign_many, self.asked = sign_many, 0

    def __call__(self, kid: bytes, store: str) -> "Store":
        self.asked += 1
        return self


@pytest.fixture
def people() -> list[object]:
    """Give three people whose doses are all signed."""
    return [a_ready_person() for _ in range(PEOPLE)]


@pytest.fixture
def officer() -> Actor:
    return a_ministry_officer()


def nothing_is_out() -> bool:
    """Tell whether nobody holds anything: no text, no number in the register, no leaf, no passport in force."""
    mine = Certificate.objects.filter(kind=CertificateKind.PASSPORT)
    shown = mine.exclude(state=CertificateState.INTENT).exists() or mine.exclude(hc1="").exists()
    listed = CertificateByHash.objects.filter(certificate_id__in=mine.values("id")).exists()
    return not (shown or listed or LogHead.objects.filter(size__gt=0).exists() or _issued())


def _issued() -> bool:
    return Passport.objects.filter(state=PassportState.ISSUED).exists()


@pytest.mark.parametrize("what", list(STORES))
def test_the_run_names_the_reason_and_nothing_half_signed_is_out(
    what: str, people: list[object], officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign, why, _ = STORES[what]
    run_id = start_central_run(by=officer, at=NOW)
    monkeypatch.setattr(central_batch, "signer_of", Store(sign))
    assert work_central_batch(run_id, NOW) == 0
    run = SignRun.objects.get(id=run_id)
    assert (run.state, run.why, run.done) == (RunState.PAUSED, why, 0)
    assert nothing_is_out()


@pytest.mark.parametrize("what", list(STORES))
def test_the_backlog_drains_once_the_store_is_back(
    what: str, people: list[object], officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign, _, by_itself = STORES[what]
    run_id = start_central_run(by=officer, at=NOW)
    monkeypatch.setattr(central_batch, "signer_of", Store(sign))
    work_central_batch(run_id, NOW)
    numbers = set(Certificate.objects.filter(state=CertificateState.INTENT).values_list("uvci", flat=True))
    assert len(numbers) == PEOPLE
    monkeypatch.setattr(central_batch, "signer_of", signer_of)
    later = NOW + TRY_AGAIN + dt.timedelta(seconds=1)
    if not by_itself:
        # A token locks after a few wrong PINs, and a wrong signature heals by nothing: somebody has to look.
        assert work_central_runs(later) == 0
        assert nothing_is_out()
        move_central_run(run_id=run_id, to=RunState.RUNNING, by=officer, at=later)
    issued = sum(work_central_runs(later) for _ in range(3))
    assert issued == PEOPLE
    made = [certificate_of(person) for person in people]  # type: ignore[arg-type]
    assert {one.uvci for one in made} == numbers
    keys = trust_list([trust.key_of_certificate(bytes(k.certificate)) for k in SigningKey.objects.all()])
    assert {read(one.hc1, keys=keys, now=later).outcome for one in made} == {Outcome.VALID}
    assert work_central_runs(later) == 0
    assert Certificate.objects.filter(kind=CertificateKind.PASSPORT).count() == PEOPLE


def test_a_store_that_fails_for_one_of_many_holds_back_that_one_alone(
    people: list[object], officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = start_central_run(by=officer, at=NOW)

    def one_wrong(messages: Sequence[bytes]) -> list[bytes]:
        key = SigningKey.objects.get(purpose="PASSPORT")
        good = signer_of(bytes(key.kid), key.store).sign_many(messages)
        return [b"\x01" * 64, *good[1:]]

    monkeypatch.setattr(central_batch, "signer_of", Store(one_wrong))
    assert work_central_batch(run_id, NOW) == PEOPLE - 1
    assert SignRun.objects.get(id=run_id).why == "SIGNATURE_WRONG"
    waiting = Certificate.objects.get(state=CertificateState.INTENT)
    assert (waiting.hc1, CertificateByHash.objects.filter(certificate_id=waiting.id).exists()) == ("", False)


def test_a_wrong_pin_is_asked_for_once_and_not_again_by_itself(
    people: list[object], officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(failing(WrongPin))
    run_id = start_central_run(by=officer, at=NOW)
    monkeypatch.setattr(central_batch, "signer_of", store)
    for minutes in range(5):
        work_central_runs(NOW + dt.timedelta(minutes=minutes))
    assert store.asked == 1
    assert SignRun.objects.get(id=run_id).why == "WRONG_PIN"

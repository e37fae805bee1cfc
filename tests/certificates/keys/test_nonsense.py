"""What a key store gives back is verified before anything of it is written, published or sent."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tests.builders import a_dose, a_person
from tests.certificates.stranger_cast import below_our_root
from tests.conftest import NOW
from tiemchung.certificates import actions, log
from tiemchung.certificates.actions import publishing, refresh_card, revocation_messages
from tiemchung.certificates.actions.kept_lists import keep_lists
from tiemchung.certificates.keys import file_store, forget_stores, new_key_store, signer_of
from tiemchung.certificates.keys.files import FileKeyStore
from tiemchung.certificates.keys.x509s import Subject, signing_request
from tiemchung.certificates.models import Certificate, CertificateByHash, LogHead, SignedList
from tiemchung.certificates.ports import KeyStoreError, WrongSignature
from tiemchung.certificates.reads.trust import published_abroad
from tiemchung.certificates.rules import KeyPurpose
from tiemchung.certificates.tasks import keys as tasks
from tiemchung.core.actor import SYSTEM
from tiemchung.core.alarms import alarms

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("country")]
LATER = NOW + dt.timedelta(hours=2)
Sign = Callable[[FileKeyStore, bytes, Sequence[bytes]], list[bytes]]
_true: Sign = FileKeyStore.sign_digests


def constant(_store: FileKeyStore, _point: bytes, digests: Sequence[bytes]) -> list[bytes]:
    return [b"\x01" * 64 for _ in digests]


def short(_store: FileKeyStore, _point: bytes, digests: Sequence[bytes]) -> list[bytes]:
    return [b"\x01" * 63 for _ in digests]


def nothing(_store: FileKeyStore, _point: bytes, _digests: Sequence[bytes]) -> list[bytes]:
    return []


def of_something_else(store: FileKeyStore, point: bytes, digests: Sequence[bytes]) -> list[bytes]:
    return _true(store, point, [bytes(32) for _ in digests])


def by_another_key(store: FileKeyStore, point: bytes, digests: Sequence[bytes]) -> list[bytes]:
    other = next(known for known in store._opened if known != point)
    return _true(store, other, digests)


NONSENSE: list[Sign] = [constant, short, nothing, of_something_else, by_another_key]


@pytest.fixture(params=NONSENSE, ids=lambda sign: sign.__name__)
def broken(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every key exist already, and the store that signs with them give nonsense."""
    monkeypatch.setenv("TIEMCHUNG_KEY_STORE", "file")
    for purpose in KeyPurpose:
        actions.central_key(purpose, by=SYSTEM, at=NOW)
    forget_stores()
    publishing._kept.clear()
    revocation_messages._signed.cache_clear()
    for purpose in KeyPurpose:  # both keys are open, so that one can be taken for the other
        key = actions.central_key(purpose, by=SYSTEM, at=NOW)
        signer_of(bytes(key.kid), key.store).sign(b"x")
    monkeypatch.setattr(FileKeyStore, "sign_digests", request.param)


@pytest.mark.usefixtures("broken")
def test_no_card_is_issued_and_nothing_of_it_is_on_record() -> None:
    person = a_person()
    a_dose(person.profile_id)
    assert refresh_card(person_id=person.person_id, at=NOW).waits == WrongSignature.code
    assert not Certificate.objects.filter(person_id=person.person_id).exists()
    assert not CertificateByHash.objects.filter(person_id=person.person_id).exists()
    assert not LogHead.objects.filter(size__gt=0).exists()


@pytest.mark.usefixtures("broken")
def test_no_head_of_the_log_is_published() -> None:
    with pytest.raises(WrongSignature):
        log.publish_head(NOW)
    assert not LogHead.objects.exclude(signature=None).exists()


@pytest.mark.usefixtures("broken")
def test_no_list_is_kept_under_a_wrong_proof() -> None:
    with pytest.raises(WrongSignature):
        keep_lists(at=LATER)
    assert not SignedList.objects.exists()


@pytest.mark.usefixtures("broken")
def test_no_document_item_or_message_goes_out() -> None:
    made_at = NOW.replace(second=0)
    key = actions.central_key(KeyPurpose.LOG, by=SYSTEM, at=NOW)
    signer = next(one for one in published_abroad(LATER) if one.usage == "DSC")
    turns: list[Callable[[], Any]] = [
        lambda: publishing.signed_document({"id": "did:web:x"}, address="https://x.example", at=LATER),
        lambda: publishing.proof_of_list(b"{}", about="keys", made_at=made_at, at=LATER),
        lambda: publishing.signed_item(signer, LATER),
        lambda: revocation_messages._message({"entries": []}, key),
    ]
    for turn in turns:
        with pytest.raises(WrongSignature):
            turn()
    assert not publishing._kept


@pytest.mark.usefixtures("broken")
def test_no_certificate_and_no_request_is_made_with_it() -> None:
    store = new_key_store()
    point = store.make_key()
    with pytest.raises(KeyStoreError):
        signing_request(store, point, Subject("x"))
    assert isinstance(store, FileKeyStore)
    with pytest.raises(KeyStoreError):
        below_our_root(store.private_key(point).public_key(), NOW)


@pytest.mark.usefixtures("broken")
def test_the_worker_calls_people_by_the_reason_once_for_each_key() -> None:
    for _ in range(2):
        tasks.look_after_central_keys(NOW)
    told = sorted((one.code, one.facts["why"], one.facts["purpose"]) for one in alarms(unseen=True))
    assert told == [("KEY_STORE", "SIGNATURE_WRONG", str(purpose)) for purpose in sorted(KeyPurpose)]


def test_a_true_signature_of_a_store_passes() -> None:
    key = actions.central_key(KeyPurpose.CARD, by=SYSTEM, at=NOW)
    assert len(signer_of(bytes(key.kid), key.store).sign(b"x")) == 64
    assert file_store().name == "file"

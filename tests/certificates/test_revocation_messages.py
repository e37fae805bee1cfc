"""A partner that asks for it gets a batch in a signed message, made with the key of documents; nobody else notices."""

import base64
import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from cryptography import x509

from tests.certificates.test_revocation_lists import CARD, get, keys, revoke
from tests.conftest import NOW
from tiemchung.certificates.actions import central_key, revocation_messages
from tiemchung.certificates.actions.revocation_lists import publish_revocations
from tiemchung.certificates.actions.revocation_messages import keep_messages
from tiemchung.certificates.formats.cms import read_signed
from tiemchung.certificates.models import Authority, RevocationBatch, SignedList, SigningKey
from tiemchung.certificates.ports import KeyStoreGone
from tiemchung.certificates.reads.kept_lists import BATCH
from tiemchung.certificates.rules import KeyPurpose
from tiemchung.certificates.tasks import revocations as tasks
from tiemchung.core.actor import SYSTEM

__all__ = ["keys"]
pytestmark = pytest.mark.django_db
CMS = "application/cms-text"


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    revocation_messages._signed.cache_clear()


@pytest.fixture
def address(keys: None) -> str:
    """Give the address of a batch."""
    central_key(KeyPurpose.LOG, by=SYSTEM, at=NOW)
    revoke(1, 2)
    publish_revocations(at=NOW)
    return f"/trust/revocation-list/{RevocationBatch.objects.get().id}"


def test_the_message_holds_the_batch_and_our_root_vouches_for_who_signed(address: str) -> None:
    answer = get(address, accept=CMS)
    assert answer.headers["Content-Type"] == CMS
    assert answer.headers["Vary"].startswith("Accept")
    said = read_signed(base64.b64decode(answer.content, validate=True))
    assert said.content == get(address).content.replace(b": ", b":").replace(b", ", b",")
    key = central_key(KeyPurpose.LOG, by=SYSTEM, at=NOW)
    assert said.certificate == bytes(key.certificate)
    signer = x509.load_der_x509_certificate(said.certificate)
    signer.verify_directly_issued_by(x509.load_der_x509_certificate(bytes(Authority.objects.get().certificate)))


def test_it_is_signed_once(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[bytes] = []
    real = revocation_messages.signed_message

    def counted(*args: Any) -> bytes:
        made.append(args[0])
        return real(*args)

    monkeypatch.setattr(revocation_messages, "signed_message", counted)
    first, second = (get(address, accept=CMS).content for _ in range(2))
    assert first == second
    assert len(made) == 1


def test_json_and_message_are_told_apart_by_caches(address: str) -> None:
    tags = {get(address, accept=accept).headers["ETag"] for accept in (CMS, "application/json")}
    assert len(tags) == 2


def test_of_no_batch_there_is_no_message(address: str) -> None:
    assert get(f"/trust/revocation-list/{uuid4()}", accept=CMS).status_code == 404


def away(*_: Any, **__: Any) -> Any:
    raise KeyStoreGone


def test_while_the_key_store_is_away_partners_get_the_message_that_was_signed_last(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = get(address, accept=CMS).content
    assert [keep_messages(at=NOW), keep_messages(at=NOW)] == [1, 0]
    revocation_messages._signed.cache_clear()  # as another process
    monkeypatch.setattr(revocation_messages, "central_key", away)
    answer = get(address, accept=CMS)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, CMS)
    told = [read_signed(base64.b64decode(text)).content for text in (answer.content, before)]
    assert told[0] == told[1]
    assert b"entries" in told[0]


def test_the_worker_keeps_them_beside_the_lists_and_goes_on_after_an_outage(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "keep_lists", lambda at: 0)  # the keys of these tests have no certificates to list
    with monkeypatch.context() as gone:
        gone.setattr(revocation_messages, "central_key", away)
        assert tasks.keep(NOW) == 0
        assert not SignedList.objects.filter(name__startswith=BATCH).exists()
    assert tasks.keep(NOW) == 1
    assert [row.name for row in SignedList.objects.filter(name__startswith=BATCH)] == [
        f"batch:{RevocationBatch.objects.get().id}"
    ]


def test_a_turn_signs_no_more_than_its_measure_and_the_newest_first(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revocation_messages, "AT_ONCE", 1)
    later = NOW + dt.timedelta(minutes=1)
    revoke(3, at=later)
    publish_revocations(at=later)
    assert keep_messages(at=later) == 1
    newest = RevocationBatch.objects.latest("made_at").id
    assert SignedList.objects.get(name__startswith=BATCH).name == f"batch:{newest}"
    assert [keep_messages(at=later), keep_messages(at=later)] == [1, 0]


def test_batches_of_cards_and_those_that_ended_need_none(keys: None) -> None:
    revoke(1, kid=CARD)
    revoke(2, ends=NOW + dt.timedelta(days=1))
    publish_revocations(at=NOW)
    assert keep_messages(at=NOW + dt.timedelta(days=2)) == 0


def test_a_message_under_a_key_that_was_given_up_is_not_served(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_messages(at=NOW)
    SigningKey.objects.filter(purpose=KeyPurpose.LOG).update(compromised_since=NOW)
    monkeypatch.setattr(revocation_messages, "central_key", away)
    assert get(address, accept=CMS).status_code == 503


def test_of_a_batch_that_was_never_signed_an_outage_is_said_and_the_plain_batch_is_there(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revocation_messages, "central_key", away)
    answer = get(address, accept=CMS)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (503, "no-store")
    assert get(address).status_code == 200

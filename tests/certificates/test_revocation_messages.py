"""A partner that asks for it gets a batch in a signed message, made with the key of documents; nobody else notices."""

import base64
from typing import Any
from uuid import uuid4

import pytest
from cryptography import x509

from tests.certificates.test_revocation_lists import get, keys, revoke
from tests.conftest import NOW
from tiemchung.certificates.actions import central_key, revocation_messages
from tiemchung.certificates.actions.revocation_lists import publish_revocations
from tiemchung.certificates.formats.cms import read_signed
from tiemchung.certificates.models import Authority, RevocationBatch
from tiemchung.certificates.ports import KeyStoreGone
from tiemchung.certificates.rules import KeyPurpose
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


def test_while_the_key_store_is_away_it_says_so_and_the_plain_batch_is_there(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> Any:
        raise KeyStoreGone

    monkeypatch.setattr(revocation_messages, "central_key", away)
    answer = get(address, accept=CMS)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (503, "no-store")
    assert get(address).status_code == 200

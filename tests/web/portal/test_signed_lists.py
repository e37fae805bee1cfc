"""The lists that verifiers go by carry a proof by our key of documents, over exactly these bytes and one moment."""

import base64
import datetime as dt
import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import time_machine
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.test import Client

from tests.conftest import NOW
from tests.web.portal.test_verify_browser import TESTS as NODE_TESTS
from tiemchung.certificates import actions
from tiemchung.certificates.actions import publishing
from tiemchung.certificates.actions.revocation_lists import publish_revocations
from tiemchung.certificates.formats.trust import b64url
from tiemchung.certificates.models import Authority, Revocation, RevocationBatch, SigningKey
from tiemchung.certificates.ports import KeyStoreSlow
from tiemchung.certificates.reads.trusted import own_roots
from tiemchung.certificates.rules import KeyPurpose
from tiemchung.certificates.tasks import revocations
from tiemchung.core.actor import SYSTEM

pytestmark = pytest.mark.django_db
KEYS, FOREIGN, REVOKED = "/verify/trust.json", "/verify/foreign.json", "/trust/revocation/lists"
SECOND, MINUTE, DAY = dt.timedelta(seconds=1), dt.timedelta(minutes=1), dt.timedelta(days=1)


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """Give a stranger on a day when every key of ours is in use."""
    monkeypatch.setattr(publishing, "_kept", {})
    for purpose in KeyPurpose:
        actions.central_key(purpose, by=SYSTEM, at=NOW)
    yield from stranger()


def stranger() -> Iterator[Client]:
    """Give somebody who only asks."""
    with time_machine.travel(NOW, tick=False):
        yield Client(headers={"host": "localhost"}, SERVER_NAME="localhost", **{"wsgi.url_scheme": "https"})


def log_key() -> SigningKey:
    return SigningKey.objects.get(purpose=KeyPurpose.LOG)


def header_of(proof: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(b64url(proof.split(".")[0]))
    return told


def proves(proof: str, body: bytes) -> bool:
    """Check a proof as its description says, apart from the code that makes it."""
    header, payload, signature = proof.split(".")
    raw = b64url(signature)
    certificate = x509.load_der_x509_certificate(base64.b64decode(header_of(proof)["x5c"][0]))
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    try:
        key.verify(der, f"{header}.".encode() + body, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return payload == ""


@pytest.mark.parametrize(("address", "about"), [(KEYS, "keys"), (FOREIGN, "foreign"), (REVOKED, "revocations")])
def test_a_list_is_signed_by_our_key_of_documents_as_the_list_that_it_is(
    client: Client, address: str, about: str
) -> None:
    answer = client.get(address)
    proof = answer.headers["X-Proof"]
    told = header_of(proof)
    assert (told["about"], told["alg"], told["b64"], told["crit"]) == (about, "ES256", False, ["b64"])
    assert base64.b64decode(told["x5c"][0]) == bytes(log_key().certificate)
    assert proves(proof, answer.content)
    assert not proves(proof, answer.content + b" ")


def test_the_roots_of_the_page_stand_above_the_signer(client: Client) -> None:
    answer = client.get(KEYS)
    assert answer.json()["authorities"] == own_roots(NOW)
    (root,) = (load_der_public_key(base64.b64decode(spki)) for spki in own_roots(NOW))
    assert isinstance(root, ec.EllipticCurvePublicKey)
    leaf = x509.load_der_x509_certificate(bytes(log_key().certificate))
    root.verify(leaf.signature, leaf.tbs_certificate_bytes, ec.ECDSA(SHA256()))
    assert own_roots(NOW)[0] in client.get("/verify").content.decode()


def test_a_list_older_than_its_signers_key_is_said_to_be_as_old_as_the_key(client: Client) -> None:
    told = header_of(publishing.proof_of_list(b"{}", about="foreign", made_at=NOW - 400 * DAY, at=NOW))
    begins = x509.load_der_x509_certificate(bytes(log_key().certificate)).not_valid_before_utc
    assert begins <= dt.datetime.fromisoformat(told["made_at"]) <= NOW


def test_the_first_list_of_a_new_installation_names_the_root_above_its_signer() -> None:
    assert not Authority.objects.exists()
    (told,) = (client.get(KEYS) for client in stranger())
    leaf = x509.load_der_x509_certificate(base64.b64decode(header_of(told.headers["X-Proof"])["x5c"][0]))
    (root,) = (load_der_public_key(base64.b64decode(spki)) for spki in told.json()["authorities"])
    assert isinstance(root, ec.EllipticCurvePublicKey)
    root.verify(leaf.signature, leaf.tbs_certificate_bytes, ec.ECDSA(SHA256()))


def test_a_minute_is_signed_once_however_many_ask_and_a_change_in_it_at_once(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    signs = publishing.list_proof
    monkeypatch.setattr(publishing, "list_proof", lambda *told: made.append("") or signs(*told))  # type: ignore[func-returns-value]
    with time_machine.travel(NOW.replace(second=0), tick=False) as clock:
        for _ in range(20):
            client.get(KEYS)
            clock.shift(SECOND)
        assert len(made) == 1
        SigningKey.objects.filter(purpose=KeyPurpose.PASSPORT).update(compromised_since=NOW)
        assert client.get(KEYS).json()["given_up"]
        assert len(made) == 2
        clock.shift(60 * SECOND)
        client.get(KEYS)
    assert len(made) == 3


def test_the_proof_and_the_header_state_one_moment(client: Client) -> None:
    answer = client.get(REVOKED)
    stated = dt.datetime.fromisoformat(header_of(answer.headers["X-Proof"])["made_at"])
    assert stated == dt.datetime.fromisoformat(answer.headers["X-Made-At"]) == NOW.replace(second=0)


def test_whoever_has_the_newest_list_of_lists_gets_a_new_proof_of_it(client: Client) -> None:
    first = client.get(REVOKED)
    with time_machine.travel(NOW + 60 * SECOND, tick=False):
        again = client.get(REVOKED, headers={"if-none-match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.headers["X-Proof"] != first.headers["X-Proof"]
    assert proves(again.headers["X-Proof"], first.content)


def test_other_countries_keys_are_sent_again_when_another_key_signs(client: Client) -> None:
    first = client.get(FOREIGN)
    seen = {"if-none-match": first.headers["ETag"]}
    assert client.get(FOREIGN, headers=seen).status_code == 304
    assert client.get(FOREIGN).headers["X-Proof"] == first.headers["X-Proof"]
    SigningKey.objects.filter(purpose=KeyPurpose.LOG).update(compromised_since=NOW)
    assert client.get(FOREIGN, headers=seen).status_code == 200


def test_the_list_of_lists_binds_the_slices_that_follow(client: Client) -> None:
    kid = bytes(SigningKey.objects.get(purpose=KeyPurpose.PASSPORT).kid)
    for n in range(30):
        ends = NOW + dt.timedelta(days=20 + 30 * (n % 3))
        Revocation.objects.create(hash=sha256(b"%d" % n).digest()[:16], kid=kid, revoked_at=NOW, expires_at=ends)
    publish_revocations(at=NOW)
    (line,) = client.get(REVOKED).json()
    name = base64.urlsafe_b64encode(kid).decode().rstrip("=")
    (whole,) = client.get(f"{REVOKED}/{name}/partitions").json()
    slices = [(place, end[:10], told["hash"]) for place, ends in whole["chunks"].items() for end, told in ends.items()]
    assert len({end for _place, end, _hash in slices}) == 3
    bound = "".join(f"{place} {end} {digest}\n" for place, end, digest in sorted(slices))
    assert line["digest"] == sha256(bound.encode()).hexdigest()


def test_a_given_up_key_of_any_purpose_is_named(client: Client) -> None:
    assert client.get(KEYS).json()["given_up"] == []
    SigningKey.objects.filter(purpose=KeyPurpose.LOG).update(compromised_since=NOW - SECOND)
    told = client.get(KEYS)
    given_up = SigningKey.objects.get(compromised_since__isnull=False)
    assert told.json()["given_up"] == [base64.b64encode(given_up.kid).decode()]
    assert base64.b64decode(header_of(told.headers["X-Proof"])["x5c"][0]) != bytes(given_up.certificate)


def test_without_the_key_store_verifiers_keep_what_they_have_and_partners_are_served(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(at: dt.datetime) -> Any:
        raise KeyStoreSlow("late")

    monkeypatch.setattr(publishing, "documents_signer", slow)
    monkeypatch.setattr("tiemchung.web.portal.verify.documents_signer", slow)
    for address in (KEYS, FOREIGN):
        answer = client.get(address)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert client.get(REVOKED).status_code == 200
    assert "X-Proof" not in client.get(REVOKED).headers


def away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the key store away, for this process and for the worker."""

    def gone(*_: Any, **__: Any) -> Any:
        raise KeyStoreSlow("late")

    monkeypatch.setattr(publishing, "_kept", {})
    for name in ("signer_of", "store_named"):
        monkeypatch.setattr(publishing, name, gone)


def revoke_at(at: dt.datetime, number: str) -> None:
    kid = bytes(SigningKey.objects.get(purpose=KeyPurpose.PASSPORT).kid)
    hash_ = sha256(number.encode()).digest()[:16]
    Revocation.objects.create(hash=hash_, kid=kid, revoked_at=at, expires_at=at + 100 * DAY)


def test_while_the_store_is_away_a_newcomer_gets_the_lists_as_they_were_signed_last(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    revoke_at(NOW, "first")
    publish_revocations(at=NOW)
    revocations.keep(NOW)
    away(monkeypatch)
    with time_machine.travel(NOW + 3 * DAY, tick=False):
        for address in (KEYS, FOREIGN, REVOKED):
            told = client.get(address)
            assert told.status_code == 200
            assert proves(told.headers["X-Proof"], told.content)
        stated = header_of(client.get(KEYS).headers["X-Proof"])["made_at"]
        assert stated == NOW.strftime("%Y-%m-%dT%H:%M:%SZ")
        assert "proof" in client.get("/.well-known/did.json").json()
        assert client.get("/trust/dsc.json").status_code == 200


def test_what_is_revoked_while_the_store_is_away_joins_the_slices_once_they_can_be_signed(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    revoke_at(NOW, "first")
    publish_revocations(at=NOW)
    before = client.get(REVOKED)
    with monkeypatch.context() as outage:
        away(outage)
        revoke_at(NOW + 3 * MINUTE, "second")
        assert publish_revocations(at=NOW + 4 * MINUTE) == 1
        with time_machine.travel(NOW + 9 * MINUTE, tick=False):
            held = client.get(REVOKED)
        # Partners have it in a batch; list and slices go on belonging together.
        assert RevocationBatch.objects.count() == 2
        assert held.json() == before.json()
        assert proves(held.headers["X-Proof"], held.content)
    assert publish_revocations(at=NOW + 10 * MINUTE) == 0
    with time_machine.travel(NOW + 11 * MINUTE, tick=False):
        after = client.get(REVOKED)
    assert [line["entries"] for line in after.json()] == [2]
    assert proves(after.headers["X-Proof"], after.content)


def test_a_kept_list_that_believes_a_key_given_up_since_is_not_given(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    revocations.keep(NOW)
    away(monkeypatch)
    assert client.get(KEYS).status_code == 200
    SigningKey.objects.filter(purpose=KeyPurpose.PASSPORT).update(compromised_since=NOW)
    assert client.get(KEYS).status_code == 503


def test_the_example_that_browsers_read_holds_here_too() -> None:
    told = json.loads(Path(NODE_TESTS / "list-proof.json").read_text())
    assert proves(told["proof"], told["body"].encode())
    assert not proves(told["proof"], told["body"].replace("VN", "FR").encode())

"""What we publish about our own keys is read back by the parsers that read everybody else's."""

import base64
import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from cryptography import x509
from django.test import Client

from tests.certificates.test_uploaders import ANCHOR, ANCHOR_KEY, item, signature
from tests.conftest import NOW
from tiemchung.certificates import actions, reads
from tiemchung.certificates.actions import publishing
from tiemchung.certificates.formats.published import signed_bytes
from tiemchung.certificates.formats.trust import b64url, key_of_jwk, kid_of
from tiemchung.certificates.keys import verifies
from tiemchung.certificates.models import SigningKey
from tiemchung.certificates.ports import KeyStoreSlow
from tiemchung.certificates.rules import PUBLISH_AHEAD, KeyPurpose
from tiemchung.certificates.trust_import import ListRefused, parsed
from tiemchung.certificates.trust_import.recognise import parse_list
from tiemchung.core.actor import SYSTEM

pytestmark = pytest.mark.django_db
ADDRESS = "https://tiemchung.example"
ALL, LOG = "/.well-known/did.json", "/trust/did/log/did.json"
OF_DSC, OF_SCA = "/trust/did/DCC/VNM/DSC/did.json", "/trust/did/DCC/VNM/SCA/did.json"
EVERY = ("/trust/dsc.json", "/.well-known/jwks.json", ALL, LOG, OF_DSC, OF_SCA)
DAY = dt.timedelta(days=1)


@pytest.fixture
def client(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """Give a stranger, with a card's, a passport's and a log's key in use."""
    settings.PUBLIC_ADDRESS = ADDRESS
    monkeypatch.setattr(publishing, "_kept", {})
    for purpose in KeyPurpose:
        actions.central_key(purpose, by=SYSTEM, at=NOW)
    with time_machine.travel(NOW, tick=False):
        yield Client(headers={"host": "localhost"}, SERVER_NAME="localhost", **{"wsgi.url_scheme": "https"})


def told(client: Client, address: str) -> Any:
    """Fetch one of the documents."""
    answer = client.get(address)
    assert answer.status_code == 200
    return json.loads(answer.content)


def passport_key() -> SigningKey:
    """Give the key that signs passports."""
    return SigningKey.objects.get(purpose=KeyPurpose.PASSPORT)


@pytest.fixture
def abroad(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let our importer read as another country's: at home nobody's list brings keys of ours."""
    monkeypatch.setattr(parsed, "OWN_COUNTRY", "FR")


@pytest.mark.usefixtures("abroad")
@pytest.mark.parametrize("address", ["/trust/dsc.json", ALL])
def test_our_own_importer_reads_signer_and_authority(client: Client, address: str) -> None:
    found = parse_list(client.get(address).content)
    key, (root,) = passport_key(), [a for a in reads.authorities(NOW) if a.kind == "CSCA"]
    signers = {(s.kind, s.country, s.kid, s.certificate) for s in found.signers}
    assert signers == {
        ("DSC", "VN", bytes(key.kid), bytes(key.certificate)),
        ("SCA", "VN", kid_of(root.certificate), root.certificate),
    }
    assert not found.passed_over
    assert found.made_at == NOW


def of_the_gateway(client: Client) -> list[dict[str, Any]]:
    """Give our items as the gateway hands them on: uploader and authority stand under its anchor's signature."""
    uploader = bytes(SigningKey.objects.get(purpose=KeyPurpose.LOG).certificate)
    items = [{**item(uploader, "UPLOAD", "VN", by=ANCHOR, key=ANCHOR_KEY)}, *told(client, "/trust/dsc.json")]
    for one in items:
        if one["certificateType"] == "CSCA":
            one["signature"] = signature(base64.b64decode(one["rawData"]), ANCHOR, ANCHOR_KEY)
    return items


@pytest.mark.usefixtures("abroad")
def test_a_partner_follows_the_signature_of_each_of_our_items_to_the_gateways_anchor(client: Client) -> None:
    found = parse_list(json.dumps(of_the_gateway(client)).encode(), trust_anchor=ANCHOR, at=NOW)
    assert found.checked
    assert [(s.kind, s.country) for s in found.signers] == [("DSC", "VN"), ("SCA", "VN")]
    assert dict(found.passed_over) == {"NOT_A_SIGNER": 1}  # the uploader's own item


@pytest.mark.usefixtures("abroad")
def test_an_item_with_another_certificate_or_without_its_uploader_is_not_believed(client: Client) -> None:
    items = of_the_gateway(client)
    (signer,) = (one for one in items if one["certificateType"] == "DSC")
    card = bytes(SigningKey.objects.get(purpose=KeyPurpose.CARD).certificate)
    swapped = {**signer, "rawData": base64.b64encode(card).decode(), "thumbprint": "", "kid": ""}
    for others, wrong, code in ((items, swapped, "SIGNATURE_WRONG"), (items[1:], signer, "UPLOADER_UNKNOWN")):
        kept = [one for one in others if one is not signer]
        found = parse_list(json.dumps([*kept, wrong]).encode(), trust_anchor=ANCHOR, at=NOW)
        assert [s.kind for s in found.signers] == ["SCA"]
        assert found.passed_over[code] == 1


def test_at_home_a_list_brings_no_key_of_ours(client: Client) -> None:
    with pytest.raises(ListRefused, match="OWN_COUNTRY"):
        parse_list(client.get("/trust/dsc.json").content)


def test_our_own_importer_reads_the_web_keys(client: Client) -> None:
    found = parse_list(client.get("/.well-known/jwks.json").content, issuer=ADDRESS)
    (signer,) = found.signers
    assert signer.jwk is not None
    key = key_of_jwk(signer.jwk, issuer=ADDRESS)
    certificate = x509.load_der_x509_certificate(bytes(passport_key().certificate))
    assert key.public_key.public_numbers() == certificate.public_key().public_numbers()  # type: ignore[union-attr]
    told = signer.jwk
    named = json.dumps({n: told[n] for n in ("crv", "kty", "x", "y")}, sort_keys=True, separators=(",", ":"))
    assert b64url(told["kid"]) == hashlib.sha256(named.encode()).digest()
    (whole,) = json.loads(client.get("/.well-known/jwks.json").content)["keys"]
    assert base64.b64decode(whole["x5c"][0]) == bytes(passport_key().certificate)


def test_coordinates_are_always_32_bytes(client: Client) -> None:
    for n in range(40):  # one coordinate in 256 begins with a zero byte
        SigningKey.objects.filter(purpose=KeyPurpose.PASSPORT).update(valid_to=NOW - DAY)
        actions.central_key(KeyPurpose.PASSPORT, by=SYSTEM, at=NOW + n * dt.timedelta(seconds=1))
        for method in told(client, ALL)["verificationMethod"]:
            assert [len(b64url(method["publicKeyJwk"][axis])) for axis in "xy"] == [32, 32]


def test_the_documents_of_one_usage_hold_that_usage_alone(client: Client) -> None:
    for address, usage in ((OF_DSC, "DSC"), (OF_SCA, "SCA")):
        document = told(client, address)
        assert document["id"] == f"did:web:tiemchung.example:trust:did:DCC:VNM:{usage}"
        assert [m["keyusage"] for m in document["verificationMethod"]] == [usage]
        assert [m["id"] for m in document["verificationMethod"]] == [
            f"{document['id']}#{base64.urlsafe_b64encode(kid_of(certificate_in(m))).rstrip(b'=').decode()}"
            for m in document["verificationMethod"]
        ]


def certificate_in(method: dict[str, Any]) -> bytes:
    """Give the certificate of a verification method."""
    return base64.b64decode(method["publicKeyJwk"]["x5c"][0])


@pytest.mark.parametrize("address", [ALL, OF_DSC, OF_SCA, LOG])
def test_the_proof_of_a_document_is_the_logs_and_breaks_with_any_change(client: Client, address: str) -> None:
    document = told(client, address)
    proof = document["proof"]
    log = told(client, LOG)
    (method,) = [m for m in log["verificationMethod"] if m["id"] == proof["verificationMethod"]]
    header, _, signature = proof["jws"].partition("..")
    assert json.loads(b64url(header)) == {"alg": "ES256", "b64": False, "crit": ["b64"]}
    certificate = certificate_in(method)
    assert verifies(certificate, signed_bytes(header, document, proof), b64url(signature))
    for changed in ({**document, "id": "did:web:other"}, {**document, "verificationMethod": []}):
        assert not verifies(certificate, signed_bytes(header, changed, proof), b64url(signature))
    other = {**proof, "created": "2027-01-01T00:00:00Z"}
    assert not verifies(certificate, signed_bytes(header, document, other), b64url(signature))


def test_a_cards_key_is_published_nowhere_abroad(client: Client) -> None:
    card = base64.b64encode(bytes(SigningKey.objects.get(purpose=KeyPurpose.CARD).certificate)).decode()
    assert all(card not in client.get(address).content.decode() for address in EVERY)
    assert card in {k["certificate"] for k in reads.trust_list(NOW)["keys"]}
    assert {k["purpose"] for k in reads.trust_list(NOW)["keys"]} == {"CARD", "PASSPORT"}


def test_a_key_is_there_before_it_signs_and_until_its_last_certificate_has_ended(client: Client) -> None:
    second = actions.rotate_central_key(KeyPurpose.PASSPORT, by=SYSTEM, at=NOW, because="đổi khóa định kỳ")
    assert second.usable_from == NOW + PUBLISH_AHEAD
    kid = base64.b64encode(bytes(second.kid)).decode()
    for days, there in ((0, True), (15, True), (700, True), (731, False)):
        with time_machine.travel(NOW + days * DAY, tick=False):
            assert (kid in {item["kid"] for item in told(client, "/trust/dsc.json")}) is there, days


def test_private_keys_are_in_none_of_the_documents(client: Client) -> None:
    for address in EVERY:
        body = client.get(address).content.decode()
        assert "PRIVATE" not in body
        assert '"d"' not in body


@pytest.mark.parametrize("address", EVERY)
def test_browsers_of_other_sites_may_read_and_caches_may_keep(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "public" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers
    again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    actions.rotate_central_key(KeyPurpose.PASSPORT, by=SYSTEM, at=NOW, because="đổi khóa định kỳ")
    changed = address not in (LOG, OF_SCA)
    assert (client.get(address).headers["ETag"] != answer.headers["ETag"]) is changed


def test_no_other_page_lets_other_sites_read_it(client: Client) -> None:
    assert "Access-Control-Allow-Origin" not in client.get("/verify").headers


@pytest.mark.parametrize("address", ["/trust/did/DCC/VNM/LOG/did.json", "/trust/did/DCC/FRA/DSC/did.json",
                                     "/trust/did/ICVP/VNM/DSC/did.json"])  # fmt: skip
def test_lists_of_others_are_not_here(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_while_the_key_store_does_not_answer_the_unsigned_list_is_there_all_the_same(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*_: Any) -> Any:
        raise KeyStoreSlow

    monkeypatch.setattr(publishing, "signer_of", slow)
    monkeypatch.setattr(publishing, "store_named", slow)
    answer = client.get("/trust/dsc.json")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert answer.json() == {"problem": "KEY_STORE_SLOW"}
    bare = client.get(ALL)
    assert bare.status_code == 200
    assert "proof" not in bare.json()
    assert bare.json()["verificationMethod"]
    assert client.get("/.well-known/jwks.json").status_code == 200


@pytest.mark.parametrize("address", [ALL, "/trust/dsc.json"])
def test_asking_often_makes_the_key_store_sign_once(
    client: Client, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    first = client.get(address).content
    monkeypatch.setattr(publishing, "signer_of", None)
    monkeypatch.setattr(publishing, "store_named", None)
    assert client.get(address).content == first

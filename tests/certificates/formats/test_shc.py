"""SMART Health Cards are read, and bound to their issuer's own keys."""

import json
import zlib
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicNumbers

from tests.certificates.formats.cast import NOW, TESTDATA, needs_testdata, signer, text64
from tiemchung.certificates.formats import Outcome, Reading, TrustList, Why, read, shc, trust, trust_list
from tiemchung.certificates.formats.reading import Fault

ISSUER = "https://example.vn/cards"
START = int(NOW.timestamp())


def keys(issuer: str = ISSUER) -> TrustList:
    numbers: EllipticCurvePublicNumbers = signer().private_key.public_key().public_numbers()
    x, y = (text64(value.to_bytes(33, "big")) for value in (numbers.x, numbers.y))
    jwk = {"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "vn-1", "x": x, "y": y}
    return trust_list([trust.key_of_jwk(jwk, issuer=issuer)])


def card(*, header: dict[str, object] | None = None, **claims: object) -> str:
    patient = {
        "resourceType": "Patient",
        "name": [{"family": "Nguyễn", "given": ["Thị", "An"]}],
        "birthDate": "1985-03-05",
    }
    shot = {
        "resourceType": "Immunization",
        "vaccineCode": {"coding": [{"code": "208"}]},
        "occurrenceDateTime": "2021-09-02",
        "lotNumber": "AB12",
        "performer": [{"actor": {"display": "Trạm Y tế Bến Nghé"}}],
    }
    bundle = {"resourceType": "Bundle", "entry": [{"resource": patient}, {"resource": shot}]}
    payload = {
        "iss": ISSUER,
        "nbf": START,
        "vc": {
            "type": ["https://smarthealth.cards#health-card"],
            "credentialSubject": {"fhirVersion": "4.0.1", "fhirBundle": bundle},
        },
    } | claims
    packer = zlib.compressobj(wbits=-15)
    body = packer.compress(json.dumps(payload).encode()) + packer.flush()
    stated = header or {"zip": "DEF", "alg": "ES256", "kid": "vn-1"}
    signed = f"{text64(json.dumps(stated).encode())}.{text64(body)}"
    return f"{signed}.{text64(signer().sign(signed.encode()))}"


def numeric(text: str) -> str:
    return "shc:/" + "".join(f"{ord(letter) - 45:02}" for letter in text)


def reading(text: str, trusted: TrustList | None = None) -> Reading:
    return read(text, keys=trusted or keys(), now=NOW)


@pytest.mark.parametrize("form", [str, numeric])
def test_a_card_is_read_as_digits_and_as_text(form) -> None:  # type: ignore[no-untyped-def]
    found = reading(form(card()))
    assert (found.outcome, found.holder_name, found.birth_date) == (Outcome.VALID, "Nguyễn Thị An", "1985-03-05")
    assert (found.doses[0].lot, found.doses[0].issuer, found.doses[0].number) == ("AB12", "Trạm Y tế Bến Nghé", 1)


def test_a_key_speaks_for_its_own_address_only() -> None:
    assert reading(card(), keys("https://example.vn/cards/")).why is Why.UNKNOWN_KEY
    assert reading(card(iss="https://elsewhere.example")).why is Why.UNKNOWN_KEY


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"exp": START - 1}, Why.EXPIRED),
        ({"nbf": START + 3600}, Why.NOT_YET_VALID),
        ({"nbf": None}, Why.SCHEMA),
        ({"vc": {"type": []}}, Why.SCHEMA),
        ({"nbf": "now"}, Why.DAMAGED),
        ({"vc": 7}, Why.SCHEMA),
    ],
)
def test_its_rules_are_named(claims: dict[str, object], why: Why) -> None:
    assert reading(card(**claims)).why is why


@pytest.mark.parametrize(
    ("header", "why"),
    [
        ({"zip": "DEF", "alg": "none", "kid": "vn-1"}, Why.UNSUPPORTED_ALGORITHM),
        ({"alg": "ES256", "kid": "vn-1"}, Why.MALFORMED_HEADER),
        ({"zip": "DEF", "alg": "ES256"}, Why.UNKNOWN_KEY),
        ({"zip": "DEF", "alg": "HS256", "kid": "vn-1"}, Why.UNSUPPORTED_ALGORITHM),
    ],
)
def test_other_headers_are_named(header: dict[str, object], why: Why) -> None:
    assert reading(card(header=header)).why is why


def test_a_revoked_card_is_named_so() -> None:
    text = card()
    assert read(text, keys=keys(), now=NOW, revoked=lambda hashes: True).why is Why.REVOKED


def test_chunks_join_in_any_order_and_one_alone_is_incomplete() -> None:
    digits = numeric(card())[5:]
    half = len(digits) // 4 * 2
    chunks = [f"shc:/1/2/{digits[:half]}", f"shc:/2/2/{digits[half:]}"]
    assert reading(chunks[0]).why is Why.INCOMPLETE
    assert reading(shc.join_chunks(chunks[::-1])).outcome is Outcome.VALID
    with pytest.raises(Fault):
        shc.join_chunks([chunks[0], chunks[0]])


def test_a_signature_with_unused_bits_set_is_refused() -> None:
    text = card()
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = text[:-1] + last[last.index(text[-1]) | 1]
    assert reading(twin).outcome is not Outcome.VALID


@pytest.mark.parametrize(
    "change", [{"kty": "RSA"}, {"crv": "P-384"}, {"use": "enc"}, {"alg": "ES384"}, {"kid": ""}, {"x": "!"}, {"x": "AQ"}]
)
def test_other_kinds_of_web_keys_are_refused(change: dict[str, str]) -> None:
    jwk = {"kty": "EC", "crv": "P-256", "kid": "k", "x": "AQ", "y": "AQ"} | change
    with pytest.raises(ValueError, match=r"\w"):
        trust.key_of_jwk(jwk)


@needs_testdata
def test_the_published_examples_read_with_the_published_keys() -> None:
    published = json.loads((TESTDATA / "shc" / "example-issuer-jwks.json").read_text())["keys"]
    address = "https://spec.smarthealth.cards/examples/issuer"
    trusted = trust_list([trust.key_of_jwk(jwk, issuer=address) for jwk in published])
    then = datetime(2024, 6, 1, tzinfo=UTC)
    texts = [path.read_text().strip() for path in sorted((TESTDATA / "shc" / "hl7-examples").glob("*-d-jws.txt"))]
    assert [read(text, keys=trusted, now=then).why for text in texts] == [Why.GENUINE] * 4

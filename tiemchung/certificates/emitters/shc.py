"""SMART Health Cards 1.4: the counted doses as a small FHIR bundle, in a JSON web signature with a deflated payload."""

import zlib
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey

from tiemchung.certificates.emitters.encoding import compact_json, text64
from tiemchung.certificates.emitters.facts import CertificateFacts, EmissionKey, NotEmittable, ShotFacts
from tiemchung.certificates.emitters.registry import Emitted, Emitter
from tiemchung.certificates.emitters.systems import PRODUCTS
from tiemchung.certificates.formats import shc
from tiemchung.certificates.formats.trust import load_certificate

_TYPES = ["#health-card", "#immunization", "#covid19"]
_FHIR = "4.0.1"
_RID_BYTES = 16


def thumbprint_of(jwk: Mapping[str, str]) -> str:
    """Give the RFC 7638 thumbprint of an EC web key, the name under which health cards ask for it."""
    needed = {name: jwk[name] for name in ("crv", "kty", "x", "y")}  # in the order of the letters, as the RFC wants
    return text64(sha256(compact_json(needed)).digest())


def jwk_of(certificate: bytes) -> dict[str, str]:
    """Give the JSON web key of a signer's certificate (DER), named by its thumbprint.

    Publish it at `<address>/.well-known/jwks.json` while this form is switched on. Raises ValueError for a key that is
    not P-256.
    """
    key = load_certificate(certificate).public_key()
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise ValueError("not an EC P-256 key")
    numbers = key.public_numbers()
    jwk = {"kty": "EC", "crv": "P-256", "x": text64(numbers.x.to_bytes(32)), "y": text64(numbers.y.to_bytes(32))}
    return {"kid": thumbprint_of(jwk), "use": "sig", "alg": "ES256"} | jwk


def rid_of(number: str) -> str:
    """Give the revocation id of a card: half of SHA-256 of the certificate's number, 22 letters of base64url."""
    return text64(sha256(number.encode()).digest()[:_RID_BYTES])


def _immunization(dose: ShotFacts) -> dict[str, Any]:
    system, code = dose.coded
    resource: dict[str, Any] = {
        "resourceType": "Immunization",
        "status": "completed",
        # Names are not allowed in a card: the product's code tells which vaccine of its kind it was.
        "vaccineCode": {"coding": [{"system": system, "code": code}, {"system": PRODUCTS, "code": dose.product}]},
        "patient": {"reference": "resource:0"},
        "occurrenceDateTime": dose.given_on.isoformat(),
    }
    if dose.lot:
        resource["lotNumber"] = dose.lot
    if dose.place:
        resource["performer"] = [{"actor": {"display": dose.place}}]
    return resource


def _name(facts: CertificateFacts) -> dict[str, Any]:
    parts: dict[str, Any] = {"family": facts.family_name} if facts.family_name else {}
    return parts | ({"given": [facts.given_name]} if facts.given_name else {})


def bundle_of(facts: CertificateFacts) -> dict[str, Any]:
    """Give the FHIR R4 bundle: a patient with name and birth date alone, and each counted dose."""
    patient = {"resourceType": "Patient", "name": [_name(facts)], "birthDate": facts.birth_date}
    resources = [patient, *map(_immunization, facts.doses)]
    entries = [{"fullUrl": f"resource:{place}", "resource": resource} for place, resource in enumerate(resources)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def emit(facts: CertificateFacts, key: EmissionKey) -> Emitted:
    """Give the card as `shc:/` and digits; the issuer's address must be one that wallets may ask (https)."""
    if not key.address.startswith("https://"):
        raise NotEmittable("ADDRESS_NOT_HTTPS")
    payload = {
        "iss": key.address,
        "nbf": int(facts.issued_at.timestamp()),
        "exp": int(facts.expires_at.timestamp()),
        "vc": {
            "type": [f"https://smarthealth.cards{name}" for name in _TYPES],
            "credentialSubject": {"fhirVersion": _FHIR, "fhirBundle": bundle_of(facts)},
            "rid": rid_of(facts.number),
        },
    }
    packer = zlib.compressobj(level=9, wbits=-zlib.MAX_WBITS)
    packed = packer.compress(compact_json(payload)) + packer.flush()
    header = {"zip": "DEF", "alg": "ES256", "kid": jwk_of(key.certificate)["kid"]}
    signed = f"{text64(compact_json(header))}.{text64(packed)}".encode()
    compact = f"{signed.decode()}.{text64(key.signer.sign(signed))}"
    return Emitted(shc.PREFIX + "".join(f"{ord(letter) - 45:02}" for letter in compact), signed)


EMITTER = Emitter("shc", "shc", emit)

"""Our own keys in the forms in which others read them: EU items, JSON web keys, DID documents of the WHO's network.

Written one way: coordinates of exactly 32 bytes, key ids in base64, base64url in a fragment.
"""

import base64
import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from tiemchung.certificates.formats.icao import canonical
from tiemchung.certificates.formats.trust import kid_of

# Country of the signers, in the two alphabets that the lists use.
COUNTRY, PARTICIPANT, DOMAIN = "VN", "VNM", "DCC"
DSC, LOG, LOG_PATH = "DSC", "LOG", ("trust", "did", "log")
_CONTEXT = ("https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1")
_PROOF = "JsonWebSignature2020"
_JCS = "https://www.rfc-editor.org/rfc/rfc8785"


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """One certificate as it is published: a signer (DSC, LOG) with the authority above it, or that authority (SCA)."""

    usage: str
    certificate: bytes
    published_at: dt.datetime
    above: bytes | None = None


def eu_item(key: PublishedKey) -> dict[str, str]:
    """Give the gateway's item of a certificate, without the `signature` of the country's uploader."""
    return {
        "kid": _b64(kid_of(key.certificate)),
        "timestamp": _moment(key.published_at),
        "country": COUNTRY,
        "certificateType": DSC if key.usage == DSC else "CSCA",
        "thumbprint": hashlib.sha256(key.certificate).hexdigest(),
        "rawData": _b64(key.certificate),
    }


def web_key(key: PublishedKey) -> dict[str, Any]:
    """Give the JSON web key of a signer with its chain, named by its thumbprint (RFC 7638; SMART Health Cards)."""
    numbers = _coordinates(key.certificate)
    named = f'{{"crv":"P-256","kty":"EC","x":"{numbers["x"]}","y":"{numbers["y"]}"}}'
    thumbprint = hashlib.sha256(named.encode()).digest()
    return {**numbers, "kid": _b64url(thumbprint), "use": "sig", "alg": "ES256", "x5c": _chain(key)}


def did_of(address: str, path: Sequence[str] = ()) -> str:
    """Give the did:web identifier of a document below a web address; without a path it lies at /.well-known."""
    host = address.split("://", 1)[-1].rstrip("/")
    return ":".join(["did:web", quote(host, safe=""), *(quote(part, safe="") for part in path)])


def did_document(keys: Iterable[PublishedKey], address: str, path: Sequence[str] = ()) -> dict[str, Any]:
    """Give the DID document of these keys, without its proof."""
    own = did_of(address, path)
    methods = [_method(key, own, address) for key in keys]
    return {"@context": list(_CONTEXT), "id": own, "controller": own, "verificationMethod": methods}


def with_proof(
    document: dict[str, Any], *, method: str, created: dt.datetime, sign: Callable[[bytes], bytes]
) -> dict[str, Any]:
    """Give the document with its proof: ES256, detached, unencoded payload (RFC 7797).

    Signed are the header, a full stop, SHA-256 of the proof without `jws`, and SHA-256 of the document without proof,
    both in canonical JSON (RFC 8785), which the proof names; `method` is the identifier of the key.
    """
    proof = {
        "type": _PROOF,
        "created": _moment(created),
        "proofPurpose": "assertionMethod",
        "verificationMethod": method,
        "canonicalizationAlgorithm": _JCS,
    }
    header = _b64url(canonical({"alg": "ES256", "b64": False, "crit": ["b64"]}))
    signature = sign(signed_bytes(header, document, proof))
    return {**document, "proof": {**proof, "jws": f"{header}..{_b64url(signature)}"}}


def signed_bytes(header: str, document: dict[str, Any], proof: dict[str, Any]) -> bytes:
    """Give what the proof of a document signs; `document` and `proof` may still carry their proof and `jws`."""
    bare = {name: value for name, value in document.items() if name != "proof"}
    options = {name: value for name, value in proof.items() if name != "jws"}
    return header.encode() + b"." + _digest(options) + _digest(bare)


def method_name(own: str, certificate: bytes) -> str:
    """Give the identifier of a key in a DID document."""
    return f"{own}#{_b64url(kid_of(certificate))}"


def _method(key: PublishedKey, own: str, address: str) -> dict[str, Any]:
    path = LOG_PATH if key.usage == LOG else ("trust", "did", DOMAIN, PARTICIPANT, key.usage)
    jwk = {**_coordinates(key.certificate), "kid": _b64(kid_of(key.certificate)), "x5c": _chain(key)}
    return {
        "id": method_name(did_of(address, path), key.certificate),
        "type": "JsonWebKey2020",
        "controller": own,
        "publicKeyJwk": jwk,
        "domain": DOMAIN,
        "participant": PARTICIPANT,
        "keyusage": key.usage,
    }


def _coordinates(certificate: bytes) -> dict[str, str]:
    public = x509.load_der_x509_certificate(certificate).public_key()
    assert isinstance(public, EllipticCurvePublicKey)
    numbers = public.public_numbers()
    # Always 32 bytes: half of the WHO list's are 33 or 31, and verifiers stumble over them.
    return {"kty": "EC", "crv": "P-256", "x": _b64url(numbers.x.to_bytes(32)), "y": _b64url(numbers.y.to_bytes(32))}


def _chain(key: PublishedKey) -> list[str]:
    return [_b64(der) for der in (key.certificate, key.above) if der is not None]


def _digest(item: Any) -> bytes:
    return hashlib.sha256(canonical(item)).digest()


def _moment(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _b64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

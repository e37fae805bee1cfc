"""Keys, codes and published vectors that the tests of formats share."""

import json
import os
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cbor2 import CBORTag, dumps
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier

from tiemchung.certificates.formats import TrustedKey, base45, cose, dcc, deflate, hc1, trust, trust_list, uvci

TESTDATA = (
    Path(os.environ.get("TIEMCHUNG_TESTDATA", Path(__file__).resolve().parents[4] / "shared" / "testdata")) / "dcc"
)
needs_testdata = pytest.mark.skipif(not TESTDATA.is_dir(), reason=f"no published vectors in {TESTDATA}")

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
KID = b"\x01\x02\x03\x04\x05\x06\x07\x08"


@dataclass(frozen=True)
class KeyInMemory:
    """A signer with its key in memory."""

    private_key: EllipticCurvePrivateKey

    def sign(self, message: bytes) -> bytes:
        """Give the ES256 signature, r then s."""
        return cose.raw_signature(self.private_key.sign(message, ECDSA(SHA256())))


@cache
def _signer(name: str) -> KeyInMemory:
    return KeyInMemory(generate_private_key(SECP256R1()))


def signer(name: str = "ministry") -> KeyInMemory:
    """Give the one key of that name."""
    return _signer(name)


def key(name: str = "ministry", **facts: Any) -> TrustedKey:
    """Give that key as a trust list has it."""
    stated = {"kid": KID, "country": "VN"} | facts
    return TrustedKey(public_key=signer(name).private_key.public_key(), **stated)


def believed(**facts: Any) -> Any:
    """Give a trust list of the ministry's key alone."""
    return trust_list([key(**facts)])


def payload(**changes: Any) -> dict[str, Any]:
    """Give An's payload, one dose of two."""
    dose = dcc.VaccineDose("1119349007", "EU/1/20/1528", "ORG-100030215", 1, 2, date(2021, 9, 2))
    made = dcc.vaccination(dcc.Holder("Nguyễn", "Thị An", "1985-03-05"), dose, uvci.new_uvci())
    made["v"][0] |= changes
    return made


def a_code(content: dict[str, Any] | None = None, **options: Any) -> str:
    """Give a code of An's dose, signed by the ministry now, for a year."""
    stated = {"signer": signer(), "kid": KID, "issued_at": NOW, "expires_at": NOW + timedelta(days=365)}
    return hc1.issue(content or payload(), **(stated | options))


def handmade(
    *,
    protected: Any = None,
    unprotected: Any = None,
    claims: Any = None,
    tags: tuple[int, ...] = (18,),
    signature: bytes | None = None,
) -> str:
    """Give an HC1 text with parts that this project would never write, signed by the ministry."""
    header = dumps({1: -7, 4: KID} if protected is None else protected)
    year = int((NOW + timedelta(days=365)).timestamp())
    body = dumps({1: "VN", 4: year, 6: int(NOW.timestamp()), -260: {1: payload()}} if claims is None else claims)
    signed = signer().sign(cose.sig_structure(header, body)) if signature is None else signature
    item: Any = [header, unprotected or {}, body, signed]
    for tag in tags:
        item = CBORTag(tag, item)
    return "HC1:" + base45.encode(deflate.deflated(dumps(item)))


def certificate(
    name: str, *, country: str = "VN", issuer: tuple[str, x509.Name] | None = None, purposes: tuple[str, ...] = ()
) -> x509.Certificate:
    """Give a certificate of the key of that name, signed by itself or by (its name, its subject)."""
    subject = x509.Name(
        [x509.NameAttribute(NameOID.COUNTRY_NAME, country), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    )
    by, by_name = issuer or (name, subject)
    builder = x509.CertificateBuilder(
        issuer_name=by_name,
        subject_name=subject,
        public_key=signer(name).private_key.public_key(),
        serial_number=7,
        not_valid_before=NOW - timedelta(days=30),
        not_valid_after=NOW + timedelta(days=700),
    )
    if purposes:
        usage = x509.ExtendedKeyUsage([ObjectIdentifier(purpose) for purpose in purposes])
        builder = builder.add_extension(usage, critical=False)
    return builder.sign(signer(by).private_key, SHA256())


def der(made: x509.Certificate) -> bytes:
    """Give the DER bytes of a certificate."""
    return made.public_bytes(Encoding.DER)


def text64(data: bytes) -> str:
    """Give unpadded base64url."""
    return urlsafe_b64encode(data).decode().rstrip("=")


@dataclass(frozen=True)
class PublishedVector:
    """One published vector whose every expectation is true."""

    name: str
    text: str
    keys: Any
    now: datetime


def good_vectors() -> Iterator[PublishedVector]:
    """Give the published codes that should read as VALID, with key and clock; none without the test data."""
    for path in sorted((TESTDATA / "dgc-testdata").rglob("*.json")):
        source = json.loads(path.read_text("utf-8-sig"))
        expected = source.get("EXPECTEDRESULTS", {})
        if {"EXPECTEDVERIFY", "EXPECTEDEXPIRATIONCHECK"} <= expected.keys() and all(expected.values()):
            clock = datetime.fromisoformat(source["TESTCTX"]["VALIDATIONCLOCK"])
            keys = trust_list([trust.key_of_certificate(b64decode(source["TESTCTX"]["CERTIFICATE"]))])
            now = clock if clock.tzinfo else clock.replace(tzinfo=UTC)
            yield PublishedVector(str(path.relative_to(TESTDATA)), source["PREFIX"], keys, now)

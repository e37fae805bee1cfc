"""Codes to begin with: our own of every form, signed by a key that everybody knows, and the published ones."""

import datetime as dt
import json
import os
from base64 import b64decode
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cbor2 import dumps
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, derive_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tiemchung.certificates.emitters import CertificateFacts, EmissionKey, ShotFacts, emitters
from tiemchung.certificates.emitters.shc import jwk_of
from tiemchung.certificates.formats import TrustList, cose, dcc, hc1, trust, trust_list

CHECKOUT = Path(__file__).resolve().parents[2]
TESTDATA = Path(os.environ.get("TIEMCHUNG_TESTDATA", CHECKOUT.parent / "shared" / "testdata")) / "dcc"
NOW = dt.datetime(2026, 11, 22, 3, 0, tzinfo=dt.UTC)
ADDRESS = "https://fuzz.example"
# No secret: corpora outlive a run, so the codes in them must be signed by the same key at the next one.
_KEY = derive_private_key(int.from_bytes(sha256(b"tiemchung fuzzing").digest()) % 2**255, SECP256R1())


@dataclass(frozen=True)
class Everybodys:
    """A signer whose key is in this file."""

    def sign(self, message: bytes) -> bytes:
        """Give the ES256 signature, r then s."""
        return cose.raw_signature(_KEY.sign(message, ECDSA(SHA256(), deterministic_signing=True)))


def _certificate() -> x509.Certificate:
    names = [x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"), x509.NameAttribute(NameOID.COMMON_NAME, "fuzz")]
    builder = x509.CertificateBuilder(x509.Name(names), x509.Name(names), _KEY.public_key(), 7)
    start, end = NOW - dt.timedelta(days=30), NOW + dt.timedelta(days=700)
    return builder.not_valid_before(start).not_valid_after(end).sign(_KEY, SHA256(), ecdsa_deterministic=True)


SIGNER = Everybodys()
AUTHORITY = _certificate()
DER = AUTHORITY.public_bytes(Encoding.DER)
KEY = EmissionKey(SIGNER, trust.kid_of(DER), DER, ADDRESS)


def believed() -> TrustList:
    """Give a trust list of that key alone, in each way in which it may be believed."""
    web = trust.key_of_jwk(jwk_of(DER), issuer=ADDRESS)
    return trust_list([trust.key_of_certificate(DER), web], [AUTHORITY])


_SHOT = ShotFacts("1119349007", "EU/1/20/1528", "ORG-100030215", "XM8NQ0", "Comirnaty", "Pfizer", 2, 2,
                  dt.date(2021, 9, 2), "FF2832", "Trạm Y tế Bến Nghé")  # fmt: skip
FACTS = CertificateFacts(
    "URN:UVCI:01:VN:7K3Q9XW2MZT4A#C", "Nguyễn Thị An", "Nguyễn", "Thị An", "1985-03-05", "F", "VN", (_SHOT,), NOW,
    NOW + dt.timedelta(days=365), "Bộ Y tế", "C0000001",
)  # fmt: skip


def payload() -> dict[str, object]:
    """Give a European payload."""
    dose = dcc.VaccineDose(_SHOT.vaccine, _SHOT.product, _SHOT.maker, 2, 2, _SHOT.given_on)
    return dcc.vaccination(dcc.Holder("Nguyễn", "Thị An", "1985-03-05"), dose, FACTS.number)


def our_codes() -> list[str]:
    """Give one code of each form that we write."""
    first = hc1.issue(payload(), signer=SIGNER, kid=KEY.kid, issued_at=NOW, expires_at=FACTS.expires_at)
    return [first, *(emitter.emit(FACTS, KEY).text for emitter in emitters().values())]


def our_claims() -> list[bytes]:
    """Give the signed claims of our codes in HC1, as CBOR."""
    return [cose.parse(hc1.to_cose(text)).payload for text in our_codes() if text.startswith(hc1.PREFIX)]


def published_codes() -> list[str]:
    """Give the texts of published vectors; none where the test data are not there."""
    found = []
    for path in sorted((TESTDATA / "dgc-testdata").rglob("*.json")):
        try:
            text = json.loads(path.read_text("utf-8-sig")).get("PREFIX")
        except (ValueError, AttributeError):
            continue
        found += [text] if isinstance(text, str) and text else []
    for folder in ("gdhcn-validator", "shc"):
        for path in sorted((TESTDATA / folder).rglob("*.txt")):
            text = path.read_bytes().decode("utf-8", "replace").strip()
            found += [text] if 0 < len(text) < 8192 else []
    return found


def published_parts() -> list[bytes]:
    """Give the inner bytes of published vectors: COSE and CBOR."""
    found = []
    for path in sorted((TESTDATA / "dgc-testdata").rglob("*.json")):
        try:
            source = json.loads(path.read_text("utf-8-sig"))
            found += [bytes.fromhex(source[layer]) for layer in ("COSE", "CBOR") if source.get(layer)]
        except (ValueError, AttributeError, TypeError):
            continue
    return found


def tricks() -> list[bytes]:
    """Give CBOR that readers have stumbled over: deep nesting, huge lengths, tags, floats, repeated keys, NaN."""
    return [
        b"\x81" * 64 + b"\x00",
        b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\x5b\x7f\xff\xff\xff\xff\xff\xff\xff",
        b"\xa2\x01\x01\x01\x02",
        b"\xd2\xd8\x3d\xd2\x84\x40\xa0\x40\x40",
        b"\xf9\x7e\x00",
        b"\xc1\xfb\x7f\xf0\x00\x00\x00\x00\x00\x00",
        dumps({1: "VN", 4: 1.5e9, 6: float("inf"), -260: {1: {"v": [{}], "nam": [], "dob": None}}}),
        b64decode("2dn3gYGB"),
    ]

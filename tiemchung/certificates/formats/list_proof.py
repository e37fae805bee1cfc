"""The proof that goes beside a list for verifiers: a detached signature over its bytes, and when and what about it is.

A JSON web signature with unencoded, detached payload (RFC 7797): `<header>..<signature>`, both base64url. The header
names `about` (which list, so that none passes for another), `made_at` and the signer's certificate (`x5c`).
"""

import base64
import datetime as dt
from collections.abc import Callable

from tiemchung.certificates.formats.icao import canonical

HEADER = "X-Proof"
KEYS, FOREIGN, REVOCATIONS = "keys", "foreign", "revocations"


def proof_header(*, about: str, made_at: dt.datetime, certificate: bytes) -> str:
    """Give the protected header of a proof, in base64url; the same facts give the same text."""
    told = {
        "alg": "ES256",
        "b64": False,
        "crit": ["b64"],
        "about": about,
        "made_at": made_at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x5c": [base64.b64encode(certificate).decode()],
    }
    return _text64(canonical(told))


def list_proof(header: str, body: bytes, sign: Callable[[bytes], bytes]) -> str:
    """Give the proof of these bytes under that header; `sign` gives an ES256 signature (r, s)."""
    return f"{header}..{_text64(sign(header.encode() + b'.' + body))}"


def _text64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

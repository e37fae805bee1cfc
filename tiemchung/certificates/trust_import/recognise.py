"""Which form a file has is seen in the file itself."""

import datetime as dt
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tiemchung.certificates.trust_import import forms
from tiemchung.certificates.trust_import.parsed import MAX_BYTES, ListRefused, ParsedList, json_of


def parse_list(
    data: bytes,
    *,
    issuer: str = "",
    publisher_key: Any = None,
    trust_anchor: bytes = b"",
    at: dt.datetime | None = None,
) -> ParsedList:
    """Give the list in a file, in whichever of the published forms it is.

    `issuer` is the web address of a bare JWKS; `publisher_key` the P-256 key of whoever signs the file, where the form
    carries a signature over itself; `trust_anchor` the gateway's own certificate (PEM or DER), up to which the
    signature of each item is followed, and which needs `at`, the moment at which its uploader must be in its days (else
    ValueError). Raises ListRefused: EMPTY, TOO_LARGE, NOT_UTF8, NOT_JSON (with the line),
    FORM_UNKNOWN, SIGNATURE_WRONG, ISSUER_MISSING, TOO_MANY, ANCHOR_UNREADABLE, NOTHING_TO_CHECK for an anchor with a
    form whose items nobody signs, or NO_SIGNER when nothing in it can be believed.
    """
    if trust_anchor and at is None:
        raise ValueError("who follows signatures names the moment")
    anchor = _der(trust_anchor) if trust_anchor else b""
    if not data.strip():
        raise ListRefused("EMPTY")
    if len(data) > MAX_BYTES:
        raise ListRefused("TOO_LARGE")
    for member in _members():
        if member.claims(data):
            found: ParsedList = member.parse(
                data, issuer=issuer, publisher_key=publisher_key, trust_anchor=anchor, at=at
            )
            if anchor and not found.checked:
                raise ListRefused("NOTHING_TO_CHECK")
            if not found.signers:
                raise ListRefused("NO_SIGNER", "; ".join(found.problems[:3]))
            return found
    if data.lstrip()[:1] in (b"{", b"["):
        json_of(data)
    raise ListRefused("FORM_UNKNOWN")


def _der(certificate: bytes) -> bytes:
    pem = certificate.lstrip()[:5] == b"-----"
    load = x509.load_pem_x509_certificate if pem else x509.load_der_x509_certificate
    try:
        return load(certificate).public_bytes(Encoding.DER)
    except ValueError:
        raise ListRefused("ANCHOR_UNREADABLE") from None


def _members() -> list[Any]:
    names = sorted(module.name for module in iter_modules(forms.__path__))
    return [import_module(f"{forms.__name__}.{name}") for name in names]

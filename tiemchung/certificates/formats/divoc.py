"""DIVOC credentials (India, Indonesia, Jamaica and others): a zipped W3C credential, unpacked but not verified.

Their signatures cover an RDF normalisation of linked documents. A reader that must work offline and stay
small cannot do that, so the answer is UNKNOWN, UNSUPPORTED_SIGNATURE, and never VALID.
"""

import zipfile
from base64 import b64decode
from datetime import datetime
from io import BytesIO
from typing import Any

from tiemchung.certificates.formats.deflate import MAX_INFLATED
from tiemchung.certificates.formats.jws import json_object
from tiemchung.certificates.formats.reading import Content, DoseLine, Fault, Reading, Why, reading_of
from tiemchung.certificates.formats.registry import MAX_PACKED_TEXT, Format, Revoked
from tiemchung.certificates.formats.trust import TrustList

_BASE64 = "B64:"
_ZIP = "PK\x03\x04"
_MEMBER = "certificate.json"


def _packed(text: str) -> bytes:
    try:
        if text.startswith(_BASE64):
            return b64decode(text[len(_BASE64) :], validate=True)
        return text.encode("latin-1")
    except ValueError:
        raise Fault(Why.DAMAGED, "base64") from None


def unpack(text: str) -> dict[str, Any]:
    """Give the credential in a scanned text; raises Fault when it is no such archive or inflates past 64 KB."""
    try:
        with zipfile.ZipFile(BytesIO(_packed(text))) as archive, archive.open(_MEMBER) as member:
            data = member.read(MAX_INFLATED + 1)
    except (zipfile.BadZipFile, KeyError, EOFError, OSError, RuntimeError, NotImplementedError, ValueError):
        raise Fault(Why.DAMAGED, "zip") from None
    except Exception as problem:  # zlib.error is no subclass of anything named above
        raise Fault(Why.DAMAGED, "zip") from problem
    if len(data) > MAX_INFLATED:
        raise Fault(Why.TOO_LONG, "zip")
    try:
        return json_object(data)
    except ValueError:
        raise Fault(Why.DAMAGED, "json") from None


def _text(item: Any, key: str) -> str:
    value = item.get(key) if isinstance(item, dict) else None
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def _count(item: dict[str, Any], key: str) -> int | None:
    text = _text(item, key)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None


def content_of(credential: dict[str, Any]) -> Content:
    """Give what the credential says about holder and doses."""
    evidence = credential.get("evidence")
    subject = credential.get("credentialSubject")
    lines = tuple(
        DoseLine(
            "vaccination",
            "",
            _text(e, "icd11Code"),
            _text(e, "vaccine"),
            _text(e, "manufacturer"),
            _count(e, "dose"),
            _count(e, "totalDoses"),
            _text(e, "date"),
            "",
            _text(e.get("facility"), "name"),
            _text(e, "batch"),
            _text(e, "certificateId"),
        )
        for e in (evidence if isinstance(evidence, list) else [])
        if isinstance(e, dict)
    )
    return Content(_text(subject, "name"), "", _text(subject, "dob"), lines, _text(credential, "issuer"))


def read(text: str, *, keys: TrustList, now: datetime, revoked: Revoked) -> Reading:
    """Give the Reading of a DIVOC code: its content, and that its kind of signature is not checked here."""
    credential = unpack(text)
    return reading_of(
        Why.UNSUPPORTED_SIGNATURE, FORMAT.code, content_of(credential), layers=(("chain", True),), raw=credential
    )


FORMAT = Format("divoc", lambda text: text.startswith((_BASE64, _ZIP)), read, MAX_PACKED_TEXT)

"""The form that Germany published: a signature in base64 on the first line, then JSON with `certificates`."""

import datetime as dt
import json
from typing import Any

from tiemchung.certificates.formats.cose import raw_signature, verify_es256
from tiemchung.certificates.trust_import.forms.eu_items import read_items
from tiemchung.certificates.trust_import.parsed import ListRefused, ParsedList, base64_of

FORM = "SIGNED_JSON"


def claims(data: bytes) -> bool:
    """Tell whether a line stands before a JSON object that has `certificates`."""
    first, _, rest = data.partition(b"\n")
    return first[:1] not in (b"{", b"[", b"-", b"") and rest.lstrip()[:1] == b"{" and b'"certificates"' in rest


def parse(
    data: bytes, *, publisher_key: Any = None, trust_anchor: bytes = b"", at: dt.datetime | None = None, **_: Any
) -> ParsedList:
    """Give the signers; with the publisher's key only where the first line is its signature over the rest."""
    first, _newline, body = data.partition(b"\n")
    if publisher_key is not None and not _signed(first, body, publisher_key):
        raise ListRefused("SIGNATURE_WRONG", "line 1")
    try:
        told = json.loads(body.decode("utf-8"))
    except UnicodeDecodeError:
        raise ListRefused("NOT_UTF8") from None
    except json.JSONDecodeError as problem:
        raise ListRefused("NOT_JSON", f"line {problem.lineno + 1}") from None
    found = ParsedList(FORM)
    read_items(told.get("certificates") if isinstance(told, dict) else None, found, trust_anchor, at)
    return found


def _signed(first: bytes, body: bytes, key: Any) -> bool:
    try:
        signature = base64_of(first.decode("ascii"))
    except ValueError:
        return False
    # Both spellings were published: r and s alone, and DER.
    raw = signature if len(signature) == 64 else raw_signature(signature) if signature[:1] == b"\x30" else b""
    return any(verify_es256(key, raw, part) for part in (body, body.strip()))

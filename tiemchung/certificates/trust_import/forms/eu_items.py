"""The EU gateway's items as JSON: [{kid, timestamp, country, certificateType, thumbprint, signature, rawData}, ...].

The signature of each item (CMS by the country's upload key) is followed where the importer names the gateway's trust
anchor; otherwise whoever brings the file vouches for it, and the list says that nobody checked.
"""

import datetime as dt
from hashlib import sha256
from typing import Any

from tiemchung.certificates.trust_import.parsed import DSC, SCA, ListRefused, ParsedList, base64_of, json_of, moment
from tiemchung.certificates.trust_import.uploaders import Uploaders

FORM = "EU_ITEMS"
_KINDS = {"DSC": DSC, "CSCA": SCA}


def claims(data: bytes) -> bool:
    """Tell whether it is a bare array of items."""
    return data.lstrip()[:1] == b"[" and b'"rawData"' in data


def parse(data: bytes, *, trust_anchor: bytes = b"", at: dt.datetime | None = None, **_: Any) -> ParsedList:
    """Give the signers and authorities; the list is as old as its newest item."""
    found = ParsedList(FORM)
    read_items(json_of(data), found, trust_anchor, at)
    return found


def read_items(items: Any, found: ParsedList, trust_anchor: bytes = b"", at: dt.datetime | None = None) -> None:
    """Put each item of a parsed array into the list; upload and login keys are not for verifying."""
    if not isinstance(items, list):
        raise ListRefused("FORM_UNKNOWN")
    uploaders = Uploaders(items, trust_anchor, at) if trust_anchor and at else None
    found.checked = uploaders is not None
    for number, item in enumerate(items, 1):
        _read(item, f"item {number}", found, uploaders)


def _read(item: Any, where: str, found: ParsedList, uploaders: Uploaders | None) -> None:
    if not isinstance(item, dict):
        return found.pass_over("ENTRY_UNREADABLE", where)
    kind = _KINDS.get(str(item.get("certificateType")))
    if kind is None:
        return found.pass_over("NOT_A_SIGNER", where)
    try:
        der, kid = base64_of(item.get("rawData")), base64_of(item.get("kid") or "")
    except ValueError:
        return found.pass_over("ENTRY_UNREADABLE", where)
    thumbprint = item.get("thumbprint")
    if thumbprint and str(thumbprint).lower() != sha256(der).hexdigest():
        return found.pass_over("THUMBPRINT_WRONG", where)
    objection = uploaders.objection(item, der, kind) if uploaders else ""
    if objection:
        return found.pass_over(objection, where)
    stamped = moment(item.get("timestamp"))
    if stamped and (found.made_at is None or stamped > found.made_at):
        found.made_at = stamped
    found.add_certificate(der, where, kid=kid, country=str(item.get("country") or ""), kind=kind)
    return None

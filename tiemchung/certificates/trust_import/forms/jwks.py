"""Keys of SMART Health Card issuers: one issuer's JWKS, or a directory of issuers (VCI's snapshot)."""

from typing import Any

from tiemchung.certificates.trust_import.parsed import ListRefused, ParsedList, json_of, moment

FORM = "JWKS"


def claims(data: bytes) -> bool:
    """Tell whether it is a key set or a directory of them."""
    return data.lstrip()[:1] == b"{" and b'"kty"' in data and b'"verificationMethod"' not in data


def parse(data: bytes, *, issuer: str = "", **_: Any) -> ParsedList:
    """Give the issuers' keys; a bare key set needs the address of its issuer."""
    told = json_of(data)
    if not isinstance(told, dict):
        raise ListRefused("FORM_UNKNOWN")
    found = ParsedList(FORM, moment(told.get("time")))
    for number, entry in enumerate(_issuers(told, issuer), 1):
        address, keys = entry
        for place, jwk in enumerate(keys if isinstance(keys, list) else [], 1):
            where = f"issuer {number}, key {place}"
            if isinstance(jwk, dict):
                found.add_jwk(jwk, address, where)
            else:
                found.pass_over("ENTRY_UNREADABLE", where)
    return found


def _issuers(told: dict[str, Any], issuer: str) -> list[tuple[str, Any]]:
    listed = told.get("issuerInfo")
    if isinstance(listed, list):
        entries = [entry for entry in listed if isinstance(entry, dict)]
        return [(str((entry.get("issuer") or {}).get("iss", "")), entry.get("keys")) for entry in entries]
    if not issuer:
        raise ListRefused("ISSUER_MISSING")
    return [(issuer, told.get("keys"))]

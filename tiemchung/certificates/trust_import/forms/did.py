"""The WHO network's trust list: a DID document with a verification method for each signer (v1 and v2).

What its publishers' tools make of keys is read as it comes: 33-byte coordinates, key ids with + / = in a fragment.
A certificate (x5c) is preferred to the bare numbers; without one a method has no days and no authority.
"""

from typing import Any

from tiemchung.certificates.formats.countries import country_code
from tiemchung.certificates.trust_import.parsed import DSC, SCA, ListRefused, ParsedList, base64_of, json_of, moment

FORM = "DID"
_KINDS = {"DSC": DSC, "SCA": SCA}


def claims(data: bytes) -> bool:
    """Tell whether it is a DID document."""
    return data.lstrip()[:1] == b"{" and b'"verificationMethod"' in data


def parse(data: bytes, **_: Any) -> ParsedList:
    """Give the signers and authorities of every participant."""
    told = json_of(data)
    methods = told.get("verificationMethod") if isinstance(told, dict) else None
    if not isinstance(methods, list):
        raise ListRefused("FORM_UNKNOWN")
    found = ParsedList(FORM, _made_at(told))
    for number, method in enumerate(methods, 1):
        _read(method, f"method {number}", found)
    return found


def _made_at(told: dict[str, Any]) -> Any:
    proof = told.get("proof")
    return moment(proof.get("created")) if isinstance(proof, dict) else None


def _read(method: Any, where: str, found: ParsedList) -> None:
    jwk = method.get("publicKeyJwk") if isinstance(method, dict) else None
    if not isinstance(jwk, dict):
        return found.pass_over("ENTRY_UNREADABLE", where)
    fragment = str(method.get("id", "")).rpartition("#")[0].split(":")
    usage = str(method.get("keyusage") or (fragment[-1] if fragment else "DSC")).upper()
    kind = _KINDS.get(usage)
    if kind is None:
        return found.pass_over("NOT_A_SIGNER", where)
    chain = jwk.get("x5c")
    if not isinstance(chain, list) or not chain:
        return found.pass_over("CERTIFICATE_MISSING", where)
    try:
        der, kid = base64_of(chain[0]), base64_of(jwk.get("kid") or "")
    except ValueError:
        return found.pass_over("ENTRY_UNREADABLE", where)
    country = country_code(str(method.get("participant") or ""))
    found.add_certificate(der, where, kid=kid, country=country if len(country) == 2 else "", kind=kind)
    return None

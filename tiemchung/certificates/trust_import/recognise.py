"""Which form a file has is seen in the file itself."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from tiemchung.certificates.trust_import import forms
from tiemchung.certificates.trust_import.parsed import MAX_BYTES, ListRefused, ParsedList, json_of


def parse_list(data: bytes, *, issuer: str = "", publisher_key: Any = None) -> ParsedList:
    """Give the list in a file, in whichever of the published forms it is.

    `issuer` is the web address of a bare JWKS; `publisher_key` the P-256 key of whoever signs the file, where the form
    carries a signature over itself. Raises ListRefused: EMPTY, TOO_LARGE, NOT_UTF8, NOT_JSON (with the line),
    FORM_UNKNOWN, SIGNATURE_WRONG, ISSUER_MISSING, TOO_MANY, or NO_SIGNER when nothing in it can be believed.
    """
    if not data.strip():
        raise ListRefused("EMPTY")
    if len(data) > MAX_BYTES:
        raise ListRefused("TOO_LARGE")
    for member in _members():
        if member.claims(data):
            found: ParsedList = member.parse(data, issuer=issuer, publisher_key=publisher_key)
            if not found.signers:
                raise ListRefused("NO_SIGNER", "; ".join(found.problems[:3]))
            return found
    if data.lstrip()[:1] in (b"{", b"["):
        json_of(data)
    raise ListRefused("FORM_UNKNOWN")


def _members() -> list[Any]:
    names = sorted(module.name for module in iter_modules(forms.__path__))
    return [import_module(f"{forms.__name__}.{name}") for name in names]

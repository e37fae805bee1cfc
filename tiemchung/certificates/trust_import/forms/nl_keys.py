"""The form that the Netherlands published: `eu_keys` with bare public keys and their uses, and no certificates."""

from typing import Any

from tiemchung.certificates.trust_import.parsed import ListRefused, ParsedList

FORM = "NL_KEYS"


def claims(data: bytes) -> bool:
    """Tell whether it is that form."""
    return data.lstrip()[:1] == b"{" and b'"eu_keys"' in data


def parse(data: bytes, **_: Any) -> ParsedList:
    """Refuse it with its name: without days and country a key would be believed for everybody and for ever."""
    raise ListRefused("FORM_WITHOUT_CERTIFICATES", FORM)

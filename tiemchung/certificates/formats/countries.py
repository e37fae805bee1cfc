"""Country codes of certificates and of key lists: alpha-3 beside alpha-2, and two countries with two codes."""

from functools import cache
from importlib.resources import files

# EU practice writes EL and UK where ISO 3166 has GR and GB; Kosovo and the WHO use private codes.
_ALIASES = {"EL": "GR", "UK": "GB", "KS": "XK", "XXK": "XK", "UNK": "XK"}
HOME = "VN"  # whose certificates are ours: nobody else's key speaks for it


@cache
def _alpha2() -> dict[str, str]:
    lines = (files("tiemchung.certificates.formats") / "data" / "country_codes.txt").read_text("ascii")
    return dict(line.split() for line in lines.splitlines())


def country_code(code: str) -> str:
    """Give one spelling (alpha-2, upper case) of a country code; an unknown code comes back as it is."""
    upper = code.strip().upper()
    upper = _alpha2().get(upper, upper)
    return _ALIASES.get(upper, upper)


@cache
def _alpha3() -> dict[str, str]:
    return {short: long for long, short in _alpha2().items()}


def alpha3(code: str) -> str:
    """Give the three letters of a country code, as health formats write it; an unknown code comes back upper case."""
    upper = code.strip().upper()
    return _alpha3().get(country_code(upper), upper)


def same_country(one: str, other: str) -> bool:
    """Tell whether two codes, of two or three letters, name one country."""
    return country_code(one) == country_code(other)


def is_country(code: str) -> bool:
    """Tell whether a text has the form of a country code; some issuers write their ministry's name instead."""
    return code.isascii() and code.isalpha() and len(code) in (2, 3)

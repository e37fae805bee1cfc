"""The countries somebody can be a national of, by the certificates' codes and in the reader's words."""

from functools import cache

from tiemchung.core.text import fold
from tiemchung.people.rules.identity import HOME
from tiemchung.web.shared.language import VIETNAMESE
from tiemchung.web.shared.words import say, sentences

_KEY = "country."


@cache
def country_codes() -> frozenset[str]:
    """Give the codes (ISO 3166 alpha-2) that are offered."""
    return frozenset(key.removeprefix(_KEY) for key in sentences(VIETNAMESE) if key.startswith(_KEY))


def country_name(code: str) -> str:
    """Give the name of a country in the reader's language; an unknown code comes back as it is."""
    return say(f"{_KEY}{code}") if code in country_codes() else code


def country_items() -> list[tuple[str, str]]:
    """Give every country with its name, Viet Nam first and the others by name."""
    named = sorted(((code, country_name(code)) for code in country_codes()), key=lambda one: fold(one[1]))
    return sorted(named, key=lambda one: one[0] != HOME)

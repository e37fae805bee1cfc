"""Full names: one field as written; parts are derived by one rule, for sorting and for the passport only."""

import re
import unicodedata

from tiemchung.core.text import fold, nfc, tone_key
from tiemchung.core.verdict import YES, Verdict, refuse

MAX_NAME = 120
_MARKS = set(" '’.-")
_JOIN = re.compile(r"[^a-z0-9]+")


def clean_name(raw: str) -> tuple[str, Verdict]:
    """Give the name in NFC with single spaces, and whether it can be a person's name in Latin letters.

    Refuses with NAME_EMPTY, NAME_TOO_LONG, NAME_ODD_LETTERS (digits, signs, letters of other scripts that
    look alike).
    """
    if len(raw) > MAX_NAME * 4:
        return "", refuse("NAME_TOO_LONG", limit=MAX_NAME)
    name = nfc(raw)
    if not any(char.isalpha() for char in name):
        return name, refuse("NAME_EMPTY")
    if len(name) > MAX_NAME or len(unicodedata.normalize("NFD", name)) > MAX_NAME * 3:
        return name, refuse("NAME_TOO_LONG", limit=MAX_NAME)
    odd = sorted({char for char in name if not _belongs(char)})
    return name, refuse("NAME_ODD_LETTERS", letters=" ".join(odd[:5])) if odd else YES


def _belongs(char: str) -> bool:
    if char in _MARKS:
        return True
    return char.isalpha() and unicodedata.name(char, "").startswith(("LATIN ", "MODIFIER LETTER"))


def name_key(full_name: str) -> str:
    """Give the words in lower case without marks, as searches compare them: `H’Hen Niê` becomes `h hen
    nie`.
    """
    return " ".join(_JOIN.sub(" ", fold(full_name)).split())


def name_back(full_name: str) -> str:
    """Give the words of the key from the last to the first, so that a given name is a prefix too."""
    return " ".join(reversed(name_key(full_name).split()))


def split_name(full_name: str) -> tuple[str, str]:
    """Give (family, given): the first word, and the rest; a one-word name is all family (ICAO 9303,
    certificates.md 2.3).
    """
    family, _, given = nfc(full_name).partition(" ")
    return family, given


def same_name(one: str, other: str) -> bool:
    """Tell whether two spellings may name one person: equal but for case and tone placement, or one has no
    marks.
    """
    if name_key(one) != name_key(other):
        return False
    return tone_key(one) == tone_key(other) or _is_plain(one) or _is_plain(other)


def _is_plain(name: str) -> bool:
    return nfc(name).isascii()

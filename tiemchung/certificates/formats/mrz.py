"""Vietnamese names in the letters of machine-readable documents (ICAO Doc 9303-3): A to Z and `<`."""

import re
import unicodedata

MAX_LENGTH = 80

# ICAO's own table stops at U+017F, so 47 of 89 Vietnamese capitals are not in it; taking the marks off after
# decomposition covers all of them. Letters that decomposition leaves whole stand here.
_WHOLE = str.maketrans(
    {
        "Đ": "D",
        "Ð": "D",
        "Ɖ": "D",
        "Æ": "AE",
        "Œ": "OE",
        "Ø": "OE",
        "Þ": "TH",
        "Ł": "L",
        "Ħ": "H",
        "ẞ": "SS",
        "Ŋ": "N",
        "Ŧ": "T",
        "Ə": "E",
        "İ": "I",
        "ĸ": "K",
    }
)
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SEPARATORS = b" -<,;/\t\n\r"
_TABLE = bytes(c if c in _LETTERS else ord("<") for c in range(256))
_DROPPED = bytes(c for c in range(256) if c not in _LETTERS and c not in _SEPARATORS)
_DASHES = re.compile("[\u00a0\u2010-\u2015]")


def _spelled(name: str) -> bytes:
    spread = unicodedata.normalize("NFD", _DASHES.sub("-", unicodedata.normalize("NFC", name)).upper())
    return spread.translate(_WHOLE).encode("ascii", "ignore").translate(_TABLE, _DROPPED)


def _letters() -> dict[int, str]:
    # Every precomposed letter of Vietnamese and of Western Europe, spelled once by the rule itself.
    letters = (chr(code) for span in ((0, 0x250), (0x1E00, 0x1F00)) for code in range(*span))
    return {ord(letter): _spelled(letter).decode("ascii") for letter in letters}


_SPELLED = _letters()


def transliterate(name: str) -> str:
    """Give the name as A-Z and single `<` between words, cut at 80; `Nguyễn Thị Ánh` -> `NGUYEN<THI<ANH`.

    One rule for everybody: an apostrophe or period vanishes, a space or hyphen becomes `<`, a letter without a
    Latin form vanishes.
    """
    latin = name.translate(_SPELLED)
    if not latin.isascii():
        latin = _spelled(name).decode("ascii")
    while "<<" in latin:
        latin = latin.replace("<<", "<")
    return latin.strip("<")[:MAX_LENGTH].rstrip("<")


def split_name(full_name: str) -> tuple[str, str]:
    """Give (family, given): the first word is the family name, the rest is given; a single name is family only.

    National identity data states one full name, so this one rule must hold for a person's every certificate.
    """
    family, _, given = " ".join(full_name.split()).partition(" ")
    return family, given

"""Names whose marks may have been lost: asked about again before they are sent, word by word.

A name without its marks is that of many people, and a report under it was sent back (vietnam.md 6.3). Which words
are doubted follows from how Vietnamese is written: a syllable that is stopped (c, ch, p, t) always bears a tone, some
vowels never stand without their hooks, and some words are names with marks only. Nothing is refused: papers do say so.
"""

import re
from dataclasses import dataclass

from tiemchung.core.text import fold, nfc
from tiemchung.people.rules.keyboards import SURNAMES, from_telex, telex_typed

_SYLLABLE = re.compile(
    "(b|ch|c|d|gh|gi|g|h|kh|k|l|m|ngh|ng|nh|n|ph|p|qu|r|s|th|tr|t|v|x)?([aeiouy]+)(ch|c|m|ng|nh|n|p|t)?"
)
_STOPPED = frozenset({"c", "ch", "p", "t"})
_HOOKED = re.compile("ie|ye|uo|uu|eu|ue|uay")  # iê, yê, ươ or uô, ưu, êu, uê, uây: never plain
_MARKED_SURNAMES = frozenset(fold(name) for name in SURNAMES if not name.isascii()) - SURNAMES
# Common given names that nobody bears without marks; as a family name some of them do stand plain.
_MARKED_NAMES = frozenset({"van", "hung", "hong", "hang", "hoang", "dang", "son", "thang", "ngan", "chau", "quynh"})


@dataclass(frozen=True, slots=True)
class NameDoubt:
    """The words that may lack their marks, as they were written, and the name that Telex keys mean, "" for none."""

    words: tuple[str, ...]
    meant: str = ""


def name_doubt(full_name: str) -> NameDoubt | None:
    """Give what should be asked about a name again, None for a name that needs no question."""
    name = nfc(full_name)
    words = name.split()
    if telex_typed(name, ""):
        meant = [from_telex(word).title() or word for word in words]
        return NameDoubt(tuple(w for w, m in zip(words, meant, strict=True) if w != m), " ".join(meant))
    if not any(char.isalpha() for char in name):
        return None
    if name.isascii():
        return NameDoubt(tuple(words))
    lost = tuple(word for place, word in enumerate(words) if _is_lost(word.lower(), place, len(words)))
    return NameDoubt(lost) if lost else None


def _is_lost(word: str, place: int, count: int) -> bool:
    """Tell whether one word of a name that has marks elsewhere looks as if its own were lost."""
    if not (word.isascii() and word.isalpha()):
        return False
    if place == 0 and word in _MARKED_SURNAMES:
        return True
    if place > 0 and (word in _MARKED_NAMES or (word == "thi" and place < count - 1)):
        return True
    syllable = _SYLLABLE.fullmatch(word)
    if syllable is None:  # not written as Vietnamese is: another people's name
        return False
    begin, core, end = syllable[1] or "", syllable[2], syllable[3] or ""
    if end in _STOPPED or _HOOKED.search(core):
        return True
    return (core == "ua" and bool(end)) or (core == "e" and end == "nh" and begin != "")

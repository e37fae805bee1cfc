"""How two spellings of a name, or two numbers, are near each other."""

import unicodedata
from collections.abc import Iterator
from enum import StrEnum
from itertools import combinations, pairwise

from tiemchung.core.text import nfc, tone_key
from tiemchung.people.rules.names import name_key

MIDDLES = 4  # middle words whose leaving out is looked for; longer names are rare and their keys would double each time


class NameRelation(StrEnum):
    """What two spellings have in common, the nearest first."""

    SAME = "SAME_NAME"
    TONE = "NAME_TONE_VARIANT"
    UNMARKED = "NAME_WITHOUT_MARKS"
    MIDDLE = "MIDDLE_DROPPED"
    MARKS = "NAME_MARKS_DIFFER"
    OTHER = "NAME_DIFFERS"


def name_relation(one: str, other: str) -> NameRelation:
    """Tell how near two full names are.

    SAME but for case. TONE: only the place of a tone mark differs (hòa, hoà), or the two tones that half of the
    country speaks alike (Hảo, Hão). UNMARKED: one side has no marks at all, or lost some before the given name
    (Nguyên An, Nguyễn An). MIDDLE: family and given name are equal and middle words are left out. MARKS: both carry
    marks that contradict (Hùng, Hưng), in the given name also where one has fewer (Nguyễn An, Nguyễn Ân). Else OTHER.
    """
    if nfc(one).lower() == nfc(other).lower():
        return NameRelation.SAME
    if _heard(one) == _heard(other):
        return NameRelation.TONE
    here, there = name_key(one).split(), name_key(other).split()
    if here == there:
        return NameRelation.UNMARKED if _lost_marks(one, other) else NameRelation.MARKS
    return NameRelation.MIDDLE if _middle_dropped(here, there) else NameRelation.OTHER


def _heard(name: str) -> str:
    """Give a name with its tone marks in one place and the tones hỏi and ngã as one."""
    return unicodedata.normalize("NFD", tone_key(name)).replace("\u0303", "\u0309")


def _middle_dropped(here: list[str], there: list[str]) -> bool:
    """Tell whether one list is the other without some of its middle words."""
    few, many = sorted((here, there), key=len)
    if len(few) < 2 or len(few) == len(many) or (few[0], few[-1]) != (many[0], many[-1]):
        return False
    rest = iter(many[1:-1])
    return all(word in rest for word in few[1:-1])


def _lost_marks(one: str, other: str) -> bool:
    """Tell whether one side was written without marks, or lost some of them before the given name.

    A given name written with other marks than its bearer's is another's: twins are called An and Ân.
    """
    if nfc(one).isascii() or nfc(other).isascii():
        return True
    pairs = list(zip(nfc(one).lower().split(), nfc(other).lower().split(), strict=False))
    return _heard(pairs[-1][0]) == _heard(pairs[-1][1]) and all(_fewer(a, b) or _fewer(b, a) for a, b in pairs)


def _fewer(less: str, more: str) -> bool:
    """Tell whether the letters of `less` carry no mark that those of `more` lack."""
    here, there = _letters(less), _letters(more)
    return len(here) == len(there) and all(a <= b for a, b in zip(here, there, strict=True))


def _letters(word: str) -> list[frozenset[str]]:
    """Give the marks of each letter; the bar of đ counts as one."""
    found: list[set[str]] = []
    for char in _heard(word):
        if unicodedata.combining(char) and found:
            found[-1].add(char)
        else:
            found.append({"bar"} if char == "đ" else set())
    return [frozenset(marks) for marks in found]


def shorter_names(key: str) -> tuple[str, ...]:
    """Give the keys of a name with one or more middle words left out, the shortest last."""
    words = key.split()
    middle = words[1:-1]
    if len(words) < 3 or len(middle) > MIDDLES:
        return (ends_of(key),) if len(words) > 2 else ()
    kept = [part for size in range(len(middle) - 1, -1, -1) for part in combinations(middle, size)]
    return tuple(dict.fromkeys(" ".join((words[0], *part, words[-1])) for part in kept))


def ends_of(key: str) -> str:
    """Give the first and the last word of a name's key: family and given name."""
    words = key.split()
    return " ".join((words[0], words[-1])) if len(words) > 1 else key


def one_digit_off(number: str) -> Iterator[str]:
    """Give each text that differs from `number` in one digit, or by two neighbours changed over."""
    for place, char in enumerate(number):
        if char.isdigit():
            yield from (f"{number[:place]}{digit}{number[place + 1 :]}" for digit in "0123456789" if digit != char)
    for place, (char, following) in enumerate(pairwise(number)):
        if char != following and (char + following).isdigit():
            yield f"{number[:place]}{following}{char}{number[place + 2 :]}"

"""Whether two foreign certificates name one holder: by transliterated names and birth date, not by display names.

The rules are those that the German wallets published as test cases. They are made for other countries'
certificates; Vietnamese persons are matched by the people domain.
"""

import re
from collections.abc import Mapping
from typing import Any

_GERMAN = str.maketrans({"Ä": "AE", "Ö": "OE", "Ü": "UE", "ß": "SS", "ẞ": "SS"})
_SEPARATORS = re.compile(r"[\s<.\-]+")
_TITLES = frozenset({"DR"})


def name_parts(name: str) -> tuple[str, ...]:
    """Give the parts of a transliterated name: upper case, German letters spelled out, doctor's titles dropped."""
    parts = _SEPARATORS.split(name.upper().translate(_GERMAN))
    return tuple(part for part in parts if part and part not in _TITLES)


def _parts(holder: Mapping[str, Any], key: str) -> frozenset[str]:
    text = holder.get("nam", {}).get(key)
    return frozenset(name_parts(text)) if isinstance(text, str) else frozenset()


def _overlap(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one & other) or not (one or other)


def same_holder(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether two payloads (`nam` with fnt, gnt; `dob`) name one holder; swapped names count as one."""
    if str(one.get("dob", "")).strip() != str(other.get("dob", "")).strip():
        return False
    family, given = _parts(one, "fnt"), _parts(one, "gnt")
    family2, given2 = _parts(other, "fnt"), _parts(other, "gnt")
    straight = _overlap(family, family2) and _overlap(given, given2)
    return straight or (_overlap(family, given2) and _overlap(given, family2))

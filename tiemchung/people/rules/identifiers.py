"""Identity numbers: a wrong format refuses, what merely does not fit its holder warns (vietnam.md part 3)."""

import datetime as dt
import re
import unicodedata

from tiemchung.core.verdict import YES, Reason, Severity, Verdict, all_of, refuse, warn
from tiemchung.people.rules.kinds import IdentifierState, IdSystem, Sex
from tiemchung.people.rules.provinces import CCCD_PROVINCES

_PERSONAL = frozenset({IdSystem.CCCD, IdSystem.CMND12})
_NOISE = re.compile(r"[\s.\-'’`\u00a0\u200b-\u200f\u202a-\u202e\ufeff]")
_SCIENTIFIC = re.compile(r"(\d)(?:[.,](\d+))?[eE]\+?(\d{1,2})")
_SHAPES = {
    IdSystem.CMND9: re.compile(r"\d{9}"),
    IdSystem.CMND12: re.compile(r"\d{12}"),
    IdSystem.CCCD: re.compile(r"\d{12}"),
    IdSystem.PASSPORT: re.compile(r"(?=.*\d)[A-Z0-9]{5,9}"),
    IdSystem.BHXH10: re.compile(r"\d{10}"),
    IdSystem.BHYT15: re.compile(r"[A-Z]{2}[1-5]\d{12}"),
    IdSystem.HEALTH_ID: re.compile(r"[A-Z0-9]{6,20}"),
    IdSystem.QID: re.compile(r"\d{10,20}"),
}
MAX_RAW = 60


def check_identifier(
    system: str, raw: str, *, sex: str = Sex.UNKNOWN, birth_date: dt.date | None = None
) -> tuple[str, Verdict]:
    """Give the number as it is stored and what is to be said of it.

    IDENTIFIER_FORMAT refuses. A personal number that does not fit its holder warns with
    IDENTIFIER_PROVINCE, IDENTIFIER_SEX or IDENTIFIER_BIRTH_YEAR: such numbers exist rightfully after
    official corrections. A number that a spreadsheet damaged is repaired only where the repaired one fits
    the holder in every part (IDENTIFIER_REPAIRED). A birth date of any precision will do: only its year is
    asked.
    """
    kind = IdSystem(system)
    text = _tidy(raw) if len(raw) <= MAX_RAW else ""
    if kind in _PERSONAL and re.fullmatch(r"\d{10,11}", text):
        return _padded(kind, text, sex, birth_date)
    if not text or not _SHAPES[kind].fullmatch(text):
        return text, refuse("IDENTIFIER_FORMAT", system=kind.value)
    verdict = _fit(text, sex, birth_date) if kind in _PERSONAL else YES
    return text, verdict


def _tidy(raw: str) -> str:
    text = unicodedata.normalize("NFKC", raw).strip().strip("'’`")
    text = re.sub(r"(?<=\d)\.0+$", "", text)
    scientific = _SCIENTIFIC.fullmatch(text.replace(" ", ""))
    if scientific:
        return _expanded(*scientific.groups(default=""))
    return _NOISE.sub("", text).upper()


def _expanded(head: str, tail: str, power: str) -> str:
    """Write out 7.9201000001E+10; one whose digits were rounded away stays as it is and is refused."""
    return head + tail if len(tail) == int(power) else "E"


def _padded(kind: IdSystem, text: str, sex: str, birth_date: dt.date | None) -> tuple[str, Verdict]:
    number = text.zfill(12)
    known = birth_date is not None and sex in (Sex.MALE, Sex.FEMALE)
    if known and not _fit(number, sex, birth_date).reasons:
        return number, Verdict((Reason("IDENTIFIER_REPAIRED", Severity.NOTE),))
    return text, refuse("IDENTIFIER_FORMAT", system=kind.value)


def _fit(number: str, sex: str, birth_date: dt.date | None) -> Verdict:
    century_sex, year = int(number[3]), int(number[4:6])
    found = []
    if number[:3] not in CCCD_PROVINCES:
        found.append(warn("IDENTIFIER_PROVINCE"))
    if sex in (Sex.MALE, Sex.FEMALE) and (century_sex % 2 == 0) is not (sex == Sex.MALE):
        found.append(warn("IDENTIFIER_SEX"))
    if birth_date is not None and birth_date.year != 1900 + 100 * (century_sex // 2) + year:
        found.append(warn("IDENTIFIER_BIRTH_YEAR"))
    return all_of(found)


def state_after(verdict: Verdict) -> IdentifierState:
    """Give CLEAN for a number that fits its holder, DOUBTFUL for one that warns: it cannot vouch in a
    match.
    """
    return IdentifierState.DOUBTFUL if verdict.warnings else IdentifierState.CLEAN


def number_spaces(system: str, value: str) -> tuple[tuple[str, str], ...]:
    """Give under which (space, value) a number is found, its own first.

    The 12-digit CMND and the CCCD are one space; an insurance card is also found by the BHXH number inside
    it.
    """
    if system in _PERSONAL:
        return (("PERSONAL", value),)
    if system == IdSystem.BHYT15:
        return ((system, value), (IdSystem.BHXH10, value[5:]))
    return ((system, value),)


def vouches(system: str, state: str) -> bool:
    """Tell whether a number can hold two people apart: a 12-digit personal number that fits its holder."""
    return system in _PERSONAL and state == IdentifierState.CLEAN


def possible_systems(text: str) -> tuple[tuple[IdSystem, str], ...]:
    """Give every (system, value) as which a typed search text could be meant; () for words."""
    tidy = _tidy(text) if len(text) <= MAX_RAW else ""
    if not any(char.isdigit() for char in tidy):
        return ()
    return tuple((kind, tidy) for kind in _SEARCHED if _SHAPES[kind].fullmatch(tidy))


_SEARCHED = (
    IdSystem.CCCD,
    IdSystem.CMND9,
    IdSystem.PASSPORT,
    IdSystem.BHYT15,
    IdSystem.BHXH10,
    IdSystem.HEALTH_ID,
    IdSystem.QID,
)


def mask(value: str) -> str:
    """Give what may be shown of a number: as many dots as it has characters, then its last three."""
    return "•" * max(len(value) - 3, 3) + tail_of(value)


def tail_of(value: str) -> str:
    """Give the last three characters, or none of a value too short to hide anything."""
    return value[-3:] if len(value) >= 6 else ""


def masked_tail(tail: str) -> str:
    """Give the shown form of a stored tail."""
    return f"•••{tail}"

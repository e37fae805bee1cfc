"""A second, slow implementation of "whom may this claim mean": every person on record is compared in plain text.

It knows no keys and shares no code with `tiemchung.people`; names are those of its own word lists. Numbers are CCCD or
CMND9, all open and fitting their holders, unless they are said to be retired.
"""

import datetime as dt
import unicodedata
from dataclasses import dataclass, field

POINTS = {
    "SAME_NUMBER": 60, "OLD_NUMBER": 45, "NUMBER_ONE_OFF": 35, "SAME_NAME": 30, "NAME_TONE_VARIANT": 28,
    "NAME_WITHOUT_MARKS": 24, "MIDDLE_DROPPED": 16, "NAME_MARKS_DIFFER": -5, "SAME_BIRTH": 25,
    "DAY_MONTH_SWAPPED": 18, "BIRTH_YEAR_ONLY": 10, "BIRTH_ONE_OFF": 10, "SAME_PHONE": 10, "SAME_AREA": 5,
    "SEX_DIFFERS": -15, "BIRTH_DIFFERS": -35, "NAME_DIFFERS": -40, "OTHER_NUMBER": -40,
}  # fmt: skip
BOUNDS = {"NAME_DIFFERS": 35, "OTHER_NUMBER": 30, "NAME_MARKS_DIFFER": 70, "BIRTH_DIFFERS": 60}


@dataclass(frozen=True)
class Somebody:
    """One person as told; `born` is DDMMYYYY, 00MMYYYY or 0000YYYY; numbers are the digits alone."""

    name: str
    born: str
    sex: str
    area: str
    phone: str = ""
    numbers: tuple[str, ...] = ()
    retired: frozenset[str] = field(default_factory=frozenset)


def nearest(claim: Somebody, people: dict[str, Somebody]) -> dict[str, tuple[int, frozenset[str]]]:
    """Give for everybody whom the claim may mean the points and the codes of all reasons."""
    found = {}
    for key, person in people.items():
        codes = reasons(claim, person)
        if codes:
            points = min([100, sum(POINTS[code] for code in codes), *(BOUNDS[c] for c in codes if c in BOUNDS)])
            found[key] = (max(0, points), frozenset(codes))
    return found


def reasons(claim: Somebody, person: Somebody) -> set[str]:
    """Give the codes of what agrees and differs; none where nothing may find this person."""
    name, birth, number = names(claim.name, person.name), births(claim.born, person.born), numbers(claim, person)
    phone = bool(claim.phone) and claim.phone == person.phone
    found_by_name = name != "NAME_DIFFERS" and birth != "BIRTH_DIFFERS"
    if name == "MIDDLE_DROPPED" and (not full(claim.born) or claim.born.startswith("0101")):
        found_by_name = False
    if name in ("MIDDLE_DROPPED",) and birth == "BIRTH_ONE_OFF":
        found_by_name = False
    by_phone = phone and name not in ("NAME_DIFFERS", "NAME_MARKS_DIFFER")
    if not (number or found_by_name or by_phone):
        return set()
    codes = {name, birth} | ({number} if number else set())
    mine, theirs = ([n for n in side.numbers if len(n) == 12 and n not in side.retired] for side in (claim, person))
    vouched = any(fits(n, claim) for n in mine)  # one that does not fit who says it holds nobody apart
    if vouched and theirs and not any(slips(a, b) <= 1 for a in mine for b in theirs):
        codes.add("OTHER_NUMBER")
    codes |= {"SAME_PHONE"} if phone else set()
    codes |= {"SAME_AREA"} if claim.area == person.area else set()
    codes |= {"SEX_DIFFERS"} if claim.sex != person.sex else set()
    return codes


def fits(number: str, person: Somebody) -> bool:
    """Tell whether a CCCD says the person's sex and year of birth, in the twentieth century."""
    return number[3] == ("0" if person.sex == "MALE" else "1") and number[4:6] == person.born[6:]


def numbers(claim: Somebody, person: Somebody) -> str:
    """Give the code of the nearest two numbers of one kind, or ""."""
    same = set(claim.numbers) & set(person.numbers)
    if any(len(n) == 12 and n not in person.retired for n in same):
        return "SAME_NUMBER"
    if same:
        return "OLD_NUMBER"
    return "NUMBER_ONE_OFF" if any(slips(a, b) == 1 for a in claim.numbers for b in person.numbers) else ""


def slips(one: str, other: str) -> int:
    """Count 0 for equal, 1 for one wrong digit or two neighbours changed over, 2 for more."""
    if one == other:
        return 0
    wrong = [i for i, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]]
    if len(one) != len(other) or len(wrong) > 2:
        return 2
    if len(wrong) == 1:
        return 1
    first, second = wrong
    return 1 if second == first + 1 and one[first : second + 1] == other[first : second + 1][::-1] else 2


def full(born: str) -> bool:
    """Tell whether a birth date is known to the day."""
    return born[:2] != "00"


def births(one: str, other: str) -> str:
    """Give the code of two birth dates."""
    if full(one) and full(other):
        if one == other:
            return "SAME_BIRTH"
        if one == other[2:4] + other[:2] + other[4:]:
            return "DAY_MONTH_SWAPPED"
    if one[4:] == other[4:]:
        days = {one[:4], other[:4]}
        months = {one[2:4], other[2:4]}
        if days & {"0101", "0000"} or (not (full(one) and full(other)) and len(months) == 1):
            return "BIRTH_YEAR_ONLY"
    return "BIRTH_ONE_OFF" if full(one) and full(other) and slips(one, other) == 1 else "BIRTH_DIFFERS"


def bare(text: str) -> str:
    """Give lower-case letters without marks."""
    split = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(char for char in split if not unicodedata.combining(char))


def names(one: str, other: str) -> str:
    """Give the code of two names; the tones hỏi and ngã sound alike."""
    if one.lower() == other.lower():
        return "SAME_NAME"
    sounds = [unicodedata.normalize("NFD", x.lower()).replace("\u0303", "\u0309") for x in (one, other)]
    if sounds[0] == sounds[1]:
        return "NAME_TONE_VARIANT"
    left, right = bare(one).split(), bare(other).split()
    if left == right:
        before = zip(one.lower().split()[:-1], other.lower().split()[:-1], strict=True)
        plain = bare(one) == one.lower() or bare(other) == other.lower()
        lost = all(loses(a, b) or loses(b, a) for a, b in before) and sounds[0].split()[-1] == sounds[1].split()[-1]
        return "NAME_WITHOUT_MARKS" if plain or lost else "NAME_MARKS_DIFFER"
    few, many = sorted((left, right), key=len)
    if len(few) > 1 and len(few) < len(many) and few[0] == many[0] and few[-1] == many[-1] and within(few, many):
        return "MIDDLE_DROPPED"
    return "NAME_DIFFERS"


def within(few: list[str], many: list[str]) -> bool:
    """Tell whether the words stand in that order in the longer list, by trying every place."""
    return not few or any(many[i] == few[0] and within(few[1:], many[i + 1 :]) for i in range(len(many)))


def loses(less: str, more: str) -> bool:
    """Tell whether `less` is `more` with some marks left out."""
    return all(bare(a) == bare(b) and _marks(a) <= _marks(b) for a, b in zip(less, more, strict=True))


def _marks(char: str) -> set[str]:
    marks = {m for m in unicodedata.normalize("NFD", char).replace("\u0303", "\u0309") if unicodedata.combining(m)}
    return marks | ({"bar"} if char == "đ" else set())


def born_on(born: str) -> tuple[dt.date, str]:
    """Give the date and how much of it is known."""
    day, month, year = born[:2], born[2:4], int(born[4:])
    precision = "YEAR" if month == "00" else "MONTH" if day == "00" else "DAY"
    return dt.date(year, max(1, int(month)), max(1, int(day))), precision

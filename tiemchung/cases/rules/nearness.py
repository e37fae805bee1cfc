"""How near a recorded dose is to what somebody tells of it: a sum of explained parts, equal from either side.

The parts are the errors that sheets and forms are known for: day and month changed over, a day off by one, a letter of
the lot read as a digit, a product picked from the wrong line, a dose entered at the wrong place.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

WEIGHTS = {"day": 40, "lot": 25, "product": 25, "place": 10}
NEAR = 60  # from here a recorded dose may be the one that is meant
TWIN_DAYS = 14  # two doses of one product this near are one injection entered twice (duplicate_days of the schedule)
MOST_LOT = 40
_LOOKS = str.maketrans({"O": "0", "Q": "0", "D": "0", "I": "1", "L": "1", "Z": "2", "S": "5", "G": "6", "B": "8"})


class DoseReason(StrEnum):
    """What a told dose and a recorded one have in common, or not."""

    SAME_DAY = "SAME_DAY_GIVEN"
    DAY_MONTH_SWAPPED = "GIVEN_DAY_MONTH_SWAPPED"
    DAY_OFF_BY_ONE = "GIVEN_DAY_OFF_BY_ONE"
    DAY_ONE_DIGIT_OFF = "GIVEN_ONE_DIGIT_OFF"
    DAY_DIFFERS = "GIVEN_DAY_DIFFERS"
    SAME_LOT = "SAME_LOT"
    LOT_LOOKS_ALIKE = "LOT_LOOKS_ALIKE"
    LOT_ONE_OFF = "LOT_ONE_OFF"
    LOT_DIFFERS = "LOT_DIFFERS"
    SAME_PRODUCT = "SAME_PRODUCT"
    OTHER_PRODUCT = "OTHER_PRODUCT"
    SAME_PLACE = "SAME_PLACE"
    OTHER_PLACE = "OTHER_PLACE"


_D = DoseReason
# The share of a part's weight that a reason earns; what one side leaves open earns half, since nothing contradicts.
SHARES = {
    _D.SAME_DAY: 1.0,
    _D.DAY_MONTH_SWAPPED: 0.8,
    _D.DAY_OFF_BY_ONE: 0.75,
    _D.DAY_ONE_DIGIT_OFF: 0.6,
    _D.DAY_DIFFERS: 0.0,
    _D.SAME_LOT: 1.0,
    _D.LOT_LOOKS_ALIKE: 0.9,
    _D.LOT_ONE_OFF: 0.7,
    _D.LOT_DIFFERS: 0.0,
    _D.SAME_PRODUCT: 1.0,
    _D.OTHER_PRODUCT: 0.0,
    _D.SAME_PLACE: 1.0,
    _D.OTHER_PLACE: 0.0,
}
UNKNOWN_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class DoseSketch:
    """What is known of a dose; empty is unknown."""

    product: str = ""
    lot_number: str = ""
    given_on: dt.date | None = None
    facility_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class DoseNearness:
    """A score from 0 to 100 with its reasons, and the facts in which the two sides differ."""

    score: int
    reasons: tuple[DoseReason, ...]
    differs: tuple[str, ...]

    @property
    def near(self) -> bool:
        """Tell whether both may be one injection: another day altogether is another dose, however alike the rest."""
        return self.score >= NEAR and DoseReason.DAY_DIFFERS not in self.reasons


def lot_letters(number: str) -> str:
    """Give a lot number as it is compared: no case, spaces, dots or hyphens."""
    return "".join(c for c in number[:MOST_LOT].upper() if c.isalnum())


def dose_nearness(one: DoseSketch, other: DoseSketch) -> DoseNearness:
    """Compare two doses; the order of the two says nothing, and equal ones are at the top.

    Without a day on both sides nothing is near: product and lot are those of thousands.
    """
    told = {
        "day": day_relation(one.given_on, other.given_on),
        "lot": lot_relation(one.lot_number, other.lot_number),
        "product": _equal(one.product, other.product, _D.SAME_PRODUCT, _D.OTHER_PRODUCT),
        "place": _equal(one.facility_id, other.facility_id, _D.SAME_PLACE, _D.OTHER_PLACE),
    }
    known = {
        "day": (one.given_on, other.given_on),
        "lot": (lot_letters(one.lot_number), lot_letters(other.lot_number)),
        "product": (one.product, other.product),
        "place": (one.facility_id, other.facility_id),
    }
    asked = {part: WEIGHTS[part] for part, sides in known.items() if any(sides)}
    got = sum(weight * _share(told[part]) for part, weight in asked.items())
    score = round(100 * got / sum(asked.values())) if asked and told["day"] is not None else 0
    reasons = tuple(reason for reason in told.values() if reason is not None)
    differs = tuple(part for part, reason in told.items() if reason is not None and SHARES[reason] < 1.0)
    return DoseNearness(score, reasons, differs)


def _share(reason: DoseReason | None) -> float:
    return UNKNOWN_SHARE if reason is None else SHARES[reason]


def day_relation(one: dt.date | None, other: dt.date | None) -> DoseReason | None:
    """Tell how two days are near each other; None where one is unknown."""
    if one is None or other is None:
        return None
    if one == other:
        return _D.SAME_DAY
    if (one.year, one.month, one.day) == (other.year, other.day, other.month):
        return _D.DAY_MONTH_SWAPPED
    if abs((one - other).days) == 1:
        return _D.DAY_OFF_BY_ONE
    return _D.DAY_ONE_DIGIT_OFF if _one_digit_off(one, other) else _D.DAY_DIFFERS


def _one_digit_off(one: dt.date, other: dt.date) -> bool:
    """Tell whether one digit of the day, or the year by one, was mistaken.

    Another month is no slip: one month on, on the same day, the next dose is due.
    """
    if (one.month, one.day) == (other.month, other.day):
        return abs(one.year - other.year) == 1
    digits = sum(a != b for a, b in zip(f"{one.day:02}", f"{other.day:02}", strict=True))
    return (one.year, one.month, digits) == (other.year, other.month, 1)


def lot_relation(one: str, other: str) -> DoseReason | None:
    """Tell how two lot numbers are near each other; None where one is unknown."""
    here, there = lot_letters(one), lot_letters(other)
    if not here or not there:
        return None
    if here == there:
        return _D.SAME_LOT
    if here.translate(_LOOKS) == there.translate(_LOOKS):
        return _D.LOT_LOOKS_ALIKE
    return _D.LOT_ONE_OFF if one_off(here, there) else _D.LOT_DIFFERS


def one_off(one: str, other: str) -> bool:
    """Tell whether one character was written otherwise, left out or doubled, or two neighbours changed over."""
    if len(one) == len(other):
        places = [i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
        if len(places) == 2 and places[1] == places[0] + 1:
            return one[places[0]] == other[places[1]] and one[places[1]] == other[places[0]]
        return len(places) == 1
    few, many = sorted((one, other), key=len)
    return len(many) == len(few) + 1 and any(few == many[:i] + many[i + 1 :] for i in range(len(many)))


def _equal(one: object, other: object, same: DoseReason, differs: DoseReason) -> DoseReason | None:
    if not one or not other:
        return None
    return same if one == other else differs


def may_be_twins(one: DoseSketch, other: DoseSketch) -> bool:
    """Tell whether two doses on record may be one injection entered twice."""
    if one.given_on is None or other.given_on is None or one.product != other.product:
        return False
    return abs((one.given_on - other.given_on).days) < TWIN_DAYS or dose_nearness(one, other).score >= 80


# What was found about two persons that no likeness outweighs: a desk joins them only after amending what is wrong.
NEVER_LINK = frozenset({"OTHER_NUMBER", "NOT_LINK"})


def may_suggest_link(codes: Iterable[str]) -> bool:
    """Tell whether two persons with these reasons may be offered to be joined: never with two valid numbers."""
    return NEVER_LINK.isdisjoint(codes)

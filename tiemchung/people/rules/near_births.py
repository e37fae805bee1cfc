"""How two birth dates are near each other, and which dates are near one."""

import datetime as dt
from collections.abc import Iterator
from enum import StrEnum

from tiemchung.people.rules.births import same_birth, trim_birth
from tiemchung.people.rules.kinds import BirthPrecision
from tiemchung.people.rules.spelling import one_digit_off

EARLIEST, LATEST = 1890, 2190  # years between which a birth is looked for
type Birth = tuple[dt.date, str]


class BirthRelation(StrEnum):
    """What two birth dates have in common, the nearest first."""

    SAME = "SAME_BIRTH"
    SWAPPED = "DAY_MONTH_SWAPPED"
    YEAR_ONLY = "BIRTH_YEAR_ONLY"
    ONE_OFF = "BIRTH_ONE_OFF"
    OTHER = "BIRTH_DIFFERS"


def birth_relation(one: Birth, other: Birth) -> BirthRelation:
    """Tell how near two (date, precision) are.

    SWAPPED: day and month changed over. YEAR_ONLY: equal as far as the coarser one is known, or one of them is the
    1 January that stands for an unknown day. ONE_OFF: one digit of DDMMYYYY differs, or two neighbours are changed
    over.
    """
    (date, precision), (day, exactness) = one, other
    if precision != BirthPrecision.DAY or exactness != BirthPrecision.DAY:
        known = same_birth(date, precision, day, exactness)
        return BirthRelation.YEAR_ONLY if known or _placeholder(one, other) else BirthRelation.OTHER
    if date == day:
        return BirthRelation.SAME
    if _swapped(date) == day:
        return BirthRelation.SWAPPED
    if _placeholder(one, other):
        return BirthRelation.YEAR_ONLY
    return BirthRelation.ONE_OFF if _written(day) in one_digit_off(_written(date)) else BirthRelation.OTHER


def _placeholder(one: Birth, other: Birth) -> bool:
    """Tell whether one side is the 1 January that registers write for "day unknown", and the years agree."""
    first = any((d.month, d.day) == (1, 1) and precision != BirthPrecision.MONTH for d, precision in (one, other))
    return first and one[0].year == other[0].year


def _swapped(date: dt.date) -> dt.date | None:
    return date.replace(month=date.day, day=date.month) if date.day <= 12 else None


def _written(date: dt.date) -> str:
    return f"{date:%d%m}{date.year:04}"


def births_like(birth: Birth) -> tuple[Birth, ...]:
    """Give every (date, precision) that is the same, changed over, or known to another precision.

    For a year alone these are all its days: a few hundred keys, each asked once.
    """
    date, precision = birth
    year = date.replace(month=1, day=1)
    found = [(date, precision), (year, BirthPrecision.YEAR), (date.replace(day=1), BirthPrecision.MONTH)]
    first = (year, BirthPrecision.DAY)
    if precision == BirthPrecision.YEAR or (date, precision) == first:
        found += _days_of(year) + _months_of(year)
    elif precision == BirthPrecision.MONTH:
        found += [first, *(day for day in _days_of(year) if day[0].month == date.month)]
    else:
        swapped = _swapped(date)
        found += [first, (swapped, BirthPrecision.DAY)] if swapped else [first]
    return tuple(dict.fromkeys((trim_birth(*one), str(one[1])) for one in found))


def _days_of(year: dt.date) -> list[Birth]:
    length = (year.replace(year=year.year + 1) - year).days
    return [(year + dt.timedelta(days=n), BirthPrecision.DAY) for n in range(length)]


def _months_of(year: dt.date) -> list[Birth]:
    return [(year.replace(month=month), BirthPrecision.MONTH) for month in range(1, 13)]


def births_one_off(birth: Birth) -> tuple[Birth, ...]:
    """Give every whole date that one digit or two changed neighbours of DDMMYYYY lead to; none for part of a date."""
    date, precision = birth
    return tuple(dict.fromkeys(_real_dates(_written(date)))) if precision == BirthPrecision.DAY else ()


def _real_dates(written: str) -> Iterator[Birth]:
    for text in one_digit_off(written):
        try:
            date = dt.date(int(text[4:]), int(text[2:4]), int(text[:2]))
        except ValueError:
            continue
        if EARLIEST <= date.year <= LATEST:
            yield date, BirthPrecision.DAY

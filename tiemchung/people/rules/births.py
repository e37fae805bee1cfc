"""Birth dates of stated precision."""

import datetime as dt

from tiemchung.core.verdict import YES, Verdict, refuse
from tiemchung.people.rules.kinds import BirthPrecision

OLDEST = 125  # years; nobody has been verified older than 122
_RANK = {BirthPrecision.YEAR: 1, BirthPrecision.MONTH: 2, BirthPrecision.DAY: 3}


def trim_birth(date: dt.date, precision: str) -> dt.date:
    """Give the date with what is not known set to the first, so that equal knowledge is equal bytes."""
    if precision == BirthPrecision.YEAR:
        return date.replace(month=1, day=1)
    return date.replace(day=1) if precision == BirthPrecision.MONTH else date


def check_birth(date: dt.date, precision: str, on: dt.date) -> Verdict:
    """Refuse a birth after `on` (BIRTH_IN_FUTURE) or more than 125 years before it (BIRTH_TOO_LONG_AGO)."""
    if trim_birth(date, precision) > on:
        return refuse("BIRTH_IN_FUTURE")
    return refuse("BIRTH_TOO_LONG_AGO", years=OLDEST) if on.year - date.year > OLDEST else YES


def birth_text(date: dt.date, precision: str) -> str:
    """Give the date as Vietnam writes it, and no more of it than is known: 05/03/2001, 03/2001 or 2001."""
    if precision == BirthPrecision.YEAR:
        return f"{date.year:04}"
    return f"{date.month:02}/{date.year:04}" if precision == BirthPrecision.MONTH else f"{date:%d/%m/}{date.year:04}"


def same_birth(one: dt.date, one_precision: str, other: dt.date, other_precision: str) -> bool:
    """Tell whether two birth dates agree as far as both are known."""
    coarser = min(BirthPrecision(one_precision), BirthPrecision(other_precision), key=lambda p: _RANK[p])
    return trim_birth(one, coarser) == trim_birth(other, coarser)


def knows_as_much(one_precision: str, other_precision: str) -> bool:
    """Tell whether the first precision is at least as fine as the second."""
    return _RANK[BirthPrecision(one_precision)] >= _RANK[BirthPrecision(other_precision)]

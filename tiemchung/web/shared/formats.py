"""Dates, numbers and identifiers as our readers write them.

Days are dd/mm/yyyy in English too: one document must not show one day in two orders. Numbers follow the language: to an
English reader 1.234 is little more than one.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from tiemchung.core import clock
from tiemchung.web.shared.language import ENGLISH, spoken_language

GROUPED_FROM = 1_000  # a year among a sentence's facts comes as text
_VIETNAMESE_MARKS = str.maketrans(",.", ".,")
DOT = "•"


def format_date(day: dt.date | None) -> str:
    """Write a day as 05/03/1984; nothing for None. A moment is first put on Vietnam's clock."""
    if day is None:
        return ""
    if isinstance(day, dt.datetime):
        day = clock.local(day).date()
    return f"{day.day:02d}/{day.month:02d}/{day.year:04d}"


def format_birth(day: dt.date | None, precision: str = "day") -> str:
    """Write a birth date only as exactly as it is known: `day` 05/03/1984, `month` 03/1984, `year` 1984."""
    if day is None:
        return ""
    return {"month": f"{day.month:02d}/{day.year:04d}", "year": f"{day.year:04d}"}.get(precision, format_date(day))


def format_time(moment: dt.datetime | None) -> str:
    """Write the time of day in Vietnam as 14:05; nothing for None."""
    return "" if moment is None else f"{clock.local(moment):%H:%M}"


def format_moment(moment: dt.datetime | None) -> str:
    """Write a moment in Vietnam as 14:05 22/11/2026; nothing for None."""
    return "" if moment is None else f"{format_time(moment)} {format_date(moment)}"


def format_number(number: int | float | None, decimals: int = 0, lang: str | None = None) -> str:
    """Write 1234567.5 with one decimal as 1.234.567,5, in English as 1,234,567.5; nothing for None."""
    if number is None:
        return ""
    # Whole numbers never pass through a float, which loses the last digits beyond 2**53.
    grouped = f"{number:,d}" if isinstance(number, int) and not decimals else f"{number:,.{decimals}f}"
    return grouped if (lang or spoken_language()) == ENGLISH else grouped.translate(_VIETNAMESE_MARKS)


def format_percent(share: float | None, decimals: int = 1) -> str:
    """Write the share 0.8123 as 81,2%, in English as 81.2%; nothing for None."""
    return "" if share is None else f"{format_number(share * 100, decimals)}%"


def age_on(birth: dt.date, day: dt.date) -> int:
    """Give completed years on a day; born on 29 February, one is a year older on 1 March of common years."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def format_phone(number: str | None) -> str:
    """Write +84900000123 as 0900 000 123; a foreign number keeps its +; nothing for None."""
    if not number:
        return ""
    if not number.startswith("+84"):
        return number
    home = "0" + number[3:]
    return f"{home[:4]} {home[4:7]} {home[7:]}".strip()


def mask_identifier(number: str | None, shown: int = 4) -> str:
    """Write only the end of an identifier, 001084012345 as ••••••••2345; a short one shows at most a third."""
    if not number:
        return ""
    shown = min(shown, len(number) // 3)
    return DOT * (len(number) - shown) + number[len(number) - shown :]


def mask_phone(number: str | None) -> str:
    """Write only the last three digits of a phone, +84900000123 as •••• ••• 123; nothing for None."""
    if not number:
        return ""
    return f"{DOT * 4} {DOT * 3} {number[-3:]}"


def format_fact(fact: Any, lang: str | None = None) -> Any:
    """Write a plain fact as a sentence shows it: days, moments, large whole numbers, fractions; all else as it is."""
    if isinstance(fact, bool):
        return fact
    if isinstance(fact, dt.datetime):
        return format_moment(fact)
    if isinstance(fact, dt.date):
        return format_date(fact)
    if isinstance(fact, int) and abs(fact) >= GROUPED_FROM:
        return format_number(fact, lang=lang)
    if isinstance(fact, float):
        return format_number(fact, 0 if fact.is_integer() else 1, lang)
    return fact


FILTERS: Mapping[str, Callable[..., Any]] = {
    "date": format_date,
    "birth": format_birth,
    "time": format_time,
    "moment": format_moment,
    "number": format_number,
    "percent": format_percent,
    "phone": format_phone,
    "mask_identifier": mask_identifier,
    "mask_phone": mask_phone,
}

"""Ages and gaps between days, leap days included."""

import calendar
import datetime as dt
import re
from dataclasses import dataclass

from tiemchung.vaccines.rules.values import Birth, BirthSpan

_GAP = re.compile(r"(\d{1,4})([dwm])")
DAYS_OF_WEEK = 7


@dataclass(frozen=True, slots=True)
class Gap:
    """A distance between two days, in calendar months plus days."""

    months: int = 0
    days: int = 0

    @classmethod
    def parse(cls, text: str) -> "Gap":
        """Read "28d", "8w" or "3m"; ValueError for anything else."""
        match = _GAP.fullmatch(text)
        if match is None:
            raise ValueError(f"not a gap such as 28d, 8w or 3m: {text!r}")
        count, unit = int(match[1]), match[2]
        if unit == "m":
            return cls(months=count)
        return cls(days=count * (DAYS_OF_WEEK if unit == "w" else 1))

    def after(self, day: dt.date) -> dt.date:
        """Give the day that lies this gap after `day`; a month too short ends the count on its last day."""
        if not self.months:
            return day + dt.timedelta(days=self.days)
        index = day.year * 12 + day.month - 1 + self.months
        year, month = divmod(index, 12)
        last = calendar.monthrange(year, month + 1)[1]
        return dt.date(year, month + 1, min(day.day, last)) + dt.timedelta(days=self.days)

    def __str__(self) -> str:
        return f"{self.months}m" if self.months else f"{self.days}d"


def age_on(born_on: dt.date, day: dt.date) -> int:
    """Give the completed years on `day`; who was born on 29 February ages on 1 March of a common year."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def birthday(born_on: dt.date, years: int) -> dt.date:
    """Give the day on which `years` are completed, the last day there is for a birth at the end of time."""
    if born_on.year + years > dt.MAXYEAR:
        return dt.date.max
    try:
        return born_on.replace(year=born_on.year + years)
    except ValueError:  # 29 February in a common year
        return dt.date(born_on.year + years, 3, 1)


def span_of(birth: Birth) -> BirthSpan | None:
    """Give the birth as a span of days, or None when nothing is known."""
    return BirthSpan(birth, birth) if isinstance(birth, dt.date) else birth


def ages_on(birth: Birth, day: dt.date) -> tuple[int, int] | None:
    """Give the youngest and the oldest age that the person can have on `day`."""
    if isinstance(birth, dt.date):
        age = age_on(birth, day)
        return age, age
    span = span_of(birth)
    return None if span is None else (age_on(span.last, day), age_on(span.first, day))

"""The clock of a case: 48 elapsed hours from the recording, whatever the hour and the day (9458/BYT-CNTT)."""

import datetime as dt
from enum import StrEnum

LIFE = dt.timedelta(hours=48)
HALF = LIFE / 2
# After the due time a case climbs at once, and again with each further day: nobody is skipped, nobody waits long.
CLIMB = dt.timedelta(hours=24)
CLAIM = dt.timedelta(minutes=20)


class Alarm(StrEnum):
    """What the clock says about an open case."""

    HALF = "HALF"
    LATE = "LATE"


def due_at(recorded_at: dt.datetime) -> dt.datetime:
    """Give the moment by which the case must be answered."""
    return recorded_at + LIFE


def began_at(due: dt.datetime) -> dt.datetime:
    """Give when the clock that ends at `due` began: the recording, or the reopening of a case that was over."""
    return due - LIFE


def first_alarm(recorded_at: dt.datetime) -> dt.datetime:
    """Give when the case is warned of: half of its time has gone."""
    return recorded_at + HALF


def alarm_after(rung: int, sounded_for: dt.datetime, due: dt.datetime, top: int) -> dt.datetime | None:
    """Give when the alarm after the `rung`-th comes: the first climb at the due time, each further one a day later.

    `sounded_for` is the moment that the `rung`-th was due, `top` how many desks lie above the holder; None past them.
    The due time itself is marked also where nobody is above.
    """
    if rung >= max(top, 1):
        return None
    return due if rung == 0 else sounded_for + CLIMB


def alarm_of(rung: int) -> Alarm:
    """Give what the `rung`-th alarm says."""
    return Alarm.HALF if rung == 0 else Alarm.LATE


def is_late(due: dt.datetime, at: dt.datetime) -> bool:
    """Tell whether the due time has passed; at the due moment itself the case is late."""
    return at >= due


def hours_left(due: dt.datetime, at: dt.datetime) -> int:
    """Give the full hours left, negative when late: 0 means less than one hour either way."""
    return int((due - at) / dt.timedelta(hours=1))

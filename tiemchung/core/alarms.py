"""Alarms: what the house noticed and a person has to look at."""

import datetime as dt
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tiemchung.core.clock import local
from tiemchung.core.models import Alarm
from tiemchung.core.once import once

_log = logging.getLogger("tiemchung.alarms")


@dataclass(frozen=True, slots=True)
class AlarmView:
    """One alarm as the page of alarms lists it."""

    id: UUID
    code: str
    at: dt.datetime
    actor_id: UUID | None
    subject_id: UUID | None
    facts: Mapping[str, Any]
    seen_by: UUID | None
    seen_at: dt.datetime | None


def raise_alarm(
    code: str, *, at: dt.datetime, actor_id: UUID | None = None, subject_id: UUID | None = None, **facts: Any
) -> UUID:
    """Put an alarm on the page of alarms and its code into the log; `facts` hold no name and no number of a person."""
    row = Alarm(code=code, at=at, actor_id=actor_id, subject_id=subject_id, facts=facts)
    row.save(force_insert=True)
    _log.error("alarm %s %s", code, row.id)
    return row.id


def raise_daily(
    code: str, about: object = "", *, at: dt.datetime, subject_id: UUID | None = None, **facts: Any
) -> None:
    """Raise an alarm once a Vietnamese day for what it is about, however often that is looked at."""

    def alarm() -> dict[str, Any]:
        raise_alarm(code, at=at, subject_id=subject_id, **facts)
        return {}

    once(f"{about}:{local(at).date()}", f"alarm {code}", {}, at, alarm)


def raise_unseen(code: str, *, at: dt.datetime, subject_id: UUID, most: int) -> UUID | None:
    """Raise an alarm about a subject unless one of this code about it, or `most` of the code, wait to be looked at.

    What happens to many at once has one cause: whoever looks needs some of them and not a page of each.
    """
    waiting = Alarm.objects.filter(code=code, seen_at__isnull=True).values_list("subject_id", flat=True)[: most + 1]
    subjects = list(waiting)
    if subject_id in subjects or len(subjects) >= most:
        return None
    return raise_alarm(code, at=at, subject_id=subject_id)


def alarms(*, unseen: bool = False, code: str = "", limit: int = 200) -> tuple[AlarmView, ...]:
    """Give the newest alarms, on request only those that nobody has looked at, or of one code."""
    rows = Alarm.objects.filter(seen_at__isnull=True) if unseen else Alarm.objects.all()
    rows = rows.filter(code=code) if code else rows
    names = AlarmView.__slots__
    return tuple(AlarmView(**{name: getattr(row, name) for name in names}) for row in rows.order_by("-at")[:limit])


def see_alarm(alarm_id: UUID, *, by: UUID, at: dt.datetime) -> None:
    """Note that somebody looked at it; the first look counts."""
    Alarm.objects.filter(id=alarm_id, seen_at__isnull=True).update(seen_by=by, seen_at=at)

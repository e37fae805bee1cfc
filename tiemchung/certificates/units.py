"""Which unit has the work for a dose or a person: the facility that answers today, else the person's area."""

import datetime as dt
import time
from uuid import UUID

from tiemchung.places.reads import NoSuchPlace, answering_facility

# Successors come a few times a year; a minute's delay spares two statements for each dose.
_KEEP_S = 60.0
_MOST = 50_000
_kept: dict[tuple[UUID, dt.date], tuple[float, UUID]] = {}


def unit_of(facility_id: UUID, on: dt.date) -> UUID:
    """Give the facility that signs for this one on that day: itself, or the end of its successors."""
    known, now = _kept.get((facility_id, on)), time.monotonic()
    if known is not None and known[0] > now:
        return known[1]
    try:
        unit_id = answering_facility(facility_id, on).id
    except NoSuchPlace:
        unit_id = facility_id
    if len(_kept) >= _MOST:
        _kept.clear()
    _kept[facility_id, on] = (now + _KEEP_S, unit_id)
    return unit_id


def forget_units() -> None:
    """Drop what was kept; for tests, and after facilities got a successor."""
    _kept.clear()

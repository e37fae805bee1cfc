"""Which unit has the work for a dose or a person: the facility that answers today, else the person's area."""

import datetime as dt
from uuid import UUID

from tiemchung.core.kept import Kept
from tiemchung.places.reads import NoSuchPlace, answering_facility

# Successors come a few times a year; a minute's delay spares two statements for each dose.
_units: Kept[tuple[UUID, dt.date], UUID] = Kept(60.0, most=50_000)


def unit_of(facility_id: UUID, on: dt.date) -> UUID:
    """Give the facility that signs for this one on that day: itself, or the end of its successors."""
    return _units.of((facility_id, on), lambda: _read_unit(facility_id, on))


def _read_unit(facility_id: UUID, on: dt.date) -> UUID:
    try:
        return answering_facility(facility_id, on).id
    except NoSuchPlace:
        return facility_id

"""The areas that a facility's staff may see people of: where it stands and stood."""

import time
from uuid import UUID

from tiemchung.places import reads as places

# Facilities move a few times in their life; a minute's delay spares two statements on every request.
_KEEP_S = 60.0
_kept: dict[UUID, tuple[float, frozenset[UUID]]] = {}


def scope_of_facility(facility_id: UUID) -> frozenset[UUID]:
    """Give every area, of any date, that lies where the facility stands or stood; empty for no such facility."""
    known = _kept.get(facility_id)
    now = time.monotonic()
    if known is not None and known[0] > now:
        return known[1]
    found = places.facilities_by_id([facility_id]).get(facility_id)
    scope = places.scope_of([stay.area_id for stay in found.stays]) if found else frozenset()
    _kept[facility_id] = (now + _KEEP_S, scope)
    return scope


def forget_scopes() -> None:
    """Drop what was kept; for tests and after facilities were loaded."""
    _kept.clear()

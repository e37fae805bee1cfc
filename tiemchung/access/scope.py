"""What changes a few times a year and is asked all day: a facility's areas, and the desks that have somebody."""

import datetime as dt
import time
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from tiemchung.access.models import Posting
from tiemchung.core.actor import Role
from tiemchung.places import reads as places

# A minute's delay spares two statements on every request.
_KEEP_S = 60.0
_kept: dict[UUID, tuple[float, frozenset[UUID]]] = {}
_OFFICERS = (Role.COMMUNE_OFFICER, Role.DISTRICT_OFFICER, Role.DATA_CORRECTOR, Role.PROVINCE_OFFICER)
_DAYS_KEPT = 4


@dataclass(frozen=True, slots=True)
class StaffedDesks:
    """The facilities with a lead that still answer for themselves, and the areas, of one day, with an officer."""

    facilities: frozenset[UUID]
    areas: frozenset[UUID]


_desks: dict[dt.date, tuple[float, StaffedDesks]] = {}


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


def desks_with_staff(on: dt.date) -> StaffedDesks:
    """Give every desk of the country that has somebody posted on that day, as it was within the last minute."""
    known = _desks.get(on)
    now = time.monotonic()
    if known is not None and known[0] > now:
        return known[1]
    if len(_desks) >= _DAYS_KEPT:
        _desks.clear()
    desks = _read_desks(on)
    _desks[on] = (now + _KEEP_S, desks)
    return desks


def forget_scopes() -> None:
    """Drop what was kept; for tests and after facilities were loaded."""
    _kept.clear()
    _desks.clear()


def _read_desks(on: dt.date) -> StaffedDesks:
    in_force = Q(staff__is_active=True, valid_from__lte=on) & (Q(valid_to=None) | Q(valid_to__gt=on))
    seated = Q(role=Role.FACILITY_LEAD, facility__isnull=False) | Q(role__in=_OFFICERS, area__isnull=False)
    rows = Posting.objects.filter(in_force & seated).values_list("facility_id", "area_id").distinct()
    pairs = list(rows)
    current = (places.current_of(area_id, on) for _, area_id in pairs if area_id)
    facilities = frozenset(facility_id for facility_id, _ in pairs if facility_id)
    if facilities:
        facilities -= places.facilities_over(on)
    return StaffedDesks(facilities, frozenset(area.id for area in current if area is not None))

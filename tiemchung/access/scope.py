"""What changes a few times a year and is asked all day: a facility's areas, and the desks that have somebody."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from tiemchung.access.models import Posting
from tiemchung.core.actor import Role
from tiemchung.core.kept import Kept
from tiemchung.places import reads as places

# A minute's delay spares two statements on every request.
_scopes: Kept[UUID, frozenset[UUID]] = Kept(60.0, most=20_000)
_OFFICERS = (Role.COMMUNE_OFFICER, Role.DISTRICT_OFFICER, Role.DATA_CORRECTOR, Role.PROVINCE_OFFICER)


@dataclass(frozen=True, slots=True)
class StaffedDesks:
    """The facilities with a lead that still answer for themselves, and the areas, of one day, with an officer."""

    facilities: frozenset[UUID]
    areas: frozenset[UUID]


_desks: Kept[dt.date, StaffedDesks] = Kept(60.0, most=4)


def scope_of_facility(facility_id: UUID) -> frozenset[UUID]:
    """Give every area, of any date, that lies where the facility stands or stood; empty for no such facility."""
    return _scopes.of(facility_id, lambda: _read_scope(facility_id))


def desks_with_staff(on: dt.date) -> StaffedDesks:
    """Give every desk of the country that has somebody posted on that day, as it was within the last minute."""
    return _desks.of(on, lambda: _read_desks(on))


def forget_desks() -> None:
    """Read anew which desks have somebody, after this process changed it."""
    _desks.forget()


def _read_scope(facility_id: UUID) -> frozenset[UUID]:
    found = places.facilities_by_id([facility_id]).get(facility_id)
    return places.scope_of([stay.area_id for stay in found.stays]) if found else frozenset()


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

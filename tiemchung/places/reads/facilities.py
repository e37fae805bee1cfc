"""Questions about facilities and points."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Q

from tiemchung.core.kept import Kept
from tiemchung.places.models import Facility, FacilityArea, FacilitySuccessor, Point, PointStand
from tiemchung.places.reads.areas import NoSuchPlace, touching
from tiemchung.places.reads.values import FacilityView, PointView, Stay
from tiemchung.places.rules import FacilityKind, Level, Period


def facility(facility_id: UUID) -> FacilityView:
    """Give one facility, open or closed; raise NoSuchPlace for an id that is none."""
    found = facilities_by_id([facility_id])
    if facility_id not in found:
        raise NoSuchPlace(str(facility_id))
    return found[facility_id]


def facility_by_code(code: str) -> FacilityView | None:
    """Give the facility with this code, or None; codes are never used again."""
    key = Facility.objects.filter(code=code).values_list("id", flat=True).first()
    return facility(key) if key else None


def facilities_by_id(facility_ids: Iterable[UUID]) -> dict[UUID, FacilityView]:
    """Give facilities by id in two queries, however many; unknown ids are left out."""
    rows = list(Facility.objects.filter(id__in=list(facility_ids)))
    stays = _stays(FacilityArea.objects.filter(facility_id__in=[r.id for r in rows]), "facility_id")
    return {row.id: _facility(row, stays[row.id]) for row in rows}


# A facility changes its name a few times in its life and pages name it all day: a minute's delay spares a statement.
_names: Kept[UUID, str] = Kept(60.0, most=20_000)


def facility_names(facility_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Give the names of facilities by id as they were within the last minute; unknown ids are left out."""
    return _names.of_each(facility_ids, _read_names)


def _read_names(facility_ids: set[UUID]) -> dict[UUID, str]:
    return dict(Facility.objects.filter(id__in=facility_ids).values_list("id", "name"))


def point(point_id: UUID) -> PointView:
    """Give one point; raise NoSuchPlace for an id that is none."""
    found = points_by_id([point_id])
    if point_id not in found:
        raise NoSuchPlace(str(point_id))
    return found[point_id]


def points_by_id(point_ids: Iterable[UUID]) -> dict[UUID, PointView]:
    """Give points by id in two queries, however many; unknown ids are left out."""
    rows = list(Point.objects.filter(id__in=list(point_ids)))
    stays = _stays(PointStand.objects.filter(point_id__in=[r.id for r in rows]), "point_id")
    return {row.id: _point(row, stays[row.id]) for row in rows}


def points_of(facility_id: UUID, on: dt.date | None = None) -> tuple[PointView, ...]:
    """Give the points of a facility in name order, on a day only those that exist then."""
    rows = Point.objects.filter(_alive(on), facility_id=facility_id).order_by("name_sort", "id")
    found = points_by_id([row.id for row in rows])
    return tuple(found[row.id] for row in rows)


def facilities_in(scope: Iterable[UUID], on: dt.date) -> tuple[FacilityView, ...]:
    """Give the facilities open that day that stood inside the scope then (see `scope_of`), in name order."""
    stays = FacilityArea.objects.filter(_alive(on), area_id__in=list(scope)).values("facility_id")
    rows = Facility.objects.filter(_alive(on), id__in=stays).order_by("name_sort", "code")
    found = facilities_by_id([row.id for row in rows])
    return tuple(found[row.id] for row in rows)


def points_at(on: dt.date, area_id: UUID) -> tuple[PointView, ...]:
    """Give the points, mobile ones too, that stood that day on land that the area shares, in name order."""
    stands = PointStand.objects.filter(_alive(on), area_id__in=touching([area_id])).values("point_id")
    rows = Point.objects.filter(_alive(on), id__in=stands).order_by("name_sort", "id")
    found = points_by_id([row.id for row in rows])
    return tuple(found[row.id] for row in rows)


def answering_facility(facility_id: UUID, on: dt.date) -> FacilityView:
    """Give the facility that answers for this one on that day: itself, or the end of its successors."""
    seen = {facility_id}
    while True:
        step = FacilitySuccessor.objects.filter(facility_id=facility_id, from_on__lte=on).first()
        if step is None or step.successor_id in seen:
            return facility(facility_id)
        facility_id = step.successor_id
        seen.add(facility_id)


def answered_by(facility_id: UUID, on: dt.date) -> frozenset[UUID]:
    """Give the facilities for which this one answers on that day: itself unless succeeded, and who came before it."""
    steps = dict(FacilitySuccessor.objects.filter(from_on__lte=on).values_list("facility_id", "successor_id"))
    return frozenset(one for one in {facility_id, *steps} if _end_of(one, steps) == facility_id)


def _end_of(facility_id: UUID, steps: dict[UUID, UUID]) -> UUID:
    seen = {facility_id}
    while (following := steps.get(facility_id)) is not None and following not in seen:
        facility_id = following
        seen.add(facility_id)
    return facility_id


def facilities_over(on: dt.date) -> frozenset[UUID]:
    """Give the facilities that answer for nothing more on that day: closed by then, or succeeded by another."""
    closed = Facility.objects.filter(valid_to__lte=on).values_list("id", flat=True)
    succeeded = FacilitySuccessor.objects.filter(from_on__lte=on).values_list("facility_id", flat=True)
    return frozenset(closed.union(succeeded))


def _alive(on: dt.date | None) -> Q:
    if on is None:
        return Q()
    return Q(valid_from__lte=on) & (Q(valid_to=None) | Q(valid_to__gt=on))


def _stays(rows: Iterable[Any], owner: str) -> dict[UUID, list[Stay]]:
    stays: dict[UUID, list[Stay]] = defaultdict(list)
    for row in sorted(rows, key=lambda r: r.valid_from):
        stays[getattr(row, owner)].append(Stay(row.area_id, row.address, Period(row.valid_from, row.valid_to)))
    return stays


def _facility(row: Facility, stays: list[Stay]) -> FacilityView:
    period = Period(row.valid_from, row.valid_to)
    kind, level = FacilityKind(row.kind), Level(row.level)
    return FacilityView(row.id, row.code, row.name, kind, level, period, tuple(stays))


def _point(row: Point, stays: list[Stay]) -> PointView:
    period = Period(row.valid_from, row.valid_to)
    return PointView(row.id, row.facility_id, row.name, row.mobile, period, tuple(stays))

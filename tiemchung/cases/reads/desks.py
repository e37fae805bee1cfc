"""Desks: who sits where, what is above, and the ladder from what is known of a place."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from tiemchung.access.reads import staffed_desks
from tiemchung.cases.rules import (
    NATION,
    THE_NATION,
    Claim,
    Desk,
    DeskLevel,
    Known,
    Route,
    RouteReason,
    above_all,
    desk_of,
    route,
)
from tiemchung.core.actor import Actor
from tiemchung.core.clock import local
from tiemchung.core.kept import Kept
from tiemchung.places import reads as places
from tiemchung.places.reads import AreaView
from tiemchung.places.rules import Level

_LEVELS = {Level.COMMUNE: DeskLevel.COMMUNE, Level.DISTRICT: DeskLevel.DISTRICT, Level.PROVINCE: DeskLevel.PROVINCE}

# Places change a few times a year and are asked with every report: a minute's delay spares five statements each.
_ladders: Kept[tuple[UUID, dt.date], Known] = Kept(60.0, most=20_000)


def desk_of_actor(by: Actor, at: dt.datetime) -> Desk | None:
    """Give the desk at which this member of staff sits today, or None."""
    return desk_of(by, _today_of(by.area_id, local(at).date()))


def _today_of(area_id: UUID | None, today: dt.date) -> UUID | None:
    if area_id is None:
        return None
    now = places.current_of(area_id, today)
    return now.id if now else area_id


def ladder_of_area(area_id: UUID, today: dt.date) -> tuple[Desk, ...]:
    """Give the desks of an area of any day and of all above it, as they are today, smallest first.

    Where the land of the smallest was divided, the first area above that is one again begins the ladder.
    """
    for step in places.path_of(area_id):
        now = places.current_of(step.id, today)
        if now is not None:
            return tuple(_desk(area) for area in places.path_of(now.id))
    return ()


def _desk(area: AreaView) -> Desk:
    return Desk(area.id, _LEVELS[area.level])


def ladder_of_facility(facility_id: UUID, today: dt.date) -> Known:
    """Give the ladder of the facility that answers for this one today, as it was within the last minute."""
    return _ladders.of((facility_id, today), lambda: _read_ladder(facility_id, today))


def _read_ladder(facility_id: UUID, today: dt.date) -> Known:
    now = places.answering_facility(facility_id, today)
    stay = now.stay_on(today) or (now.stays[-1] if now.stays else None)
    above = ladder_of_area(stay.area_id, today) if stay else ()
    why = RouteReason.FACILITY_OF_DOSE if now.id == facility_id else RouteReason.SUCCESSOR
    return Known((Desk(now.id, DeskLevel.FACILITY), *above), why)


def known_place(claim: Claim, today: dt.date, residence: UUID | None = None) -> Known:
    """Give what a claim says of the place: the facility of its doses, else the area of a dose's place.

    Where its doses name more than one facility it is what stands above all of these (R59).
    Where no dose says anything it is where the person lives: as the claim says, else `residence`, the area on record.
    """
    facilities = _facilities_of(claim)
    if facilities:
        return above_all([ladder_of_facility(facility, today) for facility in facilities])
    place = next((dose.area_id for dose in claim.doses if dose.area_id is not None), None)
    if place is not None:
        return Known(ladder_of_area(place, today), RouteReason.PLACE_KNOWN)
    home = claim.commune_id or claim.district_id or claim.province_id or residence
    if home is not None:
        return Known(ladder_of_area(home, today), RouteReason.RESIDENCE)
    return Known((), RouteReason.NOTHING_KNOWN)


def desks_told(claim: Claim, today: dt.date) -> tuple[Desk, ...]:
    """Give every desk to which a case may belong by what its claim says of places, each facility's own too."""
    ladders = [ladder_of_facility(facility, today) for facility in _facilities_of(claim)]
    return tuple(dict.fromkeys(desk for known in ladders or [known_place(claim, today)] for desk in known.ladder))


def _facilities_of(claim: Claim) -> list[UUID]:
    """Give the facilities that the doses name, each once; a dose's point is asked for where it names none."""
    points = [dose.point_id for dose in claim.doses if dose.point_id is not None and dose.facility_id is None]
    found = places.points_by_id(points) if points else {}
    held = {key: point.facility_id for key, point in found.items()}
    named = [dose.facility_id or (held.get(dose.point_id) if dose.point_id else None) for dose in claim.doses]
    return list(dict.fromkeys(facility for facility in named if facility is not None))


def routed(known: Known, today: dt.date) -> Route:
    """Give the route: the lowest desk of the ladder where somebody is posted today."""
    houses = [d.unit_id for d in known.every_desk if d.level is DeskLevel.FACILITY]
    areas = [d.unit_id for d in known.every_desk if d.level is not DeskLevel.FACILITY]
    return route(known, staffed_desks(houses, areas, today))


def way_to(desk: Desk, today: dt.date) -> Route:
    """Give the route to a desk of any day as it is today: to itself, its successor, or the lowest manned one above.

    Raises LookupError for a desk that never was.
    """
    rungs = tuple(rung for rung in ladder_of_desk(desk, today) if rung != THE_NATION)
    heir = desk.level is DeskLevel.FACILITY and bool(rungs) and rungs[0] != desk
    return routed(Known(rungs, RouteReason.SUCCESSOR if heir else RouteReason.PASSED_ON), today)


def areas_of_ladder(desks: Iterable[Desk]) -> dict[str, UUID]:
    """Give the columns of a work list's row that name its province, district and commune."""
    columns = {
        DeskLevel.PROVINCE: "province_id",
        DeskLevel.DISTRICT: "district_id",
        DeskLevel.COMMUNE: "commune_id",
    }
    return {columns[d.level]: d.unit_id for d in desks if d.level in columns}


def ladder_of_desk(desk: Desk, today: dt.date) -> tuple[Desk, ...]:
    """Give a desk and all above it, the nation last."""
    if desk.unit_id == NATION:
        return (THE_NATION,)
    if desk.level is DeskLevel.FACILITY:
        return (*ladder_of_facility(desk.unit_id, today).ladder, THE_NATION)
    return (*ladder_of_area(desk.unit_id, today), THE_NATION)


def desk_names(desks: Iterable[tuple[UUID, str]]) -> dict[UUID, str]:
    """Give the names of facilities and areas as they are written, those of facilities as within the last minute.

    The nation's is left to the words files.
    """
    pairs = list(desks)
    names = places.facility_names(unit for unit, level in pairs if level == DeskLevel.FACILITY)
    for unit, level in pairs:
        if level not in {DeskLevel.FACILITY, DeskLevel.NATION}:
            names[unit] = places.path_name(unit)
    return names

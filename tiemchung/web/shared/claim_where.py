"""Where a told dose was given, or where somebody lives, as staff ask for it: by words, and by the province alone."""

from typing import Any
from uuid import UUID

from tiemchung.core import clock
from tiemchung.places import reads as places
from tiemchung.places.rules import Level
from tiemchung.web.shared.place_area import former_choices
from tiemchung.web.shared.words import say

Typed = dict[str, Any]
MOST_PLACES = 12
UNKNOWN = "UNKNOWN"  # the teller does not know the province either


def facility_in(where: str) -> UUID | None:
    """Give the facility that was chosen, None for an area or nothing."""
    kind, _, value = where.partition(":")
    return _uuid(value) if kind == "FACILITY" else None


def area_in(typed: Typed) -> tuple[Level, UUID] | None:
    """Give the area that was chosen from the found places, else the province that was named; None for neither."""
    kind, _, value = typed["where"].partition(":")
    area_id = _uuid(value)
    if kind.lower() in set(Level) and area_id is not None:
        return Level(kind.lower()), area_id
    province = _uuid(typed["province"])
    known = province in {area.id for area in places.children_of(None, clock.today())}
    return (Level.PROVINCE, province) if province is not None and known else None


def home_in(typed: Typed) -> dict[str, Any]:
    """Give the area of a claim that tells of no dose: the one that was named, or that of the facility chosen."""
    area = area_in(typed)
    if area is not None:
        return {f"{area[0]}_id": area[1]}
    facility = facility_in(typed["where"])
    house = places.facilities_by_id([facility]).get(facility) if facility else None
    if house is None or not house.stays:
        return {}
    return {f"{step.level}_id": step.id for step in places.path_of(house.stays[-1].area_id)[:1]}


def place_is_open(typed: Typed) -> bool:
    """Tell whether nothing says where: neither a place nor a province, nor that nobody knows."""
    return not typed["where"] and typed["province"] != UNKNOWN and area_in(typed) is None


def place_items(typed: Typed) -> list[tuple[str, str]]:
    """Give the facilities and areas of today whose names hold the words, and the one chosen before."""
    items = [("", say("hotline.case.place_unknown"))]
    if typed["words"]:
        ids = [hit.facility_id for hit in places.places_search(typed["words"], limit=MOST_PLACES)]
        found = places.facilities_by_id(list(dict.fromkeys(ids)))
        items += [(f"FACILITY:{key}", found[key].name) for key in dict.fromkeys(ids) if key in found]
        areas = places.areas_named(typed["words"], on=clock.today(), limit=MOST_PLACES)
        items += [(f"{area.level.upper()}:{area.id}", places.path_name(area.id)) for area in areas]
        if not areas:
            former = places.areas_once_named(typed["words"], today=clock.today(), level=Level.COMMUNE, within=None)
            items += [(f"{Level.COMMUNE.upper()}:{value}", name) for value, name in former_choices(former)]
    if typed["where"] and typed["where"] not in dict(items):
        items.append((typed["where"], place_words(typed["where"])))
    return items


def province_items() -> list[tuple[str, str]]:
    """Give today's provinces to choose from, and that nobody knows."""
    provinces = [(str(area.id), area.full_name) for area in places.children_of(None, clock.today())]
    return [("", say("report.area.choose")), *provinces, (UNKNOWN, say("claim_form.province_unknown"))]


def place_words(where: str) -> str:
    """Give the name of a chosen facility or area; words for none."""
    kind, _, value = where.partition(":")
    place_id = _uuid(value)
    if place_id is None:
        return say("hotline.case.place_unknown")
    if kind == "FACILITY":
        found = places.facilities_by_id([place_id])
        return found[place_id].name if found else say("hotline.case.place_unknown")
    try:
        return places.path_name(place_id)
    except LookupError:
        return say("hotline.case.place_unknown")


def where_told(typed: Typed) -> str:
    """Give what was chosen of a place as it is read back, empty for nothing."""
    if typed["where"]:
        return place_words(typed["where"])
    area = area_in(typed)
    return places.path_name(area[1]) if area else ""


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

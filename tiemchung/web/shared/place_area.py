"""The area of a place that is in no list: province, then commune, as the portal and the health book ask for it."""

import datetime as dt
from dataclasses import dataclass, field
from uuid import UUID

from django.http import QueryDict

from tiemchung.places import reads as places
from tiemchung.places.reads import AreaView
from tiemchung.places.rules import Level
from tiemchung.web.shared.typed import line_in, uuid_in
from tiemchung.web.shared.words import say

MOST_FOUND = 12


@dataclass(frozen=True, slots=True)
class PlaceArea:
    """What was typed of the area, the area that it means, and what is wrong by field; `found` are to be chosen from."""

    provinces: list[tuple[str, str]]
    province: str = ""
    commune: str = ""
    area_id: UUID | None = None
    errors: dict[str, str] = field(default_factory=dict)
    found: list[tuple[str, str]] = field(default_factory=list)


def read_place_area(data: QueryDict, today: dt.date) -> PlaceArea:
    """Read the posted area: a province alone will do, and none at all is said by leaving it open."""
    items, province, typed = _provinces(today), uuid_in(data, "place_province"), line_in(data, "place_commune", 120)
    if str(province) not in dict(items) or province is None:
        errors = {"place_province": say("report.area.province_missing")} if typed else {}
        return PlaceArea(items, "", typed, None, errors)
    found = communes_meant(typed, uuid_in(data, "place_commune_id"), province, today)
    if typed and len(found) != 1:
        errors = {"place_commune": say("report.area.commune_many" if found else "report.area.commune_unknown")}
        choices = [(str(area.id), places.path_name(area.id)) for area in found[:MOST_FOUND]]
        return PlaceArea(items, str(province), typed, None, errors, choices)
    return PlaceArea(items, str(province), typed, found[0].id if found else province)


def place_area_of(area_id: UUID | None, today: dt.date) -> PlaceArea:
    """Give the form of an area that was kept before; the empty form for none."""
    if area_id is None:
        return PlaceArea(_provinces(today))
    path = places.path_of(area_id)
    commune = path[0].full_name if path[0].level is Level.COMMUNE else ""
    return PlaceArea(_provinces(today), str(path[-1].id), commune, area_id)


def communes_meant(typed: str, chosen: UUID | None, province: UUID, today: dt.date) -> tuple[AreaView, ...]:
    """Give the communes of the province that the words name: one where they are exact or were chosen from a list."""
    if not typed:
        return ()
    found = places.areas_named(typed, on=today, level=Level.COMMUNE, within=province)
    picked = [area for area in found if area.id == chosen]
    exact = [area for area in found if typed.casefold() in {area.full_name.casefold(), area.name.casefold()}]
    return tuple(picked or (exact if len(exact) == 1 else found))


def _provinces(today: dt.date) -> list[tuple[str, str]]:
    return [("", say("report.area.choose")), *((str(a.id), a.full_name) for a in places.children_of(None, today))]

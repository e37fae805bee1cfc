"""The area of a place that is in no list: province, then commune, as the portal and the health book ask for it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.http import QueryDict

from tiemchung.places import reads as places
from tiemchung.places.reads import AreaView
from tiemchung.places.rules import Level
from tiemchung.web.shared.typed import line_in, uuid_in
from tiemchung.web.shared.words import say

MOST_FOUND = 12
MOST_NAMES = 3  # a commune of today was made of up to nine
type Choice = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Meant:
    """The commune that was meant; where that is open, what is wrong and what may be chosen: (id, name)."""

    commune: AreaView | None = None
    error: str = ""
    choices: tuple[Choice, ...] = ()


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
    meant = commune_meant(typed, uuid_in(data, "place_commune_id"), province, today)
    if meant.error:
        return PlaceArea(items, str(province), typed, None, {"place_commune": meant.error}, list(meant.choices))
    return PlaceArea(items, str(province), typed, meant.commune.id if meant.commune else province)


def place_area_of(area_id: UUID | None, today: dt.date) -> PlaceArea:
    """Give the form of an area that was kept before; the empty form for none."""
    if area_id is None:
        return PlaceArea(_provinces(today))
    path = places.path_of(area_id)
    commune = path[0].full_name if path[0].level is Level.COMMUNE else ""
    return PlaceArea(_provinces(today), str(path[-1].id), commune, area_id)


def commune_meant(typed: str, chosen: UUID | None, province: UUID, today: dt.date) -> Meant:
    """Give the commune that the words name: an exact name, the only one, or the one chosen among several.

    A name that no commune of today has is looked for among those that are gone; what became of it is offered and
    never taken unasked, since nobody wrote that name.
    """
    if not typed:
        return Meant()
    found = places.areas_named(typed, on=today, level=Level.COMMUNE, within=province)
    former = [] if found else places.areas_once_named(typed, today=today, level=Level.COMMUNE, within=province)
    picked = [area for area in (*found, *(heir for _, heir in former)) if area.id == chosen]
    exact = [area for area in found if typed.casefold() in {area.full_name.casefold(), area.name.casefold()}]
    sure = picked[:1] or (exact if len(exact) == 1 else found if len(found) == 1 else [])
    if sure:
        return Meant(sure[0])
    if former:
        return Meant(None, say("report.area.commune_former"), former_choices(former))
    choices = tuple((str(area.id), places.path_name(area.id)) for area in found[:MOST_FOUND])
    return Meant(None, say("report.area.commune_many" if found else "report.area.commune_unknown"), choices)


def former_choices(former: Sequence[tuple[AreaView, AreaView]]) -> tuple[Choice, ...]:
    """Give areas that are gone by their names then and now, each area of today once; its id is the value."""
    names: dict[UUID, list[str]] = {}
    for old, heir in former:
        names.setdefault(heir.id, []).append(_then(old))
    heirs = {heir.id: heir.full_name for _, heir in former}
    return tuple(
        (str(key), say("report.area.former", then="; ".join(then[:MOST_NAMES]), now=heirs[key]))
        for key, then in list(names.items())[:MOST_FOUND]
    )


def _then(old: AreaView) -> str:
    """Give an area's name with the district that it lay in: there were eleven wards called Phường 1."""
    above = places.area(old.parent_id) if old.parent_id else None
    district = above.full_name if above and above.level is Level.DISTRICT else ""
    return f"{old.full_name}, {district}" if district else old.full_name


def _provinces(today: dt.date) -> list[tuple[str, str]]:
    return [("", say("report.area.choose")), *((str(a.id), a.full_name) for a in places.children_of(None, today))]

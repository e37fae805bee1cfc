"""Where a claimed dose was given and who answers, as the portal and the health book ask and name it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import QueryDict

from tiemchung.cases.reads import desk_names
from tiemchung.cases.rules import NATION, ClaimedDose, Desk
from tiemchung.places import reads as places
from tiemchung.vaccines.rules import the_book
from tiemchung.web.shared.words import say

NOWHERE, NOT_LISTED = "unknown", "other"
LONGEST_NAME = 200
_MOST_FOUND = 10


def sought_in(data: QueryDict) -> str:
    """Give what was typed into the search of places, without what cannot be printed."""
    return "".join(char for char in data.get("q", "")[:120] if char.isprintable()).strip()


def places_offered(sought: str, on: dt.date | None) -> list[dict[str, Any]]:
    """Give the places that fit, as they stood that day, as items of a list of radios; none for an empty search."""
    found = places.places_search(sought, on=on, limit=_MOST_FOUND) if sought else ()
    return [
        {
            "value": f"{'point' if place.is_point else 'facility'}:{place.id}",
            "text": place.name,
            "hint": _standing_words(place, on),
        }
        for place in found
    ]


def placed_dose(dose: ClaimedDose, chosen: str, typed: str, area_id: UUID | None = None) -> ClaimedDose | str:
    """Give the dose with the place that was chosen, or the name of the field that lacks.

    `area_id` is where a place lies that is in no list.
    """
    bare = replace(dose, facility_id=None, point_id=None, place_name="", area_id=None)
    if chosen == NOWHERE:
        return bare
    if chosen == NOT_LISTED:
        return replace(bare, place_name=typed[:LONGEST_NAME], area_id=area_id) if typed else "place_name"
    kind, _, number = chosen.partition(":")
    try:
        place_id = UUID(number)
    except ValueError:
        return "place"
    if kind == "point" and (points := places.points_by_id([place_id])):
        point = points[place_id]
        return replace(bare, point_id=point.id, facility_id=point.facility_id, place_name=point.name)
    if kind == "facility" and (houses := places.facilities_by_id([place_id])):
        return replace(bare, facility_id=place_id, place_name=houses[place_id].name)
    return "place"


def own_place(dose: ClaimedDose) -> str:
    """Give a place in the teller's own words, with the area in which it lies where that was said; empty for none."""
    area = places.path_name(dose.area_id) if dose.area_id else ""
    return ", ".join(part for part in (dose.place_name, area) if part)


def late_words(desk: Desk) -> str:
    """Say what happens with a late report: the desk above was told, where there is one."""
    return say("report.progress.late_text_top" if desk.unit_id == NATION else "report.progress.late_text")


def _standing_words(place: places.FoundPlace, day: dt.date | None) -> str:
    """Give where a found place stood that day, else where it stood last."""
    stays = [stay for stay in place.stays if day is None or stay.period.holds(day)] or list(place.stays)
    if not stays:
        return ""
    return ", ".join(part for part in (stays[-1].address, places.path_name(stays[-1].area_id)) if part)


def product_choices() -> list[tuple[str, str]]:
    """Give the vaccines as (code, name on the vial), by name."""
    return sorted(((code, product.label) for code, product in the_book().products.items()), key=lambda pair: pair[1])


def units_named(desks: Iterable[Desk]) -> dict[UUID, str]:
    """Give for each desk the name of the unit as a citizen knows it."""
    known = {desk.unit_id: desk for desk in desks}
    names = desk_names((desk.unit_id, desk.level) for desk in known.values())
    return {unit: unit_name(desk, names.get(unit, "")) for unit, desk in known.items()}


def unit_name(desk: Desk, name: str) -> str:
    """Give the name of the unit that answers as a citizen knows it, the ministry's in words."""
    return say("report.desk.nation") if desk.unit_id == NATION else say(f"report.desk.{desk.level}", name=name)

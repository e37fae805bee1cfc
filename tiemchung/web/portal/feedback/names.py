"""Names as the pages write them: desks, areas, products."""

import datetime as dt
from collections.abc import Mapping
from uuid import UUID

from tiemchung.cases.rules import NATION, Claim, ClaimedDose, Desk
from tiemchung.places import reads as places
from tiemchung.vaccines.rules import the_book
from tiemchung.web.shared.words import say

UNKNOWN_PRODUCT = "UNKNOWN"


def desk_name(names: Mapping[UUID, str], desk: Desk) -> str:
    """Give the name of the unit that answers, the ministry's in words."""
    if desk.unit_id == NATION:
        return say("report.desk.nation")
    name = names.get(desk.unit_id, "")
    key = f"report.desk.{desk.level}"
    return say(key, name=name)


def product_choices() -> list[tuple[str, str]]:
    """Give the nine vaccines as (code, name on the vial)."""
    return [(code, product.label) for code, product in sorted(the_book().products.items(), key=lambda p: p[1].label)]


def product_name(code: str) -> str:
    """Give the name on the vial; words for one that the citizen does not know."""
    product = the_book().products.get(code)
    return product.label if product else say("report.dose.product_unknown")


def area_names(claim: Claim) -> str:
    """Give where the person lives, smallest area first, empty before it is asked."""
    smallest = claim.commune_id or claim.district_id or claim.province_id
    return places.path_name(smallest) if smallest else ""


def place_line(dose: ClaimedDose) -> str:
    """Give the place of a dose as it was chosen or written, words where it is not known."""
    if dose.point_id:
        found = places.points_by_id([dose.point_id])
        return next((point.name for point in found.values()), dose.place_name)
    if dose.facility_id:
        houses = places.facilities_by_id([dose.facility_id])
        return next((house.name for house in houses.values()), dose.place_name)
    return dose.place_name or say("report.place.unknown_short")


def standing_words(place: places.FoundPlace, day: dt.date | None) -> str:
    """Give where a found place stood that day, or stands now."""
    fitting = [stay for stay in place.stays if day is None or stay.period.holds(day)] or list(place.stays)
    if not fitting:
        return ""
    stay = fitting[-1]
    return ", ".join(part for part in (stay.address, places.path_name(stay.area_id)) if part)

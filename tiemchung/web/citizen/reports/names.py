"""Names as the pages of reports write them: vaccines, places, units that answer."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from tiemchung.cases.reads import desk_names
from tiemchung.cases.rules import NATION, ClaimedDose, Desk
from tiemchung.places import reads as places
from tiemchung.vaccines.rules import the_book
from tiemchung.web.shared.words import say


def units_named(desks: Iterable[Desk]) -> dict[UUID, str]:
    """Give for each desk the name of the unit as a citizen knows it."""
    known = {desk.unit_id: desk for desk in desks}
    names = desk_names((desk.unit_id, desk.level) for desk in known.values())
    return {unit: _unit_name(desk, names.get(unit, "")) for unit, desk in known.items()}


def _unit_name(desk: Desk, name: str) -> str:
    return say("report.desk.nation") if desk.unit_id == NATION else say(f"report.desk.{desk.level}", name=name)


def product_choices() -> list[tuple[str, str]]:
    """Give the vaccines as (code, name on the vial), by name."""
    return sorted(((code, product.label) for code, product in the_book().products.items()), key=lambda pair: pair[1])


def place_line(dose: ClaimedDose) -> str:
    """Give the place of a dose as it was chosen or written, words where it is not known."""
    return dose.place_name or say("report.place.unknown_short")


def standing_words(place: places.FoundPlace, day: dt.date | None) -> str:
    """Give where a found place stood that day, else where it stood last."""
    stays = [stay for stay in place.stays if day is None or stay.period.holds(day)] or list(place.stays)
    if not stays:
        return ""
    return ", ".join(part for part in (stays[-1].address, places.path_name(stays[-1].area_id)) if part)

"""A dose's facts as the desk types them: read from the form, first filled from the report, the paper or the record."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, QueryDict

from tiemchung.cases.rules import ClaimedDose, DeskLevel
from tiemchung.core import clock
from tiemchung.doses.values import DoseFacts
from tiemchung.places import reads as places
from tiemchung.vaccines import reads as vaccines
from tiemchung.web.cases.frame import Opened
from tiemchung.web.shared.typed import date_in, line_in, uuid_in
from tiemchung.web.shared.words import say

LONGEST = {"lot_number": 40, "place_name": 200}
MOST_FOUND = 8


@dataclass(frozen=True, slots=True)
class DoseTyped:
    """What was typed, to be shown again, what is wrong with it, and the facts that it means."""

    typed: dict[str, Any]
    errors: dict[str, str]
    facts: dict[str, Any]


def read_dose(data: QueryDict) -> DoseTyped:
    """Read the dose fields of a form; `facts` is empty where something is wrong."""
    typed: dict[str, Any] = {"product": line_in(data, "product", 30)}
    typed |= {name: line_in(data, name, most) for name, most in LONGEST.items()}
    typed["facility_id"] = uuid_in(data, "facility")
    day, errors = date_in(data, "given_on"), {}
    typed["given_on"] = day.parts
    if vaccines.product(typed["product"]) is None:
        errors["product"] = say("cases.decide.product_unknown")
    if day.day is None or day.precision != "DAY":
        errors["given_on-day"] = say("cases.decide.day_wrong")
    for name, most in LONGEST.items():
        if len(typed[name]) > most:
            errors[name] = say("cases.decide.too_long", most=most)
    facts = {} if errors else {**typed, "given_on": day.day}
    return DoseTyped(typed, errors, facts)


def typed_from_facts(facts: DoseFacts) -> dict[str, Any]:
    """Give a recorded dose as the form's first values."""
    return {
        "product": facts.product,
        "lot_number": facts.lot_number,
        "given_on": parts_of(facts.given_on),
        "place_name": facts.place_name,
        "facility_id": facts.facility_id,
    }


def typed_from_told(dose: ClaimedDose | None) -> dict[str, Any]:
    """Give a told dose as the form's first values; empty where there is none."""
    dose = dose or ClaimedDose(0)
    facility = dose.facility_id
    if dose.point_id is not None and facility is None:
        found = places.points_by_id([dose.point_id]).get(dose.point_id)
        facility = found.facility_id if found else None
    return {
        "product": dose.product,
        "lot_number": dose.lot_number,
        "given_on": parts_of(dose.given_on),
        "place_name": dose.place_name,
        "facility_id": facility,
    }


def typed_from_paper(request: HttpRequest, told: dict[str, Any]) -> dict[str, Any]:
    """Give what the machine read on a paper over what was told, where the reader chose to use it."""
    data = request.POST
    read: dict[str, Any] = {name: line_in(data, name, 40) for name in ("product", "lot_number")}
    try:
        read["given_on"] = parts_of(dt.date.fromisoformat(data.get("given_on", "")[:10]))
    except ValueError:
        read["given_on"] = None
    return told | {name: value for name, value in read.items() if value}


def parts_of(day: dt.date | None) -> dict[str, str]:
    """Give a day as three fields."""
    return {"day": str(day.day), "month": str(day.month), "year": str(day.year)} if day else {}


def product_items(now: str = "") -> list[tuple[str, str]]:
    """Give the vaccines of the catalogue."""
    known = [(p.code, p.label) for p in vaccines.products(clock.today())]
    return [("", say("cases.decide.choose_product")), *known] + ([(now, now)] if now and now not in dict(known) else [])


def facility_items(case: Opened, typed: dict[str, Any], words: str) -> list[tuple[str, str]]:
    """Give the facilities to choose from: what the citizen named, the reader's own, what was typed, what was found."""
    wanted: list[UUID | None] = [typed.get("facility_id"), case.by.facility_id]
    wanted += [dose.facility_id for dose in case.file.claim.doses]
    if case.file.desk.level is DeskLevel.FACILITY:
        wanted.append(case.file.desk.unit_id)
    if words:
        wanted += [hit.facility_id for hit in places.places_search(words, limit=MOST_FOUND)]
    ids = list(dict.fromkeys(key for key in wanted if key))
    found = places.facilities_by_id(ids)
    items = [(str(key), found[key].name) for key in ids if key in found]
    return [*items, ("", say("cases.decide.facility_other"))]


def facts_from(typed: dict[str, Any]) -> DoseFacts:
    """Give the facts of a dose that is recorded for the first time; a lot that is known is pointed to."""
    lot = vaccines.find_lot(typed["product"], typed["lot_number"]) if typed["lot_number"] else None
    return DoseFacts(
        product=typed["product"],
        given_on=typed["given_on"],
        lot_number=typed["lot_number"],
        lot_id=lot.id if lot else None,
        component=(lot.component if lot else None) or "",
        facility_id=typed["facility_id"],
        place_name=typed["place_name"],
    )


def changes_of(typed: dict[str, Any], was: DoseFacts) -> dict[str, Any]:
    """Give what a correction changes; what it leaves as it was is no change."""
    names = ("product", "lot_number", "given_on", "place_name", "facility_id")
    return {name: typed[name] for name in names if typed[name] != getattr(was, name)}

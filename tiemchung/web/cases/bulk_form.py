"""A proposal of a bulk correction as it is typed: what all the doses have in common, and what they should be."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from tiemchung.cases.rules.bulk import BulkCause, BulkCriteria
from tiemchung.core.actor import Actor
from tiemchung.places import reads as places
from tiemchung.vaccines import reads as vaccines
from tiemchung.web.shared.typed import date_in, line_in, text_in, uuid_in
from tiemchung.web.shared.words import say

MOST_FOUND = 8


@dataclass(frozen=True, slots=True)
class BulkTyped:
    """What was typed, what is wrong with it, and what it means where nothing is."""

    typed: dict[str, Any]
    errors: dict[str, str]
    cause: BulkCause | None
    criteria: BulkCriteria | None
    changes: Mapping[str, Any]


def read_bulk(data: QueryDict) -> BulkTyped:
    """Read the proposal's form; the fact that the cause names must be given, other facts are left out."""
    texts = {"product": 30, "lot_number": 40, "new_product": 30, "new_lot": 40, "new_place": 200, "case_ref": 20}
    typed: dict[str, Any] = {name: line_in(data, name, most) for name, most in texts.items()}
    typed |= {"cause": line_in(data, "cause", 20), "because": text_in(data, "because")}
    typed |= {name: uuid_in(data, name) for name in ("facility", "new_facility", "vaccinator")}
    errors: dict[str, str] = {}
    days = {name: _day(data, name, typed, errors) for name in ("since", "until")}
    until = days["until"] or days["since"]
    if typed["facility"] is None:
        errors["facility"] = say("cases.decide.choose_one")
    cause = BulkCause(typed["cause"]) if typed["cause"] in set(BulkCause) else None
    if cause is None:
        errors["cause"] = say("cases.decide.choose_one")
    changes = _CHANGES[cause](data, typed, errors) if cause else {}
    criteria = None
    if not errors and days["since"] and until and typed["facility"]:
        criteria = BulkCriteria(
            typed["facility"], days["since"], until, typed["product"], typed["lot_number"], typed["vaccinator"]
        )
    return BulkTyped(typed, errors, cause, criteria, changes)


def _day(data: QueryDict, name: str, typed: dict[str, Any], errors: dict[str, str]) -> dt.date | None:
    day = date_in(data, name)
    typed[name] = day.parts
    if day.empty and name == "until":
        return None
    if day.day is None or day.precision != "DAY":
        errors[f"{name}-day"] = say("cases.decide.day_wrong")
    return day.day


def _product(data: QueryDict, typed: dict[str, Any], errors: dict[str, str]) -> dict[str, Any]:
    if vaccines.product(typed["new_product"]) is None:
        errors["new_product"] = say("cases.decide.product_unknown")
    return {"product": typed["new_product"]} | ({"lot_number": typed["new_lot"]} if typed["new_lot"] else {})


def _lot(data: QueryDict, typed: dict[str, Any], errors: dict[str, str]) -> dict[str, Any]:
    if not typed["new_lot"]:
        errors["new_lot"] = say("cases.decide.fill_in")
    return {"lot_number": typed["new_lot"]}


def _given(data: QueryDict, typed: dict[str, Any], errors: dict[str, str]) -> dict[str, Any]:
    return {"given_on": _day(data, "new_day", typed, errors)}


def _place(data: QueryDict, typed: dict[str, Any], errors: dict[str, str]) -> dict[str, Any]:
    if typed["new_facility"] is None:
        errors["new_facility"] = say("cases.decide.choose_one")
    named = {"place_name": typed["new_place"]} if typed["new_place"] else {}
    return {"facility_id": typed["new_facility"], **named}


_CHANGES: Mapping[BulkCause, Callable[[QueryDict, dict[str, Any], dict[str, str]], dict[str, Any]]] = {
    BulkCause.WRONG_PRODUCT: _product,
    BulkCause.WRONG_LOT: _lot,
    BulkCause.WRONG_DAY: _given,
    BulkCause.WRONG_PLACE: _place,
}


def facility_choices(by: Actor, typed: Mapping[str, Any], words: str) -> list[tuple[str, str]]:
    """Give the facilities to choose from: the reader's own, what was chosen, what was found."""
    wanted = [by.facility_id, typed.get("facility"), typed.get("new_facility")]
    wanted += [hit.facility_id for hit in places.places_search(words, limit=MOST_FOUND)] if words else []
    ids = list(dict.fromkeys(key for key in wanted if key))
    found = places.facilities_by_id(ids)
    return [(str(key), found[key].name) for key in ids if key in found]

"""A dose's facts as form fields, as words, and before beside after."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from tiemchung.core import clock
from tiemchung.doses.values import DoseFacts, DoseView
from tiemchung.vaccines import reads as vaccines
from tiemchung.web.shared.formats import format_date, format_time
from tiemchung.web.shared.typed import LONGEST_TEXT, date_in, line_in, number_in, text_in
from tiemchung.web.shared.words import say

# What a reader compares, in the order of the form; ids follow from these.
SHOWN = ("product", "component", "lot_number", "given_on", "given_time", "place_name")


@dataclass(frozen=True, slots=True)
class DoseForm:
    """What the corrector typed: to be shown again whatever happens, and the facts that it means."""

    typed: dict[str, Any]
    errors: dict[str, str]
    changes: dict[str, Any]
    version: int
    because: str
    evidence: str


def form_of(dose: DoseView) -> dict[str, Any]:
    """Give a dose's facts as the form's first values."""
    facts = dose.facts
    return {
        "product": facts.product,
        "component": facts.component,
        "lot_number": facts.lot_number,
        "given_on": facts.given_on,
        "given_time": format_time(facts.given_at),
        "place_name": facts.place_name,
    }


def read_form(data: QueryDict, dose: DoseView) -> DoseForm:
    """Read the amendment form; what it leaves as it was is no change."""
    typed: dict[str, Any] = {
        "product": line_in(data, "product", 30),
        "component": line_in(data, "component", 10),
        "lot_number": line_in(data, "lot_number", 40),
        "given_time": line_in(data, "given_time", 5),
        "place_name": line_in(data, "place_name", 200),
    }
    day, errors = date_in(data, "given_on"), {}
    typed["given_on"] = day.parts
    if vaccines.product(typed["product"]) is None:
        errors["product"] = say("authority.amend.product_unknown")
    if day.day is None or day.precision != "DAY":
        errors["given_on-day"] = say("authority.amend.day_wrong")
    for name, most in (("lot_number", 40), ("place_name", 200), ("component", 10)):
        if len(typed[name]) > most:
            errors[name] = say("authority.amend.too_long", most=most)
    moment, wrong = _moment(typed["given_time"], day.day)
    errors |= {"given_time": wrong} if wrong else {}
    changes = {} if errors else _changes(typed, day.day or dose.facts.given_on, moment, dose)
    reason, evidence = text_in(data, "because"), text_in(data, "evidence", 500)
    return DoseForm(typed, errors, changes, number_in(data, "version"), reason[:LONGEST_TEXT], evidence)


def _moment(text: str, day: dt.date | None) -> tuple[dt.datetime | None, str]:
    if not text or day is None:
        return None, ""
    try:
        hour, _, minute = text.partition(":")
        return dt.datetime.combine(day, dt.time(int(hour), int(minute)), clock.VIETNAM), ""
    except ValueError:
        return None, say("authority.amend.time_wrong")


def _changes(typed: Mapping[str, Any], day: dt.date, moment: dt.datetime | None, dose: DoseView) -> dict[str, Any]:
    was = dose.facts
    now: dict[str, Any] = {name: typed[name] for name in ("product", "component", "lot_number", "place_name")}
    now["given_on"] = day
    same_minute = was.given_at is not None and format_time(was.given_at) == typed["given_time"]
    # The form knows minutes; a moment that was left alone keeps its seconds.
    now["given_at"] = was.given_at if same_minute and day == was.given_on else moment
    if (now["product"], now["lot_number"]) != (was.product, was.lot_number):
        lot = vaccines.find_lot(now["product"], now["lot_number"]) if now["lot_number"] else None
        now["lot_id"] = lot.id if lot else None
    return {name: value for name, value in now.items() if getattr(was, name) != value}


def rebased(typed: Mapping[str, Any], seen: Mapping[str, Any], dose: DoseView) -> dict[str, Any]:
    """Give what was typed on top of the dose as it is now: a field left as it was seen takes its present value."""
    now, kept = form_of(dose), dict(typed)
    for name, value in typed.items():
        mine = _day_words(value) if name == "given_on" else value
        was = fact_words(name, seen) if name in ("given_on", "given_time") else seen.get(name) or ""
        if mine == was:
            kept[name] = now[name]
    return kept


def _day_words(parts: Mapping[str, str]) -> str:
    try:
        return format_date(dt.date(int(parts["year"]), int(parts["month"]), int(parts["day"])))
    except ValueError:
        return ""


def fact_words(name: str, facts: DoseFacts | Mapping[str, Any]) -> str:
    """Say one fact of a dose; empty where it is not known."""
    plain = facts.as_json() if isinstance(facts, DoseFacts) else facts
    if name == "given_time":
        moment = plain.get("given_at")
        return format_time(dt.datetime.fromisoformat(moment)) if moment else ""
    value = plain.get(name) or ""
    if name == "given_on" and value:
        return format_date(dt.date.fromisoformat(value))
    return product_name(str(value)) if name == "product" else str(value)


def product_name(code: str) -> str:
    """Give a product's own name; the code where the catalogue has it no more."""
    found = vaccines.product(code)
    return found.label if found else code


def compared(before: DoseFacts | Mapping[str, Any], after: DoseFacts | Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give each fact before and after, the changed ones marked."""
    rows = [(name, fact_words(name, before), fact_words(name, after)) for name in SHOWN]
    return [
        {"label": say(f"authority.fact.{name}"), "before": old, "after": new, "differs": old != new}
        for name, old, new in rows
        if old or new
    ]

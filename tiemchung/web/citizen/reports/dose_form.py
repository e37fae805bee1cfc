"""The form of one dose as the citizen tells it, and what is wrong in it by field."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict

from tiemchung.cases.receiving import OLDEST
from tiemchung.cases.rules import ClaimedDose
from tiemchung.core import clock
from tiemchung.vaccines.rules import the_book
from tiemchung.web.citizen.reports.frame import Errors
from tiemchung.web.shared.typed import TypedDate, date_in, line_in
from tiemchung.web.shared.words import say

LONGEST_LOT = 40


@dataclass(frozen=True, slots=True)
class DoseForm:
    """What was typed, the dose that it means, and the errors by field id."""

    typed: dict[str, Any]
    dose: ClaimedDose
    errors: Errors


def form_of(dose: ClaimedDose | None) -> dict[str, Any]:
    """Give a dose as the form's first values."""
    if dose is None:
        return {"product": "", "lot_number": "", "given": {}}
    return {"product": dose.product, "lot_number": dose.lot_number, "given": dose.given_on or {}}


def read_dose(data: QueryDict, before: ClaimedDose, *, born: dt.date, taken: Collection[dt.date]) -> DoseForm:
    """Read the posted dose on top of `before`; `taken` are days on which another dose stands on record."""
    product, lot, given = data.get("product", "")[:30], line_in(data, "lot_number", LONGEST_LOT), date_in(data, "given")
    errors: Errors = {}
    if product not in the_book().products:
        errors["product"] = say("book_report.dose.product_missing")
    if len(lot) > LONGEST_LOT:
        errors["lot_number"] = say("report.dose.lot_long", limit=LONGEST_LOT)
    wrong = _day_wrong(given, born, taken)
    if wrong:
        errors["given-day"] = wrong
    typed = {"product": product, "lot_number": lot, "given": given.parts}
    return DoseForm(typed, replace(before, product=product, lot_number=lot, given_on=given.day), errors)


def _day_wrong(given: TypedDate, born: dt.date, taken: Collection[dt.date]) -> str:
    if given.empty:
        return say("book_report.dose.day_missing")
    if given.day is None or given.precision != "DAY":
        return say("report.dose.day_wrong")
    if given.day > clock.today():
        return say("report.dose.day_future")
    if given.day < born:
        return say("report.dose.day_before_birth", birth=born)
    if given.day < OLDEST:
        return say("report.dose.day_too_early", day=OLDEST)
    return say("book_report.dose.day_taken", day=given.day) if given.day in taken else ""

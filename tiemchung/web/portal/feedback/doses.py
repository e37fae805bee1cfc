"""Step 3: each dose with its vaccine, day, lot and place; then what the data should be."""

import datetime as dt
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from tiemchung.cases.actions.drafting import add_dose, drop_dose, keep_dose, keep_typed, keep_wanted
from tiemchung.cases.drafts import Asked, Draft, Question, first_missing
from tiemchung.cases.receiving import OLDEST
from tiemchung.cases.rules import ClaimedDose
from tiemchung.core import clock
from tiemchung.people.rules.births import check_birth
from tiemchung.people.rules.kinds import Sex
from tiemchung.people.rules.names import clean_name
from tiemchung.people.rules.phones import normalise_phone
from tiemchung.vaccines.rules import the_book
from tiemchung.web.portal.feedback.frame import Errors, asks, lead_on, lead_to, question_page, reason_words, token_of
from tiemchung.web.portal.feedback.names import UNKNOWN_PRODUCT, place_line
from tiemchung.web.portal.feedback.person import number_of
from tiemchung.web.shared.claim_places import (
    NOT_LISTED,
    NOWHERE,
    placed_dose,
    places_offered,
    product_choices,
    sought_in,
)
from tiemchung.web.shared.formats import format_date, format_phone
from tiemchung.web.shared.gate import open_to_public
from tiemchung.web.shared.name_doubts import NameAsked, asked_again
from tiemchung.web.shared.place_area import PlaceArea, place_area_of, read_place_area
from tiemchung.web.shared.typed import TypedDate, date_in, line_in
from tiemchung.web.shared.words import say

_SHORT = 60
_ORDERS = frozenset("123456789")


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_public
@asks(Question.DOSE)
def dose_page(request: HttpRequest, draft: Draft, number: int) -> HttpResponse:
    """Ask for one dose's vaccine, day and lot."""
    asked, before = Asked(Question.DOSE, number), draft.dose(number)
    if request.method != "POST":
        return _dose_page(request, draft, asked, dict(draft.typed.get(asked.key) or _dose_form(before)))
    form, dose, errors = read_dose(request.POST, draft, number)
    if errors:
        keep_typed(token=token_of(request), at=clock.now(), asked=asked, form=form)
        return _dose_page(request, draft, asked, form, errors)
    if before is not None:
        dose = replace(before, product=dose.product, lot_number=dose.lot_number, given_on=dose.given_on)
    kept = keep_dose(token=token_of(request), at=clock.now(), dose=dose, question=Question.DOSE)
    return lead_on(kept, asked, back_to_check=True)


def read_dose(data: QueryDict, draft: Draft, number: int) -> tuple[dict[str, Any], ClaimedDose, Errors]:
    """Read the posted dose: what was typed, what it means, and what is wrong by field."""
    errors: Errors = {}
    product, lot, given = data.get("product", ""), line_in(data, "lot_number", _SHORT), date_in(data, "given")
    if product not in {*the_book().products, UNKNOWN_PRODUCT}:
        errors["product"] = say("report.dose.product_missing")
    if len(lot) > _SHORT:
        errors["lot_number"] = say("report.dose.lot_long", limit=_SHORT)
    wrong = _day_wrong(given, draft, number)
    if wrong:
        errors["given-day"] = wrong
    form = {"product": product, "lot_number": lot, "given": given.parts}
    day = given.day if given.precision == "DAY" else None
    dose = ClaimedDose(number, "" if product == UNKNOWN_PRODUCT else product, lot_number=lot, given_on=day)
    return form, dose, errors


def day_needed(draft: Draft) -> bool:
    """Tell whether a dose of this report needs its day: to be recorded, or to be found without being pointed at."""
    return draft.kind == "DOSE_WRONG" or bool(draft.kind_rules and draft.kind_rules.needs_evidence)


def _day_wrong(given: TypedDate, draft: Draft, number: int) -> str:
    kind = draft.kind_rules
    if given.empty:
        return say("report.dose.day_missing") if day_needed(draft) else ""
    if given.day is None or given.precision != "DAY":
        return say("report.dose.day_wrong")
    if given.day > clock.today():
        return say("report.dose.day_future")
    born = draft.claim.birth_date
    if born is not None and given.day < born:
        return say("report.dose.day_before_birth", birth=born)
    if given.day < OLDEST:
        return say("report.dose.day_too_early", day=OLDEST)
    earlier = [d for d in draft.claim.doses if d.order < number and d.given_on and d.given_on > given.day]
    ordered = kind is not None and kind.code == "BOTH_MISSING"
    return say("report.dose.day_order", day=earlier[0].given_on) if earlier and ordered else ""


def _dose_form(dose: ClaimedDose | None) -> dict[str, Any]:
    if dose is None:
        return {"product": "", "lot_number": "", "given": {}}
    day = dose.given_on
    given = {"day": str(day.day), "month": str(day.month), "year": str(day.year)} if day else {}
    return {"product": dose.product or UNKNOWN_PRODUCT, "lot_number": dose.lot_number, "given": given}


def _dose_page(
    request: HttpRequest, draft: Draft, asked: Asked, form: dict[str, Any], errors: Errors | None = None
) -> HttpResponse:
    kind = draft.kind_rules
    facts = {
        "form": form,
        "number": asked.dose,
        "heading": dose_heading(draft, asked.dose),
        "day_needed": day_needed(draft),
        "may_drop": bool(kind and draft.dose(asked.dose) and len(draft.claim.doses) > kind.doses[0]),
        "products": [*product_choices(), (UNKNOWN_PRODUCT, say("report.dose.product_unknown"))],
    }
    return question_page(request, draft, asked, facts, errors)


def dose_heading(draft: Draft, number: int) -> str:
    """Name a dose as its kind means it: the dose of a number, or the n-th of a list."""
    numbered = draft.kind in {"DOSE1_MISSING", "DOSE2_MISSING", "BOTH_MISSING"}
    return say("report.dose.numbered" if numbered else "report.dose.listed", number=number)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_public
@asks(Question.PLACE)
def place_page(request: HttpRequest, draft: Draft, number: int) -> HttpResponse:
    """Find the place of a dose as it stood that day, or take the citizen's own words for it."""
    asked, dose = Asked(Question.PLACE, number), draft.dose(number)
    if dose is None:
        return redirect("portal:feedback_dose", number=number)
    if request.method != "POST":
        return _place_page(request, draft, asked, dose)
    chosen, typed = request.POST.get("place", "")[:60], line_in(request.POST, "place_name", 200)
    area = read_place_area(request.POST, clock.today())
    placed = placed_dose(dose, chosen, typed, area.area_id)
    if isinstance(placed, str):
        return _place_page(request, draft, asked, dose, {placed: say(f"report.place.{placed}_missing")})
    if chosen == NOT_LISTED and area.errors:
        return _place_page(request, draft, asked, dose, area.errors)
    kept = keep_dose(token=token_of(request), at=clock.now(), dose=placed, question=Question.PLACE)
    return lead_on(kept, asked, back_to_check=True)


def _place_page(
    request: HttpRequest, draft: Draft, asked: Asked, dose: ClaimedDose, errors: Errors | None = None
) -> HttpResponse:
    typed = sought_in(request.POST or request.GET)
    items = places_offered(typed, dose.given_on)
    chosen = _chosen(dose) if draft.has(asked) else ""
    if chosen and chosen not in {NOWHERE, NOT_LISTED, *(item["value"] for item in items)}:
        items.insert(0, {"value": chosen, "text": place_line(dose), "hint": say("report.place.chosen_before")})
    facts = {
        "q": typed,
        "found": items,
        "searched": bool(typed),
        "chosen": request.POST.get("place", "")[:60] or chosen or (NOT_LISTED if typed and not items else ""),
        "place_name": line_in(request.POST, "place_name", 200) if request.POST else _own_words(dose) or typed,
        "area": _area_form(request, dose),
        "heading": dose_heading(draft, asked.dose),
        "day": format_date(dose.given_on),
        "here": reverse("portal:feedback_place", kwargs={"number": asked.dose}),
    }
    return question_page(request, draft, asked, facts, errors)


def _area_form(request: HttpRequest, dose: ClaimedDose) -> PlaceArea:
    """Give the area as it was sent or kept."""
    today = clock.today()
    return read_place_area(request.POST, today) if request.method == "POST" else place_area_of(dose.area_id, today)


def _chosen(dose: ClaimedDose) -> str:
    if dose.point_id:
        return f"point:{dose.point_id}"
    if dose.facility_id:
        return f"facility:{dose.facility_id}"
    return NOT_LISTED if dose.place_name else NOWHERE


def _own_words(dose: ClaimedDose) -> str:
    return "" if dose.facility_id or dose.point_id else dose.place_name


@require_POST
@open_to_public
@asks(Question.KIND)
def more_page(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Lead to the form of one more dose, or take one out, where the kind leaves it open how many there are."""
    token, at, gone = token_of(request), clock.now(), request.POST.get("drop", "")
    if gone:
        changed = drop_dose(token=token, at=at, order=int(gone) if gone in _ORDERS else 0)
        return lead_to(first_missing(changed))
    changed = add_dose(token=token, at=at)
    return lead_to(first_missing(changed))


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_public
@asks(Question.WANTED)
def wanted_page(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Ask what the personal data should be, or under which other phone or number the doses lie."""
    asked, wants = Asked(Question.WANTED), draft.kind_rules.wants if draft.kind_rules else frozenset()
    if request.method != "POST":
        return question_page(request, draft, asked, {"wants": wants, "form": _wanted_form(draft), "sexes": Sex})
    form, wanted, phone, errors = read_wanted(request.POST, wants, clock.today())
    if not errors and not wanted and not phone:
        first = "full_name" if "full_name" in wants else "number"
        errors[first] = say("report.wanted.nothing")
    if errors:
        return question_page(request, draft, asked, {"wants": wants, "form": form, "sexes": Sex}, errors)
    kept = keep_wanted(token=token_of(request), at=clock.now(), wanted=wanted, other_phone=phone)
    return lead_on(kept, asked, back_to_check=True)


def read_wanted(
    data: QueryDict, wants: frozenset[str], today: dt.date
) -> tuple[dict[str, Any], dict[str, str], str, Errors]:
    """Read what the data should be; a field left empty proposes nothing. Days are kept as ISO with their precision."""
    errors: Errors = {}
    wanted: dict[str, str] = {}
    name, birth, number = line_in(data, "full_name", 120), date_in(data, "birth"), line_in(data, "number", 60)
    if "full_name" in wants and name:
        clean, verdict = clean_name(name)
        wanted["full_name"] = clean
        if not verdict.allowed:
            errors["full_name"] = reason_words(verdict.refusals[0])
    again = asked_again(wanted["full_name"], data) if wanted.get("full_name") else NameAsked()
    if again.error and "full_name" not in errors:
        errors["plain_name"] = again.error
    if "birth_date" in wants and not birth.empty:
        if birth.day is None or not check_birth(birth.day, birth.precision, today).allowed:
            errors["birth-day"] = say("report.person.birth_wrong")
        else:
            wanted |= {"birth_date": birth.day.isoformat(), "birth_precision": birth.precision}
    sex = data.get("sex", "")
    if "sex" in wants and sex in {Sex.FEMALE, Sex.MALE, Sex.OTHER}:
        wanted["sex"] = sex
    if "number" in wants and number:
        known = number_of(number)
        if known is None:
            errors["number"] = say("report.person.number_wrong")
        else:
            wanted |= {"system": known[0], "number": known[1]}
    typed, phone = line_in(data, "other_phone", 60), None
    if "phone" in wants and typed:
        phone, why = normalise_phone(typed)
        if phone is None:
            errors["other_phone"] = reason_words(why) if why else ""
    form = {"full_name": name, "birth": birth.parts, "sex": sex, "number": number, "other_phone": typed, "name": again}
    return form, wanted, phone or "", errors


def _wanted_form(draft: Draft) -> dict[str, Any]:
    wanted = draft.claim.wanted
    birth: dict[str, str] = {}
    if "birth_date" in wanted:
        year, month, day = wanted["birth_date"].split("-")
        birth = {"year": year, "month": str(int(month)), "day": str(int(day))}
        for part in {"YEAR": ("month", "day"), "MONTH": ("day",)}.get(wanted.get("birth_precision", ""), ()):
            del birth[part]
    return {
        "full_name": wanted.get("full_name", ""),
        "birth": birth,
        "sex": wanted.get("sex", ""),
        "number": wanted.get("number", ""),
        "other_phone": format_phone(draft.claim.other_phone),
        "name": NameAsked(),
    }

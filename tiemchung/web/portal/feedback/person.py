"""Step 2: who it is about, where they live, and what is wrong."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.views.decorators.http import require_http_methods

from tiemchung.cases.actions.drafting import keep_area, keep_kind, keep_person, keep_typed
from tiemchung.cases.drafts import Asked, Draft, Question
from tiemchung.cases.kinds import Door, kinds_at
from tiemchung.cases.rules import Claim
from tiemchung.core import clock
from tiemchung.people.rules.births import check_birth
from tiemchung.people.rules.identifiers import possible_systems
from tiemchung.people.rules.kinds import IdSystem, Sex
from tiemchung.people.rules.names import clean_name
from tiemchung.people.rules.phones import normalise_phone
from tiemchung.places import reads as places
from tiemchung.places.reads import AreaView
from tiemchung.places.rules import Level
from tiemchung.web.portal.feedback.frame import Errors, asks, lead_on, lead_to, question_page, reason_words, token_of
from tiemchung.web.shared.formats import format_phone
from tiemchung.web.shared.gate import open_to_public
from tiemchung.web.shared.name_doubts import NameAsked, asked_again
from tiemchung.web.shared.place_area import Choice, commune_meant
from tiemchung.web.shared.typed import date_in, line_in, uuid_in
from tiemchung.web.shared.words import say

# Papers on which people were registered in 2021; the first kind that a number fits is taken.
_SYSTEMS = (IdSystem.CCCD, IdSystem.CMND9, IdSystem.PASSPORT)
_SEXES = (Sex.FEMALE, Sex.MALE, Sex.OTHER)
_KNOWN_THREE = 30  # the kinds up to this order are the three of the old form


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_public
@asks(Question.PERSON)
def person_page(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Ask who the person is; a name that looks as if its marks were lost is asked again before going on."""
    asked = Asked(Question.PERSON)
    if request.method != "POST":
        return question_page(request, draft, asked, {"form": _form_of(draft), "doubt": None, "sexes": _SEXES})
    form, claim, phone, errors = read_person(request.POST, clock.today())
    name = NameAsked() if "full_name" in errors else asked_again(claim.full_name, request.POST)
    if name.error:
        errors["plain_name"] = name.error
    token, at = token_of(request), clock.now()
    if errors:
        keep_typed(token=token, at=at, asked=asked, form=form)
        return question_page(request, draft, asked, {"form": form, "doubt": name.doubt, "sexes": _SEXES}, errors)
    kept = keep_person(token=token, at=at, claim=claim, phone=phone, plain_name=name.doubt is not None)
    return lead_on(kept, asked, back_to_check=True)


def read_person(data: QueryDict, today: dt.date) -> tuple[dict[str, Any], Claim, str, Errors]:
    """Read the posted form: what was typed, what it means, the phone, and what is wrong by field."""
    errors: Errors = {}
    name, verdict = clean_name(data.get("full_name", "").replace("\0", ""))
    if not verdict.allowed:
        errors["full_name"] = reason_words(verdict.refusals[0])
    birth = date_in(data, "birth")
    if birth.day is None:
        errors["birth-day"] = say("report.person.birth_wrong")
    elif not (impossible := check_birth(birth.day, birth.precision, today)).allowed:
        errors["birth-day"] = reason_words(impossible.refusals[0])
    sex = data.get("sex", "")
    if sex not in _SEXES:
        errors["sex"] = say("report.person.sex_missing")
    phone, why = normalise_phone(line_in(data, "phone", 60))
    if phone is None:
        errors["phone"] = reason_words(why) if why else ""
    typed, nothing = line_in(data, "number", 60), data.get("no_number") == "1"
    number = number_of(typed)
    if not nothing and number is None:
        errors["number"] = say("report.person.number_wrong" if typed else "report.person.number_missing")
    workplace = line_in(data, "workplace", 200)
    if len(workplace) > 200:
        errors["workplace"] = say("report.person.workplace_long")
    claim = Claim(
        full_name=name,
        birth_date=birth.day,
        birth_precision=birth.precision,
        sex=sex if sex in _SEXES else Sex.UNKNOWN,
        numbers=(number,) if number and not nothing else (),
        workplace=workplace,
    )
    form = {
        "full_name": line_in(data, "full_name", 120),
        "birth": birth.parts,
        "sex": sex,
        "phone": line_in(data, "phone", 60),
        "number": typed,
        "no_number": nothing,
        "workplace": workplace,
        "plain_name": data.get("plain_name") == "1",
    }
    return form, claim, phone or "", errors


def number_of(typed: str) -> tuple[str, str] | None:
    """Give (system, number) of an identity number as it was typed, None for anything that is none."""
    possible = dict(possible_systems(typed))
    if not any(char.isalpha() for char in typed):
        possible.pop(IdSystem.PASSPORT, None)  # a card's number with a digit lost is no passport
    return next(((str(system), possible[system]) for system in _SYSTEMS if system in possible), None)


def _form_of(draft: Draft) -> dict[str, Any]:
    """Give the form as it was typed last, else as it was answered."""
    if typed := draft.typed.get(Question.PERSON):
        return dict(typed)
    claim, birth = draft.claim, draft.claim.birth_date
    parts: dict[str, str] = {}
    if birth is not None:
        shown = {"DAY": ("day", "month", "year"), "MONTH": ("month", "year")}.get(claim.birth_precision, ("year",))
        parts = {part: str(getattr(birth, part)) for part in shown}
    return {
        "full_name": claim.full_name,
        "birth": parts,
        "sex": claim.sex,
        "phone": format_phone(draft.phone),
        "number": claim.numbers[0][1] if claim.numbers else "",
        "no_number": draft.has(Asked(Question.PERSON)) and not claim.numbers,
        "workplace": claim.workplace,
        "plain_name": draft.plain_name,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_public
@asks(Question.AREA)
def area_page(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Ask for the province, then for the smaller areas that it had on this day; these may stay open."""
    asked, today = Asked(Question.AREA), clock.today()
    if request.method != "POST":
        return _area_page(request, draft, {})
    provinces = {area.id for area in places.children_of(None, today)}
    province = uuid_in(request.POST, "province")
    if province not in provinces or province is None:
        return _area_page(request, draft, {"province": say("report.area.province_missing")})
    token, at = token_of(request), clock.now()
    if province != draft.claim.province_id:
        kept = keep_area(token=token, at=at, province_id=province, answered=False)
        return lead_to(asked, step="commune")
    typed, chosen = line_in(request.POST, "commune", 120), uuid_in(request.POST, "commune_id")
    meant = commune_meant(typed, chosen, province, today)
    if meant.error:
        return _area_page(request, draft, {"commune": meant.error}, typed=typed, found=meant.choices)
    commune = meant.commune
    kept = keep_area(
        token=token, at=at, province_id=province, commune_id=commune.id if commune else None,
        district_id=_district_of(commune),
    )  # fmt: skip
    return lead_on(kept, asked, back_to_check=True)


def _district_of(commune: AreaView | None) -> UUID | None:
    if commune is None or commune.parent_id is None:
        return None
    above = places.area(commune.parent_id)
    return above.id if above.level is Level.DISTRICT else None


def _area_page(
    request: HttpRequest, draft: Draft, errors: Errors, *, typed: str | None = None, found: Sequence[Choice] = ()
) -> HttpResponse:
    today, claim = clock.today(), draft.claim
    provinces = [(str(area.id), area.full_name) for area in places.children_of(None, today)]
    if typed is None:
        typed = places.area(claim.commune_id).full_name if claim.commune_id else ""
    facts = {
        "provinces": [("", say("report.area.choose")), *provinces],
        "province": str(claim.province_id or ""),
        "communes": _communes_of(claim.province_id, today) if claim.province_id else [],
        "commune": typed,
        "found": found,
    }
    return question_page(request, draft, Asked(Question.AREA), facts, errors)


def _communes_of(province: UUID, today: dt.date) -> list[str]:
    """Give the names of the communes of a province, for the browser's own list; through districts where it has them."""
    names: list[str] = []
    for area in places.children_of(province, today):
        below = [area] if area.level is Level.COMMUNE else places.children_of(area.id, today)
        names += [commune.full_name for commune in below]
    return names


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_public
@asks(Question.KIND)
def kind_page(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Ask what is wrong: the three kinds that citizens know first, then the others."""
    asked, codes = Asked(Question.KIND), {kind.code for kind in kinds_at(Door.PORTAL)}
    if request.method == "POST" and request.POST.get("kind") in codes:
        kept = keep_kind(token=token_of(request), at=clock.now(), kind=request.POST["kind"])
        return lead_on(kept, asked, back_to_check=kept.kind == draft.kind)
    errors = {"kind": say("report.kind.missing")} if request.method == "POST" else {}
    return question_page(request, draft, asked, {"items": kind_items()}, errors)


def kind_items() -> list[dict[str, str]]:
    """Give the kinds as the page's radios."""
    items: list[dict[str, str]] = []
    for kind in kinds_at(Door.PORTAL):
        if items and kind.order > _KNOWN_THREE and "divider" not in str(items):
            items.append({"divider": say("report.kind.others")})
        words = f"case.kind.{kind.code}"
        items.append({"value": kind.code, "text": say(f"{words}.label"), "hint": say(f"{words}.hint")})
    return items

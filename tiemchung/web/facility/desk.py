"""The desk: the day's vaccine, one field that finds anybody, and putting somebody new on record."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from tiemchung.core import clock
from tiemchung.core.actor import Actor
from tiemchung.core.verdict import YES, Reason, Refused
from tiemchung.people import actions as people
from tiemchung.people.rules.identity import HOME
from tiemchung.people.rules.kinds import IdSystem, PhoneRelation, Sex, Source
from tiemchung.people.rules.scans import ScannedCard
from tiemchung.people.rules.searches import understood
from tiemchung.places import reads as places
from tiemchung.places.rules import Level
from tiemchung.stock import reads as stock
from tiemchung.stock.rules import as_warning
from tiemchung.vaccines import reads as vaccines
from tiemchung.visits import actions as visit_actions
from tiemchung.visits import reads as visits
from tiemchung.web.facility.fields import date_in, key_in, line, new_key, raw_line, uuid_in
from tiemchung.web.facility.frame import actor_of, hides_strangers, open_to_desk, page, refused_words
from tiemchung.web.shared.countries import country_codes, country_items
from tiemchung.web.shared.scanning import allow_wasm
from tiemchung.web.shared.way_back import way_back
from tiemchung.web.shared.words import say

PURPOSE = "vaccination desk"
LONGEST_SEARCH = 4000
SYSTEMS = (IdSystem.CCCD, IdSystem.CMND9, IdSystem.PASSPORT, IdSystem.BHYT15, IdSystem.BHXH10, IdSystem.HEALTH_ID)


@require_safe
@open_to_desk
@allow_wasm
def desk(request: HttpRequest) -> HttpResponse:
    """Show the field for the next person, under the vaccine and lot of the day; first ask for those."""
    choice = visits.day_choice(actor_of(request), clock.today())
    if choice is None:
        return redirect("facility:choose_day")
    return _desk(request, choice)


def _desk(
    request: HttpRequest, choice: visits.DayChoice | None, *, status: int = 200, text: str = "", **facts: Any
) -> HttpResponse:
    warned = as_warning(choice.stock) if choice else YES
    return page(request, "desk", status, choice=choice, label=_label(choice), text=text[:500], stock=warned, **facts)


def _label(choice: visits.DayChoice | None) -> str:
    product = vaccines.product(choice.product) if choice else None
    return product.label if product else ""


@open_to_desk
def choose_day_page(request: HttpRequest) -> HttpResponse:
    """Ask for the vaccine and lot of the day, one choice among the lots that may be used, and go on where one was."""
    today = clock.today()
    errors: dict[str, str] = {}
    lot_id = uuid_in(request.POST, "lot")
    if request.method == "POST":
        lot = vaccines.lot(lot_id) if lot_id else None
        try:
            if lot is None:
                errors["lot"] = say("desk.day.choose")
            else:
                visit_actions.choose_day(by=actor_of(request), at=clock.now(), product=lot.product, lot_id=lot.id)
                return redirect(way_back(request) or "facility:desk")
        except Refused as refused:
            errors["lot"] = refused_words(refused.verdict)
    elif (choice := visits.day_choice(actor_of(request), today)) is not None:
        lot_id = choice.lot.id
    held, others = _lots_to_choose(actor_of(request), today)
    facts = {"held": held, "others": others, "opened": not held or lot_id in {one["lot"].id for one in others}}
    return page(request, "choose_day", 400 if errors else 200, chosen=lot_id, errors=errors, **facts)


def _lots_to_choose(by: Actor, today: dt.date) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Give the usable lots: those that the facility has, with how many doses are left, and apart from them the rest."""
    left = {view.lot.id: view.count.left for view in stock.shelves_at(by)}
    held, others = [], []
    for product in vaccines.products(today):
        for lot in vaccines.lots_of(product.code, today):
            label = f"{product.label} ({lot.component})" if lot.component else product.label
            hint = say("desk.day.lot", number=lot.number, expires_on=lot.expires_on)
            if (number := left.get(lot.id, 0)) > 0:
                held.append({"lot": lot, "label": label, "hint": f"{hint}, {say('stock.choose.left', n=number)}"})
            else:
                others.append({"lot": lot, "label": label, "hint": hint})
    return held, others


@require_POST
@open_to_desk
@allow_wasm
def find(request: HttpRequest) -> HttpResponse:
    """Find who was scanned or typed: one person opens, several are listed, nobody leads to putting them on record."""
    by, today = actor_of(request), clock.today()
    text = raw_line(request.POST, "text", LONGEST_SEARCH)
    if not text.strip():
        return _desk(request, visits.day_choice(by, today), status=400, errors={"text": say("desk.find.empty")})
    try:
        found = people.find_people(by=by, at=clock.now(), text=text, purpose=PURPOSE)
    except Refused as refused:
        choice = visits.day_choice(by, today)
        return _desk(request, choice, status=422, text=text, errors={"text": refused_words(refused.verdict)})
    if len(found.lines) == 1 and not found.narrowed:
        return redirect("facility:person", person_id=found.lines[0].person_id)
    prefill = _prefill(text, found.card)
    if not found.lines:
        return _register_page(request, prefill, nobody=True)
    return page(request, "choose_person", lines=found.lines, narrowed=found.narrowed, prefill=prefill)


@require_POST
@open_to_desk
@hides_strangers
def register(request: HttpRequest) -> HttpResponse:
    """Put somebody on record and open them; `ask` only shows the form with what is known already."""
    typed = _typed(request)
    if "ask" in request.POST:
        return _register_page(request, typed)
    errors = _faults(request, typed)
    if errors:
        return _register_page(request, typed, status=400, errors=errors)
    birth = date_in(request.POST, "birth")
    try:
        made = people.register_profile(
            by=actor_of(request),
            at=clock.now(),
            key=key_in(request.POST),
            full_name=typed["full_name"],
            birth_date=birth.day or dt.date.max,
            birth_precision=birth.precision,
            sex=typed["sex"],
            source=Source.DESK,
            identifiers=[(typed["system"], typed["number"])] if typed["number"] else [],
            phones=[(typed["phone"], typed["relation"])] if typed["phone"] else [],
            address_text=typed["address_text"],
            area_id=_area_of(typed["address_text"]),
            nationality=typed["nationality"],
        )
    except Refused as refused:
        return _register_page(request, typed, status=422, errors=_placed(refused.verdict.refusals, refused))
    request.session["desk_told"] = [
        [r.code, {k: v for k, v in r.facts.items() if isinstance(v, str | int)}] for r in made.warnings
    ]
    return redirect("facility:person", person_id=made.person_id)


_FIELD_OF = {"NAME": "full_name", "BIRT": "birth", "IDEN": "number", "PHON": "phone", "TEXT": "address_text"}


def _placed(reasons: tuple[Reason, ...], refused: Refused) -> dict[str, str]:
    """Put the words of a refusal at the field they are about."""
    return {_FIELD_OF.get(reasons[0].code[:4], "full_name"): refused_words(refused.verdict)}


def _typed(request: HttpRequest) -> dict[str, Any]:
    data = request.POST
    return {
        "full_name": line(data, "full_name"),
        "birth": date_in(data, "birth").parts,
        "sex": line(data, "sex", 10),
        "system": line(data, "system", 12) or IdSystem.CCCD,
        "number": line(data, "number", 30),
        "phone": line(data, "phone", 20),
        "relation": line(data, "relation", 10) or PhoneRelation.OWN,
        "address_text": line(data, "address_text", 400),
        "nationality": line(data, "nationality", 2) or HOME,
        "key": key_in(data),
    }


def _faults(request: HttpRequest, typed: dict[str, Any]) -> dict[str, str]:
    errors = {}
    if not typed["full_name"]:
        errors["full_name"] = say("desk.register.name_missing")
    if date_in(request.POST, "birth").day is None:
        errors["birth-day"] = say("desk.register.birth_wrong")
    if typed["sex"] not in {Sex.MALE, Sex.FEMALE, Sex.OTHER}:
        errors["sex"] = say("desk.register.sex_missing")
    if typed["system"] not in set(IdSystem):
        errors["system"] = say("desk.register.system_wrong")
    if typed["relation"] not in set(PhoneRelation):
        errors["relation"] = say("desk.register.relation_wrong")
    if typed["nationality"] not in country_codes():
        errors["nationality"] = say("verdict.NATIONALITY_FORMAT.text")
    return errors


def _register_page(
    request: HttpRequest,
    typed: dict[str, Any],
    *,
    status: int = 200,
    errors: dict[str, str] | None = None,
    nobody: bool = False,
) -> HttpResponse:
    return page(
        request,
        "register",
        status,
        typed=typed,
        systems=[(system, say(f"people.id_system.{system}")) for system in SYSTEMS],
        sexes=[(sex, say(f"people.sex.{sex}")) for sex in (Sex.MALE, Sex.FEMALE, Sex.OTHER)],
        relations=[
            (r, say(f"people.phone_relation.{r}"))
            for r in (PhoneRelation.OWN, PhoneRelation.FAMILY, PhoneRelation.GUARDIAN)
        ],
        countries=country_items(),
        errors=errors or {},
        nobody=nobody,
    )


def _prefill(text: str, card: ScannedCard | None) -> dict[str, Any]:
    """Give what the card says, or what was typed, as the first values of the form; a person still compares them."""
    blank = {
        "sex": "",
        "system": IdSystem.CCCD,
        "number": "",
        "phone": "",
        "relation": PhoneRelation.OWN,
        "address_text": "",
        "full_name": "",
        "nationality": HOME,
        "birth": {},
        "key": new_key(),
    }
    if card is not None:
        number = card.identifiers[0] if card.identifiers else (IdSystem.CCCD, "")
        return {
            **blank,
            "full_name": card.full_name,
            "birth": _parts(card.birth_date, card.birth_precision),
            "sex": card.sex if card.sex is not Sex.UNKNOWN else "",
            "system": number[0],
            "number": number[1],
            "phone": card.phone,
            "address_text": card.address_text,
        }
    query = understood(text)
    system, typed_number = query.numbers[0] if query.numbers else (IdSystem.CCCD, "")
    return {
        **blank,
        "full_name": query.name,
        "birth": _parts(query.birth_date, query.birth_precision),
        "system": system,
        "number": "" if query.phone else typed_number,
        "phone": query.phone,
    }


def _parts(day: dt.date | None, precision: str) -> dict[str, str]:
    if day is None:
        return {}
    parts = {"day": f"{day.day:02d}", "month": f"{day.month:02d}", "year": f"{day.year:04d}"}
    shown = {"DAY": ("day", "month", "year"), "MONTH": ("month", "year"), "YEAR": ("year",)}[precision]
    return {name: parts[name] for name in shown}


def _area_of(address: str) -> UUID | None:
    """Give the area of a free address where it names exactly one commune."""
    guess = places.find_address(address) if address else None
    return guess.areas[0].id if guess and len(guess.areas) == 1 and guess.level is Level.COMMUNE else None

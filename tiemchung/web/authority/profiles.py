"""Correcting what a profile says of its person."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from tiemchung.certificates.reads import has_passport
from tiemchung.core import clock
from tiemchung.core.verdict import Refused, Verdict
from tiemchung.people.actions import amend_profile
from tiemchung.people.actions.amending import MAX_PAPER
from tiemchung.people.actions.opening import ProfileView
from tiemchung.people.rules import Sex, birth_text
from tiemchung.people.rules.sight import may_change_nationality
from tiemchung.web.authority.frame import looks_at_person, open_to_amenders, opened, person_address
from tiemchung.web.shared.countries import country_codes, country_items, country_name
from tiemchung.web.shared.passport_falls import signatures_falling
from tiemchung.web.shared.passport_hears import passport_hears
from tiemchung.web.shared.staff_page import actor_of, staff_page, tell
from tiemchung.web.shared.trying import rehearse
from tiemchung.web.shared.typed import date_in, line_in, number_in, text_in
from tiemchung.web.shared.way_back import way_back
from tiemchung.web.shared.words import say

FIELDS = ("full_name", "birth", "sex", "nationality", "address_text")


@open_to_amenders
@require_http_methods(["GET", "POST"])
@looks_at_person
def amend_person(request: HttpRequest, profile_id: UUID) -> HttpResponse:
    """Correct name, birth, sex or address of one profile: the form, before and after, the deed; then the list."""
    person = opened(request, profile_id)
    profile = next((p for p in person.profiles if p.profile_id == profile_id), None)
    if profile is None:
        raise Http404
    facts: dict[str, Any] = {"person": person, "profile": profile, "sexes": sex_items(), "verdict": Verdict()}
    facts["countries"] = country_items() if may_change_nationality(actor_of(request)) else None
    facts["way"] = way_back(request)
    if request.method == "GET":
        facts |= {"typed": first_values(profile), "version": profile.version, "because": ""}
        return staff_page(request, "authority/amend_person.html", **facts)
    typed, changes, errors = read_profile(request, profile)
    again: dict[str, Any] = {
        "typed": typed,
        "version": number_in(request.POST, "version"),
        "because": text_in(request.POST, "because"),
    }
    if errors:
        return staff_page(request, "authority/amend_person.html", 422, errors=errors, **facts, **again)

    def act() -> Any:
        return amend_profile(
            by=actor_of(request), at=clock.now(), profile_id=profile_id, because=again["because"],
            expected_version=again["version"], paper=typed["paper"], **changes,
        )  # fmt: skip

    if request.POST.get("step") == "do":
        try:
            act()
        except Refused as refused:
            return _again(request, facts, again, refused.verdict)
        passport_hears(person.person_id)
        tell(request, "authority.done.person", name=typed["full_name"])
        return redirect(way_back(request) or person_address(person.person_id))
    tried = rehearse(act)
    if not tried.possible or not changes or request.POST.get("step") == "back":
        return _again(request, facts, again, tried.verdict, nothing=not changes)
    rows = compared(profile, changes)
    facts["passport"] = has_passport(person.person_id, clock.now())
    facts["signed"] = signatures_falling([one.profile_id for one in person.profiles], changes.keys())
    return staff_page(request, "authority/amend_person_check.html", rows=rows, **facts, **again)


def _again(
    request: HttpRequest, facts: dict[str, Any], again: dict[str, Any], verdict: Verdict, *, nothing: bool = False
) -> HttpResponse:
    """Show the form with all that was typed and why it does not go; after a conflict the newest version counts."""
    facts = {**facts, "verdict": verdict}
    if "PROFILE_CHANGED_MEANWHILE" in {reason.code for reason in verdict.refusals}:
        again = {**again, "version": facts["profile"].version}
        facts["present"] = first_values(facts["profile"])
    errors = {"full_name": say("authority.amend.nothing")} if nothing and verdict.allowed else {}
    status = 422 if errors or verdict.refusals else 200
    return staff_page(request, "authority/amend_person.html", status, errors=errors, **facts, **again)


def first_values(profile: ProfileView) -> dict[str, Any]:
    """Give a profile's facts as the form's first values; a year alone fills the year alone."""
    day = profile.birth_date
    parts = {"day": day.day, "month": day.month, "year": day.year}
    known = {"DAY": ("day", "month", "year"), "MONTH": ("month", "year"), "YEAR": ("year",)}[profile.birth_precision]
    return {
        "full_name": profile.full_name,
        "birth": {name: str(value) if name in known else "" for name, value in parts.items()},
        "sex": profile.sex,
        "nationality": profile.nationality,
        "paper": "",
        "address_text": profile.address_text,
    }


def read_profile(request: HttpRequest, profile: ProfileView) -> tuple[dict[str, Any], dict[str, Any], dict[str, str]]:
    """Read the form: what to show again, the fields that change, and what cannot be read."""
    data = request.POST
    typed: dict[str, Any] = {name: line_in(data, name) for name in ("full_name", "sex", "address_text")}
    typed["nationality"] = line_in(data, "nationality", 2) or profile.nationality
    typed["paper"] = line_in(data, "paper", MAX_PAPER + 1)
    birth, errors = date_in(data, "birth"), {}
    typed["birth"] = birth.parts
    if birth.day is None:
        errors["birth-day"] = say("authority.amend_person.birth_wrong")
    if typed["sex"] not in set(Sex):
        errors["sex"] = say("authority.amend_person.sex_wrong")
    if typed["nationality"] not in country_codes() | {profile.nationality}:
        errors["nationality"] = say("verdict.NATIONALITY_FORMAT.text")
    wanted = {name: typed[name] for name in ("full_name", "sex", "nationality", "address_text")}
    wanted |= {"birth_date": birth.day, "birth_precision": birth.precision}
    changes = {name: value for name, value in wanted.items() if getattr(profile, name) != value}
    if "birth_date" in changes or "birth_precision" in changes:
        changes |= {"birth_date": birth.day, "birth_precision": birth.precision}
    return typed, changes, errors


def compared(profile: ProfileView, changes: dict[str, Any]) -> list[dict[str, Any]]:
    """Give each fact of the form before and after, the changed ones marked."""

    def told(name: str, values: Any) -> str:
        if name == "birth":
            return birth_text(values("birth_date"), values("birth_precision"))
        if name == "nationality":
            return country_name(values(name))
        return say(f"people.sex.{values('sex')}") if name == "sex" else values(name)

    def before(name: str) -> Any:
        return getattr(profile, name)

    def after(name: str) -> Any:
        return changes.get(name, getattr(profile, name))

    rows = [(name, told(name, before), told(name, after)) for name in FIELDS]
    return [
        {"label": say(f"authority.fact.{name}"), "before": old, "after": new, "differs": old != new}
        for name, old, new in rows
    ]


def sex_items() -> list[tuple[str, str]]:
    """Give the sexes with their words."""
    return [(sex, say(f"people.sex.{sex}")) for sex in Sex]

"""Finding people, and one person's page."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods

from tiemchung.access import reads as access
from tiemchung.certificates.reads import passport_name
from tiemchung.core import clock
from tiemchung.core.actor import Actor
from tiemchung.core.verdict import Refused
from tiemchung.doses import reads as doses
from tiemchung.people.actions import FoundPeople, find_people
from tiemchung.people.reads import IdentityView, identity_states
from tiemchung.people.rules.identity import REVIEWED, REVIEWERS
from tiemchung.people.rules.links import may_join
from tiemchung.people.rules.sight import MAY_AMEND
from tiemchung.places import reads as places
from tiemchung.web.authority import decisions
from tiemchung.web.authority.dose_facts import product_name
from tiemchung.web.authority.frame import (
    PURPOSES,
    TRAIL_ROLES,
    looks_at_person,
    open_to_seers,
    opened,
    person_address,
    purpose_of,
    set_purpose,
)
from tiemchung.web.shared.staff_page import CASE_ROLES, actor_of, address_of, staff_page
from tiemchung.web.shared.typed import line_in
from tiemchung.web.shared.way_back import leading_back, way_back
from tiemchung.web.shared.words import say, say_reason


@open_to_seers
@require_http_methods(["GET", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """Find people by one box; what is typed there never stands in an address."""
    facts: dict[str, Any] = {"text": "", "purpose": purpose_of(request), "purposes": purpose_items(), "found": None}
    if request.method == "GET":
        return staff_page(request, "authority/people.html", **facts)
    facts["text"] = line_in(request.POST, "text")
    set_purpose(request, line_in(request.POST, "purpose", 20))
    facts["purpose"] = purpose = purpose_of(request)
    if not purpose:
        errors = {"purpose": say("authority.purpose.choose")}
        return staff_page(request, "authority/people.html", 422, errors=errors, **facts)
    try:
        found = find_people(by=actor_of(request), at=clock.now(), text=facts["text"], purpose=purpose)
    except Refused as refused:
        words = " ".join(say_reason(reason) for reason in refused.verdict.refusals)
        return staff_page(request, "authority/people.html", 422, errors={"text": words}, **facts)
    facts |= {"found": found, "lines": found_lines(found)}
    return staff_page(request, "authority/people.html", **facts)


@open_to_seers
@require_http_methods(["GET", "POST"])
def purpose(request: HttpRequest) -> HttpResponse:
    """Ask why somebody opens people, once a sign-in, and lead to where they were going."""
    errors = {}
    if request.method == "POST":
        set_purpose(request, line_in(request.POST, "purpose", 20))
        if purpose_of(request):
            return redirect(request.session.pop("purpose_for", "") or "authority:people")
        errors = {"purpose": say("authority.purpose.choose")}
    facts = {"purposes": purpose_items(), "purpose": purpose_of(request), "errors": errors}
    return staff_page(request, "authority/purpose.html", 422 if errors else 200, **facts)


@open_to_seers
@require_GET
@looks_at_person
def person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Show one person: who they are, what sources know, every dose, every decision about them."""
    by, shown = actor_of(request), opened(request, person_id)
    if shown.person_id != person_id:
        return redirect(leading_back(person_address(shown.person_id), way_back(request)))
    ids = [profile.profile_id for profile in shown.profiles]
    birth = doses.birth_of(shown.main.birth_date, shown.main.birth_precision)
    record = doses.record_of(ids, birth=birth, on=clock.today())
    numbers = {dose.id: number for number, dose in record.numbered()}
    return staff_page(
        request,
        "authority/person.html",
        person=shown,
        record=record,
        doses=[(numbers.get(dose.id), dose) for dose in doses.doses_of(ids, voided=True)],
        flags={row.dose.id: row.flags for row in record.course.doses},
        areas=area_names(profile.area_id for profile in shown.profiles),
        links=decisions.links_among(ids),
        check=(check := identity_states([person_id]).get(person_id)),
        review=_review(by, check, request.get_full_path()),
        product_name=product_name,
        passport_name=passport_name(shown.person_id, shown.main.full_name),
        can=can_do(by),
        purpose=purpose_of(request),
        way=way_back(request),
    )


def _review(by: Actor, check: IdentityView | None, here: str) -> str | None:
    """Give the page where what the register said is reviewed; None for who does not review, and for who is settled."""
    if check is None or check.state not in REVIEWED or by.role not in REVIEWERS:
        return None
    page = address_of("facility:identity", person_id=check.person_id)
    return leading_back(page, here) if page else None


def can_do(by: Actor) -> dict[str, bool]:
    """Give which of the page's deeds this role has at all; each deed's own rule still decides."""
    return {
        "join": may_join(by),
        "amend": by.role in MAY_AMEND,
        "trail": by.role in TRAIL_ROLES,
        "take_report": by.role in CASE_ROLES,
    }


def purpose_items() -> list[tuple[str, str]]:
    """Give the purposes with their words."""
    return [(code, say(f"authority.purpose.{code}")) for code in PURPOSES]


def area_names(area_ids: Any) -> dict[UUID, str]:
    """Give the full path of each area as it was written in its day."""
    return {area_id: places.path_name(area_id) for area_id in set(area_ids) if area_id and _known(area_id)}


def _known(area_id: UUID) -> bool:
    try:
        places.area(area_id)
    except places.NoSuchPlace:
        return False
    return True


def found_lines(found: FoundPeople) -> list[dict[str, Any]]:
    """Give what a search found as lines of a list."""
    names = area_names(line.area_id for line in found.lines)
    return [
        {
            "person_id": line.person_id,
            "title": line.full_name,
            "birth": (line.birth_date, line.birth_precision.lower()),
            "sex": line.sex,
            "facts": [part for part in (line.number_shown, line.phone_shown) if part],
            "home": ", ".join(part for part in (line.address_text, names.get(line.area_id or UUID(int=0), "")) if part),
            "profiles": line.profile_count,
        }
        for line in found.lines
    ]


def actor_names(ids: Any) -> dict[UUID, str]:
    """Give the names of members of staff."""
    return access.staff_names(i for i in ids if i)


def today_starts() -> dt.datetime:
    """Give the moment at which today began in Vietnam."""
    return dt.datetime.combine(clock.today(), dt.time(), clock.VIETNAM)

"""Moving a person to another phone, for staff who saw papers: the old one opens nothing more from that moment."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from tiemchung.access.rules import must_say_why
from tiemchung.core import clock
from tiemchung.core.verdict import Refused, Verdict
from tiemchung.people.actions import PersonView, move_phone
from tiemchung.people.actions.opening import PhoneView
from tiemchung.people.rules import PhoneRelation
from tiemchung.web.authority.frame import looks_at_person, open_to_joiners, opened, person_address
from tiemchung.web.shared.account import steps_up
from tiemchung.web.shared.staff_page import actor_of, staff_page, tell
from tiemchung.web.shared.typed import line_in, text_in
from tiemchung.web.shared.words import say


@open_to_joiners
@require_http_methods(["GET", "POST"])
@steps_up
@looks_at_person
def move(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Let another phone stand for a person, with the papers that were seen as the reason."""
    person = opened(request, person_id)
    typed = {name: line_in(request.POST, name, 40) for name in ("contact", "number", "relation")}
    because, verdict, errors = text_in(request.POST, "because"), Verdict(), dict[str, str]()
    if request.method == "POST":
        errors, verdict = _wrong(person, typed), must_say_why(because)
        if not errors and not verdict.refusals:
            verdict = _moved(request, person, typed, because)
        if not errors and not verdict.refusals:
            tell(request, "people.move.done", name=person.main.full_name)
            return redirect(person_address(person.person_id))
    return staff_page(
        request,
        "authority/move_phone.html",
        422 if errors or verdict.refusals else 200,
        person=person,
        phones=[(str(one.contact_id), _words(one)) for one in person.phones],
        relations=[(str(one), say(f"people.phone_relation.{one}")) for one in PhoneRelation],
        typed=typed if request.method == "POST" else _first(person),
        because=because,
        errors=errors,
        verdict=verdict,
    )


def _words(phone: PhoneView) -> str:
    return f"{phone.shown} ({say(f'people.phone_relation.{phone.relation}')})"


def _first(person: PersonView) -> dict[str, str]:
    only = str(person.phones[0].contact_id) if len(person.phones) == 1 else ""
    return {"contact": only, "number": "", "relation": str(PhoneRelation.OWN)}


def _wrong(person: PersonView, typed: dict[str, str]) -> dict[str, str]:
    known = {str(phone.contact_id) for phone in person.phones}
    wrong = {
        "contact": typed["contact"] not in known and "people.move.choose",
        "number": not typed["number"] and "people.move.fill_in",
        "relation": typed["relation"] not in set(PhoneRelation) and "people.move.relation_wrong",
    }
    return {name: say(key) for name, key in wrong.items() if key}


def _moved(request: HttpRequest, person: PersonView, typed: dict[str, Any], because: str) -> Verdict:
    try:
        move_phone(
            by=actor_of(request), at=clock.now(), person_id=person.person_id, contact_id=UUID(typed["contact"]),
            to_phone=typed["number"], because=because, relation=typed["relation"],
        )  # fmt: skip
    except Refused as refused:
        return refused.verdict
    return Verdict()

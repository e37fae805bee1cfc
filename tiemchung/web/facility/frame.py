"""What every page of the desk shows around its own part, and how a refusal becomes words."""

from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse

from tiemchung.core.actor import Actor, Role
from tiemchung.core.verdict import Verdict
from tiemchung.people.reads import NotFound
from tiemchung.visits import reads as visits
from tiemchung.web.shared.gate import View, open_to_staff
from tiemchung.web.shared.words import say, say_reason

open_to_desk = open_to_staff(Role.VACCINATOR, Role.FACILITY_LEAD)


def actor_of(request: HttpRequest) -> Actor:
    """Give the actor that the gate decided."""
    return request.actor  # type: ignore[attr-defined]


def hides_strangers(view: View) -> View:
    """Answer "no such page" alike for a person who does not exist and for one who may not be seen."""

    @wraps(view)
    def hiding(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotFound:
            raise Http404 from None

    return hiding


def address_of(name: str, fallback: str | None = None, **parts: Any) -> str | None:
    """Give the address of a page of another audience, or `fallback` where that audience is not served here."""
    try:
        return reverse(name, kwargs=parts or None)
    except NoReverseMatch:
        return fallback


def page(request: HttpRequest, template: str, status: int = 200, **facts: Any) -> HttpResponse:
    """Answer with a page of the desk in its frame: who works where, the ways to go."""
    here = request.resolver_match.url_name if request.resolver_match else ""
    nav = [
        {"href": reverse("facility:desk"), "text": say("desk.nav.desk"), "current": here != "today"},
        {"href": reverse("facility:today"), "text": say("desk.nav.today"), "current": here == "today"},
        {"href": reverse("facility:stock"), "text": say("staff.nav.stock"), "current": False},
    ]
    frame = {
        "actor": actor_of(request),
        "nav": nav,
        "home": reverse("facility:desk"),
        "place": visits.posted_place(actor_of(request)).words,
        "sign_out": address_of("staff:sign_out", "/staff/sign-out"),
        "errors": {},
    }
    return render(request, f"facility/{template}.html", {**frame, **facts}, status=status, using="jinja2")


def refused_words(verdict: Verdict) -> str:
    """Give the words of what refuses, for the error summary."""
    return " ".join(say_reason(reason) for reason in verdict.refusals)

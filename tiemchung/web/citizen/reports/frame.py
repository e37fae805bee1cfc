"""What the pages of reports share: whose record it is, and pages that nothing keeps."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from tiemchung.core.actor import Actor
from tiemchung.core.verdict import Verdict
from tiemchung.doses import reads as doses
from tiemchung.doses.rules import DoseState
from tiemchung.doses.values import DoseView
from tiemchung.people.reads import Holder, NotFound, holder_of
from tiemchung.web.citizen import pending as under_way
from tiemchung.web.shared.words import has_words, say, say_reason

Errors = dict[str, str]


def reader(request: HttpRequest) -> Actor:
    """Give the citizen whom the gate let in."""
    return request.actor  # type: ignore[attr-defined]


def contact_in(request: HttpRequest) -> bytes:
    """Give the key of the phone that signed in."""
    return bytes.fromhex(request.session["citizen_contact"])


def holder_in(request: HttpRequest, person_id: UUID) -> Holder:
    """Give a person of this book; of anybody else the page does not exist."""
    try:
        holder = holder_of(person_id)
    except NotFound as unknown:
        raise Http404 from unknown
    if holder.person_id not in reader(request).person_ids:
        raise Http404
    return holder


def standing_dose(holder: Holder, dose_id: UUID) -> DoseView:
    """Give a dose of this person that was not voided; for every other the page does not exist."""
    found = doses.dose(holder.profile_ids, dose_id)
    if found is None or found.state is DoseState.VOIDED:
        raise Http404
    return found


def book_page(
    request: HttpRequest, template: str, facts: dict[str, Any], errors: Errors | None = None, status: int = 200
) -> HttpResponse:
    """Show a page of the book that no cache keeps, with the way out."""
    told = {
        "sign_out": "/so/dang-xuat",
        "keep": not request.session.get(under_way.SHARED, False),
        "errors": errors or {},
        **facts,
    }
    response = render(request, f"citizen/reports/{template}.html", told, status=status, using="jinja2")
    response.headers["Cache-Control"] = "no-store"
    return response


def first_words(verdict: Verdict) -> str:
    """Say the first refusal as the forms of reports say it, else as everywhere."""
    reason = verdict.refusals[0]
    for key in (f"book_report.refused.{reason.code}", f"report.refused.{reason.code}"):
        if has_words(key):
            return say(key, **dict(reason.facts))
    return say_reason(reason)

"""Whom the centre's trial refused: how many by reason, and another try for everybody of one or for one person."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from tiemchung.certificates import actions
from tiemchung.certificates.reads import set_aside as reads
from tiemchung.certificates.rules.keys import SHORTEST_REASON
from tiemchung.core import clock
from tiemchung.core.actor import Role
from tiemchung.core.verdict import Refused, Verdict, refuse
from tiemchung.web.authority.frame import looks_at_person, opened
from tiemchung.web.shared.gate import open_to_staff
from tiemchung.web.shared.second_factor import factor_asked, factor_wrong
from tiemchung.web.shared.staff_page import actor_of, staff_page, tell
from tiemchung.web.shared.typed import line_in, text_in
from tiemchung.web.shared.way_back import leading_back, way_back
from tiemchung.web.shared.words import has_words, say, say_reason

open_to_centre = open_to_staff(Role.MINISTRY_OFFICER)
UNNAMED = "-"  # what a form calls marks that name no reason


@open_to_centre
@require_http_methods(["GET", "POST"])
def set_aside(request: HttpRequest) -> HttpResponse:
    """Show how many were refused by reason; with a reason of one's own and a factor, try everybody of one again."""
    by, at = actor_of(request), clock.now()
    because, chosen = text_in(request.POST, "because"), line_in(request.POST, "why", 40)
    found, errors, verdict = reads.set_aside(by), {}, Verdict()
    if request.method == "POST":
        known = {one.why or UNNAMED for one in found}
        errors = {} if chosen in known else {"why": say("set_aside.choose")}
        errors = errors or _wrong(request, because)
        why = "" if chosen == UNNAMED else chosen
        act = lambda: actions.order_retry(why=why, by=by, at=at, because=because)  # noqa: E731 - one line for one call
        verdict = Verdict() if errors else _refusal(act)
        if not errors and not verdict.refusals:
            tell(request, "set_aside.ordered", why=why_words(why))
            return redirect("authority:set_aside")
    return staff_page(
        request,
        "authority/set_aside.html",
        422 if errors or verdict.refusals else 200,
        found=[(one.why or UNNAMED, say("set_aside.of", why=why_words(one.why), n=one.number)) for one in found],
        orders=[_line(one) for one in reads.retries(by)],
        because=because,
        chosen=chosen,
        factor=factor_asked(request),
        errors=errors,
        verdict=verdict,
    )


@open_to_centre
@require_http_methods(["GET", "POST"])
@looks_at_person
def retry_passport(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Show whom the trial refused and why; with reason and factor, try at once."""
    by, at, person, way = actor_of(request), clock.now(), opened(request, person_id), way_back(request)
    if person.person_id != person_id:
        return redirect(leading_back(_address(person.person_id), way))
    because, errors, verdict = text_in(request.POST, "because"), {}, Verdict()
    if request.method == "POST":
        errors = _wrong(request, because)
        verdict = Verdict() if errors else _tried(request, person_id, because, at)
        if not errors and not verdict.refusals:
            return redirect(way or _address(person_id))
    why = reads.why_set_aside(by, person_id)
    return staff_page(
        request,
        "authority/retry_passport.html",
        422 if errors or verdict.refusals else 200,
        person=person,
        way=way,
        refused=why is not None,
        why=why_words(why or ""),
        because=because,
        factor=factor_asked(request),
        errors=errors,
        verdict=verdict,
    )


def _address(person_id: UUID) -> str:
    return reverse("authority:retry_passport", args=[person_id])


def why_words(why: str) -> str:
    """Say what the trial found, in words where there are some; else by its code."""
    key = f"set_aside.why.{why or 'UNNAMED'}"
    return str(say(key)) if has_words(key) else str(say("set_aside.why_code", code=why))


def _wrong(request: HttpRequest, because: str) -> dict[str, str]:
    """Give what is wrong with reason and factor; the factor last, since a code counts once."""
    if len(because.strip()) < SHORTEST_REASON:
        return {"because": say_reason(refuse("REASON_MISSING").refusals[0])}
    return factor_wrong(request)


def _refusal(act: Callable[[], object]) -> Verdict:
    try:
        act()
    except Refused as refused:
        return refused.verdict
    return Verdict()


def _tried(request: HttpRequest, person_id: UUID, because: str, at: dt.datetime) -> Verdict:
    """Have it tried and say what came of it; give why it was not, without a refusal where it was."""
    by = actor_of(request)
    try:
        worked = actions.retry_passport(person_id=person_id, by=by, at=at, because=because)
    except Refused as refused:
        return refused.verdict
    if worked.refused:
        return refuse("REFUSED_AGAIN", why=why_words(reads.why_set_aside(by, person_id) or ""))
    tell(request, "set_aside.issued" if worked.issued else "set_aside.on_its_way")
    return Verdict()


def _line(one: reads.RetryView) -> dict[str, Any]:
    done = say("set_aside.done_at", at=one.done_at) if one.done_at else say("set_aside.running")
    return {
        "title": why_words(one.why),
        "facts": [say("set_aside.asked", name=one.asked_name, at=one.asked_at), one.because, done],
        "tag": say("set_aside.reached", n=one.reached),
    }


urlpatterns = [
    path("ho-chieu/thu-lai", set_aside, name="set_aside"),
    path("ho-chieu/thu-lai/<uuid:person_id>", retry_passport, name="retry_passport"),
]

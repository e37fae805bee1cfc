"""The console: one box for whatever the caller says first, the promises that come due, and today's calls."""

from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from tiemchung.cases.actions.calling import begin_call
from tiemchung.cases.reads.calling import call_backs_waiting, calls_today
from tiemchung.core import clock
from tiemchung.core.verdict import Refused
from tiemchung.people.rules.phones import normalise_phone
from tiemchung.web.hotline.call import searched
from tiemchung.web.hotline.frame import agent_page, call_in, first_words, keep_call, open_to_agents
from tiemchung.web.shared.formats import format_time, mask_phone
from tiemchung.web.shared.staff_page import actor_of
from tiemchung.web.shared.typed import key_in, line_in
from tiemchung.web.shared.words import say

Typed = dict[str, Any]


@open_to_agents
@require_GET
def console(request: HttpRequest) -> HttpResponse:
    """Show the box that begins a call; an open call leads to its page."""
    if call_in(request, clock.now()) is not None:
        return redirect("hotline:call")
    return _console(request, {"phone": "", "text": ""}, {})


def _console(request: HttpRequest, typed: Typed, errors: dict[str, str]) -> HttpResponse:
    by, at = actor_of(request), clock.now()
    due = [one for one in call_backs_waiting(by, at, limit=200) if one.due_at <= at]
    return agent_page(
        request,
        "hotline/console.html",
        422 if errors else 200,
        typed=typed,
        errors=errors,
        key=str(uuid4()),
        due=len(due),
        calls=[
            {
                "title": say("hotline.console.line", at=format_time(one.began_at), outcome=outcome_words(one.outcome)),
                "facts": [mask_phone(one.phone) or say("hotline.call.hidden")],
            }
            for one in calls_today(by, at)
        ],
    )


def outcome_words(outcome: str) -> str:
    """Say what came of a call."""
    return say(f"hotline.outcome.{outcome}")


@open_to_agents
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Begin a call, and search at once for what the caller said."""
    typed = {"phone": line_in(request.POST, "phone", 60), "text": line_in(request.POST, "text", 200)}
    phone = ""
    if typed["phone"]:
        known, why = normalise_phone(typed["phone"])
        if known is None and why is not None:
            return _console(request, typed, {"phone": say("hotline.console.phone_wrong")})
        phone = known or ""
    at = clock.now()
    if call_in(request, at) is not None:
        return redirect("hotline:call")
    try:
        call = begin_call(by=actor_of(request), at=at, key=key_in(request.POST), phone=phone)
    except Refused as refused:
        return _console(request, typed, {"phone": first_words(refused.verdict)})
    keep_call(request, call)
    text = typed["text"] or phone
    return searched(request, call, text) if text else redirect("hotline:call")

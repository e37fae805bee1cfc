"""Promises to call back: what is due, taken by one agent, called, and written down."""

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from tiemchung.access.reads import staff_names
from tiemchung.cases.actions.calling import begin_call
from tiemchung.cases.actions.calling_back import claim_call_back, finish_try
from tiemchung.cases.reads.calling import CallBackView, call_back_of, call_backs_waiting
from tiemchung.cases.rules import shown_ref
from tiemchung.cases.rules.calls import MOST_TRIES, BackOutcome
from tiemchung.core import clock
from tiemchung.core.verdict import Refused
from tiemchung.web.hotline.call import searched
from tiemchung.web.hotline.frame import agent_page, call_in, first_words, keep_call, moment_words, open_to_agents
from tiemchung.web.shared.formats import format_phone, format_time
from tiemchung.web.shared.staff_page import actor_of, tell
from tiemchung.web.shared.typed import key_in
from tiemchung.web.shared.words import say

MOST = 100


@open_to_agents
@require_GET
def call_backs(request: HttpRequest) -> HttpResponse:
    """List the promises, due first; what has come due stands under its own heading."""
    by, at = actor_of(request), clock.now()
    found = call_backs_waiting(by, at, limit=MOST)
    held = {one.claimed_by for one in found if one.claimed_by and one.claimed_until and one.claimed_until > at}
    names = staff_names(held)
    due = [_line(one, at, names) for one in found if one.due_at <= at]
    later = [_line(one, at, names) for one in found if one.due_at > at]
    return agent_page(request, "hotline/call_backs.html", due=due, later=later)


def _line(one: CallBackView, at: dt.datetime, names: dict[UUID, str]) -> dict[str, Any]:
    taken = one.claimed_until is not None and one.claimed_until > at
    facts = [say("hotline.back.tries", n=one.tries, most=MOST_TRIES)] if one.tries else []
    if one.case_ref:
        facts.append(say("hotline.back.about", ref=shown_ref(one.case_ref)))
    if taken and one.claimed_by is not None:
        until = format_time(one.claimed_until)
        facts.append(say("hotline.back.held", name=names.get(one.claimed_by, ""), until=until))
    return {"id": one.call_back_id, "title": say("hotline.back.due", at=moment_words(one.due_at)), "facts": facts,
            "taken": taken and not one.phone, "mine": bool(one.phone), "late": one.due_at <= at}  # fmt: skip


@open_to_agents
@require_POST
def claim(request: HttpRequest, call_back_id: UUID) -> HttpResponse:
    """Take a promise; somebody else may have been quicker."""
    try:
        claim_call_back(by=actor_of(request), at=clock.now(), call_back_id=call_back_id)
    except Refused as refused:
        tell(request, "hotline.back.not_taken", why=first_words(refused.verdict))
        return redirect("hotline:call_backs")
    return redirect("hotline:call_back", call_back_id=call_back_id)


@open_to_agents
@require_GET
def call_back(request: HttpRequest, call_back_id: UUID) -> HttpResponse:
    """Show the number to call to the agent who holds the promise; to others there is no such page."""
    one = call_back_of(actor_of(request), clock.now(), call_back_id)
    if one is None or not one.phone:
        raise Http404
    about = shown_ref(one.case_ref) if one.case_ref else ""
    due = say("hotline.back.due", at=moment_words(one.due_at))
    return agent_page(
        request, "hotline/call_back.html", one=one, phone=format_phone(one.phone), about=about, due=due,
        until=format_time(one.claimed_until), key=str(uuid4()),
    )  # fmt: skip


@open_to_agents
@require_POST
def finish(request: HttpRequest, call_back_id: UUID) -> HttpResponse:
    """Write how the try ended; somebody reached is a call like any other, and proves who they are."""
    by, at, outcome = actor_of(request), clock.now(), request.POST.get("outcome", "")[:20]
    one = call_back_of(by, at, call_back_id)
    if one is None or not one.phone:
        raise Http404
    if outcome == BackOutcome.REACHED and call_in(request, at) is not None:
        tell(request, "hotline.back.in_a_call")
        return redirect("hotline:call")
    try:
        finish_try(by=by, at=at, call_back_id=call_back_id, outcome=outcome)
    except Refused as refused:
        tell(request, "hotline.back.not_taken", why=first_words(refused.verdict))
        return redirect("hotline:call_backs")
    if outcome != BackOutcome.REACHED:
        tell(request, f"hotline.back.finished.{outcome}")
        return redirect("hotline:call_backs")
    call = begin_call(by=by, at=at, key=key_in(request.POST), phone=one.phone)
    keep_call(request, call)
    return searched(request, call, one.case_ref or one.phone)

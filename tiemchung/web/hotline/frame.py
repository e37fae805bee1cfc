"""What the centre's pages share: who may come in, the call that is open, and how many persons may still be seen."""

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from tiemchung.access.reads import seen_today
from tiemchung.cases.actions.calling import CallFound
from tiemchung.cases.reads.calling import CallView, call_of, open_call_of
from tiemchung.cases.rules.calls import Found
from tiemchung.core import clock
from tiemchung.core.actor import Actor, Role
from tiemchung.core.verdict import Verdict
from tiemchung.web.shared.gate import open_to_staff
from tiemchung.web.shared.staff_page import actor_of, staff_page
from tiemchung.web.shared.words import say, say_reason

open_to_agents = open_to_staff(Role.HOTLINE_AGENT)
# The wall hangs where the centre sits; whoever answers for the centre at the ministry may read it too.
open_to_wall = open_to_staff(Role.HOTLINE_AGENT, Role.MINISTRY_OFFICER)
KEPT = "hotline_call"
View = Callable[..., HttpResponse]


def keep_call(request: HttpRequest, call: CallView, found: CallFound | None = None) -> None:
    """Keep in the session which call is open and whom its search found; ids only, nothing that was said."""
    request.session[KEPT] = {
        "call": str(call.call_id),
        "contact": call.contact_key.hex(),
        "found": found.found if found else "",
        "people": [str(one) for one in found.person_ids] if found else [],
        "refs": list(found.refs) if found else [],
        "too_many": bool(found and found.too_many),
    }


def call_in(request: HttpRequest, at: dt.datetime) -> CallView | None:
    """Give the agent's open call, or None; a call begun at another screen is taken up."""
    by, kept = actor_of(request), request.session.get(KEPT)
    if kept:
        found = call_of(by, at, bytes.fromhex(kept["contact"]), UUID(kept["call"]))
        if found is not None:
            return found
        del request.session[KEPT]
    found = open_call_of(by, at)
    if found is not None:
        keep_call(request, found)
    return found


def found_in(request: HttpRequest) -> CallFound | None:
    """Give what the last search of this call found, or None before one."""
    kept = request.session.get(KEPT) or {}
    if not kept.get("found"):
        return None
    people = tuple(UUID(one) for one in kept["people"])
    return CallFound(Found(kept["found"]), people, tuple(kept["refs"]), kept["too_many"])


def in_a_call(view: Callable[..., HttpResponse]) -> View:
    """Hand the open call to a view; without one the answer leads to the console."""

    @wraps(view)
    def called(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        call = call_in(request, clock.now())
        return redirect("hotline:console") if call is None else view(request, call, *args, **kwargs)

    return called


def again(request: HttpRequest, call: CallView) -> CallView:
    """Give the call as it is after a deed."""
    return call_of(actor_of(request), clock.now(), call.contact_key, call.call_id) or call


def agent_page(request: HttpRequest, template: str, status: int = 200, **facts: Any) -> HttpResponse:
    """Answer with a page of the centre, with the day's budget of persons that is left."""
    return staff_page(request, template, status, left=left_words(actor_of(request)), **facts)


def left_words(by: Actor) -> str:
    """Say how many more persons the agent may see today."""
    if by.id is None:
        return ""
    today = seen_today(by.id, clock.today(), by.role)
    return say("hotline.left", left=max(0, today.budget - today.seen), budget=today.budget)


def first_words(verdict: Verdict) -> str:
    """Say the first refusal."""
    return say_reason(verdict.refusals[0]) if verdict.refusals else ""


def moment_words(at: dt.datetime) -> str:
    """Say a moment as one reads it out: 14 giờ ngày 24/11."""
    here = clock.local(at)
    key = "hotline.moment.full" if here.minute == 0 else "hotline.moment.minutes"
    return say(key, hour=here.hour, minute=f"{here.minute:02}", day=f"{here.day}/{here.month}")

"""Ending a call: what came of it, a note, and a call-back if one was promised."""

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from tiemchung.cases.actions.calling import end_call
from tiemchung.cases.reads.calling import CallView
from tiemchung.cases.rules.calls import CHOSEN, CallOutcome, Promise
from tiemchung.core import clock
from tiemchung.core.verdict import Refused, Verdict
from tiemchung.people.rules.phones import normalise_phone
from tiemchung.web.hotline.frame import KEPT, agent_page, in_a_call, open_to_agents
from tiemchung.web.shared.formats import format_phone
from tiemchung.web.shared.staff_page import actor_of, tell
from tiemchung.web.shared.typed import line_in, number_in, text_in
from tiemchung.web.shared.words import say, say_reason

HOURS = (1, 2, 4, 8, 24, 48)
FIELD_OF = {"CALL_OUTCOME_MISSING": "outcome", "PROMISE_MISSING": "hours", "PROMISE_NO_PHONE": "phone",
            "PROMISE_PAST": "hours", "PROMISE_TOO_FAR": "hours", "TEXT_TOO_LONG": "note"}  # fmt: skip


@open_to_agents
@require_http_methods(["GET", "POST"])
@in_a_call
def end(request: HttpRequest, call: CallView) -> HttpResponse:
    """End the call that is open."""
    data = request.POST
    typed: dict[str, Any] = {
        "outcome": line_in(data, "outcome", 20),
        "note": text_in(data, "note", 2000),
        "hours": number_in(data, "hours", max(HOURS)),
        "phone": line_in(data, "phone", 60),
    }
    if request.method != "POST":
        return _page(request, call, typed | {"phone": format_phone(call.phone)})
    try:
        end_call(by=actor_of(request), at=clock.now(), call=call, outcome=typed["outcome"], note=typed["note"],
                 promise=promise_of(typed, clock.now()))  # fmt: skip
    except Refused as refused:
        return _page(request, call, typed, refused.verdict)
    request.session.pop(KEPT, None)
    tell(request, "hotline.end.done")
    return redirect("hotline:console")


def promise_of(typed: dict[str, Any], at: dt.datetime) -> Promise | None:
    """Give the promise that the form makes, or None for none."""
    if not typed["hours"]:
        return None
    return Promise(at + dt.timedelta(hours=typed["hours"]), normalise_phone(typed["phone"])[0] or "")


def _page(request: HttpRequest, call: CallView, typed: dict[str, Any], verdict: Verdict | None = None) -> HttpResponse:
    errors = {FIELD_OF.get(r.code, ""): say_reason(r) for r in verdict.refusals} if verdict is not None else {}
    opened = call.outcome == CallOutcome.CASE_OPENED
    return agent_page(
        request,
        "hotline/end.html",
        422 if errors else 200,
        typed=typed,
        errors=errors,
        opened=opened,
        outcomes=[(one, say(f"hotline.outcome.{one}")) for one in CHOSEN],
        hours=[("", say("hotline.end.no_promise"))] + [(n, say("hotline.end.in_hours", n=n)) for n in HOURS],
    )

"""Signing: what is ready is looked at, the second factor is given again, and the run is followed until it is done."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tiemchung.certificates import actions, reads
from tiemchung.certificates.reads import RunView
from tiemchung.certificates.rules import RunState
from tiemchung.core import clock
from tiemchung.core.actor import Actor, Role
from tiemchung.core.verdict import Refused, Verdict
from tiemchung.doses.reads import tally_of
from tiemchung.places.reads import facilities_by_id
from tiemchung.web.facility.frame import open_to_desk
from tiemchung.web.facility.history import label_of
from tiemchung.web.facility.passports import run_told
from tiemchung.web.shared.gate import open_to_staff
from tiemchung.web.shared.second_factor import factor_asked, factor_wrong
from tiemchung.web.shared.staff_page import actor_of, staff_page
from tiemchung.web.shared.words import say

open_to_lead = open_to_staff(Role.FACILITY_LEAD)


@open_to_lead
@require_http_methods(["GET", "POST"])
def sign(request: HttpRequest) -> HttpResponse:
    """Show how much would be signed and what; with the second factor given anew, allow it."""
    by = actor_of(request)
    if request.method == "GET":
        return _review(request, by)
    if _nothing_to_allow(by):
        # A second tab: what it showed was allowed in the first, and a code used up there is not what is wrong.
        return _review(request, by, 422)
    errors = factor_wrong(request)
    if errors:
        return _review(request, by, 422, errors=errors)
    assert by.facility_id is not None
    try:
        run_id = actions.start_facility_run(by=by, at=clock.now(), facility_id=by.facility_id)
    except Refused as refused:
        return _review(request, by, 422, verdict=refused.verdict)
    return redirect("facility:passport_run", run_id=run_id)


@open_to_desk
@require_GET
def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Show how far a run is, at what rate, and what stopped it."""
    found = _found(request, run_id)
    lead = actor_of(request).role is Role.FACILITY_LEAD
    return staff_page(
        request,
        "facility/passport_run.html",
        run=found,
        facts=_facts(found),
        tally=[] if found.is_open else [
            (label_of(one.product), one.number, one.first_on, one.last_on)
            for one in reads.signed_in_run(actor_of(request), run_id)
        ],
        why=say(f"passports.why.{found.why}") if found.why else "",
        may_stop=lead and found.is_open,
        may_go_on=lead and found.state is RunState.STOPPED and found.done < found.total,
        percent=min(100, (found.done + found.refused) * 100 // found.total) if found.total else 100,
    )


@open_to_lead
@require_POST
def stop(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """End a run; what is signed stays signed."""
    _found(request, run_id)
    actions.stop_facility_run(by=actor_of(request), at=clock.now(), run_id=run_id)
    return redirect("facility:passport_run", run_id=run_id)


def _found(request: HttpRequest, run_id: UUID) -> RunView:
    found = reads.run_of_facility(actor_of(request), run_id)
    if found is None:
        raise Http404
    return found


def _nothing_to_allow(by: Actor) -> bool:
    return any(one.is_open for one in _latest(by)) or not reads.doses_to_sign(by, clock.now())


def _latest(by: Actor) -> tuple[RunView, ...]:
    return reads.runs_of_facility(by, limit=1)


def _review(request: HttpRequest, by: Actor, status: int = 200, **more: Any) -> HttpResponse:
    at = clock.now()
    named = reads.doses_to_sign(by, at)
    key = reads.facility_key_of(by.facility_id, at) if by.facility_id else None
    tally = [(label_of(t.product), t.number, t.first_on, t.last_on) for t in tally_of(named)] if named else []
    latest = next(iter(_latest(by)), None)
    facts = {"ready": len(named), "tally": tally, "key": key, "verdict": Verdict(), "factor": factor_asked(request),
             "latest": run_told(latest) if latest else None}  # fmt: skip
    return staff_page(request, "facility/passport_sign.html", status, **{**facts, **more})


def _facts(run: RunView) -> list[dict[str, Any]]:
    places = facilities_by_id([run.facility_id] if run.facility_id else [])
    told = [("facility", place.name) for place in places.values()] + [
        ("allowed", say("passports.run.allowed_by", name=run.allowed_name, at=run.allowed_at)),
        ("done", say("passports.run.done_of", done=run.done, total=run.total)),
    ]
    if run.refused:
        told.append(("over", say("passports.run.refused", n=run.refused)))
    if run.rate is not None and run.state is RunState.RUNNING:
        told.append(("rate", say("passports.run.a_second", n=max(1, round(run.rate)))))
    if run.seconds_left is not None and run.state is RunState.RUNNING:
        minutes = round(run.seconds_left / 60)
        told.append(("left", say("passports.run.minutes", n=minutes) if minutes else say("passports.run.soon")))
    if run.ended_at is not None:
        told.append(("ended", say("passports.run.ended_at", at=run.ended_at)))
    return [{"key": say(f"passports.run.{key}"), "value": value} for key, value in told]

"""The centre's signature: what is ready is looked at, the second factor is given again, the run is followed."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tiemchung.certificates import actions
from tiemchung.certificates.actions.central_signing import ALLOWANCE
from tiemchung.certificates.actions.renewing import count_ending
from tiemchung.certificates.ports import KeyStoreError
from tiemchung.certificates.reads import RunView, runs
from tiemchung.certificates.reads.board_lists import people_waiting
from tiemchung.certificates.reads.set_aside import set_aside
from tiemchung.certificates.rules import RUN_MOVES, TO_ISSUE, RunState
from tiemchung.core import clock
from tiemchung.core.actor import Actor, Role
from tiemchung.core.verdict import Refused, Verdict, refuse
from tiemchung.web.shared.gate import open_to_staff
from tiemchung.web.shared.second_factor import factor_asked, factor_wrong
from tiemchung.web.shared.staff_page import actor_of, staff_page, tell
from tiemchung.web.shared.words import has_words, say

open_to_centre = open_to_staff(Role.MINISTRY_OFFICER)
SYSTEM_NAME = "system"  # of a run that nobody allowed: renewals
STEPS = {"tam-dung": RunState.PAUSED, "tiep-tuc": RunState.RUNNING, "dung": RunState.STOPPED}


@open_to_centre
@require_http_methods(["GET", "POST"])
def central(request: HttpRequest) -> HttpResponse:
    """Show what is ready and the runs so far; with the second factor given anew, allow one."""
    by = actor_of(request)
    if request.method == "GET":
        return _review(request, by)
    errors = factor_wrong(request)
    if errors:
        return _review(request, by, 422, errors=errors)
    try:
        run_id = actions.start_central_run(by=by, at=clock.now())
    except Refused as refused:
        return _review(request, by, 422, verdict=refused.verdict)
    except KeyStoreError as problem:
        return _review(request, by, 422, verdict=refuse(problem.code))
    return redirect("authority:central_run", run_id=run_id)


@open_to_centre
@require_GET
def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Show how far a run is, at what rate, and what stopped it."""
    found = _found(request, run_id)
    left = _left(found)
    under_way = runs.count_under_way() if found.state is RunState.RUNNING and left else 0
    total = found.done + found.refused + left
    return staff_page(
        request,
        "authority/central_run.html",
        run=found,
        facts=_facts(found, left),
        why=_why(found.why),
        under_way=say("signing.run.under_way", n=under_way) if under_way else "",
        all_signed=_all_signed(found, left),
        steps=[name for name, to in STEPS.items() if _may(found.state, to)],
        percent=min(100, (found.done + found.refused) * 100 // total) if total else 100,
    )


@open_to_centre
@require_POST
def move(request: HttpRequest, run_id: UUID, step: str) -> HttpResponse:
    """Pause a run, let it go on, or end it."""
    if step not in STEPS:
        raise Http404
    _found(request, run_id)
    try:
        actions.move_central_run(run_id=run_id, to=STEPS[step], by=actor_of(request), at=clock.now())
    except Refused:
        tell(request, "signing.run.moved_meanwhile", went=False)
    return redirect("authority:central_run", run_id=run_id)


def _may(before: RunState, after: RunState) -> bool:

    return (before, after) in RUN_MOVES


def _found(request: HttpRequest, run_id: UUID) -> RunView:
    found = runs.central_run(actor_of(request), run_id)
    if found is None:
        raise Http404
    return found


def _review(request: HttpRequest, by: Actor, status: int = 200, **more: Any) -> HttpResponse:
    every = runs.central_runs(by)
    items = [
        {
            "id": one.id,
            "state": one.state,
            "title": say("signing.run.renewal", at=one.allowed_at)
            if _by_itself(one)
            else say("signing.run.of", at=one.allowed_at, name=one.allowed_name),
            "facts": [say("signing.run.issued", n=one.done)]
            + ([say("signing.run.refused", n=one.refused)] if one.refused else []),
        }
        for one in every
    ]
    first = people_waiting(None, [TO_ISSUE], limit=1)
    facts = {
        "ready": actions.count_ready(),
        "since": say("passports.oldest", day=clock.local(first[0].since).date()) if first else "",
        "in_force": runs.count_in_force(),
        "set_aside": sum(one.number for one in set_aside(by)),
        "open_run": next((one for one in every if one.is_open and not _by_itself(one)), None),
        "runs": items,
        "factor": factor_asked(request),
        "verdict": Verdict(),
    }
    return staff_page(request, "authority/central_signing.html", status, **{**facts, **more})


def _all_signed(found: RunView, left: int) -> str:
    """Say that nobody waits and until when the run stays open for those who come; empty while there is something to do.

    A renewal that the system began by itself ends with its list.
    """
    if left or not found.done or found.state is not RunState.RUNNING or _by_itself(found):
        return ""
    return str(say("signing.run.all_signed", until=found.allowed_at + ALLOWANCE))


def _by_itself(found: RunView) -> bool:
    return found.allowed_name == SYSTEM_NAME


def _left(found: RunView) -> int:
    """Give how many wait for this run: a renewal's are those whose passport ends, any other's those who are ready."""
    return count_ending(clock.now()) if _by_itself(found) else actions.count_ready()


def _why(code: str) -> str:
    if not code:
        return ""
    for key in (f"signing.why.{code}", f"passports.why.{code}"):
        if has_words(key):
            return say(key)
    return code


def _facts(found: RunView, left: int) -> list[dict[str, Any]]:
    name = say("signing.run.by_itself") if _by_itself(found) else found.allowed_name
    told = [
        ("allowed", say("passports.run.allowed_by", name=name, at=found.allowed_at)),
        ("done", say("signing.run.issued", n=found.done)),
        ("left", say("signing.run.waiting", n=left)),
    ]
    if found.refused:
        told.append(("over", say("signing.run.refused", n=found.refused)))
    if found.rate is not None and found.state is RunState.RUNNING:
        told.append(("rate", say("signing.run.a_second", n=max(1, round(found.rate)))))
        if left:
            minutes = round(left / found.rate / 60)
            told.append(("time", say("passports.run.minutes", n=minutes) if minutes else say("passports.run.soon")))
    if found.ended_at is not None:
        told.append(("ended", say("passports.run.ended_at", at=found.ended_at)))
    return [{"key": say(f"signing.run.fact.{key}"), "value": value} for key, value in told]


urlpatterns = [
    path("ho-chieu/ky", central, name="central"),
    path("ho-chieu/ky/<uuid:run_id>", run, name="central_run"),
    path("ho-chieu/ky/<uuid:run_id>/<slug:step>", move, name="central_move"),
]

"""The facility's part of the passport: what is in the way, as lists with one deed a line, and what is ready to sign."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from tiemchung.certificates import reads
from tiemchung.certificates.reads import RunView, TaskView, UnitCounts
from tiemchung.certificates.rules import NO_WORK, TO_ISSUE, TO_MEND, TO_SIGN, Lack
from tiemchung.core import clock
from tiemchung.core.actor import Actor, Role
from tiemchung.core.audit import note_look
from tiemchung.doses.reads import doses_named
from tiemchung.doses.values import DoseView
from tiemchung.people.actions import permit_work
from tiemchung.people.reads import PersonSight, current_persons, sights_of
from tiemchung.web.facility.frame import hides_strangers, open_to_desk
from tiemchung.web.facility.history import label_of
from tiemchung.web.facility.passport_deeds import deeds_of, look_of, page_of
from tiemchung.web.shared.list_place import place_in, query_after
from tiemchung.web.shared.passport_people import HELD, SIGNED, heading_of
from tiemchung.web.shared.register_away import register_away
from tiemchung.web.shared.staff_page import actor_of, staff_page
from tiemchung.web.shared.way_back import leading_back
from tiemchung.web.shared.words import say

PURPOSE = "passports"
REASONS = (*Lack, TO_SIGN, TO_ISSUE)


@require_safe
@open_to_desk
def passports(request: HttpRequest) -> HttpResponse:
    """Show where this facility's passports stand: what to do, what is ready to sign, the runs so far."""
    by, at = actor_of(request), clock.now()
    counts, runs = reads.counts_of_facility(by), reads.runs_of_facility(by)
    return staff_page(
        request,
        "facility/passports.html",
        **_ready(by, at, counts, runs),
        gaps=_gaps(counts, TO_MEND),
        no_work=_gaps(counts, NO_WORK),
        away=register_away(at),
        onward=_onward(counts),
        runs=[run_told(run) for run in runs],
    )


@require_safe
@open_to_desk
def work(request: HttpRequest, reason: str) -> HttpResponse:
    """Show everybody who waits for one thing, each with what there is to do."""
    if reason not in set(map(str, REASONS)):
        raise Http404
    by, at, here = actor_of(request), clock.now(), request.get_full_path()
    counts = reads.counts_of_facility(by)
    tasks = reads.work_list(by, reason, after=place_in(request.GET.get("after", "")), limit=PAGE + 1)
    more = tasks[PAGE - 1].place if len(tasks) > PAGE else None
    return staff_page(
        request,
        "facility/passport_work.html",
        reason=reason,
        waits=reason not in NO_WORK,
        away=register_away(at) if reason == Lack.IDENTITY_WAITING else "",
        rows=_rows(by, at, tasks[:PAGE], here),
        total=counts.number(reason),
        more=query_after(more) if more else None,
        first=reverse("facility:passport_work", args=[reason]) if request.GET.get("after") else None,
        **(_ready(by, at, counts, reads.runs_of_facility(by)) if reason == TO_SIGN else {}),
    )


@require_POST
@open_to_desk
@hides_strangers
def take_up(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Open somebody registered elsewhere for the work that lies here about them, and go on to its page."""
    by, at = actor_of(request), clock.now()
    task = reads.work_of(by, task_id)
    page = page_of(by, task, current_persons([task.person_id])[task.person_id]) if task else None
    if task is None or page is None:
        raise Http404
    permit_work(by=by, at=at, person_id=task.person_id)
    return redirect(leading_back(page, reverse("facility:passport_work", args=[task.reason])))


PAGE = 50


def run_told(run: RunView) -> dict[str, Any]:
    """Give one run as a line: its page, its words, how far it came."""
    return {
        "run": run,
        "href": reverse("facility:passport_run", args=[run.id]),
        "title": say("passports.run.of", at=run.allowed_at, name=run.allowed_name),
        "facts": [say("passports.run.done_of", done=run.done, total=run.total)]
        + ([say("passports.run.refused", n=run.refused)] if run.refused else []),
    }


def _ready(by: Actor, at: dt.datetime, counts: UnitCounts, runs: Sequence[RunView]) -> dict[str, Any]:
    """Give what is ready to sign, and who signs it here and how."""
    return {
        "ready": counts.number(TO_SIGN),
        "ready_since": _since(counts, TO_SIGN),
        "signs": by.role is Role.FACILITY_LEAD,
        "has_key": _has_key(by, at),
        "own_key": _has_own_key(by, at),
        "open_run": next((run for run in runs if run.is_open), None),
    }


def _gaps(counts: UnitCounts, lacks: Sequence[Lack]) -> list[dict[str, Any]]:
    found = [(lack, counts.waiting[lack]) for lack in lacks if lack in counts.waiting]
    return [
        {
            "number": waiting.number,
            "label": say(f"passports.reason.{lack}.title"),
            "href": reverse("facility:passport_work", args=[lack]),
            "since": _since(counts, lack),
        }
        for lack, waiting in found
    ]


def _onward(counts: UnitCounts) -> list[dict[str, Any]]:
    waiting = counts.number(TO_ISSUE)
    address = reverse("facility:passport_work", args=[TO_ISSUE]) if waiting else None
    told = [{"number": waiting, "label": say(f"passports.reason.{TO_ISSUE}.title"), "href": address,
             "since": _since(counts, TO_ISSUE)}]  # fmt: skip
    standing = {SIGNED: counts.signed, HELD: counts.issued}
    standing |= {s: counts.standing.get(s, 0) for s in ("EXPIRING", "REVOKED")}
    for state, number in standing.items():
        if number or state in (SIGNED, HELD):
            address = reverse("facility:passport_people", args=[state]) if number else None
            told.append({"number": number, "label": heading_of(state), "href": address})
    return told


def _since(counts: UnitCounts, reason: str) -> str:
    oldest = counts.oldest(reason)
    return str(say("passports.oldest", day=clock.local(oldest).date())) if oldest else ""


def _rows(by: Actor, at: dt.datetime, tasks: Sequence[TaskView], here: str) -> list[dict[str, Any]]:
    """Give the lines of a list; whom the facility may not open is named all the same, for it gave the dose."""
    sights = sights_of(by, at, [task.person_id for task in tasks])
    doses = doses_named((t.profile_id, t.dose_id) for t in tasks if t.profile_id and t.dose_id)
    note_look(by=by, at=at, action="passports.work", subject_ids=sights, purpose=PURPOSE)
    return [_row(by, task, sights[task.person_id], doses, here) for task in tasks if task.person_id in sights]


def _row(by: Actor, task: TaskView, who: PersonSight, doses: Mapping[UUID, DoseView], here: str) -> dict[str, Any]:
    dose = doses.get(task.dose_id) if task.dose_id else None
    return {
        "who": who,
        "dose": say("passports.dose", product=label_of(dose.facts.product), day=dose.facts.given_on) if dose else "",
        "since": task.since,
        "look": _leading_back(look_of(task, who), here),
        "take_up": reverse("facility:passport_take_up", args=[task.id]),
        "deeds": [(deed.text, _leading_back(deed.href, here), deed.takes_up) for deed in deeds_of(by, task, who)],
    }


def _leading_back(href: str | None, here: str) -> str | None:
    return leading_back(href, here) if href else None


def _has_key(by: Actor, at: dt.datetime) -> bool:
    return by.facility_id is not None and reads.facility_key_of(by.facility_id, at) is not None


def _has_own_key(by: Actor, at: dt.datetime) -> bool:
    known = by.id is not None and by.facility_id is not None
    return known and reads.agent_key_of(by.id, by.facility_id, at) is not None  # type: ignore[arg-type]

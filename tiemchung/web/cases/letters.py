"""The letters that a desk owes: what waits for the printer, one page with all of it, and what was printed before."""

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from tiemchung.cases import actions, reads
from tiemchung.cases.rules import MOST_A_RUN, shown_ref
from tiemchung.cases.values import LetterFile, LetterLine
from tiemchung.core import clock
from tiemchung.core.audit import looks_together, note_look
from tiemchung.core.verdict import Refused
from tiemchung.web.cases.frame import name_of, open_to_desks
from tiemchung.web.cases.letter import Letter, history_of, parts_of
from tiemchung.web.cases.queue import PAGE
from tiemchung.web.shared.list_place import place_in, query_after
from tiemchung.web.shared.staff_page import actor_of, staff_page, tell
from tiemchung.web.shared.typed import key_in
from tiemchung.web.shared.words import say

PRINTED = 20  # of those printed before; the newest are the ones that are missed
_DAY = dt.timedelta(days=1)


@open_to_desks
@require_GET
def letters(request: HttpRequest) -> HttpResponse:
    """Show which letters wait for the printer, the oldest first, and which were printed last; no name of anybody."""
    by, at = actor_of(request), clock.now()
    after = place_in(request.GET.get("after", ""))
    try:
        found = reads.letters_waiting(by, at, limit=PAGE, after=after)
    except Refused as refused:
        return staff_page(request, "cases/no_desk.html", 403, verdict=refused.verdict)
    return staff_page(
        request,
        "cases/letters.html",
        desk=name_of(found.desk),
        lines=[_line(line, at) for line in found.lines],
        waiting=found.waiting,
        at_once=min(found.waiting, MOST_A_RUN),
        printed=[_printed(line) for line in reads.letters_printed(by, at, limit=PRINTED)],
        more=query_after(found.more) if found.more else None,
        first=after is not None,
        key=str(uuid4()),
    )


@open_to_desks
@require_POST
def print_all(request: HttpRequest) -> HttpResponse:
    """Print all that waits on one page."""
    try:
        run = actions.print_waiting(by=actor_of(request), at=clock.now(), key=key_in(request.POST))
    except Refused:
        raise Http404 from None
    if run is None:
        tell(request, "cases.letters.none")
        return redirect("cases:letters")
    return _to_run(run)


@open_to_desks
@require_POST
def print_one(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """Print one letter, for the first time or once more."""
    try:
        run = actions.print_letter(by=actor_of(request), at=clock.now(), key=key_in(request.POST), letter_id=letter_id)
    except Refused:
        raise Http404 from None
    return _to_run(run)


def _to_run(run: UUID) -> HttpResponse:
    return redirect(reverse("cases:print_run", kwargs={"run_id": run}) + "?in=1")


@open_to_desks
@require_GET
def print_run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Show what was printed at once, one sheet a letter; the printer opens by itself where that was just asked for."""
    by, at = actor_of(request), clock.now()
    run = reads.print_run(by, at, run_id)
    if run is None:
        raise Http404
    with looks_together():
        for one in run.letters:
            subject = one.person_id or one.case_id
            note_look(by=by, at=at, action="cases.print_letter", subject_ids=[subject], purpose=f"PA {one.ref}")
    return staff_page(
        request,
        "cases/print_run.html",
        letters=[parts_of(_letter(one), run.at) for one in run.letters],
        told=say("cases.letters.run.told", n=len(run.letters), at=run.at, name=run.by_name),
        gone=run.gone,
        now=request.GET.get("in") == "1",
    )


def _letter(one: LetterFile) -> Letter:
    return Letter(
        one.language, one.what, one.ref, one.kind, one.desk, one.claim, one.recorded_at, one.due_at,
        one.what != "ASKED", one.refusal, one.said,
    )  # fmt: skip


def _line(line: LetterLine, at: dt.datetime) -> dict[str, Any]:
    return {
        "title": _title(line),
        "href": reverse("cases:letter", kwargs={"ref": line.ref}),
        "facts": [say(f"cases.letters.what.{line.what}"), say("cases.letters.owed", at=line.owed_at)],
        "left": _waits(line.owed_at, at),
    }


def _printed(line: LetterLine) -> dict[str, Any]:
    return {
        "title": _title(line),
        "facts": [say(f"cases.letters.what.{line.what}"), history_of(line)],
        "again": reverse("cases:print_letter", kwargs={"letter_id": line.letter_id}),
        "key": str(uuid4()),
    }


def _title(line: LetterLine) -> str:
    return say("cases.queue.line", ref=shown_ref(line.ref), kind=say(f"case.kind.{line.kind}.short"))


def _waits(owed_at: dt.datetime, at: dt.datetime) -> dict[str, str]:
    days = max(0, (at - owed_at) // _DAY)
    key = ("waits_today", "waits_day")[days] if days < 2 else "waits_days"
    return {"text": say(f"cases.letters.{key}", n=days), "colour": ("teal", "yellow")[days] if days < 2 else "red"}

"""The desk's list: what is due first, in whose hands it is, and the button that takes the next case."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from tiemchung.access import reads as access
from tiemchung.cases import actions, reads
from tiemchung.cases.kinds import KINDS
from tiemchung.cases.rules import shown_ref
from tiemchung.cases.values import Queue, QueueLine
from tiemchung.core import clock
from tiemchung.core.actor import Actor
from tiemchung.core.verdict import Refused
from tiemchung.web.cases.frame import AUTHORITIES, name_of, open_to_desks, time_left, to_next
from tiemchung.web.shared.formats import format_time
from tiemchung.web.shared.list_place import place_in, query_after
from tiemchung.web.shared.staff_page import BULK_ROLES, actor_of, address_of, staff_page, tell
from tiemchung.web.shared.words import say, say_reason

SHOWN = ("ALL", "LATE", "ASKED", "WATCHED", "MINE", "UNTOLD")
PAGE = 50


@open_to_desks
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """Show the cases of the reader's desk by due time, filtered as the address says."""
    by, at = actor_of(request), clock.now()
    show = request.GET.get("show", "ALL")
    show = show if show in SHOWN else "ALL"
    kind = request.GET.get("kind", "") if request.GET.get("kind", "") in KINDS else ""
    after = place_in(request.GET.get("after", ""))
    try:
        found = reads.queue_at(by, at, show=show, kind=kind, limit=PAGE, after=after)
    except Refused as refused:
        return staff_page(request, "cases/no_desk.html", 403, verdict=refused.verdict)
    return staff_page(
        request,
        "cases/queue.html",
        desk=name_of(found.desk),
        lines=lines_told(found.lines, by, at),
        shows=shows_of(found, show, kind),
        show=show,
        kind=kind,
        kinds=[("", say("cases.queue.every_kind"))] + [(code, say(f"case.kind.{code}.short")) for code in KINDS],
        watched=found.watched,
        waiting=found.open - found.asked_back > 0,
        more=query_after(found.more, show=show, kind=kind) if found.more else None,
        first=query_after(None, show=show, kind=kind) if after else None,
        letters=say("cases.ceiling") if found.letters >= reads.CEILING else str(found.letters),
        board=by.role in AUTHORITIES,
        bulk=address_of("cases:bulk") if by.role in BULK_ROLES else None,
    )


@open_to_desks
@require_POST
def take_next(request: HttpRequest) -> HttpResponse:
    """Take the case that is due first and in nobody's hands."""
    return to_next(request)


@open_to_desks
@require_POST
def claim(request: HttpRequest, ref: str) -> HttpResponse:
    """Take this case, also from a desk below where it is late."""
    try:
        file = actions.claim_case(by=actor_of(request), at=clock.now(), ref=ref)
    except Refused as refused:
        if "NO_SUCH_CASE" in {reason.code for reason in refused.verdict.refusals}:
            raise Http404 from None
        tell(request, "cases.file.not_taken", why=" ".join(say_reason(reason) for reason in refused.verdict.refusals))
        return redirect("cases:file", ref=ref)
    return redirect("cases:file", ref=file.ref)


@open_to_desks
@require_POST
def release(request: HttpRequest, ref: str) -> HttpResponse:
    """Give a case back to the list."""
    by, at = actor_of(request), clock.now()
    file = reads.desk_file(by, at, ref)
    if file is None:
        raise Http404
    actions.release_case(by=by, at=at, ref=file.ref)
    tell(request, "cases.done.released", ref=shown_ref(file.ref))
    return redirect("cases:queue")


def shows_of(found: Queue, show: str, kind: str) -> list[dict[str, Any]]:
    """Give the filters with how many cases each holds; the one shown is marked."""
    counts = {"ALL": found.open, "LATE": found.late, "ASKED": found.asked_back, "WATCHED": found.watched}
    counts |= {"MINE": found.mine, "UNTOLD": found.untold}
    return [
        {
            "href": query_after(None, show=name, kind=kind),
            "text": say(f"cases.queue.show.{name}"),
            "number": say("cases.ceiling") if counts[name] >= reads.CEILING else str(counts[name]),
            "current": name == show,
        }
        for name in SHOWN
    ]


def lines_told(lines: tuple[QueueLine, ...], by: Actor, at: dt.datetime) -> list[dict[str, Any]]:
    """Give the lines of a list in words, with the time that is left."""
    names = access.staff_names({x.claimed_by for x in lines if x.claimed_by and x.claimed_by != by.id})
    return [
        {
            "title": say("cases.queue.line", ref=shown_ref(line.ref), kind=say(f"case.kind.{line.kind}.short")),
            "href": reverse("cases:file", kwargs={"ref": line.ref}),
            "facts": [fact for fact in (_times(line), _unheard(line), _hands(line, by, at, names)) if fact],
            "left": time_left(line.due_at, at),
        }
        for line in lines
    ]


def _unheard(line: QueueLine) -> str:
    return say("cases.untold.line", at=line.untold_at) if line.untold_at else ""


def _times(line: QueueLine) -> str:
    recorded, due = say("cases.queue.recorded", at=line.recorded_at), say("cases.queue.due", at=line.due_at)
    return f"{recorded}. {due}"


def _hands(line: QueueLine, by: Actor, at: dt.datetime, names: dict[UUID, str]) -> str:
    if line.watch:
        return say("cases.queue.climbed")
    if line.asked_back:
        return say("cases.queue.asked")
    if line.claimed_by is None or line.claimed_until is None or line.claimed_until <= at:
        return ""
    until = format_time(line.claimed_until)
    if line.claimed_by == by.id:
        return say("cases.queue.yours", until=until)
    return say("cases.queue.held", name=names.get(line.claimed_by, ""), until=until)

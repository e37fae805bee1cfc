"""Doses that look as if nobody had been given them: the reasons for each, and what an authority makes of it.

Either a case, which goes to the authority above the facility, or a true dose, once somebody has looked into it. The
list names no person; the dose's own page does, and asks why.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tiemchung.access import reads as access
from tiemchung.cases.actions.ghosts import clear_finding, open_ghost_case
from tiemchung.cases.reads.ghosts import FindingLine, GhostPage, Place, finding_under, ghosts_under
from tiemchung.cases.rules import shown_ref
from tiemchung.cases.rules.ghosts import MOST_REASON, FindingState
from tiemchung.core import clock
from tiemchung.core.actor import Actor
from tiemchung.core.verdict import Refused, Verdict
from tiemchung.vaccines import reads as vaccines
from tiemchung.web.shared.formats import format_number
from tiemchung.web.shared.gate import open_to_staff
from tiemchung.web.shared.staff_page import BOARD_ROLES, actor_of, staff_page, tell
from tiemchung.web.shared.typed import number_in, text_in
from tiemchung.web.shared.words import say, say_reason

_OF_THE_REASON = frozenset({"REASON_MISSING", "TEXT_TOO_LONG"})


@open_to_staff(*BOARD_ROLES)
@require_GET
def ghosts(request: HttpRequest) -> HttpResponse:
    """List the suspicious doses of the reader's areas, those with the heaviest reasons first."""
    return _page(request)


@open_to_staff(*BOARD_ROLES)
@require_POST
def ghost_case(request: HttpRequest, facility_id: UUID, finding_id: UUID) -> HttpResponse:
    """Make a case of a suspicious dose, at the desk above its facility."""
    by = actor_of(request)
    found = _finding(by, facility_id, finding_id)
    try:
        opened = open_ghost_case(
            by=by, at=clock.now(), facility_id=facility_id, finding_id=finding_id, because=_reasons_in_words(found)
        )
    except Refused as refused:
        return _page(request, refused.verdict, status=422)
    tell(request, "ghosts.case.opened", ref=shown_ref(opened.ref))
    return redirect("authority:ghosts")


@open_to_staff(*BOARD_ROLES)
@require_http_methods(["GET", "POST"])
def ghost_clear(request: HttpRequest, facility_id: UUID, finding_id: UUID) -> HttpResponse:
    """Ask why a suspicious dose is true, and take it off the list for that reason."""
    by = actor_of(request)
    found = _finding(by, facility_id, finding_id)
    if request.method == "GET" and found.state is not FindingState.OPEN:
        return redirect("authority:ghosts")
    verdict, because = Verdict(), text_in(request.POST, "because")
    if request.method == "POST":
        try:
            clear_finding(
                by=by, at=clock.now(), facility_id=facility_id, finding_id=finding_id, because=because,
                seen=number_in(request.POST, "seen"),
            )  # fmt: skip
        except Refused as refused:
            verdict = refused.verdict
        else:
            tell(request, "ghosts.clear.done")
            return redirect("authority:ghosts")
    typed_wrong = [say_reason(reason) for reason in verdict.refusals if reason.code in _OF_THE_REASON]
    return staff_page(
        request,
        "authority/ghost_clear.html",
        422 if verdict.refusals else 200,
        one=_told(found, _names([found])),
        because=because,
        longest=MOST_REASON,
        errors={"because": typed_wrong[0]} if typed_wrong else {},
        verdict=Verdict() if typed_wrong else verdict,
    )


def _finding(by: Actor, facility_id: UUID, finding_id: UUID) -> FindingLine:
    found = finding_under(by, facility_id, finding_id)
    if found is None:
        raise Http404
    return found


def _names(lines: Iterable[FindingLine]) -> dict[UUID, str]:
    """Give the names of who recorded and of who decided."""
    return access.staff_names({who for line in lines for who in (line.recorded_by, line.decided_by) if who})


def _page(request: HttpRequest, verdict: Verdict | None = None, status: int = 200) -> HttpResponse:
    by, chosen = actor_of(request), _uuid(request.GET.get("facility", ""))
    decided = request.GET.get("show") == "decided"
    page = ghosts_under(by, clock.today(), facility_id=chosen, decided=decided, after=_after(request))
    staff = _names(page.lines)
    facts = {
        "facilities": [("", say("ghosts.every"))]
        + [(str(f.facility_id), f"{f.name or say('ghosts.nowhere')} ({f.open})") for f in page.facilities],
        "chosen": str(chosen) if chosen else "",
        "decided": decided,
        "open": sum(line.open for line in page.facilities),
        "lines": [_told(line, staff) for line in page.lines],
        "weeks": [_week(week) for week in page.weeks],
        "more": _more(page, chosen, decided=decided),
        "verdict": Verdict() if verdict is None else verdict,
    }
    return staff_page(request, "authority/ghosts.html", status, **facts)


def _told(line: FindingLine, staff: dict[UUID, str]) -> dict[str, Any]:
    product = vaccines.product(line.product)
    return {
        "product": product.label if product else line.product,
        "given_on": line.given_on,
        "place": line.facility or say("ghosts.nowhere"),
        "recorded_at": clock.local(line.recorded_at),
        "recorded_by": staff.get(line.recorded_by, "") if line.recorded_by else "",
        "source": say(f"ghosts.source.{line.source}"),
        "reasons": [say(f"ghosts.signal.{code}", **facts) for code, facts in line.signals],
        "score": line.score,
        "dose": reverse("authority:dose", kwargs={"person_id": line.profile_id, "dose_id": line.dose_id}),
        "act": reverse("authority:ghost_case", kwargs={"facility_id": line.facility_id, "finding_id": line.id}),
        "clear_at": reverse("authority:ghost_clear", kwargs={"facility_id": line.facility_id, "finding_id": line.id}),
        "ref": shown_ref(line.case_ref) if line.case_ref else "",
        "state": line.state,
        "because": line.because,
        "decided_by": staff.get(line.decided_by, "") if line.decided_by else "",
        "decided_at": clock.local(line.decided_at) if line.decided_at else None,
    }


def _reasons_in_words(line: FindingLine) -> str:
    """Say in Vietnamese, the language of the desks, why the dose is suspected; it becomes the case's text."""
    told = "; ".join(say(f"ghosts.signal.{code}", "vi", **facts) for code, facts in line.signals)
    return say("ghosts.case.text", "vi", reasons=told)


def _week(week: Any) -> dict[str, Any]:
    share = week.overridden * 100 / max(1, week.doses)
    return {
        "name": week.name,
        "week_on": week.week_on,
        "doses": week.doses,
        "overridden": week.overridden,
        "share": format_number(share, 1),
    }


def _after(request: HttpRequest) -> Place | None:
    row_id, score = _uuid(request.GET.get("after", "")), request.GET.get("score", "")[:6]
    return (int(score), row_id) if row_id and score.isascii() and score.isdigit() else None


def _more(page: GhostPage, chosen: UUID | None, *, decided: bool) -> str | None:
    if page.more is None:
        return None
    score, row_id = page.more
    kept = f"&facility={chosen}" if chosen else ""
    kept += "&show=decided" if decided else ""
    return f"{reverse('authority:ghosts')}?score={score}&after={row_id}{kept}"


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


urlpatterns = [
    path("mui-tiem-nghi-ngo", ghosts, name="ghosts"),
    path("mui-tiem-nghi-ngo/<uuid:facility_id>/<uuid:finding_id>", ghost_case, name="ghost_case"),
    path("mui-tiem-nghi-ngo/<uuid:facility_id>/<uuid:finding_id>/co-that", ghost_clear, name="ghost_clear"),
]

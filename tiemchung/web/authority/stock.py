"""Vaccine for the facilities under an area: sending it, following it, and what does not add up."""

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_safe

from tiemchung.core import clock
from tiemchung.core.actor import Actor
from tiemchung.core.verdict import Refused, Verdict
from tiemchung.places import reads as places
from tiemchung.places.reads import FacilityView
from tiemchung.stock import reads
from tiemchung.stock.actions import cancel_issue, issue_lot
from tiemchung.stock.reads import IssueView
from tiemchung.stock.rules import ISSUERS, LONGEST_PAPER, IssueState, is_overdue, may_issue
from tiemchung.web.shared.gate import open_to_staff
from tiemchung.web.shared.staff_page import actor_of, staff_page, tell
from tiemchung.web.shared.stock_form import doses_in, fields_of, lot_words, usable_lots
from tiemchung.web.shared.typed import date_in, key_in, line_in, text_in, uuid_in
from tiemchung.web.shared.words import say

open_to_issuers = open_to_staff(*sorted(ISSUERS))
MOST_PLACES = 40


@require_safe
@open_to_issuers
def issues(request: HttpRequest) -> HttpResponse:
    """Show what is on the way, what did not arrive as sent, and what facilities say or use beyond what came."""
    by, today = actor_of(request), clock.today()
    every = [issue_line(one, today) for one in reads.issues_under(by, today)]
    own, over = reads.own_words_under(by, today), reads.over_used_under(by, today)
    counts = [
        (sum(line["overdue"] for line in every), "overdue_count", "#way"),
        (sum(bool(line["issue"].difference) for line in every), "differing_count", "#closed"),
        (len(own), "own_count", "#own"),
        (len(over), "over_count", "#over"),
    ]
    return staff_page(
        request,
        "authority/issues.html",
        way=[line for line in every if line["waits"]],
        closed=[line for line in every if not line["waits"]],
        own=[(lot_words(one.lot), one) for one in own],
        over=[(lot_words(one.lot), one) for one in over],
        counts=[{"number": number, "label": say(f"issues.{key}"), "href": href} for number, key, href in counts],
    )


def issue_line(one: IssueView, today: dt.date) -> dict[str, Any]:
    """Give one delivery of the list."""
    waits = one.state is IssueState.SENT
    return {
        "issue": one,
        "title": lot_words(one.lot),
        "waits": waits,
        "overdue": waits and is_overdue(one.sent_on, today),
        "cancel": reverse("authority:cancel_issue", args=[one.facility_id, one.id]),
    }


@require_http_methods(["GET", "POST"])
@open_to_issuers
def new_issue(request: HttpRequest) -> HttpResponse:
    """Find the facility first, then send it a lot; what was typed stays where something is wrong with it."""
    by, today = actor_of(request), clock.today()
    facility = _facility(by, uuid_in(request.POST if request.method == "POST" else request.GET, "facility"))
    if facility is None:
        return _find(request, by, today)
    facts: dict[str, Any] = {"facility": facility, "address": _address(facility, today)}
    facts["lots"] = usable_lots(today)
    if request.method == "GET":
        facts |= {"typed": {"on_day": today}, "key": str(uuid4()), "verdict": Verdict()}
        return staff_page(request, "authority/new_issue.html", **facts)
    lot_id, on_day, key = uuid_in(request.POST, "lot"), date_in(request.POST, "on_day"), key_in(request.POST)
    shown, doses = doses_in(request.POST)
    paper = line_in(request.POST, "paper", LONGEST_PAPER)
    errors, verdict = {} if lot_id else {"lot": say("stock.form.lot_missing")}, Verdict()
    if lot_id:
        try:
            issue_lot(by=by, at=clock.now(), key=key, facility_id=facility.id, lot_id=lot_id, doses=doses, paper=paper,
                      sent_on=on_day.day or dt.date.min)  # fmt: skip
        except Refused as refused:
            errors, verdict = fields_of(refused.verdict)
        else:
            lot = dict(facts["lots"]).get(str(lot_id), "")
            tell(request, "issues.send.done", n=doses, lot=lot, facility=facility.name)
            return redirect("authority:issues")
    facts["typed"] = {"lot": str(lot_id or ""), "doses": shown, "paper": paper, "on_day": on_day.parts}
    return staff_page(request, "authority/new_issue.html", 422, key=key, errors=errors, verdict=verdict, **facts)


@require_http_methods(["GET", "POST"])
@open_to_issuers
def cancel(request: HttpRequest, facility_id: UUID, issue_id: UUID) -> HttpResponse:
    """Ask why a delivery is taken back, and take it back."""
    by = actor_of(request)
    one = reads.issue_under(by, facility_id, issue_id, clock.today())
    if one is None:
        raise Http404
    if request.method == "GET" and one.state is not IssueState.SENT:
        return redirect("authority:issues")
    because = text_in(request.POST, "because")
    errors: dict[str, str] = {}
    verdict = Verdict()
    if request.method == "POST":
        try:
            cancel_issue(by=by, at=clock.now(), key=key_in(request.POST), facility_id=facility_id, issue_id=issue_id,
                         because=because)  # fmt: skip
        except Refused as refused:
            errors, verdict = fields_of(refused.verdict)
        else:
            tell(request, "issues.cancel_page.done", paper=one.paper)
            return redirect("authority:issues")
    return staff_page(
        request,
        "authority/cancel_issue.html",
        422 if errors or verdict.refusals else 200,
        one=one,
        title=lot_words(one.lot),
        because=because,
        key=str(uuid4()),
        errors=errors,
        verdict=verdict,
    )


def _find(request: HttpRequest, by: Actor, today: dt.date) -> HttpResponse:
    text = line_in(request.GET, "q", 120)
    if text:
        hits = places.places_search(text, on=today, within=None if by.everywhere else by.area_ids, limit=MOST_PLACES)
        known = places.facilities_by_id({hit.facility_id for hit in hits})
        found = [known[key] for key in dict.fromkeys(hit.facility_id for hit in hits) if _may(by, known[key])]
    else:
        found = list(reads.facilities_under(by, today)[:MOST_PLACES])
    lines = [(one, _address(one, today)) for one in found if one.period.holds(today)]
    return staff_page(request, "authority/find_receiver.html", lines=lines, text=text)


def _facility(by: Actor, facility_id: UUID | None) -> FacilityView | None:
    found = places.facilities_by_id([facility_id]).get(facility_id) if facility_id else None
    return found if found and _may(by, found) else None


def _may(by: Actor, facility: FacilityView) -> bool:
    return may_issue(by, reads.areas_of(facility, clock.today())).allowed


def _address(facility: FacilityView, today: dt.date) -> str:
    stay = facility.stay_on(today)
    if stay is None:
        return ""
    area = places.path_name(stay.area_id)
    return f"{stay.address}, {area}" if stay.address else area


urlpatterns = [
    path("cap-phat", issues, name="issues"),
    path("cap-phat/gui", new_issue, name="new_issue"),
    path("cap-phat/<uuid:facility_id>/<uuid:issue_id>/huy", cancel, name="cancel_issue"),
]

"""The facility's vaccine stock: what is there, what is on the way, and the story of each lot."""

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from tiemchung.core import clock
from tiemchung.core.actor import Role
from tiemchung.core.verdict import Refused, Verdict
from tiemchung.stock import reads
from tiemchung.stock.actions import receive_issue
from tiemchung.stock.reads import IssueView, MoveView, ShelfView
from tiemchung.stock.rules import IssueState, MoveKind, is_overdue
from tiemchung.vaccines import reads as vaccines
from tiemchung.web.facility.frame import open_to_desk
from tiemchung.web.shared.gate import open_to_staff
from tiemchung.web.shared.staff_page import actor_of, staff_page, tell
from tiemchung.web.shared.stock_form import doses_in, fields_of, lot_words, state_words
from tiemchung.web.shared.typed import date_in, key_in, text_in
from tiemchung.web.shared.words import say

open_to_lead = open_to_staff(Role.FACILITY_LEAD)
UNSHELVED_FOR = dt.timedelta(days=30)
DEEDS = ("receive", "count", "discard")
OF_A_SHELF = ("discard", "return", "extra", "count")


@require_safe
@open_to_desk
def stock(request: HttpRequest) -> HttpResponse:
    """Show what the facility has of each lot, nearest expiry first, and what is on the way."""
    by, today = actor_of(request), clock.today()
    lines = [shelf_line(view, today) for view in reads.shelves_at(by)]
    return staff_page(
        request,
        "facility/stock.html",
        keeps=by.role is Role.FACILITY_LEAD,
        way=[way_line(one, today) for one in reads.issues_at(by)],
        lines=[line for line in lines if line["count"].left],
        finished=[line for line in lines if not line["count"].left],
        unshelved=[(lot_words(one.lot), one) for one in reads.unshelved_at(by, today - UNSHELVED_FOR)],
        deeds=[(reverse(f"facility:stock_{deed}"), say(f"stock.deed.{deed}")) for deed in DEEDS],
    )


def shelf_line(view: ShelfView, today: dt.date) -> dict[str, Any]:
    """Give one lot of the list."""
    return {"lot": view.lot, "count": view.count, "title": lot_words(view.lot), **state_words(view.lot, today)}


def way_line(one: IssueView, today: dt.date) -> dict[str, Any]:
    """Give one delivery of the list."""
    product = vaccines.product(one.lot.product)
    return {
        "issue": one,
        "title": lot_words(one.lot),
        "days": (today - one.sent_on).days,
        "overdue": is_overdue(one.sent_on, today),
        "href": reverse("facility:stock_issue", args=[one.id]),
        "product": product.label if product else one.lot.product,
    }


@require_safe
@open_to_desk
def stock_lot(request: HttpRequest, lot_id: UUID) -> HttpResponse:
    """Show one lot at the facility: its numbers, what may be done with it, and its story."""
    by, today = actor_of(request), clock.today()
    view = reads.shelf_at(by, lot_id)
    if view is None:
        raise Http404
    keeps = by.role is Role.FACILITY_LEAD
    return staff_page(
        request,
        "facility/stock_lot.html",
        line=shelf_line(view, today),
        moves=[(move_words(move), move) for move in reads.moves_at(by, lot_id)],
        deeds=[(f"{reverse(f'facility:stock_{deed}')}?lot={lot_id}", say(f"stock.deed.{deed}")) for deed in OF_A_SHELF]
        if keeps
        else [],
    )


def move_words(move: MoveView) -> str:
    """Say in one line what happened."""
    if move.kind is MoveKind.COUNTED and move.doses:
        return say("stock.move.COUNTED_MORE" if move.doses > 0 else "stock.move.COUNTED_LESS", n=abs(move.doses))
    if move.kind is MoveKind.RECEIVED and not move.doses:
        return say("stock.move.RECEIVED_BEFORE")
    loss = say(f"stock.loss.{move.loss}").lower() if move.loss else ""
    return say(f"stock.move.{move.kind}", n=abs(move.doses), loss=loss)


@require_http_methods(["GET", "POST"])
@open_to_lead
def stock_issue(request: HttpRequest, issue_id: UUID) -> HttpResponse:
    """Ask how much of a delivery arrived, and take that in."""
    by, today = actor_of(request), clock.today()
    one = reads.issue_at(by, issue_id)
    if one is None or by.facility_id is None:
        raise Http404
    facts: dict[str, Any] = {"one": one, "title": lot_words(one.lot), "waits": one.state is IssueState.SENT}
    if request.method == "GET":
        typed: dict[str, Any] = {"doses": str(one.doses), "because": "", "on_day": today}
        facts |= {"typed": typed, "key": str(uuid4()), "verdict": Verdict()}
        return staff_page(request, "facility/stock_issue.html", **facts)
    shown, arrived = doses_in(request.POST)
    on_day, because, key = date_in(request.POST, "on_day"), text_in(request.POST, "because"), key_in(request.POST)
    try:
        receive_issue(
            by=by, at=clock.now(), key=key, facility_id=by.facility_id, issue_id=issue_id, arrived=arrived,
            on_day=on_day.day or dt.date.min, because=because,
        )  # fmt: skip
    except Refused as refused:
        errors, verdict = fields_of(refused.verdict)
        typed = {"doses": shown, "because": because, "on_day": on_day.parts}
        return staff_page(
            request, "facility/stock_issue.html", 422, typed=typed, key=key, errors=errors, verdict=verdict, **facts
        )
    tell(request, "stock.confirm.done", n=arrived, lot=one.lot.number)
    return redirect("facility:stock")

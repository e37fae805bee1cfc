"""Lots: the list by product, a new lot, recalling one and lifting the recall."""

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods

from tiemchung.core import clock
from tiemchung.core.verdict import Refused, Verdict
from tiemchung.vaccines import reads
from tiemchung.vaccines.actions import add_lot, lift_recall, recall_lot
from tiemchung.vaccines.rules import LotFacts, lot_state, may_lift_recall, may_recall_lot
from tiemchung.web.authority.frame import open_to_lots
from tiemchung.web.authority.people import actor_names
from tiemchung.web.shared.staff_home import SOON
from tiemchung.web.shared.staff_page import actor_of, staff_page, tell
from tiemchung.web.shared.typed import date_in, key_in, line_in, text_in
from tiemchung.web.shared.words import say

FILTERS = ("usable", "soon", "expired", "recalled")


@open_to_lots
@require_GET
def lots(request: HttpRequest) -> HttpResponse:
    """Show the lots of every product, all or those of one state."""
    today = clock.today()
    chosen = request.GET.get("show", "")
    chosen = chosen if chosen in FILTERS else "usable"
    every = [(p, reads.all_lots_of(p.code)) for p in reads.products(today)]
    counts = {name: sum(fits(lot, name, today) for _, found in every for lot in found) for name in FILTERS}
    shown = [(p.label, [lot for lot in found if fits(lot, chosen, today)]) for p, found in every]
    groups = [(label, [(lot, lot_state(lot, today)) for lot in found]) for label, found in shown if found]
    return staff_page(request, "authority/lots.html", groups=groups, counts=counts, chosen=chosen, filters=FILTERS)


@open_to_lots
@require_http_methods(["GET", "POST"])
def new_lot(request: HttpRequest) -> HttpResponse:
    """Add a lot as it is printed on the vial."""
    products = [("", say("authority.lot.choose")), *((p.code, p.label) for p in reads.products(clock.today()))]
    facts: dict[str, Any] = {"products": products, "typed": {}, "key": str(uuid4()), "verdict": Verdict()}
    if request.method == "GET":
        return staff_page(request, "authority/new_lot.html", **facts)
    names = (("product", 40), ("number", 40), ("component", 10), ("made_by", 120))
    typed: dict[str, Any] = {name: line_in(request.POST, name, limit) for name, limit in names}
    expires = date_in(request.POST, "expires_on")
    typed["expires_on"] = expires.parts
    facts |= {"typed": typed, "key": key_in(request.POST)}
    errors = {} if typed["product"] else {"product": say("authority.lot.choose")}
    if expires.day is None or expires.precision != "DAY":
        errors["expires_on-day"] = say("authority.lot.day_wrong")
    if errors or expires.day is None:
        return staff_page(request, "authority/new_lot.html", 422, errors=errors, **facts)
    try:
        lot = add_lot(
            product=typed["product"], number=typed["number"], expires_on=expires.day, made_by=typed["made_by"],
            component=typed["component"] or None, by=actor_of(request), at=clock.now(), key=facts["key"],
        )  # fmt: skip
    except Refused as refused:
        return staff_page(request, "authority/new_lot.html", 422, **{**facts, "verdict": refused.verdict})
    tell(request, "authority.done.lot", number=lot.number)
    return redirect("authority:lot", lot_id=lot.id)


@open_to_lots
@require_http_methods(["GET", "POST"])
def lot(request: HttpRequest, lot_id: UUID) -> HttpResponse:
    """Show a lot and its story; recall it or lift the recall, with a reason."""
    found = reads.lot(lot_id)
    if found is None:
        raise Http404
    by, verdict, because = actor_of(request), Verdict(), text_in(request.POST, "because")
    act, may = (lift_recall, may_lift_recall) if found.recalled else (recall_lot, may_recall_lot)
    if request.method == "POST":
        try:
            act(lot_id=lot_id, because=because, by=by, at=clock.now(), key=key_in(request.POST))
        except Refused as refused:
            verdict = refused.verdict
        else:
            tell(request, "authority.done.lifted" if found.recalled else "authority.done.recalled", number=found.number)
            return redirect("authority:lot", lot_id=lot_id)
    steps = reads.recalls_of(lot_id)
    names = actor_names(step.actor_id for step in steps)
    facts = {
        "lot": found,
        "state": lot_state(found, clock.today()),
        "product": reads.product(found.product),
        "steps": [(step, names.get(step.actor_id, "") if step.actor_id else "") for step in steps],
        "may": may(by, found, "a reason to try with"),
    }
    facts |= {"verdict": verdict, "because": because, "key": str(uuid4())}
    return staff_page(request, "authority/lot.html", 422 if verdict.refusals else 200, **facts)


def fits(lot: LotFacts, name: str, today: dt.date) -> bool:
    """Tell whether a lot belongs to one of the list's filters."""
    state = lot_state(lot, today)
    if name == "soon":
        return state == "USABLE" and lot.expires_on <= today + SOON
    return state == name.upper()

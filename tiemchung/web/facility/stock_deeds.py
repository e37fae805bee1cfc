"""The lead's five deeds with the vaccine, one form each: take in by paper, count, discard, return, add extra doses."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.http import require_http_methods

from tiemchung.core import clock
from tiemchung.core.actor import Actor
from tiemchung.core.verdict import Refused, Verdict, refuse
from tiemchung.stock import actions, reads
from tiemchung.stock.rules import LONGEST_PAPER, Loss
from tiemchung.vaccines import reads as vaccines
from tiemchung.web.facility.stock import open_to_lead
from tiemchung.web.shared.staff_page import actor_of, address_of, staff_page, tell
from tiemchung.web.shared.stock_form import choice_of, doses_in, fields_of, lot_words, usable_lots
from tiemchung.web.shared.typed import date_in, key_in, line_in, text_in, uuid_in
from tiemchung.web.shared.words import say

Typed = dict[str, Any]


@require_http_methods(["GET", "POST"])
@open_to_lead
def deed_page(request: HttpRequest, deed: str) -> HttpResponse:
    """Show the form of one deed and do it; what was typed stays where something is wrong with it."""
    by, typed = actor_of(request), _typed(request)
    if request.method == "GET":
        return _page(request, deed, by, typed)
    errors = _faults(deed, typed)
    if errors:
        return _page(request, deed, by, typed, errors=errors)
    try:
        difference = _DOING[deed](by, typed)
    except Refused as refused:
        at_fields, rest = fields_of(refused.verdict)
        return _page(request, deed, by, typed, errors=at_fields, verdict=rest)
    lot = vaccines.lot(typed["lot_id"])
    differs = f"{difference:+d}".replace("-", "−") if difference else ""
    key = f"stock.{deed}.done_differs" if differs else f"stock.{deed}.done"
    tell(request, key, n=typed["number"], lot=lot.number if lot else "", difference=differs)
    return redirect("facility:stock_lot", lot_id=typed["lot_id"])


def _typed(request: HttpRequest) -> Typed:
    data, sent = request.POST, request.method == "POST"
    lot_id = uuid_in(data if sent else request.GET, "lot")
    doses, number = doses_in(data)
    on_day = date_in(data, "on_day")
    return {
        "lot_id": lot_id,
        "lot": str(lot_id or ""),
        "doses": doses,
        "number": number,
        "paper": line_in(data, "paper", LONGEST_PAPER),
        "loss": line_in(data, "loss", 20),
        "because": text_in(data, "because"),
        "on_day": on_day.parts if sent else clock.today(),
        "day": on_day.day or dt.date.min,
        "key": key_in(data) if sent else str(uuid4()),
    }


def _faults(deed: str, typed: Typed) -> dict[str, str]:
    errors = {} if typed["lot_id"] else {"lot": say("stock.form.lot_missing")}
    if deed == "discard" and typed["loss"] not in set(Loss):
        errors["loss"] = say("stock.form.loss_missing")
    return errors


def _page(
    request: HttpRequest,
    deed: str,
    by: Actor,
    typed: Typed,
    *,
    errors: dict[str, str] | None = None,
    verdict: Verdict | None = None,
) -> HttpResponse:
    wrong = bool(errors or (verdict and verdict.refusals))
    facts = {
        "deed": deed,
        "new_lot": address_of("authority:new_lot") if deed in ("receive", "count") else None,
        "lots": _lots(deed, by),
        "losses": [(loss, say(f"stock.loss.{loss}")) for loss in Loss],
        "typed": typed,
        "errors": errors or {},
        "verdict": verdict or Verdict(),
    }
    return staff_page(request, "facility/stock_deed.html", 422 if wrong else 200, **facts)


def _lots(deed: str, by: Actor) -> list[tuple[str, str]]:
    """Give the lots that the deed may be about: every usable one to take in, those of the shelf for the rest."""
    if deed == "receive":
        return usable_lots(clock.today())
    held = {view.lot.id: (view.lot, view.count.left) for view in reads.shelves_at(by)}
    words = [(lot, lot_words(lot, "stock.form.lot_left", n=max(0, left))) for lot, left in held.values()]
    if deed != "count":
        return choice_of((lot, text) for lot, text in words if held[lot.id][1] > 0 or deed == "extra")
    today = clock.today()
    every = [lot for product in vaccines.products(today) for lot in vaccines.all_lots_of(product.code)]
    others = [(lot, lot_words(lot, "stock.form.lot_line")) for lot in every if lot.id not in held]
    return choice_of([*words, *others])


def _about(by: Actor, typed: Typed) -> dict[str, Any]:
    if by.facility_id is None:
        raise Refused(refuse("NOT_YOUR_TASK"))
    return {"by": by, "at": clock.now(), "key": typed["key"], "facility_id": by.facility_id, "lot_id": typed["lot_id"],
            "because": typed["because"]}  # fmt: skip


def _receive(by: Actor, typed: Typed) -> int:
    actions.receive_lot(**_about(by, typed), doses=typed["number"], paper=typed["paper"], on_day=typed["day"])
    return 0


def _discard(by: Actor, typed: Typed) -> int:
    actions.discard_doses(**_about(by, typed), doses=typed["number"], loss=Loss(typed["loss"]))
    return 0


def _return(by: Actor, typed: Typed) -> int:
    actions.return_doses(**_about(by, typed), doses=typed["number"], paper=typed["paper"])
    return 0


def _extra(by: Actor, typed: Typed) -> int:
    actions.add_extra(**_about(by, typed), doses=typed["number"])
    return 0


def _count(by: Actor, typed: Typed) -> int:
    return actions.count_shelf(**_about(by, typed), counted=typed["number"])


_DOING: dict[str, Callable[[Actor, Typed], int]] = {
    "receive": _receive, "count": _count, "discard": _discard, "return": _return, "extra": _extra,
}  # fmt: skip
_ADDRESSES = {"receive": "nhap", "count": "kiem-ke", "discard": "huy", "return": "tra", "extra": "them"}
urlpatterns = [
    path(f"kho/{address}", deed_page, {"deed": deed}, name=f"stock_{deed}") for deed, address in _ADDRESSES.items()
]

"""What a facility's lead does with the vaccine: take in by paper, discard, return, win extra doses, count."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Sum

from tiemchung.core.actor import Actor
from tiemchung.core.clock import local
from tiemchung.core.once import once
from tiemchung.core.verdict import YES, Verdict, refuse
from tiemchung.doses.lots_given import lots_given
from tiemchung.stock.actions.shelving import locked_shelf, lot_named, opened_shelf, shift, words_of
from tiemchung.stock.models import Issue, StockMove
from tiemchung.stock.rules import (
    IssueState,
    Loss,
    MoveKind,
    ShelfCount,
    day_fits,
    may_add_extra,
    may_keep,
    may_take_out,
    number_fits,
    paper_fits,
    reason_fits,
    usable,
)


def receive_lot(
    *,
    by: Actor,
    at: dt.datetime,
    key: str,
    facility_id: UUID,
    lot_id: UUID,
    doses: int,
    paper: str,
    on_day: dt.date,
    because: str = "",
) -> None:
    """Take in a delivery that nobody issued here, by its paper alone; the authority above sees it as our own word.

    Raises Refused with NOT_YOUR_TASK, LOT_UNKNOWN, STOCK_LOT_EXPIRED, STOCK_LOT_RECALLED, STOCK_NUMBER_WRONG,
    STOCK_DAY_WRONG, STOCK_BEFORE_COUNT, STOCK_PAPER_MISSING, STOCK_PAPER_ON_THE_WAY or STOCK_PAPER_TWICE.
    """
    today, paper, because = local(at).date(), words_of(paper), words_of(because)

    def act() -> None:
        lot = lot_named(lot_id)
        told = usable(lot, today) + number_fits(doses) + paper_fits(paper) + reason_fits(because, needed=False)
        (told + day_fits(on_day, today)).or_raise()
        shelf, count = opened_shelf(facility_id, lot_id, first_on=on_day, at=at)
        (day_fits(on_day, today, count) + paper_is_new(facility_id, lot_id, paper)).or_raise()
        shelf.received, shelf.first_on = shelf.received + doses, min(shelf.first_on, on_day)
        shift(
            shelf, MoveKind.RECEIVED, doses, by=by, at=at, key=key, on_day=on_day, because=because, paper=paper
        )

    ask = {"doses": doses, "paper": paper, "on_day": on_day}
    _once(by, at, key, "receive_lot", facility_id, lot_id, ask, act)


def add_extra(
    *, by: Actor, at: dt.datetime, key: str, facility_id: UUID, lot_id: UUID, doses: int, because: str = ""
) -> None:
    """Add doses that were won from the vials' overfill, at most a quarter of what came in.

    Raises Refused with NOT_YOUR_TASK, LOT_UNKNOWN, STOCK_NUMBER_WRONG, STOCK_NO_SHELF or STOCK_EXTRA_TOO_MANY.
    """
    today, because = local(at).date(), words_of(because)

    def act() -> None:
        lot, found = lot_named(lot_id), locked_shelf(facility_id, lot_id)
        before = _extra_since(facility_id, lot_id, found[1]) if found else 0
        told = number_fits(doses) + reason_fits(because, needed=False)
        (told + may_add_extra(found[1] if found else None, before, doses, lot.number)).or_raise()
        if found:
            found[0].received += doses
            shift(found[0], MoveKind.EXTRA, doses, by=by, at=at, key=key, on_day=today, because=because)

    _once(by, at, key, "add_extra", facility_id, lot_id, {"doses": doses}, act)


def discard_doses(
    *, by: Actor, at: dt.datetime, key: str, facility_id: UUID, lot_id: UUID, doses: int, loss: Loss, because: str = ""
) -> None:
    """Take out doses that were thrown away; "other" needs a reason in words.

    Raises Refused with NOT_YOUR_TASK, LOT_UNKNOWN, STOCK_NUMBER_WRONG, REASON_MISSING or STOCK_TOO_FEW.
    """
    _take_out(
        MoveKind.DISCARDED, "discard_doses", needed=loss is Loss.OTHER, loss=loss, by=by, at=at, key=key,
        facility_id=facility_id, lot_id=lot_id, doses=doses, because=because,
    )  # fmt: skip


def return_doses(
    *, by: Actor, at: dt.datetime, key: str, facility_id: UUID, lot_id: UUID, doses: int, paper: str, because: str = ""
) -> None:
    """Take out doses that went back to the store above, or on to another facility, with the number of the paper.

    Raises Refused with NOT_YOUR_TASK, LOT_UNKNOWN, STOCK_NUMBER_WRONG, STOCK_PAPER_MISSING or STOCK_TOO_FEW.
    """
    paper = words_of(paper)
    _take_out(
        MoveKind.RETURNED, "return_doses", paper=paper, first=paper_fits(paper), by=by, at=at, key=key,
        facility_id=facility_id, lot_id=lot_id, doses=doses, because=because,
    )  # fmt: skip


def count_shelf(
    *, by: Actor, at: dt.datetime, key: str, facility_id: UUID, lot_id: UUID, counted: int, because: str = ""
) -> int:
    """Say how many doses are there, and give the difference to what the books said.

    The books begin anew with this day: what is recorded later for a day before it was out of the fridge when
    somebody counted. A difference needs a reason. Raises Refused with NOT_YOUR_TASK, LOT_UNKNOWN,
    STOCK_NUMBER_WRONG or REASON_MISSING.
    """
    today, because = local(at).date(), words_of(because)

    def act() -> dict[str, Any]:
        lot_named(lot_id)
        number_fits(counted, least=0).or_raise()
        shelf, count = opened_shelf(facility_id, lot_id, first_on=today, at=at)
        difference = counted - count.left
        reason_fits(because, needed=difference != 0).or_raise()
        given_today = lots_given([(facility_id, today)]).get((facility_id, today, lot_id), 0)
        shelf.received, shelf.removed, shelf.counted_on = counted + given_today, 0, today
        shift(shelf, MoveKind.COUNTED, difference, by=by, at=at, key=key, on_day=today, because=because)
        return {"difference": difference}

    answer = _once(by, at, key, "count_shelf", facility_id, lot_id, {"counted": counted}, act)
    return int(answer["difference"])


def paper_is_new(facility_id: UUID, lot_id: UUID, paper: str) -> Verdict:
    """Say whether no delivery of this lot with this paper came already, or is on its way and waits to be confirmed."""
    mine = {"facility_id": facility_id, "lot_id": lot_id, "paper__iexact": paper}
    if Issue.objects.filter(state=IssueState.SENT, **mine).exists():
        return refuse("STOCK_PAPER_ON_THE_WAY", paper=paper)
    if StockMove.objects.filter(kind=MoveKind.RECEIVED, **mine).exists():
        return refuse("STOCK_PAPER_TWICE", paper=paper)
    return YES


def _take_out(
    kind: MoveKind,
    action: str,
    *,
    by: Actor,
    at: dt.datetime,
    key: str,
    facility_id: UUID,
    lot_id: UUID,
    doses: int,
    because: str,
    paper: str = "",
    loss: Loss | None = None,
    needed: bool = False,
    first: Verdict = YES,
) -> None:
    today, because = local(at).date(), words_of(because)

    def act() -> None:
        lot, found = lot_named(lot_id), locked_shelf(facility_id, lot_id)
        told = first + number_fits(doses) + reason_fits(because, needed=needed)
        (told + may_take_out(found[1] if found else None, doses, lot.number)).or_raise()
        if found:
            found[0].removed += doses
            shift(
                found[0], kind, -doses, by=by, at=at, key=key, on_day=today, because=because, paper=paper,
                loss=loss or "",
            )  # fmt: skip

    ask = {"doses": doses, "loss": loss, "paper": paper}
    _once(by, at, key, action, facility_id, lot_id, ask, act)


def _extra_since(facility_id: UUID, lot_id: UUID, count: ShelfCount) -> int:
    moves = StockMove.objects.filter(facility_id=facility_id, lot_id=lot_id, kind=MoveKind.EXTRA)
    return moves.filter(on_day__gte=count.opened_on).aggregate(n=Sum("doses"))["n"] or 0


def _once(
    by: Actor,
    at: dt.datetime,
    key: str,
    action: str,
    facility_id: UUID,
    lot_id: UUID,
    ask: Mapping[str, Any],
    act: Callable[[], dict[str, Any] | None],
) -> dict[str, Any]:
    """Ask whose task it is, and do it once."""
    may_keep(by, facility_id).or_raise()
    whole = {"facility_id": facility_id, "lot_id": lot_id, **ask}
    return once(key, f"stock.{action}", whole, at, lambda: act() or {})

"""A delivery's way: an authority sends it, the facility's lead says what arrived, or the authority takes it back."""

import datetime as dt
from uuid import UUID

from tiemchung.core.actor import Actor
from tiemchung.core.audit import write_line
from tiemchung.core.clock import local
from tiemchung.core.ids import new_id
from tiemchung.core.once import once
from tiemchung.core.verdict import Refused, refuse
from tiemchung.places import reads as places
from tiemchung.stock.actions.moves import paper_is_new
from tiemchung.stock.actions.shelving import lot_named, opened_shelf, shift, words_of
from tiemchung.stock.models import Issue
from tiemchung.stock.reads import areas_of
from tiemchung.stock.rules import (
    TRANSITIONS,
    IssueState,
    MoveKind,
    Step,
    day_fits,
    may_issue,
    may_keep,
    may_step,
    number_fits,
    paper_fits,
    reason_fits,
    usable,
)


def issue_lot(
    *,
    by: Actor,
    at: dt.datetime,
    key: str,
    facility_id: UUID,
    lot_id: UUID,
    doses: int,
    paper: str,
    sent_on: dt.date,
) -> UUID:
    """Send so many doses of a lot to a facility under the actor's area and give the delivery's id.

    Raises Refused with NOT_YOUR_TASK, STOCK_NOT_YOUR_AREA (also for a facility that no list knows),
    STOCK_FACILITY_CLOSED, LOT_UNKNOWN, STOCK_LOT_EXPIRED, STOCK_LOT_RECALLED, STOCK_NUMBER_WRONG, STOCK_DAY_WRONG,
    STOCK_PAPER_MISSING, STOCK_PAPER_ON_THE_WAY or STOCK_PAPER_TWICE.
    """
    today, paper = local(at).date(), words_of(paper)
    facility = _in_scope(by, facility_id, today)
    if not facility.period.holds(today):
        raise Refused(refuse("STOCK_FACILITY_CLOSED", name=facility.name))

    def act() -> dict[str, str]:
        told = usable(lot_named(lot_id), today) + number_fits(doses) + paper_fits(paper) + day_fits(sent_on, today)
        told.or_raise()
        paper_is_new(facility_id, lot_id, paper).or_raise()
        row = Issue(
            id=new_id(), facility_id=facility_id, lot_id=lot_id, doses=doses, paper=paper, from_area_id=by.area_id,
            sent_on=sent_on, state=TRANSITIONS[None, Step.SEND], issued_by=by.id, issued_at=at, key=key,
        )  # fmt: skip
        row.save(force_insert=True)
        _told(by, at, "stock.issue_lot", row, doses=doses)
        return {"issue_id": str(row.id)}

    ask = {"facility_id": facility_id, "lot_id": lot_id, "doses": doses, "paper": paper, "sent_on": sent_on}
    return UUID(once(key, "stock.issue_lot", ask, at, act)["issue_id"])


def receive_issue(
    *,
    by: Actor,
    at: dt.datetime,
    key: str,
    facility_id: UUID,
    issue_id: UUID,
    arrived: int,
    on_day: dt.date,
    because: str = "",
) -> None:
    """Confirm a delivery with the doses that really arrived; another number than was sent needs a reason.

    Raises Refused with NOT_YOUR_TASK, STOCK_ISSUE_UNKNOWN, STOCK_ISSUE_OVER, STOCK_LOT_EXPIRED, STOCK_LOT_RECALLED,
    STOCK_NUMBER_WRONG, STOCK_DAY_WRONG, STOCK_BEFORE_SENT or REASON_MISSING.
    """
    may_keep(by, facility_id).or_raise()
    today, because = local(at).date(), words_of(because)

    def act() -> dict[str, str]:
        row = _locked(facility_id, issue_id, Step.RECEIVE)
        told = usable(lot_named(row.lot_id), today) + number_fits(arrived, least=0) + day_fits(on_day, today)
        told += reason_fits(because, needed=arrived != row.doses)
        (told if on_day >= row.sent_on else told + refuse("STOCK_BEFORE_SENT", sent_on=row.sent_on)).or_raise()
        _close(row, Step.RECEIVE, by, at, because, arrived=arrived, arrived_on=on_day)
        if arrived:
            _shelve(row, arrived, by=by, at=at, key=key, on_day=on_day, because=because)
        _told(by, at, "stock.receive_issue", row, because, sent=row.doses, arrived=arrived)
        return {}

    ask = {"facility_id": facility_id, "issue_id": issue_id, "arrived": arrived, "on_day": on_day}
    once(key, "stock.receive_issue", ask, at, act)


def cancel_issue(
    *, by: Actor, at: dt.datetime, key: str, facility_id: UUID, issue_id: UUID, because: str
) -> None:
    """Take back a delivery that never left or never will arrive, with the reason.

    Raises Refused with NOT_YOUR_TASK, STOCK_NOT_YOUR_AREA, STOCK_ISSUE_UNKNOWN, STOCK_ISSUE_OVER or REASON_MISSING.
    """
    _in_scope(by, facility_id, local(at).date())
    because = words_of(because)

    def act() -> dict[str, str]:
        row = _locked(facility_id, issue_id, Step.CANCEL)
        reason_fits(because, needed=True).or_raise()
        _close(row, Step.CANCEL, by, at, because)
        _told(by, at, "stock.cancel_issue", row, because)
        return {}

    once(key, "stock.cancel_issue", {"facility_id": facility_id, "issue_id": issue_id}, at, act)


def _in_scope(by: Actor, facility_id: UUID, today: dt.date) -> places.FacilityView:
    found = places.facilities_by_id([facility_id]).get(facility_id)
    may_issue(by, areas_of(found, today) if found else ()).or_raise()
    if found is None:
        raise Refused(refuse("STOCK_NOT_YOUR_AREA"))
    return found


def _locked(facility_id: UUID, issue_id: UUID, step: Step) -> Issue:
    row = Issue.objects.select_for_update().filter(facility_id=facility_id, id=issue_id).first()
    if row is None:
        raise Refused(refuse("STOCK_ISSUE_UNKNOWN"))
    may_step(IssueState(row.state), step).or_raise()
    return row


def _close(
    row: Issue, step: Step, by: Actor, at: dt.datetime, because: str, *, arrived: int | None = None,
    arrived_on: dt.date | None = None,
) -> None:  # fmt: skip
    row.state = TRANSITIONS[IssueState(row.state), step]
    row.arrived, row.arrived_on, row.because = arrived, arrived_on, because
    row.closed_by, row.closed_at = by.id, at
    row.save(update_fields=["state", "arrived", "arrived_on", "because", "closed_by", "closed_at"])


def _shelve(
    row: Issue, arrived: int, *, by: Actor, at: dt.datetime, key: str, on_day: dt.date, because: str
) -> None:  # fmt: skip
    """Add what arrived to the shelf; what came before the last stocktake was counted there already."""
    shelf, count = opened_shelf(row.facility_id, row.lot_id, first_on=on_day, at=at)
    shelf.first_on = min(shelf.first_on, on_day)
    counted = count.counted_on is not None and on_day < count.counted_on
    shelf.received += 0 if counted else arrived
    shift(
        shelf, MoveKind.RECEIVED, 0 if counted else arrived, by=by, at=at, key=key, on_day=on_day, because=because,
        paper=row.paper, issue_id=row.id,
    )  # fmt: skip


def _told(by: Actor, at: dt.datetime, action: str, row: Issue, because: str = "", **facts: int) -> None:
    write_line(
        by=by, at=at, action=action, subject_id=row.facility_id, object_id=row.id, because=because, facts=facts
    )

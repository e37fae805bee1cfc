"""What may happen to a facility's vaccine, whose task it is, and whether a dose may be drawn from a lot. Pure."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from tiemchung.core.actor import Actor, Kind, Role
from tiemchung.core.verdict import YES, Verdict, refuse, warn
from tiemchung.core.zone import VIETNAM
from tiemchung.vaccines.rules import LotFacts, lot_state

MOST_DOSES = 100_000  # more on one paper is a slipped key: a province's cold store gets less at once
OLDEST_PAPER = dt.timedelta(days=90)
OVERDUE_AFTER = dt.timedelta(days=3)  # a delivery from the province reaches every station within two
LONGEST_PAPER, LONGEST_REASON, LEAST_REASON = 60, 500, 10
# A vial of five gives a sixth with the right syringe, one of ten a second more: never above a quarter.
EXTRA_SHARE = 4
# An administrator adds lots to the country's list but answers for no area, so sends vaccine nowhere.
ISSUERS = frozenset({Role.DISTRICT_OFFICER, Role.PROVINCE_OFFICER, Role.MINISTRY_OFFICER})


class MoveKind(StrEnum):
    """What a line in the story of a facility's lot says."""

    RECEIVED = "RECEIVED"
    EXTRA = "EXTRA"
    DISCARDED = "DISCARDED"
    RETURNED = "RETURNED"
    COUNTED = "COUNTED"


class Loss(StrEnum):
    """Why doses were thrown away."""

    BROKEN = "BROKEN"
    COLD_CHAIN = "COLD_CHAIN"
    OPENED_TOO_LONG = "OPENED_TOO_LONG"
    EXPIRED = "EXPIRED"
    RECALLED = "RECALLED"
    OTHER = "OTHER"


class IssueState(StrEnum):
    """Where a delivery to a facility stands."""

    SENT = "SENT"
    RECEIVED = "RECEIVED"
    CANCELLED = "CANCELLED"


class Step(StrEnum):
    """What moves a delivery on."""

    SEND = "SEND"
    RECEIVE = "RECEIVE"
    CANCEL = "CANCEL"


# (state before, step) -> state after; what is missing here cannot happen.
TRANSITIONS: dict[tuple[IssueState | None, Step], IssueState] = {
    (None, Step.SEND): IssueState.SENT,
    (IssueState.SENT, Step.RECEIVE): IssueState.RECEIVED,
    (IssueState.SENT, Step.CANCEL): IssueState.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class ShelfCount:
    """One lot at one facility, in doses: what came in and went out since the last stocktake, and what was given.

    `given` are the doses on record of days from `opened_on` on; `counted_on` is the day of the last stocktake.
    """

    received: int
    removed: int
    given: int
    first_on: dt.date
    counted_on: dt.date | None = None

    @property
    def opened_on(self) -> dt.date:
        """Give the first day whose doses count against this shelf."""
        return self.counted_on or self.first_on

    @property
    def left(self) -> int:
        """Give what should be there; below nought where more was given than came in."""
        return self.received - self.removed - self.given

    @property
    def over_used(self) -> int:
        """Give how many doses more were given than the facility had."""
        return max(0, -self.left)


def may_draw(shelf: ShelfCount | None, lot: str) -> Verdict:
    """Say whether a dose may be drawn from a lot here; None is a lot that the facility never had.

    A nurse with the vial in her hand is not stopped by paper that comes late: a stated reason sets either aside.
    """
    if shelf is None or shelf.received <= shelf.removed:
        return refuse("LOT_NOT_IN_STOCK", overridable=True, lot=lot)
    if shelf.left <= 0:
        return refuse("LOT_USED_UP", overridable=True, lot=lot, given=shelf.given)
    return YES


def as_warning(verdict: Verdict) -> Verdict:
    """Give the refusals as warnings, for a page where nothing is recorded yet."""
    return Verdict(tuple(one for reason in verdict.reasons for one in warn(reason.code, **reason.facts).reasons))


def may_issue(by: Actor, area_ids: Iterable[UUID]) -> Verdict:
    """Say whether the actor sends vaccine to a facility that stands in these areas."""
    if by.kind is Kind.SYSTEM:
        return YES
    if not by.is_staff or by.role not in ISSUERS:
        return refuse("NOT_YOUR_TASK")
    return YES if by.everywhere or not by.area_ids.isdisjoint(area_ids) else refuse("STOCK_NOT_YOUR_AREA")


def may_keep(by: Actor, facility_id: UUID) -> Verdict:
    """Say whether the actor keeps this facility's stock: its own lead alone."""
    if by.kind is Kind.SYSTEM:
        return YES
    lead = by.is_staff and by.role is Role.FACILITY_LEAD
    return YES if lead and by.facility_id == facility_id else refuse("NOT_YOUR_TASK")


def may_step(before: IssueState | None, step: Step) -> Verdict:
    """Say whether the step may come next."""
    return YES if (before, step) in TRANSITIONS else refuse("STOCK_ISSUE_OVER", state=str(before))


def usable(lot: LotFacts, on: dt.date) -> Verdict:
    """Say whether a lot may be sent out or taken in; expired and recalled ones are only sorted out."""
    state = lot_state(lot, on)
    if state == "RECALLED" and lot.recalled_at is not None:
        day = lot.recalled_at.astimezone(VIETNAM).date()
        return refuse("STOCK_LOT_RECALLED", lot=lot.number, recalled_on=day)
    return refuse("STOCK_LOT_EXPIRED", lot=lot.number, expires_on=lot.expires_on) if state == "EXPIRED" else YES


def number_fits(doses: int, *, least: int = 1) -> Verdict:
    """Say whether so many doses can be on one paper."""
    return YES if least <= doses <= MOST_DOSES else refuse("STOCK_NUMBER_WRONG", least=least, most=MOST_DOSES)


def day_fits(on_day: dt.date, today: dt.date, shelf: ShelfCount | None = None) -> Verdict:
    """Say whether something can have moved that day: not tomorrow, not long ago, not before the last stocktake."""
    if not today - OLDEST_PAPER <= on_day <= today:
        return refuse("STOCK_DAY_WRONG", first=today - OLDEST_PAPER, last=today)
    if shelf is not None and shelf.counted_on is not None and on_day < shelf.counted_on:
        return refuse("STOCK_BEFORE_COUNT", counted_on=shelf.counted_on)
    return YES


def reason_fits(because: str, *, needed: bool) -> Verdict:
    """Say whether a reason is told where one is needed, and not a novel."""
    if len(because) > LONGEST_REASON:
        return refuse("TEXT_TOO_LONG", field="because", limit=LONGEST_REASON)
    return refuse("REASON_MISSING") if needed and len(because) < LEAST_REASON else YES


def paper_fits(paper: str) -> Verdict:
    """Say whether the number of a delivery note is one: whoever looks for the paper later needs it."""
    if not paper:
        return refuse("STOCK_PAPER_MISSING")
    return YES if len(paper) <= LONGEST_PAPER else refuse("STOCK_PAPER_TOO_LONG", limit=LONGEST_PAPER)


def may_take_out(shelf: ShelfCount | None, doses: int, lot: str) -> Verdict:
    """Say whether so many doses can leave the shelf: never more than are there."""
    left = max(0, shelf.left) if shelf else 0
    return YES if doses <= left else refuse("STOCK_TOO_FEW", lot=lot, left=left, asked=doses)


def may_add_extra(shelf: ShelfCount | None, before: int, doses: int, lot: str) -> Verdict:
    """Say whether so many doses can have been won from the vials' overfill, `before` of them told already."""
    if shelf is None:
        return refuse("STOCK_NO_SHELF", lot=lot)
    most = (shelf.received - before) // EXTRA_SHARE
    return YES if before + doses <= most else refuse("STOCK_EXTRA_TOO_MANY", lot=lot, most=max(0, most - before))


def is_overdue(sent_on: dt.date, today: dt.date) -> bool:
    """Tell whether a delivery should have arrived by now."""
    return today - sent_on > OVERDUE_AFTER

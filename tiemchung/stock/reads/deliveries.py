"""Questions about deliveries to one facility."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from tiemchung.access.reads import staff_names
from tiemchung.core.actor import FACILITY_ROLES, Actor
from tiemchung.places import reads as places
from tiemchung.stock.models import Issue
from tiemchung.stock.rules import IssueState
from tiemchung.vaccines import reads as vaccines
from tiemchung.vaccines.rules import LotFacts

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class IssueView:
    """One delivery as both ends see it; `sender` names the area whose store it left, empty for the central one."""

    id: UUID
    facility_id: UUID
    facility: str
    lot: LotFacts
    doses: int
    paper: str
    sender: str
    sent_on: dt.date
    state: IssueState
    issued_by: str
    issued_at: dt.datetime
    arrived: int | None
    arrived_on: dt.date | None
    closed_by: str
    closed_at: dt.datetime | None
    because: str

    @property
    def difference(self) -> int:
        """Give how many doses more arrived than were sent; below nought where some are missing."""
        return self.arrived - self.doses if self.arrived is not None else 0


def issues_at(by: Actor) -> tuple[IssueView, ...]:
    """Give the deliveries on the way to the actor's facility, oldest first; empty for anybody else."""
    if not by.is_staff or by.role not in FACILITY_ROLES or by.facility_id is None:
        return ()
    rows = Issue.objects.filter(facility_id=by.facility_id, state=IssueState.SENT).order_by("sent_on", "id")
    return views_of(list(rows[:MOST_SHOWN]))


def issue_at(by: Actor, issue_id: UUID) -> IssueView | None:
    """Give one delivery to the actor's facility, whatever became of it; None alike for none and for another's."""
    if not by.is_staff or by.role not in FACILITY_ROLES or by.facility_id is None:
        return None
    return next(iter(views_of(list(Issue.objects.filter(facility_id=by.facility_id, id=issue_id)))), None)


def views_of(rows: list[Issue]) -> tuple[IssueView, ...]:
    """Give rows as values, with the names of lots, places and staff, in at most three statements."""
    lots = vaccines.lots_by_id(row.lot_id for row in rows)
    facilities = places.facility_names(row.facility_id for row in rows)
    staff = staff_names({who for row in rows for who in (row.issued_by, row.closed_by) if who})
    areas = {key: places.area(key).full_name for key in {row.from_area_id for row in rows} if key}
    return tuple(_view(row, lots[row.lot_id], facilities[row.facility_id], areas, staff) for row in rows)


def _view(row: Issue, lot: LotFacts, facility: str, areas: dict[UUID, str], staff: dict[UUID, str]) -> IssueView:
    return IssueView(
        id=row.id,
        facility_id=row.facility_id,
        facility=facility,
        lot=lot,
        doses=row.doses,
        paper=row.paper,
        sender=areas.get(row.from_area_id, "") if row.from_area_id else "",
        sent_on=row.sent_on,
        state=IssueState(row.state),
        issued_by=staff.get(row.issued_by, "") if row.issued_by else "",
        issued_at=row.issued_at,
        arrived=row.arrived,
        arrived_on=row.arrived_on,
        closed_by=staff.get(row.closed_by, "") if row.closed_by else "",
        closed_at=row.closed_at,
        because=row.because,
    )

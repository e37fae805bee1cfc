"""What others may ask about visits: today's list, one visit, the day's vaccine, whether a dose could be given now."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from tiemchung.core.actor import Actor
from tiemchung.core.clock import local
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.core.kept import Kept
from tiemchung.core.verdict import YES, Verdict
from tiemchung.doses.reads import DoseRecord, given
from tiemchung.places import reads as places
from tiemchung.places.reads import FacilityView, PointView
from tiemchung.stock.reads import held_lot
from tiemchung.vaccines import reads as vaccines
from tiemchung.vaccines.rules import Birth, LotFacts, Mode, lot_state, may_give
from tiemchung.visits.models import DayDefaults, Visit
from tiemchung.visits.rules import OpenDays, VisitState

MOST_SHOWN = 300


@dataclass(frozen=True, slots=True)
class VisitView:
    """One visit as it stands."""

    id: UUID
    profile_id: UUID
    facility_id: UUID
    point_id: UUID | None
    came_at: dt.datetime
    state: VisitState
    form: str
    true_items: tuple[str, ...]
    outcome: str
    because: str
    dose_id: UUID | None
    product: str
    observed_until: dt.datetime | None
    reaction: str
    come_again_on: dt.date | None


@dataclass(frozen=True, slots=True)
class DayChoice:
    """The vaccine and lot of one vaccinator's day; `lot` is as it is now, perhaps recalled since.

    `stock` says whether a dose may be drawn from it at the facility now.
    """

    product: str
    lot: LotFacts
    stock: Verdict = YES


@dataclass(frozen=True, slots=True)
class PostedPlace:
    """Where a member of staff is posted, in the words that a dose keeps, and when it is open; None for no place."""

    facility_name: str
    point_name: str
    open_days: OpenDays | None = None

    @property
    def words(self) -> str:
        """Give facility and point as one line."""
        return f"{self.point_name}, {self.facility_name}" if self.point_name else self.facility_name


def view_of(row: Visit) -> VisitView:
    """Give the frozen value of a row."""
    return VisitView(
        id=row.id,
        profile_id=row.profile_id,
        facility_id=row.facility_id,
        point_id=row.point_id,
        came_at=row.came_at,
        state=VisitState(row.state),
        form=row.form,
        true_items=tuple(row.true_items),
        outcome=row.outcome,
        because=row.because,
        dose_id=row.dose_id,
        product=row.product,
        observed_until=row.observed_until,
        reaction=row.reaction,
        come_again_on=row.come_again_on,
    )


def visit(by: Actor, profile_id: UUID, visit_id: UUID) -> VisitView | None:
    """Give one visit at the actor's own facility; None alike for no such visit and for another place's."""
    if by.facility_id is None:
        return None
    row = Visit.objects.filter(profile_id=profile_id, id=visit_id, facility_id=by.facility_id).first()
    return view_of(row) if row else None


def visits_at(by: Actor, on: dt.date) -> tuple[VisitView, ...]:
    """Give the day's visits at the actor's facility, newest first, at most MOST_SHOWN; at a point only that point's."""
    if by.facility_id is None:
        return ()
    rows = Visit.objects.filter(facility_id=by.facility_id, on_day=on)
    rows = rows.filter(point_id=by.point_id) if by.point_id else rows
    with allow_cross_shard("one facility's day lies on every shard; its index makes each shard's part small"):
        return tuple(view_of(row) for row in rows.order_by("-came_at", "-id")[:MOST_SHOWN])


def day_choice(by: Actor, on: dt.date) -> DayChoice | None:
    """Give the vaccine and lot that this vaccinator chose for the day, or None where nothing was chosen yet."""
    if by.id is None or by.facility_id is None:
        return None
    row = DayDefaults.objects.filter(staff_id=by.id, facility_id=by.facility_id, on_day=on).first()
    lot = vaccines.lot(row.lot_id) if row else None
    return DayChoice(row.product, lot, in_stock(by.facility_id, lot, on)) if row and lot else None


def in_stock(facility_id: UUID, lot: LotFacts, on: dt.date) -> Verdict:
    """Say whether a dose may be drawn from the lot at this facility.

    One that is expired or recalled is the vaccine rules' to refuse: nobody shall be told to take it in first.
    """
    return held_lot(facility_id, lot) if lot_state(lot, on) == "USABLE" else YES


def may_inject(choice: DayChoice, *, record: DoseRecord, birth: Birth, on: dt.date, at: dt.datetime) -> Verdict:
    """Say what the rules of stock and vaccines would answer now; the action asks again under the person's lock."""
    return choice.stock + may_give(
        choice.product, lot=choice.lot, history=given(record.doses), birth_date=birth, on=on, at=at, mode=Mode.DESK
    )


# Places change a few times in their lives; a minute's delay spares four statements for every dose.
_posted: Kept[tuple[UUID, UUID | None], PostedPlace] = Kept(60.0, most=20_000)


def posted_place(by: Actor) -> PostedPlace:
    """Give the names of the actor's facility and point and when they are open; empty where it is posted to none."""
    facility_id, point_id = by.facility_id, by.point_id
    if facility_id is None:
        return PostedPlace("", "")
    return _posted.of((facility_id, point_id), lambda: _read_posted(facility_id, point_id))


def _read_posted(facility_id: UUID, point_id: UUID | None) -> PostedPlace:
    facility = places.facilities_by_id([facility_id]).get(facility_id)
    point = places.points_by_id([point_id]).get(point_id) if point_id else None
    return PostedPlace(facility.name if facility else "", point.name if point else "", _open_days(facility, point))


def _open_days(facility: FacilityView | None, point: PointView | None) -> OpenDays | None:
    if facility is None:
        return None
    if point is None:
        return OpenDays(facility.period)
    return OpenDays(facility.period, point.period, tuple(stay.period for stay in point.stays))


def day_of(at: dt.datetime) -> dt.date:
    """Give the civil day in Vietnam of a moment."""
    return local(at).date()

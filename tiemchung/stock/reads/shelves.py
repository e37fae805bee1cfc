"""Questions about one facility's shelves, and the one that every dose at a desk asks."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Sum

from tiemchung.core.actor import FACILITY_ROLES, Actor
from tiemchung.core.kept import Kept
from tiemchung.core.statements import ask
from tiemchung.core.verdict import Verdict
from tiemchung.stock.models import LotDay, Shelf, StockMove
from tiemchung.stock.rules import Loss, MoveKind, ShelfCount, may_draw
from tiemchung.vaccines import reads as vaccines
from tiemchung.vaccines.rules import LotFacts

MOST_MOVES = 200
_COUNT = """
SELECT s.lot_id, s.received, s.removed, (
    SELECT coalesce(sum(d.doses), 0) FROM stock_lotday d WHERE d.facility_id = s.facility_id AND d.lot_id = s.lot_id
    AND d.given_on >= coalesce(s.counted_on, s.first_on)
)::int, s.first_on, s.counted_on FROM stock_shelf s WHERE s.facility_id = %s
"""


@dataclass(frozen=True, slots=True)
class ShelfView:
    """One lot at one facility."""

    lot: LotFacts
    count: ShelfCount


@dataclass(frozen=True, slots=True)
class Unshelved:
    """A lot of which doses were given though the facility never took it in."""

    lot: LotFacts
    given: int


@dataclass(frozen=True, slots=True)
class MoveView:
    """One line of the story of a lot at a facility."""

    kind: MoveKind
    doses: int
    on_day: dt.date
    loss: Loss | None
    paper: str
    own_word: bool
    because: str
    by_name: str
    at: dt.datetime


def count_of(facility_id: UUID, lot_id: UUID) -> ShelfCount | None:
    """Give one shelf's count in one statement, None for a lot that the facility never had; unscoped, for the rules."""
    found = ask(_COUNT + " AND s.lot_id = %s", facility_id, lot_id)
    return ShelfCount(*found[0][1:]) if found else None


# A lot that is there stays there for hours; half a minute's delay spares a statement for every dose.
_drawable: Kept[tuple[UUID, UUID], Verdict] = Kept(30.0, most=10_000)


def held_lot(facility_id: UUID, lot: LotFacts) -> Verdict:
    """Say whether a dose may be drawn from this lot at the facility; one statement, and none while it was so lately.

    Only a yes is kept: a box that was taken in a second ago may be opened.
    """
    return _drawable.of(
        (facility_id, lot.id),
        lambda: may_draw(count_of(facility_id, lot.id), lot.number),
        worth=lambda verdict: verdict.allowed,
    )


def forget_shelves() -> None:
    """Ask for every lot anew, after a move that this process made."""
    _drawable.forget()


def _own(by: Actor) -> UUID | None:
    return by.facility_id if by.is_staff and by.role in FACILITY_ROLES else None


def shelves_at(by: Actor) -> tuple[ShelfView, ...]:
    """Give every lot that the actor's facility had, nearest expiry first, in two statements; empty for anybody else."""
    facility_id = _own(by)
    if facility_id is None:
        return ()
    counts = {row[0]: ShelfCount(*row[1:]) for row in ask(_COUNT, facility_id)}
    lots = vaccines.lots_by_id(counts)
    views = (ShelfView(lots[lot_id], count) for lot_id, count in counts.items() if lot_id in lots)
    return tuple(sorted(views, key=lambda view: (view.lot.expires_on, view.lot.number, view.lot.id)))


def shelf_at(by: Actor, lot_id: UUID) -> ShelfView | None:
    """Give one lot at the actor's facility; None where it never had it, and for anybody else."""
    facility_id, lot = _own(by), vaccines.lot(lot_id)
    count = count_of(facility_id, lot_id) if facility_id and lot else None
    return ShelfView(lot, count) if lot and count else None


def unshelved_at(by: Actor, since: dt.date) -> tuple[Unshelved, ...]:
    """Give the lots of which the actor's facility gave doses since that day and which it never took in."""
    facility_id = _own(by)
    if facility_id is None:
        return ()
    held = Shelf.objects.filter(facility_id=facility_id).values_list("lot_id", flat=True)
    given = LotDay.objects.filter(facility_id=facility_id, given_on__gte=since, doses__gt=0)
    sums: dict[UUID, int] = dict(given.exclude(lot_id__in=list(held)).values_list("lot_id").annotate(n=Sum("doses")))
    lots = vaccines.lots_by_id(sums)
    return tuple(Unshelved(lots[lot_id], number) for lot_id, number in sums.items() if lot_id in lots)


def moves_at(by: Actor, lot_id: UUID) -> tuple[MoveView, ...]:
    """Give the story of a lot at the actor's facility, newest first, at most MOST_MOVES lines."""
    facility_id = _own(by)
    if facility_id is None:
        return ()
    rows = StockMove.objects.filter(facility_id=facility_id, lot_id=lot_id).order_by("-at", "-id")[:MOST_MOVES]
    return tuple(_move(row) for row in rows)


def _move(row: StockMove) -> MoveView:
    return MoveView(
        kind=MoveKind(row.kind),
        doses=row.doses,
        on_day=row.on_day,
        loss=Loss(row.loss) if row.loss else None,
        paper=row.paper,
        own_word=row.issue_id is None and row.kind == MoveKind.RECEIVED,
        because=row.because,
        by_name=row.by_name,
        at=row.at,
    )


def first_days(facility_ids: Iterable[UUID]) -> Mapping[UUID, Mapping[UUID, dt.date]]:
    """Give by facility the first day of each lot that it ever had, in one statement; unscoped, for the rules.

    Facilities that keep no stock here are left out: nothing follows for them.
    """
    found: dict[UUID, dict[UUID, dt.date]] = {}
    rows: Any = Shelf.objects.filter(facility_id__in=set(facility_ids)).values_list("facility_id", "lot_id", "first_on")
    for facility_id, lot_id, first_on in rows:
        found.setdefault(facility_id, {})[lot_id] = first_on
    return found

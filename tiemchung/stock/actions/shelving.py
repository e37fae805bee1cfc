"""What the verbs share: the lot, the locked shelf, and the line that a change leaves behind."""

import datetime as dt
from uuid import UUID

from tiemchung.core.actor import Actor
from tiemchung.core.audit import write_line
from tiemchung.core.text import nfc
from tiemchung.core.verdict import Refused, refuse
from tiemchung.stock.models import Shelf, StockMove
from tiemchung.stock.reads.shelves import count_of, forget_shelves
from tiemchung.stock.rules import LONGEST_REASON, MoveKind, ShelfCount
from tiemchung.vaccines import reads as vaccines
from tiemchung.vaccines.rules import LotFacts

# One past the longest, so that the rule still sees that it is too long.
_CUT = LONGEST_REASON + 1


def lot_named(lot_id: UUID) -> LotFacts:
    """Give the lot, or refuse with LOT_UNKNOWN."""
    lot = vaccines.lot(lot_id)
    if lot is None:
        raise Refused(refuse("LOT_UNKNOWN"))
    return lot


def words_of(text: str) -> str:
    """Give a reason or a paper's number as it is kept."""
    return nfc(text)[:_CUT]


def locked_shelf(facility_id: UUID, lot_id: UUID) -> tuple[Shelf, ShelfCount] | None:
    """Lock the shelf and give it with its count; None where the facility never had the lot."""
    row = Shelf.objects.select_for_update().filter(facility_id=facility_id, lot_id=lot_id).first()
    count = count_of(facility_id, lot_id) if row else None
    return (row, count) if row and count else None


def opened_shelf(facility_id: UUID, lot_id: UUID, *, first_on: dt.date, at: dt.datetime) -> tuple[Shelf, ShelfCount]:
    """Lock the shelf, put up where there was none."""
    new = Shelf(facility_id=facility_id, lot_id=lot_id, first_on=first_on, changed_at=at)
    Shelf.objects.bulk_create([new], ignore_conflicts=True)
    found = locked_shelf(facility_id, lot_id)
    if found is None:
        raise LookupError("a shelf that was just put up is gone")
    return found


def shift(
    shelf: Shelf,
    kind: MoveKind,
    doses: int,
    *,
    by: Actor,
    at: dt.datetime,
    key: str,
    on_day: dt.date,
    because: str = "",
    paper: str = "",
    loss: str = "",
    issue_id: UUID | None = None,
) -> None:
    """Write the shelf as it stands now, the line of its story and the audit line."""
    shelf.changed_at = at
    shelf.save(update_fields=["received", "removed", "first_on", "counted_on", "changed_at"])
    StockMove.objects.create(
        facility_id=shelf.facility_id, lot_id=shelf.lot_id, kind=kind, doses=doses, on_day=on_day, loss=loss,
        paper=paper, issue_id=issue_id, because=because, by_id=by.id, by_name=by.name[:120], at=at, key=key,
    )  # fmt: skip
    write_line(
        by=by, at=at, action=f"stock.{kind.lower()}", subject_id=shelf.facility_id, object_id=shelf.lot_id,
        because=because, facts={"doses": doses},
    )  # fmt: skip
    forget_shelves()

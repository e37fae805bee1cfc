"""The questions about products and lots. They hold no personal data, so every actor may ask them."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

from tiemchung.core.statements import ask
from tiemchung.vaccines.models import Lot, LotRecall
from tiemchung.vaccines.rules.book import Product
from tiemchung.vaccines.rules.files import the_book
from tiemchung.vaccines.rules.lots import lot_key
from tiemchung.vaccines.rules.values import LotFacts

_LOT_COLUMNS = "id, product, number, expires_on, component, made_by, recalled_at, recalled_because"


@dataclass(frozen=True, slots=True)
class RecallStep:
    """One step of a lot's story: `kind` is RECALLED or LIFTED."""

    kind: str
    at: dt.datetime
    because: str
    actor_id: UUID | None
    actor_role: str


def facts_of(row: Lot) -> LotFacts:
    """Give the frozen value of a lot's row."""
    return LotFacts(
        id=row.id,
        product=row.product,
        number=row.number,
        expires_on=row.expires_on,
        component=row.component or None,
        made_by=row.made_by,
        recalled_at=row.recalled_at,
        recalled_because=row.recalled_because,
    )


def lot(lot_id: UUID) -> LotFacts | None:
    """Give one lot by its primary key in one query, or None."""
    return _lot("id = %s", lot_id)


def lots_by_id(lot_ids: Iterable[UUID]) -> dict[UUID, LotFacts]:
    """Give lots by id in one query, however many; unknown ids are left out."""
    return {row.id: facts_of(row) for row in Lot.objects.filter(id__in=set(lot_ids))}


def find_lot(product: str, number: str) -> LotFacts | None:
    """Give the product's lot with this number, whatever its case, spaces and hyphens, or None."""
    return _lot("product = %s AND number_key = %s", product, lot_key(number))


def _lot(where: LiteralString, *params: Any) -> LotFacts | None:
    """Give the lot without the row's own object: every dose asks for one."""
    found = ask(f"SELECT {_LOT_COLUMNS} FROM vaccines_lot WHERE {where}", *params)  # noqa: S608 - program text only
    if not found:
        return None
    lot_id, product, number, expires_on, component, *rest = found[0]
    return LotFacts(lot_id, product, number, expires_on, component or None, *rest)


def lots_of(product: str, on: dt.date) -> tuple[LotFacts, ...]:
    """Give the product's lots neither expired nor recalled on the day, first to expire first."""
    lots = Lot.objects.filter(product=product, expires_on__gte=on, recalled_at__isnull=True)
    return tuple(facts_of(row) for row in lots.order_by("expires_on", "number"))


def all_lots_of(product: str) -> tuple[LotFacts, ...]:
    """Give every lot of the product, expired and recalled ones too, newest expiry first."""
    return tuple(facts_of(row) for row in Lot.objects.filter(product=product).order_by("-expires_on", "number"))


def recalls_of(lot_id: UUID) -> tuple[RecallStep, ...]:
    """Give the lot's recalls and restorations, oldest first."""
    steps = LotRecall.objects.filter(lot_id=lot_id).order_by("at", "id")
    return tuple(RecallStep(r.kind, r.at, r.because, r.actor_id, r.actor_role) for r in steps)


def products(on: dt.date) -> tuple[Product, ...]:
    """Give the products approved by the day, by label; no query."""
    approved = (p for p in the_book().products.values() if p.approved_on <= on)
    return tuple(sorted(approved, key=lambda p: p.label.casefold()))


def product(code: str) -> Product | None:
    """Give one product of the catalogue, or None; no query."""
    return the_book().products.get(code)

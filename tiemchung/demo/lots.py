"""Lots of all nine products: in date, soon to expire, expired and recalled; anew every month."""

import datetime as dt
from uuid import UUID

from tiemchung.core.actor import SYSTEM
from tiemchung.vaccines import actions
from tiemchung.vaccines.rules import LotFacts, the_book

# Letters of a lot's number, with the days from the month's first to its expiry.
_SHELF = {"A": 190, "B": 40, "C": -20, "D": 150}
RECALLED = "D"
_MADE_BY = "Lô trình diễn"
_PREFIX = {
    "ASTRAZENECA": "AZ",
    "SPUTNIK_V": "SP",
    "VERO_CELL": "VC",
    "PFIZER": "PF",
    "MODERNA": "MD",
    "JANSSEN": "JS",
    "HAYAT_VAX": "HV",
    "ABDALA": "AB",
    "COVAXIN": "CV",
}

Shelf = dict[tuple[str, str, str], LotFacts]


def stock_month(*, at: dt.datetime, day: dt.date) -> Shelf:
    """Add the lots of the day's month that are not there yet and give them by (product, component, letter)."""
    month = day.replace(day=1)
    shelf: Shelf = {}
    for product in the_book().products.values():
        for component in product.components or ("",):
            for letter, days in _SHELF.items():
                expires_on = max(month + dt.timedelta(days=days), product.approved_on)
                number = f"{_prefix(product.code)}{month:%y%m}{letter}{len(component) or ''}"
                shelf[product.code, component, letter] = actions.add_lot(
                    product=product.code,
                    number=number,
                    expires_on=expires_on,
                    component=component or None,
                    made_by=_MADE_BY,
                    by=SYSTEM,
                    at=at,
                    key=f"demo:{number}",
                )
    return shelf


def recall_month(shelf: Shelf, *, at: dt.datetime) -> None:
    """Recall the lots of letter D; asked twice it changes nothing."""
    for (_, _, letter), lot in shelf.items():
        if letter == RECALLED:
            _recall(lot.id, lot.number, at)


def _recall(lot_id: UUID, number: str, at: dt.datetime) -> None:
    because = "Thu hồi để kiểm tra chất lượng (trình diễn)"
    actions.recall_lot(lot_id=lot_id, because=because, by=SYSTEM, at=at, key=f"demo:{number}:recall")


def lot_of(shelf: Shelf, product: str, *, dose: int, ago: int, letter: str = "") -> LotFacts:
    """Give the lot from which a dose was drawn so many days ago: long ago the one that has expired since.

    `dose` is 1 for the first dose; a product of two components has another lot for the second.
    """
    components = the_book().products[product].components
    component = components[min(dose, len(components)) - 1] if components else ""
    return shelf[product, component, letter or ("C" if ago > 75 else "A")]


def _prefix(code: str) -> str:
    return _PREFIX.get(code, code[:4])

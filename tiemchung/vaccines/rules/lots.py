"""Who may add, recall and restore a lot, and when."""

import datetime as dt

from tiemchung.core.actor import Actor, Kind, Role
from tiemchung.core.text import nfc
from tiemchung.core.verdict import YES, Verdict, refuse
from tiemchung.vaccines.rules.book import Book, Product
from tiemchung.vaccines.rules.files import the_book
from tiemchung.vaccines.rules.values import LotFacts

MAX_NUMBER = 40
MAX_MAKER = 120
ADDING = frozenset(
    {
        Role.FACILITY_LEAD,
        Role.COMMUNE_OFFICER,
        Role.DISTRICT_OFFICER,
        Role.PROVINCE_OFFICER,
        Role.MINISTRY_OFFICER,
        Role.ADMIN,
    }
)
RECALLING = frozenset({Role.PROVINCE_OFFICER, Role.MINISTRY_OFFICER, Role.ADMIN})


def lot_key(number: str) -> str:
    """Give the number under which a lot is found: as printed, without case, spaces, dots and hyphens."""
    return "".join(char for char in nfc(number).upper() if char.isalnum())


def lot_state(lot: LotFacts, on: dt.date) -> str:
    """Give RECALLED, EXPIRED or USABLE, in this order of weight."""
    if lot.recalled:
        return "RECALLED"
    return "EXPIRED" if lot.expires_on < on else "USABLE"


def _task_of(by: Actor, roles: frozenset[Role]) -> Verdict:
    if by.kind is Kind.SYSTEM or (by.is_staff and by.role in roles):
        return YES
    return refuse("NOT_YOUR_TASK")


def may_add_lot(
    by: Actor,
    *,
    product: str,
    number: str,
    expires_on: dt.date,
    component: str | None,
    made_by: str = "",
    book: Book | None = None,
) -> Verdict:
    """Give the verdict on a new lot: whose task it is, and whether its facts can be true."""
    known = (book or the_book()).products.get(product)
    if known is None:
        return refuse("UNKNOWN_PRODUCT", product=product)
    verdict = _task_of(by, ADDING) + _number_verdict(number) + _facts_verdict(known, expires_on, component)
    return verdict if len(nfc(made_by)) <= MAX_MAKER else verdict + refuse("LOT_MAKER_TOO_LONG", longest=MAX_MAKER)


def _number_verdict(number: str) -> Verdict:
    # The key may be longer than the number: a German ß becomes SS.
    if not lot_key(number) or max(len(nfc(number)), len(lot_key(number))) > MAX_NUMBER:
        return refuse("LOT_NUMBER_INVALID", longest=MAX_NUMBER)
    return YES


def _facts_verdict(product: Product, expires_on: dt.date, component: str | None) -> Verdict:
    if expires_on < product.approved_on:
        # No lot that came to the country can have expired before the product was let in: a mistyped year.
        return refuse("LOT_EXPIRY_IMPOSSIBLE", approved_on=product.approved_on, product=product.label)
    if (component or None) not in (product.components or (None,)):
        wanted = ", ".join(product.components)
        return refuse("LOT_COMPONENT_INVALID", product=product.label, components=wanted)
    return YES


def may_recall_lot(by: Actor, lot: LotFacts, because: str) -> Verdict:
    """Give the verdict on recalling a lot: once, with a reason."""
    verdict = _task_of(by, RECALLING)
    if lot.recalled:
        verdict += refuse("LOT_RECALLED_ALREADY", lot=lot.number)
    return verdict if because.strip() else verdict + refuse("REASON_MISSING")


def may_lift_recall(by: Actor, lot: LotFacts, because: str) -> Verdict:
    """Give the verdict on lifting a recall: only one that stands, with a reason."""
    verdict = _task_of(by, RECALLING)
    if not lot.recalled:
        verdict += refuse("LOT_NOT_RECALLED", lot=lot.number)
    return verdict if because.strip() else verdict + refuse("REASON_MISSING")

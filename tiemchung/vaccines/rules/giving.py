"""Whether a dose may be given now, or entered as given: behind the desk's button and every back-entry."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from tiemchung.core.verdict import Reason, Severity, Verdict
from tiemchung.core.zone import VIETNAM
from tiemchung.vaccines.rules.book import Book
from tiemchung.vaccines.rules.course import weigh
from tiemchung.vaccines.rules.files import the_book
from tiemchung.vaccines.rules.steps import Asker
from tiemchung.vaccines.rules.values import Birth, Condition, Flag, GivenDose, LotFacts, Mode

CANDIDATE = UUID(int=0)

# Nonsense in every mode: no reason makes a dose before birth true.
NEVER = frozenset({"BEFORE_BIRTH", "FUTURE_DATE", "UNKNOWN_PRODUCT"})
# What stops the nurse, while in back-entry it only warns: history is fact.
STOPS_THE_DESK = frozenset(
    {
        "SAME_DAY",
        "POSSIBLE_DUPLICATE",
        "TOO_SOON",
        "MIX_NOT_ALLOWED",
        "WRONG_COMPONENT",
        "AGE_TOO_YOUNG",
        "AGE_TOO_OLD",
        "BEFORE_APPROVAL",
        "COMPLETE_ALREADY",
        "ADDITIONAL_ONLY_FOR_SOME",
        "BOOSTER_PRODUCT_NOT_ALLOWED",
        "LOT_UNKNOWN",
        "LOT_OF_OTHER_PRODUCT",
        "LOT_EXPIRED",
        "LOT_RECALLED",
    }
)


def may_give(
    product: str,
    *,
    lot: LotFacts | None,
    history: Iterable[GivenDose],
    birth_date: Birth,
    on: dt.date,
    at: dt.datetime,
    mode: Mode = Mode.DESK,
    conditions: frozenset[Condition] = frozenset(),
    book: Book | None = None,
) -> Verdict:
    """Give the verdict on a dose of `product` on the day `on`, asked at the moment `at` (aware).

    `history` are the person's other doses as the ledger holds them. At the desk a broken rule refuses, with
    an override where the rule allows one; in back-entry it warns. `lot=None` means that the lot is not on the
    list.
    """
    asker = Asker(book or the_book(), birth_date, conditions)
    earlier = tuple(history)
    component = lot.component if lot is not None else None
    dose = GivenDose(CANDIDATE, product, lot.number if lot else "", on, component)
    flags = (
        *_course_flags(asker, dose, earlier, at.astimezone(VIETNAM).date()),
        *_lot_flags(lot, dose, at, asker.book),
    )
    return Verdict(tuple(_reason(flag, mode) for flag in flags))


def _reason(flag: Flag, mode: Mode) -> Reason:
    if flag.code in NEVER:
        return Reason(flag.code, Severity.REFUSE, False, flag.facts)
    if flag.code in STOPS_THE_DESK:
        if mode is Mode.DESK:
            return Reason(flag.code, Severity.REFUSE, flag.overridable, flag.facts)
        return Reason(flag.code, Severity.WARN, False, flag.facts)
    return Reason(flag.code, flag.weight, False, flag.facts)


def _course_flags(asker: Asker, dose: GivenDose, history: Sequence[GivenDose], today: dt.date) -> Iterator[Flag]:
    """Ask the course with the dose in it; a twin of a dose on record is told first and alone."""
    twin = _twin(dose, history, asker.book)
    if twin is not None and twin.code == "SAME_DAY":
        yield twin
        return
    rows, _ = weigh(asker, (*history, dose), today)
    (row,) = [row for row in rows if row.dose is dose]
    own = [flag for flag in row.flags if flag.code != "POSSIBLE_DUPLICATE"]
    if twin is not None:
        yield twin
        own = [flag for flag in own if flag.code != "TOO_SOON"]
    elif not any(flag.code == "TOO_SOON" for flag in own):
        yield from _recent(dose, history, asker.book)
    yield from own
    if any(other.given_on > dose.given_on for other in history):
        before, _ = weigh(asker, history, today)
        lost = {r.dose.id for r in before if r.counted} - {r.dose.id for r in rows if r.counted}
        if lost:
            yield Flag("LATER_DOSE_AFFECTED", {"doses": len(lost)})


def _twin(dose: GivenDose, history: Iterable[GivenDose], book: Book) -> Flag | None:
    """Give the flag of a dose that looks like one on record: the same day, or the same product days apart."""
    near: Flag | None = None
    for other in history:
        apart = abs((dose.given_on - other.given_on).days)
        facts = {"other_on": other.given_on, "days": apart}
        if apart == 0 and other.counted:
            return Flag("SAME_DAY", facts, overridable=False)
        if apart < book.duplicate_days and other.product == dose.product:
            code = "POSSIBLE_DUPLICATE" if other.counted else "DECLARED_DOSE_NEAR"
            near = near or Flag(code, facts)
    return near


def _recent(dose: GivenDose, history: Iterable[GivenDose], book: Book) -> Iterator[Flag]:
    """Give TOO_SOON when any verified dose lies only days back, also one that does not count."""
    days = [o.given_on for o in history if o.counted and o.given_on < dose.given_on]
    if not days or (dose.given_on - max(days)).days >= book.duplicate_days:
        return
    earliest = max(days) + dt.timedelta(days=book.duplicate_days)
    product = book.products.get(dose.product)
    yield Flag(
        "TOO_SOON",
        {
            "product": product.label if product else dose.product,
            "last_on": max(days),
            "days_since": (dose.given_on - max(days)).days,
            "earliest_on": earliest,
            "days_left": (earliest - dose.given_on).days,
        },
    )


def _lot_flags(lot: LotFacts | None, dose: GivenDose, at: dt.datetime, book: Book) -> Iterator[Flag]:
    """Give what speaks against the lot; only an unlisted one may be set aside, the vial being in the hand."""
    if lot is None:
        yield Flag("LOT_UNKNOWN")
        return
    facts = {"lot": lot.number}
    if lot.product != dose.product:
        other = book.products.get(lot.product)
        label = other.label if other else lot.product
        yield Flag("LOT_OF_OTHER_PRODUCT", facts | {"product": label}, overridable=False)
    if lot.expires_on < dose.given_on:
        yield Flag("LOT_EXPIRED", facts | {"expires_on": lot.expires_on}, overridable=False)
    if lot.recalled_at is not None and lot.recalled_at <= at:
        day = lot.recalled_at.astimezone(VIETNAM).date()
        yield Flag("LOT_RECALLED", facts | {"recalled_on": day}, overridable=False)

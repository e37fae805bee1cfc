"""What the course means to its holder: the card's colour, the certificate's numbers, the passport's gaps."""

import datetime as dt
from uuid import UUID

from tiemchung.vaccines.rules.book import Book, SeriesOf
from tiemchung.vaccines.rules.files import the_book
from tiemchung.vaccines.rules.values import CardState, Colour, Course, DoseRole

# These need somebody at the facility to look; a dose that waits to be verified, or lies outside, does not.
NEEDS_A_LOOK = frozenset(
    {
        "SAME_DAY",
        "POSSIBLE_DUPLICATE",
        "TOO_SOON",
        "MIX_NOT_ALLOWED",
        "WRONG_COMPONENT",
        "BEFORE_BIRTH",
        "FUTURE_DATE",
        "UNKNOWN_PRODUCT",
    }
)


def card_of(course: Course, *, pending: int, on: dt.date | None = None) -> CardState:
    """Give colour, reason and next step; `pending` counts the doses that are being verified.

    Yellow from the first counted dose, green from a complete primary course, at once. `on` (today) tells a
    next dose that is due now from one still to wait for; without it every next dose is NEXT_DOSE_LATER.
    """
    counted = len(course.counted)
    uncounted = any(not row.counted and row.codes & NEEDS_A_LOOK for row in course.doses)
    if course.complete:
        colour, reason, step = Colour.GREEN, "PRIMARY_COMPLETE", _next_step(course, on)
    elif counted:
        colour, reason, step = Colour.YELLOW, "PRIMARY_INCOMPLETE", _next_step(course, on)
    elif pending:
        colour, reason, step = Colour.NONE, "BEING_VERIFIED", "WAIT_FOR_VERIFICATION"
    elif uncounted:
        colour, reason, step = Colour.NONE, "NONE_COUNTED", "ASK_FACILITY"
    else:
        colour, reason, step = Colour.NONE, "NO_DOSES", "REGISTER"
    if colour is Colour.YELLOW and pending:
        reason, step = "PRIMARY_INCOMPLETE_ONE_PENDING", "WAIT_FOR_VERIFICATION"
    elif colour is Colour.YELLOW and uncounted:
        reason, step = "PRIMARY_INCOMPLETE_ONE_NOT_COUNTED", "ASK_FACILITY"
    return CardState(colour, counted, course.still_needed, reason, step, course.next_due)


def _next_step(course: Course, on: dt.date | None) -> str:
    due = course.next_due
    if due is None:
        return "NOTHING_DUE"
    if on is not None and due.recommended_on <= on:
        return "NEXT_DOSE_NOW" if due.role is DoseRole.PRIMARY else "BOOSTER_NOW"
    return "NEXT_DOSE_LATER" if due.role is DoseRole.PRIMARY else "BOOSTER_LATER"


def dcc_numbers(course: Course, dose_id: UUID, *, book: Book | None = None) -> tuple[int, int]:
    """Give (dn, sd) of a counted dose for the international certificate, else raise ValueError.

    A dose after the primary course is numbered as the rule of its day says (`programme/numbering.toml`): 3/3 after a
    course of two, 2/1 after a course of one, so that a foreign reader tells a booster from a complete primary course.
    """
    for number, row in enumerate(course.counted, 1):
        if row.dose.id != dose_id:
            continue
        needed = course.primary_needed or 1
        if row.role is DoseRole.PRIMARY:
            return number, needed
        series = (book or the_book()).series_of(needed, row.dose.given_on)
        return number, (1 if series is SeriesOf.ONE else number)
    raise ValueError("this dose does not count, so it has no number on a certificate")


def passport_gaps(course: Course, *, book: Book | None = None) -> tuple[str, ...]:
    """Give what keeps the course from a passport: NOT_COMPLETE, PRODUCT_NOT_ACCEPTED, or nothing."""
    products = (book or the_book()).products
    gaps = [] if course.complete else ["NOT_COMPLETE"]
    if any(not products[row.dose.product].passport for row in course.counted if row.role is DoseRole.PRIMARY):
        gaps.append("PRODUCT_NOT_ACCEPTED")
    return tuple(gaps)

"""The pure rules of vaccines: courses, what may be given, the card; `from tiemchung.vaccines import rules`.

They read dated rules from data files once a process and touch nothing else.
"""

from tiemchung.vaccines.rules.book import Book, Platform, Product
from tiemchung.vaccines.rules.calendar import Gap, age_on
from tiemchung.vaccines.rules.card import card_of, dcc_numbers, passport_gaps
from tiemchung.vaccines.rules.codes import CODES
from tiemchung.vaccines.rules.course import course_of
from tiemchung.vaccines.rules.files import BadRuleFile, read_book, the_book
from tiemchung.vaccines.rules.fitness import fits_age, volume_of
from tiemchung.vaccines.rules.giving import may_give
from tiemchung.vaccines.rules.lots import lot_key, lot_state, may_add_lot, may_lift_recall, may_recall_lot
from tiemchung.vaccines.rules.values import (
    Birth,
    BirthSpan,
    CardState,
    Colour,
    Condition,
    Course,
    CourseDose,
    DoseRole,
    Flag,
    GivenDose,
    LotFacts,
    Mode,
    NextDue,
)

__all__ = [
    "CODES",
    "BadRuleFile",
    "Birth",
    "BirthSpan",
    "Book",
    "CardState",
    "Colour",
    "Condition",
    "Course",
    "CourseDose",
    "DoseRole",
    "Flag",
    "Gap",
    "GivenDose",
    "LotFacts",
    "Mode",
    "NextDue",
    "Platform",
    "Product",
    "age_on",
    "card_of",
    "course_of",
    "dcc_numbers",
    "fits_age",
    "lot_key",
    "lot_state",
    "may_add_lot",
    "may_give",
    "may_lift_recall",
    "may_recall_lot",
    "passport_gaps",
    "read_book",
    "the_book",
    "volume_of",
]

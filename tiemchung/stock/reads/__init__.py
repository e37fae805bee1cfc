"""The only questions that others may ask about stock; it names nobody but the staff who moved it."""

from tiemchung.stock.reads.deliveries import IssueView, issue_at, issues_at
from tiemchung.stock.reads.shelves import (
    MoveView,
    ShelfView,
    Unshelved,
    first_days,
    held_lot,
    moves_at,
    shelf_at,
    shelves_at,
    unshelved_at,
)
from tiemchung.stock.reads.under import (
    OverUsed,
    OwnWord,
    areas_of,
    facilities_under,
    issue_under,
    issues_under,
    over_used_under,
    own_words_under,
)

__all__ = [
    "IssueView",
    "MoveView",
    "OverUsed",
    "OwnWord",
    "ShelfView",
    "Unshelved",
    "areas_of",
    "facilities_under",
    "first_days",
    "held_lot",
    "issue_at",
    "issue_under",
    "issues_at",
    "issues_under",
    "moves_at",
    "over_used_under",
    "own_words_under",
    "shelf_at",
    "shelves_at",
    "unshelved_at",
]

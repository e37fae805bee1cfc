"""The only verbs that write stock: an authority issues, a facility's lead receives, sorts out and counts."""

from tiemchung.stock.actions.counting import FOLLOWER, count_lots_given
from tiemchung.stock.actions.issues import cancel_issue, issue_lot, receive_issue
from tiemchung.stock.actions.moves import add_extra, count_shelf, discard_doses, receive_lot, return_doses

__all__ = [
    "FOLLOWER",
    "add_extra",
    "cancel_issue",
    "count_lots_given",
    "count_shelf",
    "discard_doses",
    "issue_lot",
    "receive_issue",
    "receive_lot",
    "return_doses",
]

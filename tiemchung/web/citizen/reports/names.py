"""Names as the pages of the book's reports write them."""

from tiemchung.cases.rules import ClaimedDose
from tiemchung.web.shared.claim_places import own_place
from tiemchung.web.shared.words import say


def place_line(dose: ClaimedDose) -> str:
    """Give the place of a dose as it was chosen or written, words where it is not known."""
    return own_place(dose) or say("report.place.unknown_short")

"""What one kind of report says about itself; its form, its checks and its desk follow from this."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from tiemchung.cases.rules import Claim
from tiemchung.core.verdict import YES, Verdict


class Door(StrEnum):
    """Where a report comes in."""

    PORTAL = "PORTAL"
    BOOK = "BOOK"
    HOTLINE = "HOTLINE"
    DESK = "DESK"
    PARTNER = "PARTNER"


EVERY_DOOR = frozenset(Door)
THE_APPS = frozenset({Door.BOOK, Door.PARTNER, Door.HOTLINE, Door.DESK})


class SolutionKind(StrEnum):
    """What can settle a case; each is one action of a lower domain."""

    LINK = "LINK"
    RECORD = "RECORD"
    AMEND = "AMEND"
    VERIFY = "VERIFY"
    VOID = "VOID"
    AMEND_PERSON = "AMEND_PERSON"
    ADD_NUMBER = "ADD_NUMBER"
    ADD_PHONE = "ADD_PHONE"
    MOVE_PHONE = "MOVE_PHONE"
    NOTHING = "NOTHING"


def _no_check(claim: Claim) -> Verdict:
    return YES


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of report; `kinds/<code in lower case>.py` holds it as KIND, its words are `case.kind.<CODE>.*`.

    `doses` is how many doses the form asks for (least, most). `picks_dose` kinds need a dose on record to point at;
    a kind that `declares` puts the told dose on the card at once, unverified.
    `wants` names the personal data that may be proposed. `solutions` are offered to the desk, likeliest first.
    `check` judges a claim beyond the starred fields.
    """

    code: str
    order: int
    doors: frozenset[Door]
    solutions: tuple[SolutionKind, ...]
    doses: tuple[int, int] = (0, 0)
    picks_dose: bool = False
    declares: bool = False
    needs_evidence: bool = False
    wants: frozenset[str] = frozenset()
    check: Callable[[Claim], Verdict] = _no_check

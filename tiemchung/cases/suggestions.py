"""What a desk is offered: corrections that would settle a case, each with the reasons for it; values only."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from tiemchung.cases.rules import Desk
from tiemchung.cases.solutions import Solution
from tiemchung.core.verdict import Reason
from tiemchung.doses.values import DoseView

WHICH_FACT = "WHICH_FACT"  # the question to who says that a dose is wrong and tells the facts on record
WHICH_DOSE = "WHICH_DOSE"  # to who says that a dose was never given, and none like it is on record
WHICH_NUMBER = "WHICH_NUMBER"  # to whose told number is on the record of somebody of another name
PROVE_PHONE = "PROVE_PHONE"  # to who names another phone and reports from none that is on the record
QUESTIONS = frozenset({WHICH_FACT, WHICH_DOSE, WHICH_NUMBER, PROVE_PHONE})


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person of a suggestion; one whom the desk may not see has initials and a year of birth, and no id."""

    person_id: UUID | None
    name: str
    birth_date: dt.date | None
    birth_precision: str
    birth_year: int
    sex: str
    seen: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One fact from both sides, as plain text; `field` is the name of the dose's or the person's field."""

    field: str
    told: str
    recorded: str

    @property
    def differs(self) -> bool:
        """Tell whether both sides are known and not equal."""
        return bool(self.told and self.recorded) and self.told != self.recorded


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One way to settle a case: what would be done, why, how sure (0 to 100), and what it is about.

    `blocked` is OTHER_DESK where this desk may not do it itself: the case is passed to one that may. `solutions` is
    then empty. `place` is the facility at which it is done, None for where the person lives. With a `rest` it is this
    desk's own part alone, and that desk answers for what is left. With `ask` nothing is done: that
    question is put to the citizen first.
    """

    solutions: tuple[Solution, ...]
    kinds: tuple[str, ...]
    reasons: tuple[Reason, ...]
    score: int
    person: PersonLine | None = None
    doses: tuple[DoseView, ...] = ()
    cells: tuple[Cell, ...] = ()
    blocked: str = ""
    place: UUID | None = None
    rest: Desk | None = None
    ask: str = ""

"""One case beside the record: whom it is about, who else may be meant, and what the asking desk may do."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from tiemchung.cases.kinds import Kind
from tiemchung.cases.rules import Claim
from tiemchung.cases.suggestions import PersonLine
from tiemchung.doses.rules import DoseState
from tiemchung.doses.values import DoseFacts, DoseView


@dataclass(frozen=True, slots=True)
class Side:
    """One person who may be meant, with all doses, voided ones too, and why they are near what was told."""

    person_id: UUID
    profile_id: UUID
    version: int
    seen: bool
    name: str
    birth_date: dt.date
    birth_precision: str
    sex: str
    doses: tuple[DoseView, ...]
    score: int = 0
    reasons: tuple[str, ...] = ()

    @property
    def standing(self) -> tuple[DoseView, ...]:
        """Give the doses that are not voided."""
        return tuple(d for d in self.doses if d.state is not DoseState.VOIDED)

    def line(self) -> PersonLine:
        """Give the person as the desk may see them."""
        year = self.birth_date.year
        if self.seen:
            return PersonLine(
                self.person_id, self.name, self.birth_date, self.birth_precision, year, self.sex, seen=True
            )
        initials = " ".join(f"{word[0]}." for word in self.name.split())
        return PersonLine(None, initials, None, "YEAR", year, "UNKNOWN", seen=False)


@dataclass(frozen=True, slots=True)
class Rights:
    """What the asking desk may do itself."""

    may_link: bool
    may_correct: Callable[[DoseView, DoseFacts], bool]
    may_record: Callable[[DoseFacts], bool]
    may_amend_person: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """One case beside the record: whom it is about where that is known, and who else may be meant.

    `phone_taken`: somebody can be reached at the other phone that was named, so that it is nobody's to be given away.
    """

    kind: Kind
    claim: Claim
    dose_id: UUID | None
    evidence: bool
    own: Side | None
    others: tuple[Side, ...]
    rights: Rights
    phone_taken: bool = False

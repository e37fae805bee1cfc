"""One case beside the record: whom it is about, who else may be meant, and what the asking desk may do."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from tiemchung.cases.kinds import Kind
from tiemchung.cases.rules import Claim, Desk
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
    died_on: dt.date | None = None

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
class LeftPhone:
    """A phone on record that is the person's no more: the reporter says so, or messages to it arrive no more.

    `shown` and `new_shown`, the phone of the report, are the last digits.
    """

    contact_id: UUID
    shown: str
    new_shown: str
    said_lost: bool
    silent: bool


@dataclass(frozen=True, slots=True)
class Rest:
    """Where the parts of a report go that the asking desk may not do itself.

    By a facility, None for what belongs to where the person lives: the desk that answers for it, None where there is
    none but the asking one, and whether another has refused its part already, or done it.
    """

    desk_at: Callable[[UUID | None], Desk | None]
    was_refused: Callable[[UUID | None], bool]
    was_done: Callable[[UUID | None], bool]


NO_REST = Rest(lambda place: None, lambda place: False, lambda place: False)


@dataclass(frozen=True, slots=True)
class Picture:
    """One case beside the record: whom it is about where that is known, and who else may be meant.

    `guessed`: nobody has proved who it is about, and number, name and birth do not say it beyond doubt.
    `phone_proved`: the report came from the person, so that a phone that it names may be theirs. `phone_taken`:
    somebody can be reached at that phone, so that it is nobody's to be given away. `numbers`: the told numbers that are
    not on the person's record, as (system, number).
    `done_doses`: what other desks put on record, verified or corrected in their parts.
    """

    kind: Kind
    claim: Claim
    dose_id: UUID | None
    evidence: bool
    own: Side | None
    others: tuple[Side, ...]
    rights: Rights
    guessed: bool = False
    phone_taken: bool = False
    phone_proved: bool = False
    numbers: tuple[tuple[str, str], ...] = ()
    rest: Rest = NO_REST
    left_phone: LeftPhone | None = None
    done_doses: frozenset[UUID] = frozenset()

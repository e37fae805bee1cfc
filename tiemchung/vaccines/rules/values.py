"""The plain values that the rules of vaccines speak in; no framework, no database, no clock."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from tiemchung.core.verdict import Severity


class DoseRole(StrEnum):
    """What a counted dose is for; computed from the course, never typed."""

    PRIMARY = "PRIMARY"
    ADDITIONAL = "ADDITIONAL"
    BOOSTER = "BOOSTER"


class Mode(StrEnum):
    """Where the question is asked: before the injection, or about a dose that was given long ago."""

    DESK = "DESK"
    BACKLOG = "BACKLOG"


class Colour(StrEnum):
    """The colour of the citizen's card."""

    NONE = "NONE"
    YELLOW = "YELLOW"
    GREEN = "GREEN"


class Condition(StrEnum):
    """Facts about a person that open a dose to them which others do not get."""

    IMMUNOCOMPROMISED = "IMMUNOCOMPROMISED"
    HIGH_EXPOSURE = "HIGH_EXPOSURE"


@dataclass(frozen=True, slots=True)
class BirthSpan:
    """A birth date known only to lie between two days, both included: a month, or a year."""

    first: dt.date
    last: dt.date

    @classmethod
    def of_year(cls, year: int) -> "BirthSpan":
        """Give the span of a birth of which only the year is known."""
        return cls(dt.date(year, 1, 1), dt.date(year, 12, 31))


Birth = dt.date | BirthSpan | None


@dataclass(frozen=True, slots=True)
class GivenDose:
    """One dose that was given, as the ledger knows it now.

    `product` is a code of the catalogue, `lot` the lot's number. `counted=False` keeps a dose on the list but
    out of the course (declared by the citizen and not yet verified). `accepted=True` says that a named person
    set a refusal aside with a reason, so the dose counts although a rule was broken.
    """

    id: UUID
    product: str
    lot: str
    given_on: dt.date
    component: str | None = None
    counted: bool = True
    accepted: bool = False


@dataclass(frozen=True, slots=True)
class Flag:
    """One remark about one dose.

    `blocks` says that it keeps the dose from counting, `overridable` that a stated reason may set it aside at
    the desk, `weight` how it weighs where it does not refuse.
    """

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    blocks: bool = False
    overridable: bool = True
    weight: Severity = Severity.WARN


@dataclass(frozen=True, slots=True)
class CourseDose:
    """A dose with its computed place: role and index where it counts, public number ("mũi n") by date."""

    dose: GivenDose
    counted: bool
    role: DoseRole | None
    role_index: int | None
    number: int | None
    flags: tuple[Flag, ...] = ()

    @property
    def codes(self) -> frozenset[str]:
        """Give the codes of this dose's flags."""
        return frozenset(flag.code for flag in self.flags)


@dataclass(frozen=True, slots=True)
class NextDue:
    """The next dose: not before `earliest_on`, best on `recommended_on`, with one of `products`."""

    role: DoseRole
    role_index: int
    earliest_on: dt.date
    recommended_on: dt.date
    latest_on: dt.date | None
    products: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Course:
    """All doses of one person in the order of their days, and what they add up to.

    `primary_needed` is how many primary doses this person's course has (None before the first counted dose),
    `still_needed` how many of them are missing, `reason` NO_DOSES, NONE_COUNTED, PRIMARY_INCOMPLETE or
    PRIMARY_COMPLETE.
    """

    doses: tuple[CourseDose, ...]
    complete: bool
    completed_on: dt.date | None
    primary_needed: int | None
    still_needed: int | None
    reason: str
    next_due: NextDue | None

    @property
    def counted(self) -> tuple[CourseDose, ...]:
        """Give the doses that count, first to last."""
        return tuple([row for row in self.doses if row.counted])

    def row(self, dose_id: UUID) -> CourseDose:
        """Give the row of one dose; KeyError when the course has no such dose."""
        for row in self.doses:
            if row.dose.id == dose_id:
                return row
        raise KeyError(dose_id)


@dataclass(frozen=True, slots=True)
class LotFacts:
    """A lot as the rules and the desk need it; `recalled_at` is None while the lot may be used."""

    id: UUID
    product: str
    number: str
    expires_on: dt.date
    component: str | None = None
    made_by: str = ""
    recalled_at: dt.datetime | None = None
    recalled_because: str = ""

    @property
    def recalled(self) -> bool:
        """Tell whether a recall stands."""
        return self.recalled_at is not None


@dataclass(frozen=True, slots=True)
class CardState:
    """The card's colour, the reason for it and the holder's next step; both codes have words."""

    colour: Colour
    doses: int
    needed: int | None
    reason: str
    next_step: str
    next_due: NextDue | None = None

    @property
    def facts(self) -> Mapping[str, Any]:
        """Give the facts that the words of `reason` and `next_step` name."""
        due = self.next_due
        days = {"earliest_on": due.earliest_on, "recommended_on": due.recommended_on} if due else {}
        return {"doses": self.doses, "needed": self.needed, **days}

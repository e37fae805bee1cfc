"""The rule book: every product and every dated rule of the programme, as frozen values."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from tiemchung.core.verdict import Severity
from tiemchung.vaccines.rules.calendar import Gap
from tiemchung.vaccines.rules.values import Condition, DoseRole

# Who has no known birth date is judged as an adult: children come with a guardian who knows the day.
ADULT = 30


class Platform(StrEnum):
    """How a vaccine works; a national rule may name it instead of products."""

    MRNA = "MRNA"
    VECTOR = "VECTOR"
    INACTIVATED = "INACTIVATED"
    SUBUNIT = "SUBUNIT"


class Dated(Protocol):
    """Anything with a period of validity."""

    @property
    def valid_from(self) -> dt.date:
        """Give the first day."""
        ...

    @property
    def valid_to(self) -> dt.date | None:
        """Give the day after the last, or None while nothing replaces it."""
        ...


@dataclass(frozen=True, slots=True)
class AgeBand:
    """Ages from `from_years` up to, not including, `to_years`."""

    from_years: int = 0
    to_years: int | None = None

    def holds(self, age: int) -> bool:
        """Tell whether the age lies in the band."""
        return age >= self.from_years and (self.to_years is None or age < self.to_years)


@dataclass(frozen=True, slots=True)
class AgeRule:
    """An age band that may be given the product, with the amount of one dose in millilitres."""

    ages: AgeBand
    valid_from: dt.date
    valid_to: dt.date | None
    volume_ml: Decimal
    strength: str
    source: str


@dataclass(frozen=True, slots=True)
class IntervalRule:
    """The days between two primary doses; `after` names the earlier dose's product, "" the same product.

    A rule with `allowed=False` forbids the pair, which is also what holds when no rule names it.
    """

    after: str
    allowed: bool
    ages: AgeBand
    valid_from: dt.date
    valid_to: dt.date | None
    minimum: Gap
    recommended: Gap
    latest: Gap | None
    early: Severity
    overridable: bool
    needs_consent: bool
    source: str


@dataclass(frozen=True, slots=True)
class ProgrammeRule:
    """A national rule for doses after the primary course.

    `after` and `using` are selectors: "*", a platform, a product code, SAME (a product of the course so far)
    or LAST (the product of the last dose). `until` ends the window of an additional dose; `conditions` are
    any-of.
    """

    role: DoseRole
    index: int
    after: tuple[str, ...]
    using: tuple[str, ...]
    minimum: Gap
    until: Gap | None
    ages: AgeBand
    conditions: frozenset[Condition]
    valid_from: dt.date
    valid_to: dt.date | None
    overridable: bool
    source: str


class SeriesOf(StrEnum):
    """What a certificate states as the doses of the series of a later dose."""

    ONE = "ONE"
    NUMBER = "NUMBER"


@dataclass(frozen=True, slots=True)
class NumberingRule:
    """How a dose after a primary course of `after` doses is numbered on the international certificate."""

    after: tuple[int, ...]
    of: SeriesOf
    valid_from: dt.date
    valid_to: dt.date | None
    source: str


@dataclass(frozen=True, slots=True)
class Product:
    """One vaccine as its file states it; `mp`, `ma`, `vp` are its triple on the international certificate."""

    code: str
    label: str
    name_vi: str
    name_en: str
    maker: str
    platform: Platform
    mp: str
    ma: str
    vp: str
    icd11: str
    approved_on: dt.date
    approval: str
    primary_doses: int
    components: tuple[str, ...]
    booster_ml: Decimal | None
    passport: bool
    ages: tuple[AgeRule, ...]
    intervals: tuple[IntervalRule, ...]

    def __hash__(self) -> int:
        """Give a hash that is ready at once: what is kept by product and day is asked for with every dose."""
        return hash(self.code)

    def matches(self, selectors: Iterable[str]) -> bool:
        """Tell whether one of the selectors names this product, its platform, or all."""
        return any(selector in ("*", self.code, self.platform) for selector in selectors)


@dataclass(frozen=True, slots=True)
class Book:
    """Products by code, the programme's rules, the two numbers with which doses are counted, and how they are told."""

    products: Mapping[str, Product]
    programme: tuple[ProgrammeRule, ...]
    grace_days: int
    duplicate_days: int
    numbering: tuple[NumberingRule, ...] = ()

    def series_of(self, primary: int, on: dt.date) -> SeriesOf:
        """Give how a dose of this day after a primary course of so many doses is numbered.

        Before the first rule its own notation is taken: certificates were made later than the doses. Where no rule
        speaks of such a course, the dose's own number stands for the series.
        """
        mine = in_force([rule for rule in self.numbering if primary in rule.after], on, reach_back=True)
        return mine[0].of if mine else SeriesOf.NUMBER

    def programme_for(self, role: DoseRole, index: int, on: dt.date) -> tuple[ProgrammeRule, ...]:
        """Give the rules for this dose on this day; a later booster follows the last one that has rules.

        Before the first act there was no rule: its oldest rule is taken, so that a dose given in a trial or
        abroad still has a role.
        """
        indexes = [rule.index for rule in self.programme if rule.role is role]
        if not indexes:
            return ()
        wanted = min(index, max(indexes))
        return in_force([r for r in self.programme if r.role is role and r.index == wanted], on, reach_back=True)


def in_force[T: Dated](rules: Iterable[T], on: dt.date, *, reach_back: bool = False) -> tuple[T, ...]:
    """Give the rules valid on the day; with `reach_back`, before the first rule's day the oldest ones."""
    known = tuple(rules)
    valid = tuple(r for r in known if r.valid_from <= on and (r.valid_to is None or on < r.valid_to))
    if valid or not reach_back or not known:
        return valid
    oldest = min(rule.valid_from for rule in known)
    return tuple(r for r in known if r.valid_from == oldest) if on < oldest else ()

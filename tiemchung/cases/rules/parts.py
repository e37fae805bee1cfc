"""A report whose doses lie with several desks is answered in parts: what each has said before it passed on the rest."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from tiemchung.cases.rules.refusals import RefusalCode
from tiemchung.cases.rules.routing import RouteReason
from tiemchung.cases.rules.states import Step
from tiemchung.core.actor import Kind

PART_DONE = str(RouteReason.PART_DONE)


class PartKind(StrEnum):
    """What a desk said about its own part."""

    DONE = "DONE"
    REFUSED = "REFUSED"


class StepLike(Protocol):
    """One step of a case, a row or a view of it."""

    @property
    def number(self) -> int:
        """Give its place among the steps."""

    @property
    def step(self) -> str:
        """Give what was done."""

    @property
    def at(self) -> dt.datetime:
        """Give when."""

    @property
    def by_kind(self) -> str:
        """Give what kind of actor did it."""

    @property
    def unit_id(self) -> UUID | None:
        """Give the desk that held the case afterwards, or that was told."""

    @property
    def unit_level(self) -> str:
        """Give that desk's level."""

    @property
    def code(self) -> str:
        """Give why the case lies there, the refusal or the alarm."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part that was answered: by which desk, when, in which step, and by which refusal where it was refused."""

    kind: PartKind
    number: int
    at: dt.datetime
    unit_id: UUID | None
    unit_level: str
    refusal: str = ""


_TELLS = {Step.ESCALATE}  # its unit was told, and holds nothing


def part_kind(step: str, code: str) -> PartKind | None:
    """Give what a step said about a part of its case; None for every step that passed on the whole, or nothing."""
    if step != Step.PASS_ON:
        return None
    if code == PART_DONE:
        return PartKind.DONE
    return PartKind.REFUSED if code in set(RefusalCode) else None


def parts_of(steps: Iterable[StepLike]) -> tuple[Part, ...]:
    """Give the parts that were answered, oldest first, of steps in their order.

    Once its reporter disputed the whole answer there are none: the desk that gets the case again judges all of it. A
    correction that was taken back by its authors disputes nothing of what others did.
    """
    found: list[Part] = []
    holder: tuple[UUID | None, str] = (None, "")
    for step in steps:
        kind = part_kind(step.step, step.code)
        if kind is not None:
            refusal = step.code if kind is PartKind.REFUSED else ""
            found.append(Part(kind, step.number, step.at, *holder, refusal))
        elif step.step == Step.REOPEN and step.by_kind != Kind.SYSTEM:
            found = []
        if step.step not in _TELLS and step.unit_id is not None:
            holder = (step.unit_id, step.unit_level)
    return tuple(found)


def is_mixed(parts: Iterable[Part], end: Step) -> bool:
    """Tell whether a case that ends by this step was corrected in part and refused in part."""
    kinds = {part.kind for part in parts} | {PartKind.REFUSED if end is Step.REFUSE else PartKind.DONE}
    return len(kinds) > 1

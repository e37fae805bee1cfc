"""The parts of a suggestion: its reasons, its cells, and what this desk is shown of it."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from tiemchung.cases.proposing.picture import Side
from tiemchung.cases.rules import Claim, ClaimedDose
from tiemchung.cases.rules.nearness import DoseNearness, DoseSketch, dose_nearness, may_be_twins
from tiemchung.cases.solutions import Solution
from tiemchung.cases.suggestions import Cell, Suggestion
from tiemchung.core.verdict import Reason, Severity
from tiemchung.doses.values import DoseView
from tiemchung.people.rules import Sex

OTHER_DESK = "OTHER_DESK"
_PARTS = {"day": "given_on", "lot": "lot_number", "product": "product", "place": "facility_id"}
_FIELDS = ("product", "lot_number", "given_on", "facility_id")


def made(
    side: Side,
    solutions: Sequence[Solution],
    why: Iterable[Reason],
    score: int,
    shown: tuple[DoseView, ...],
    cells: tuple[Cell, ...],
    *,
    allowed: bool,
    place: UUID | None = None,
    ask: str = "",
) -> Suggestion:
    """Give a suggestion about this person; what the desk may not do or see is left out of it. `ask` asks instead."""
    return Suggestion(
        solutions=tuple(solutions) if allowed else (),
        kinds=tuple(str(s.kind) for s in solutions),
        reasons=tuple(why),
        score=score,
        person=side.line(),
        doses=shown if side.seen else (),
        cells=cells if side.seen else (),
        blocked="" if allowed else OTHER_DESK,
        place=place,
        ask=ask,
    )


def sketch(told: ClaimedDose) -> DoseSketch:
    """Give a told dose as it is compared."""
    return DoseSketch(told.product, told.lot_number, told.given_on, told.facility_id)


def sketch_of(dose: DoseView) -> DoseSketch:
    """Give a recorded dose as it is compared."""
    return DoseSketch(dose.facts.product, dose.facts.lot_number, dose.facts.given_on, dose.facts.facility_id)


def nearest(told: ClaimedDose, doses: Iterable[DoseView]) -> tuple[DoseView | None, DoseNearness]:
    """Give the recorded dose that is nearest to the told one, None where there is none."""
    pairs = [(dose_nearness(sketch(told), sketch_of(dose)), dose) for dose in doses]
    near, dose = max(pairs, key=lambda p: (p[0].score, str(p[1].id)), default=(DoseNearness(0, (), ()), None))
    return dose, near


def told_changes(told: ClaimedDose, dose: DoseView) -> dict[str, Any]:
    """Give the facts that were told and differ, as the correction names them."""
    near = dose_nearness(sketch(told), sketch_of(dose))
    changes = {_PARTS[part]: getattr(told, _PARTS[part]) for part in near.differs}
    if "facility_id" in changes and told.place_name:
        changes["place_name"] = told.place_name
    return changes


def cells(told: ClaimedDose, dose: DoseView | None) -> tuple[Cell, ...]:
    """Give both sides of a dose, fact by fact."""
    if dose is None:
        return ()
    return tuple(Cell(f, str(getattr(told, f) or ""), str(getattr(dose.facts, f) or "")) for f in _FIELDS)


def person_cells(claim: Claim, side: Side) -> tuple[Cell, ...]:
    """Give both sides of a person, fact by fact."""
    return (
        Cell("full_name", claim.full_name, side.name),
        Cell("birth_date", str(claim.birth_date or ""), str(side.birth_date)),
        Cell("sex", "" if claim.sex == Sex.UNKNOWN else claim.sex, "" if side.sex == Sex.UNKNOWN else side.sex),
    )


def twin_of(dose: DoseView, own: Side) -> DoseView | None:
    """Give another counted dose of this person that may be the same injection."""
    others = (d for d in own.standing if d.id != dose.id and d.counted)
    return next((d for d in others if may_be_twins(sketch_of(d), sketch_of(dose))), None)


def twin_reasons(twin: DoseView | None) -> list[Reason]:
    """Give the reason that a twin is, none without one."""
    return [note("TWIN_ON_RECORD", on=str(twin.facts.given_on))] if twin else []


def note(code: str, **facts: Any) -> Reason:
    """Give a reason by its code."""
    return Reason(str(code), Severity.NOTE, False, facts)


def notes(near: DoseNearness) -> list[Reason]:
    """Give the reasons of two doses' nearness."""
    return [note(code) for code in near.reasons]

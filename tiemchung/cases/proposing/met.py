"""Whether the record says now what a citizen told: then a correction that others asked for has answered them too."""

from collections.abc import Sequence
from uuid import UUID

from tiemchung.cases.kinds import KINDS, SolutionKind
from tiemchung.cases.proposing.parts import nearest, told_changes
from tiemchung.cases.rules import Claim, ClaimedDose
from tiemchung.doses.rules import DoseState
from tiemchung.doses.values import DoseView

# Whoever never had the dose is not answered by facts of it put right, however well they fit what was told.
MET_BY_AMENDING = frozenset(
    code for code, kind in KINDS.items() if SolutionKind.AMEND in kind.solutions and code != "NEVER_GIVEN"
)


def is_met(claim: Claim, case_dose: UUID | None, doses: Sequence[DoseView]) -> bool:
    """Tell whether every dose that was told is on record without a difference, and nothing else is asked for.

    `case_dose` is the dose on record that the report points at, if it points at one.
    """
    return bool(claim.doses) and not claim.other_phone and not any(claim.wanted.values()) and all(
        _meeting(told, _pointed(claim, told, case_dose), doses) is not None for told in claim.doses
    )  # fmt: skip


def met_by(claim: Claim, case_dose: UUID | None, doses: Sequence[DoseView]) -> set[UUID]:
    """Give the doses on record that are what was told."""
    found = (_meeting(told, _pointed(claim, told, case_dose), doses) for told in claim.doses)
    return {dose.id for dose in found if dose is not None}


def _pointed(claim: Claim, told: ClaimedDose, case_dose: UUID | None) -> UUID | None:
    return told.dose_id or (case_dose if len(claim.doses) == 1 else None)


def _meeting(told: ClaimedDose, pointed: UUID | None, doses: Sequence[DoseView]) -> DoseView | None:
    """Give the dose that is the told one in all that was told; one that nobody pointed at, by day and product."""
    standing = [dose for dose in doses if dose.state is not DoseState.VOIDED]
    if pointed is not None:
        dose = next((one for one in standing if one.id == pointed), None)
    else:
        dose, near = nearest(told, standing)
        dose = dose if near.near and told.product and told.given_on else None
    return dose if dose is not None and not told_changes(told, dose) else None

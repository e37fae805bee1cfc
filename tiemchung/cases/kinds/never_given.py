"""A dose is on record that was never given (R40: one dose taken, two recorded)."""

from tiemchung.cases.kinds.base import EVERY_DOOR, Kind, SolutionKind

KIND = Kind(
    code="NEVER_GIVEN",
    order=40,
    doors=EVERY_DOOR,
    solutions=(SolutionKind.VOID, SolutionKind.LINK, SolutionKind.AMEND),
    doses=(1, 3),
    picks_dose=True,
)

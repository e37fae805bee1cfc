"""The place of the dose is not in the list of places (R28, R70)."""

from tiemchung.cases.kinds.base import EVERY_DOOR, Kind, SolutionKind

KIND = Kind(
    code="PLACE_NOT_LISTED",
    order=70,
    doors=EVERY_DOOR,
    solutions=(SolutionKind.RECORD, SolutionKind.LINK, SolutionKind.AMEND),
    doses=(1, 4),
    needs_evidence=True,
)

"""A dose 1 was given and no certificate shows it (M19, first of the three)."""

from tiemchung.cases.kinds.base import EVERY_DOOR, Kind, SolutionKind

KIND = Kind(
    code="DOSE1_MISSING",
    order=10,
    doors=EVERY_DOOR,
    solutions=(SolutionKind.LINK, SolutionKind.RECORD, SolutionKind.AMEND),
    doses=(1, 1),
    needs_evidence=True,
)

"""Doses 1 and 2 were given and only dose 1 is certified (M19, second of the three)."""

from tiemchung.cases.kinds.base import EVERY_DOOR, Kind, SolutionKind

KIND = Kind(
    code="DOSE2_MISSING",
    order=20,
    doors=EVERY_DOOR,
    solutions=(SolutionKind.LINK, SolutionKind.RECORD, SolutionKind.AMEND),
    doses=(1, 1),
    needs_evidence=True,
)

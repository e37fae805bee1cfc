"""What was shown before is not shown any more (R40, R68)."""

from tiemchung.cases.kinds.base import EVERY_DOOR, Kind, SolutionKind

KIND = Kind(
    code="RECORD_VANISHED",
    order=60,
    doors=EVERY_DOOR,
    solutions=(SolutionKind.LINK, SolutionKind.RECORD, SolutionKind.NOTHING),
    doses=(1, 4),
)

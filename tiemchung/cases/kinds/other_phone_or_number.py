"""The doses lie under another phone or another identity number (M25, R69)."""

from tiemchung.cases.kinds.base import EVERY_DOOR, Kind, SolutionKind

KIND = Kind(
    code="OTHER_PHONE_OR_NUMBER",
    order=80,
    doors=EVERY_DOOR,
    solutions=(SolutionKind.LINK, SolutionKind.ADD_NUMBER, SolutionKind.MOVE_PHONE, SolutionKind.ADD_PHONE),
    doses=(0, 4),
    wants=frozenset({"number", "phone"}),
)

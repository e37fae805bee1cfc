"""Facts of a recorded dose are wrong: the citizen proposes what they should be (M22, R42).

Whoever has not proved who they are cannot point at a dose on record: on the portal they tell it as on their paper, and
the desk finds the one that is nearest.
"""

from tiemchung.cases.kinds.base import EVERY_DOOR, Kind, SolutionKind

KIND = Kind(
    code="DOSE_WRONG",
    order=90,
    doors=EVERY_DOOR,
    solutions=(SolutionKind.AMEND, SolutionKind.VOID, SolutionKind.LINK),
    doses=(1, 1),
    picks_dose=True,
)

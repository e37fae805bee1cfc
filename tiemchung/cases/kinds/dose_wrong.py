"""Facts of a recorded dose are wrong: the citizen proposes what they should be (M22, R42)."""

from tiemchung.cases.kinds.base import THE_APPS, Kind, SolutionKind

KIND = Kind(
    code="DOSE_WRONG",
    order=90,
    doors=THE_APPS,
    solutions=(SolutionKind.AMEND, SolutionKind.VOID, SolutionKind.LINK),
    doses=(1, 1),
    picks_dose=True,
)

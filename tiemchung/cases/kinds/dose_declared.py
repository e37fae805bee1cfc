"""The citizen declares a dose that is not on record; it is shown at once as unverified (M22, R42)."""

from tiemchung.cases.kinds.base import THE_APPS, Kind, SolutionKind

KIND = Kind(
    code="DOSE_DECLARED",
    order=100,
    doors=THE_APPS,
    solutions=(SolutionKind.VERIFY, SolutionKind.LINK, SolutionKind.RECORD),
    doses=(1, 1),
    picks_dose=True,
)

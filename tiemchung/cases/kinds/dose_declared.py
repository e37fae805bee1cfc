"""The citizen declares a dose that is not on record; it is shown at once as unverified (M22, R42)."""

from tiemchung.cases.kinds.base import THE_APPS, Kind, SolutionKind
from tiemchung.cases.rules import Claim
from tiemchung.core.verdict import YES, Verdict, refuse


def whole(claim: Claim) -> Verdict:
    """Refuse a dose without its vaccine or its day: what stands on a card at once must say what and when."""
    parts = [part for dose in claim.doses for part in (dose.product, dose.given_on)]
    return YES if all(parts) else refuse("CLAIM_DOSE_NOT_WHOLE")


KIND = Kind(
    code="DOSE_DECLARED",
    order=100,
    doors=THE_APPS,
    solutions=(SolutionKind.VERIFY, SolutionKind.LINK, SolutionKind.RECORD),
    doses=(1, 1),
    declares=True,
    check=whole,
)

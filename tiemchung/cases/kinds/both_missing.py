"""Both doses were given and neither is certified (M19, third of the three)."""

from tiemchung.cases.kinds.base import EVERY_DOOR, Kind, SolutionKind
from tiemchung.cases.rules import Claim
from tiemchung.core.verdict import YES, Verdict, refuse


def in_order(claim: Claim) -> Verdict:
    """Refuse a second dose that was given before the first."""
    days = [dose.given_on for dose in claim.doses if dose.given_on is not None]
    return YES if days == sorted(days) else refuse("CLAIM_DOSES_OUT_OF_ORDER")


KIND = Kind(
    code="BOTH_MISSING",
    order=30,
    doors=EVERY_DOOR,
    solutions=(SolutionKind.LINK, SolutionKind.RECORD, SolutionKind.AMEND),
    doses=(2, 2),
    needs_evidence=True,
    check=in_order,
)

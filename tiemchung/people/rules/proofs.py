"""When a proof that a person belongs to a phone still counts (threats.md, I8)."""

import datetime as dt
from collections.abc import Iterable

PROOF_LASTS = dt.timedelta(days=90)  # numbers are given to strangers again; silence ends the trust
MAX_PERSONS_SELF_SERVICE = 8  # more people than a household: a ward official's or a facility's phone


def proof_holds(*, last_used_at: dt.datetime, at: dt.datetime) -> bool:
    """Tell whether a proof was used within the last 90 days."""
    return at - last_used_at <= PROOF_LASTS


def sign_in_over(signed_in_at: dt.datetime | None, sign_ins_from: Iterable[dt.datetime | None]) -> bool:
    """Tell whether a sign-in was made no later than the last of the moments from which on sign-ins count.

    None for the sign-in: the question is not about one, and nothing is over.
    """
    moments = [moment for moment in sign_ins_from if moment is not None]
    return signed_in_at is not None and bool(moments) and signed_in_at <= max(moments)

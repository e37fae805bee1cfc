"""When a proof that a person belongs to a phone still counts (threats.md, I8)."""

import datetime as dt

PROOF_LASTS = dt.timedelta(days=90)  # numbers are given to strangers again; silence ends the trust
MAX_PERSONS_SELF_SERVICE = 8  # more people than a household: a ward official's or a facility's phone


def proof_holds(*, last_used_at: dt.datetime, at: dt.datetime) -> bool:
    """Tell whether a proof was used within the last 90 days."""
    return at - last_used_at <= PROOF_LASTS

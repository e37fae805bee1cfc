"""Whether a certificate rests on a facility's signature: the moments say it. Pure."""

import datetime as dt

# What a turn of work writes carries the moment at which the turn began; a certificate may so be dated before the
# signature that it was drawn from. No turn takes longer: a batch is a thousand.
TURN = dt.timedelta(minutes=5)


def rests_on(issued_at: dt.datetime, *, signed_at: dt.datetime, voided_at: dt.datetime | None) -> bool:
    """Tell whether a certificate issued at that moment was issued on this signature: it was made, and still stood.

    In doubt it does: a certificate too many is made anew, one too few stays believed.
    """
    return signed_at <= issued_at + TURN and (voided_at is None or voided_at > issued_at)

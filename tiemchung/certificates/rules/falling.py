"""Whom to tell that a passport's code is believed no more. Pure."""

import datetime as dt

# A stream that is followed for the first time, or a load of old days, wakes nobody.
WORTH_TELLING = dt.timedelta(days=2)
# What the stream's order may differ from that of its moments: longer than any transaction lasts.
SILENT_AFTER = WORTH_TELLING + dt.timedelta(days=1)
# A new code that is there within these is told in the same message; more than a batch of any signing takes.
WAIT = dt.timedelta(minutes=1)


def worth_telling(*, revoked_at: dt.datetime, expires_at: dt.datetime, at: dt.datetime) -> bool:
    """Tell whether a holder is told of a code that was revoked: these days, and while it would still have been good."""
    return at - revoked_at <= WORTH_TELLING and expires_at > revoked_at

"""How long a certificate and its key last, and when a successor is due. Pure."""

import datetime as dt

from tiemchung.core.zone import VIETNAM

# Told and renewed so long before the end: 28 days is what holders of 2021 were warned with (certificates.md, lesson 9).
NOTICE = dt.timedelta(days=28)
# A new key is published so long before its first use: verifiers that refresh weekly have it (lesson 8).
PUBLISH_AHEAD = dt.timedelta(days=14)
SECOND = dt.timedelta(seconds=1)


def expiry(issued_at: dt.datetime, key_ends_at: dt.datetime) -> dt.datetime:
    """Give the technical end: the last second of a Vietnamese day, within 12 months and the signing key's own life.

    QĐ 5772 gives a code twelve months from its issue, so it ends with the last whole day of these, never later: what
    page, paper and message name as the last day is good until midnight. A key that ends on the day of the issue
    leaves no whole day; then its end is the code's (shell model).
    """
    issued = issued_at.astimezone(VIETNAM)
    try:
        year_later = issued.replace(year=issued.year + 1)
    except ValueError:  # 29 February
        year_later = issued.replace(year=issued.year + 1, day=28)
    latest = min(year_later, key_ends_at)
    ends_at = last_whole_day(latest)
    return (ends_at if ends_at > issued_at else latest).astimezone(dt.UTC)


def last_whole_day(latest: dt.datetime) -> dt.datetime:
    """Give the last second of the last Vietnamese day that is over at `latest`; codes state whole seconds."""
    day = (latest.astimezone(VIETNAM) + SECOND).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - SECOND


def key_wears_out(key_ends_at: dt.datetime, at: dt.datetime) -> bool:
    """Tell whether a successor is needed: the key could no longer give a full year and a month's notice."""
    return key_ends_at - at < dt.timedelta(days=366 + 31)


def ends_soon(expires_at: dt.datetime, at: dt.datetime) -> bool:
    """Tell whether a certificate is within its last 28 days, or over."""
    return expires_at - at <= NOTICE

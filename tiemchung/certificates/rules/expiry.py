"""How long a certificate and its key last, and when a successor is due. Pure."""

import datetime as dt

# Told and renewed so long before the end: 28 days is what holders of 2021 were warned with (certificates.md, lesson 9).
NOTICE = dt.timedelta(days=28)
# A new key is published so long before its first use: verifiers that refresh weekly have it (lesson 8).
PUBLISH_AHEAD = dt.timedelta(days=14)


def expiry(issued_at: dt.datetime, key_ends_at: dt.datetime) -> dt.datetime:
    """Give the technical end: 12 months later (QĐ 5772), never past the signing key's own end (shell model)."""
    try:
        year_later = issued_at.replace(year=issued_at.year + 1)
    except ValueError:  # 29 February
        year_later = issued_at.replace(year=issued_at.year + 1, day=28)
    return min(year_later, key_ends_at)


def key_wears_out(key_ends_at: dt.datetime, at: dt.datetime) -> bool:
    """Tell whether a successor is needed: the key could no longer give a full year and a month's notice."""
    return key_ends_at - at < dt.timedelta(days=366 + 31)


def ends_soon(expires_at: dt.datetime, at: dt.datetime) -> bool:
    """Tell whether a certificate is within its last 28 days, or over."""
    return expires_at - at <= NOTICE

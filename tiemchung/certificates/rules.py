"""When a certificate is made, kept, replaced or revoked. Pure."""

import datetime as dt
from enum import StrEnum


class CertificateState(StrEnum):
    """A signed certificate's life."""

    ISSUED = "ISSUED"
    REVOKED = "REVOKED"


class Step(StrEnum):
    """What can happen to a certificate."""

    ISSUE = "ISSUE"
    REVOKE = "REVOKE"


# Expiry is no state: it is read off the text itself by whoever verifies.
TRANSITIONS: dict[tuple[CertificateState | None, Step], CertificateState] = {
    (None, Step.ISSUE): CertificateState.ISSUED,
    (CertificateState.ISSUED, Step.REVOKE): CertificateState.REVOKED,
}


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

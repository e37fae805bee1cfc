"""What has become of a certificate, asked by the hash of its number: five words and nothing about anybody."""

import datetime as dt
from enum import StrEnum

from tiemchung.certificates.models import Certificate, CertificateByHash, SigningKey
from tiemchung.certificates.rules import CertificateState

# Under these a certificate gave way to a newer one; the holder has something to show in its place.
_GAVE_WAY = frozenset({"REPLACED", "JOINED"})


class NumberState(StrEnum):
    """What a verifier with a network is told about a number."""

    VALID = "VALID"
    EXPIRED = "EXPIRED"
    REPLACED = "REPLACED"
    REVOKED = "REVOKED"
    UNKNOWN = "UNKNOWN"


def state_of_number(hash16: bytes, at: dt.datetime) -> NumberState:
    """Give the state of the certificate whose number has this hash (first 16 bytes of SHA-256).

    A renewed one is valid to its own end. UNKNOWN for a number that was never issued, and for an intent: nobody can
    hold a code of it. Two look-ups by key, and one among the few signing keys.
    """
    where = CertificateByHash.objects.filter(hash=hash16).values_list("person_id", "certificate_id").first()
    if where is None:
        return NumberState.UNKNOWN
    held = Certificate.objects.filter(person_id=where[0], id=where[1])
    row = held.only("state", "kid", "issued_at", "expires_at", "revoked_because").first()
    if row is None or row.state in (CertificateState.INTENT, CertificateState.DROPPED):
        return NumberState.UNKNOWN
    if row.state == CertificateState.REVOKED:
        return NumberState.REPLACED if row.revoked_because in _GAVE_WAY else NumberState.REVOKED
    if _key_given_up(bytes(row.kid), row.issued_at):
        return NumberState.REVOKED
    return NumberState.EXPIRED if row.expires_at < at else NumberState.VALID


def _key_given_up(kid: bytes, issued_at: dt.datetime) -> bool:
    since = SigningKey.objects.filter(kid=kid).values_list("compromised_since", flat=True).first()
    return since is not None and issued_at >= since

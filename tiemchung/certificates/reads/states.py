"""What has become of a certificate, asked by the hash of its number: five words and nothing about anybody."""

import datetime as dt
from enum import StrEnum

from tiemchung.certificates.formats.revocation import HASH_BYTES
from tiemchung.certificates.merkle import leaf_hash
from tiemchung.certificates.models import (
    Certificate,
    CertificateByHash,
    DoseSignature,
    Emission,
    RevocationOrder,
)
from tiemchung.certificates.reads.trusted import given_up_kids
from tiemchung.certificates.rules import CertificateKind, CertificateState, OrderTarget, rests_on
from tiemchung.certificates.statements import moment_of
from tiemchung.certificates.watch_log import leaf_hashes
from tiemchung.people.reads import holders_of

# Under these a certificate gave way to a newer one; the holder has something to show in its place.
_GAVE_WAY = frozenset({"REPLACED", "JOINED"})


class NumberState(StrEnum):
    """What a verifier with a network is told about a number."""

    VALID = "VALID"
    EXPIRED = "EXPIRED"
    REPLACED = "REPLACED"
    REVOKED = "REVOKED"
    UNKNOWN = "UNKNOWN"


def state_of_number(asked: bytes, at: dt.datetime) -> NumberState:
    """Give the state of the certificate whose number has this hash (first 16 bytes of SHA-256), or this leaf (48).

    A leaf is what the log holds of it (`log.leaf_of`): the number of an honest certificate over anything else is
    UNKNOWN, whoever signed it. So is what stands in the register and never came into the log.

    A renewed one is valid to its own end. UNKNOWN for a number that was never issued, and for an intent: nobody can
    hold a code of it. What a given-up key of the centre signed is revoked, and what rests on a facility's from its
    moment on, before the order has come to it. Two look-ups by key, one in the log for a leaf, and two among the few
    signing keys and open orders; more only while a key has fallen.
    """
    hash16, signed = asked[:HASH_BYTES], asked[HASH_BYTES:]
    where = CertificateByHash.objects.filter(hash=hash16).values_list("person_id", "certificate_id").first()
    if where is None:
        return NumberState.UNKNOWN
    held = Certificate.objects.filter(person_id=where[0], id=where[1])
    row = held.defer("hc1", "payload", "content").first()
    if row is None or row.state in (CertificateState.INTENT, CertificateState.DROPPED) or row.log_position is None:
        return NumberState.UNKNOWN
    if signed and not _in_log(row, hash16, leaf_hash(asked)):
        return NumberState.UNKNOWN
    if row.state == CertificateState.REVOKED:
        return NumberState.REPLACED if row.revoked_because in _GAVE_WAY else NumberState.REVOKED
    if _key_given_up(row, hash16) or _facility_key_given_up(row):
        return NumberState.REVOKED
    return NumberState.EXPIRED if row.expires_at < at else NumberState.VALID


def _in_log(row: Certificate, hash16: bytes, leaf: bytes) -> bool:
    """Tell whether the log has this leaf for the certificate, or for a form of it that is asked for by this hash."""
    own = [row.log_position] if row.log_position is not None else []
    if leaf in leaf_hashes(own).values():
        return True
    forms = Emission.objects.filter(person_id=row.person_id, certificate_id=row.id, hash=hash16)
    return leaf in leaf_hashes(forms.values_list("log_position", flat=True)).values()


def _key_given_up(row: Certificate, hash16: bytes) -> bool:
    """Tell whether the centre's key was given up under the certificate, or under a form of this hash.

    Whatever its day: whoever has the key writes any day into what he signs, and everybody gets a new one.
    """
    fallen = given_up_kids()
    if not fallen:
        return False
    forms = Emission.objects.filter(person_id=row.person_id, certificate_id=row.id, hash=hash16, kid__in=fallen)
    return bytes(row.kid) in fallen or forms.exists()


def _facility_key_given_up(row: Certificate) -> bool:
    """Tell whether a facility's key was given up on which the passport rests, by an order that is still at work."""
    if row.kind != CertificateKind.PASSPORT:
        return False
    agreed = RevocationOrder.objects.filter(target=OrderTarget.FACILITY_KEY, done_at=None, refused=False)
    orders = {bytes(kid or b""): since for kid, since in agreed.exclude(decided_at=None).values_list("kid", "since")}
    if not orders:
        return False
    profiles = [profile for holder in holders_of([row.person_id]).values() for profile in holder.profile_ids]
    signed = DoseSignature.objects.filter(profile_id__in=profiles, kid__in=list(orders))
    for kid, statement, signed_at, voided_at in signed.values_list("kid", "statement", "signed_at", "voided_at"):
        made, since = moment_of(statement, signed_at), orders[bytes(kid)]
        if since is not None and made >= since and rests_on(row.issued_at, signed_at=made, voided_at=voided_at):
            return True
    return False

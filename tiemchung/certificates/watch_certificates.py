"""What the watch finds wrong with stored certificates: their own signature, the register, the log, the facilities'."""

import datetime as dt
from collections.abc import Mapping, Sequence
from uuid import UUID

from tiemchung.certificates.facility_trust import (
    NOT_ITS_DAYS,
    NOT_SIGNED,
    BelievedKey,
    Proof,
    believed_keys,
    fault_of,
)
from tiemchung.certificates.formats.revocation import hash_of_number
from tiemchung.certificates.log import leaf_of
from tiemchung.certificates.merkle import leaf_hash
from tiemchung.certificates.models import (
    Certificate,
    CertificateByHash,
    DoseSignature,
    FacilityKey,
    RevocationOrder,
    SigningKey,
)
from tiemchung.certificates.rules import CertificateKind, CertificateState, OrderTarget
from tiemchung.certificates.showing import Untrue, own_key, signed_by_us
from tiemchung.certificates.statements import is_about, stated_moment
from tiemchung.certificates.watch_log import leaf_hashes
from tiemchung.people.reads import holders_of


def faults_of(rows: Sequence[Certificate]) -> dict[UUID, str]:
    """Give what is wrong with each certificate, by its id, as a code; whose is right is left out.

    Own text and signature (`showing`), KEY_COMPROMISED, NOT_LISTED, NOT_LOGGED, OTHER_LEAF (the log holds something
    else at its position), DOSE_SIGNATURE, DOSE_KEY, DOSE_KEY_DAYS. Eight statements, however many they are.
    """
    return _own_faults(rows) | _signature_faults([row for row in rows if row.state != CertificateState.REVOKED])


def _own_faults(rows: Sequence[Certificate]) -> dict[UUID, str]:
    found = SigningKey.objects.filter(kid__in={bytes(row.kid) for row in rows})
    keys = {bytes(one.kid): (own_key(one), one.compromised_since is not None) for one in found}
    hashes = {row.id: hash_of_number(row.uvci) for row in rows}
    listed = CertificateByHash.objects.filter(hash__in=set(hashes.values())).values_list("hash", "certificate_id")
    known = {bytes(hash16): certificate_id for hash16, certificate_id in listed}
    leaves = leaf_hashes(row.log_position for row in rows if row.log_position is not None)
    wrong = {}
    for row in rows:
        key, given_up = keys.get(bytes(row.kid), (None, False))
        try:
            message = signed_by_us(row, key)
        except Untrue as problem:
            wrong[row.id] = problem.why
            continue
        fallen = given_up and row.state != CertificateState.REVOKED
        why = "KEY_COMPROMISED" if fallen else "NOT_LISTED" if known.get(hashes[row.id]) != row.id else ""
        why = why or _log_fault(row, message.signed_bytes, leaves)
        if why:
            wrong[row.id] = why
    return wrong


def _log_fault(row: Certificate, signed_bytes: bytes, leaves: Mapping[int, bytes]) -> str:
    here = b"" if row.log_position is None else leaves.get(row.log_position, b"")
    if not here:
        return "NOT_LOGGED"
    return "" if here == leaf_hash(leaf_of(row.uvci, signed_bytes)) else "OTHER_LEAF"


def _signature_faults(rows: Sequence[Certificate]) -> dict[UUID, str]:
    """Give the passports one of whose facilities' signatures in force was not made by its facility's key, or then.

    DOSE_SIGNATURE, DOSE_KEY (no key below our roots of facilities), DOSE_KEY_DAYS. Each is verified, sealed or not.
    """
    passports = {row.person_id: row for row in rows if row.kind == CertificateKind.PASSPORT}
    if not passports:
        return {}
    persons = {p: person for person, holder in holders_of(passports).items() for p in holder.profile_ids}
    signed = list(DoseSignature.objects.filter(profile_id__in=list(persons), voided_at=None))
    keys, fallen = believed_keys(bytes(one.kid) for one in signed), _fallen_keys()
    return {
        passports[persons[one.profile_id]].id: why
        for one in signed
        if (why := _dose_fault(one, keys.get(bytes(one.kid)), fallen.get(bytes(one.kid))))
    }


def _dose_fault(one: DoseSignature, key: BelievedKey | None, since: dt.datetime | None) -> str:
    statement = bytes(one.statement)
    stated = stated_moment(statement)
    if (stated or one.signed_at) != one.signed_at or not is_about(statement, one.dose_id, one.version):
        return NOT_SIGNED
    if since is not None and one.signed_at >= since:
        return NOT_ITS_DAYS
    signed = bytes(one.kid), statement, bytes(one.signature), one.facility_id, one.signed_at
    return fault_of(Proof(one.profile_id, one.dose_id, one.version, *signed, stated), key)


def _fallen_keys() -> dict[bytes, dt.datetime]:
    """Give the facilities' keys given up whose order is done: until then it is at work on what it lets fall."""
    at_work = RevocationOrder.objects.filter(target=OrderTarget.FACILITY_KEY, done_at=None, refused=False)
    fallen = FacilityKey.objects.exclude(revoked_since=None).exclude(kid__in=at_work.exclude(kid=None).values("kid"))
    return {bytes(kid): since for kid, since in fallen.values_list("kid", "revoked_since") if since is not None}

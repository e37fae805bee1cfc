"""Central keys: rotated, taken from an authority elsewhere, retired."""

import datetime as dt
from uuid import UUID

from django.db import transaction

from tiemchung.certificates.keys import x509s
from tiemchung.certificates.keys.authorities import authority_of, keep_authority, lock_keys, stands_above_others
from tiemchung.certificates.keys.central import central_key, keep_key, keep_spare, publish_key, subject_of
from tiemchung.certificates.keys.files import point_of_certificate
from tiemchung.certificates.keys.roots import ours
from tiemchung.certificates.keys.stores import file_store, kid_of, new_key_store
from tiemchung.certificates.models import Authority, SigningKey
from tiemchung.certificates.ports import KeyStore
from tiemchung.certificates.rules import (
    PUBLISH_AHEAD,
    AuthorityKind,
    KeyPurpose,
    KeyStanding,
    may_keep_keys,
    may_turn_keys,
    signing_now,
    standing_alone,
)
from tiemchung.core.actor import Actor
from tiemchung.core.audit import write_line
from tiemchung.core.verdict import refuse

__all__ = [
    "central_key",
    "keep_spare",
    "request_central_key",
    "retire_central_key",
    "rotate_central_key",
    "store_with",
    "take_authority",
    "take_central_certificate",
]


def rotate_central_key(purpose: KeyPurpose, *, by: Actor, at: dt.datetime, because: str) -> SigningKey:
    """Publish the next key of a purpose now; it signs in two weeks, when verifiers have it, and the old one then rests.

    A rotation that has begun is given back and not begun twice. Raises Refused, NoCentralKey, KeyStoreError.
    """
    may_turn_keys(by, because).or_raise()
    with transaction.atomic():
        lock_keys()
        keys = ours(SigningKey.objects.filter(purpose=purpose, valid_to__gt=at))
        waiting = [key for key in keys if standing_alone(key, at) is KeyStanding.WAITING]
        if waiting:
            return waiting[0]
        usable_from = at if signing_now(keys, at) is None else at + PUBLISH_AHEAD
        key = publish_key(purpose, by=by, at=at, usable_from=usable_from)
        write_line(
            by=by, at=at, action="rotate_central_key", subject_id=key.id, because=because, facts={"purpose": purpose}
        )
        return key


def request_central_key(
    purpose: KeyPurpose, *, by: Actor, at: dt.datetime, subject: x509s.Subject | None = None
) -> bytes:
    """Make a key in this installation's store and give its request (PKCS#10, PEM) for an authority elsewhere."""
    may_keep_keys(by).or_raise()
    store = new_key_store()
    point = store.make_key()
    request = x509s.signing_request(store, point, subject or subject_of(purpose))
    write_line(
        by=by, at=at, action="request_central_key", subject_id=by.id or _NOBODY, facts={"purpose": purpose}
    )
    return request


def take_central_certificate(
    purpose: KeyPurpose, certificate: bytes, *, by: Actor, at: dt.datetime, spare: bool = False
) -> SigningKey:
    """Take the certificate of a requested key into the register: published now, used when verifiers have it.

    A `spare` is used when no other key may sign any more; where none signs yet it is none and signs at once.

    Raises Refused with UNKNOWN_AUTHORITY, KEY_NOT_HERE, CERTIFICATE_ENDED or one of BadCertificate's codes.
    """
    may_keep_keys(by).or_raise()
    der = _readable(certificate)
    with transaction.atomic():
        lock_keys()
        found = SigningKey.objects.filter(kid=kid_of(der)).first()
        if found is not None:
            return found
        if authority_of(der, AuthorityKind.CSCA, at) is None:
            refuse("UNKNOWN_AUTHORITY").or_raise()
        if x509s.days_of(der)[1] <= at:
            refuse("CERTIFICATE_ENDED").or_raise()
        store = store_with(der)
        if store is None:
            refuse("KEY_NOT_HERE").or_raise()
            raise AssertionError
        first = signing_now(ours(SigningKey.objects.filter(purpose=purpose, valid_to__gt=at)), at) is None
        turn = at if first else None if spare else at + PUBLISH_AHEAD
        return keep_key(purpose, der, store=store.name, by=by, at=at, usable_from=turn)


def take_authority(kind: AuthorityKind, certificate: bytes, *, by: Actor, at: dt.datetime) -> Authority:
    """Believe a root whose key lies elsewhere; from then on keys below it come as certificates, not by themselves.

    Raises Refused with NOT_AN_AUTHORITY, OTHER_KIND (it stands above keys of the other kind: a facility's key must
    never pass for the centre's) or one of BadCertificate's codes, KeyStoreGone.
    """
    may_keep_keys(by).or_raise()
    der = _readable(certificate)
    if not x509s.is_below(der, der):
        refuse("NOT_AN_AUTHORITY").or_raise()
    if stands_above_others(kind, der):
        refuse("OTHER_KIND").or_raise()
    with transaction.atomic():
        lock_keys()
        return keep_authority(kind, der, store="", by=by, at=at)


def retire_central_key(key_id: UUID, *, by: Actor, at: dt.datetime, because: str) -> None:
    """Let a central key sign no more; what it signed stays valid. Raises Refused where no other key signs."""
    may_turn_keys(by, because).or_raise()
    with transaction.atomic():
        lock_keys()
        key = SigningKey.objects.get(id=key_id)
        others = SigningKey.objects.filter(purpose=key.purpose, valid_to__gt=at).exclude(id=key_id)
        if signing_now(ours(others), at) is None:
            refuse("LAST_KEY").or_raise()
        if key.retired_at is None:
            key.retired_at = at
            key.save(update_fields=["retired_at"])
            write_line(by=by, at=at, action="retire_central_key", subject_id=key_id, because=because)


def store_with(certificate: bytes) -> KeyStore | None:
    """Give the store of this installation that has a certificate's private key; None where none has it."""
    point = point_of_certificate(certificate)
    stores: list[KeyStore] = [new_key_store(), file_store()]
    return next((store for store in stores if store.holds(point)), None)


_NOBODY = UUID(int=0)


def _readable(certificate: bytes) -> bytes:
    try:
        return x509s.der_of(certificate)
    except x509s.BadCertificate as problem:
        refuse(problem.code).or_raise()
        raise

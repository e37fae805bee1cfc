"""The central key of now: made where there was none, followed by another before it wears out, with a spare beside."""

import datetime as dt
import logging
from contextlib import suppress

from cryptography import x509
from django.db import transaction

from tiemchung.certificates.keys import x509s
from tiemchung.certificates.keys.authorities import (
    authority_here,
    certified_by,
    lock_keys,
    need_begun,
    try_lock_keys,
)
from tiemchung.certificates.keys.roots import ours
from tiemchung.certificates.keys.stores import kid_of, new_key_store
from tiemchung.certificates.models import SigningKey
from tiemchung.certificates.ports import KeyStoreError, NoCentralKey
from tiemchung.certificates.rules import (
    PUBLISH_AHEAD,
    SIGNER_LIFE,
    AuthorityKind,
    KeyPurpose,
    first_in_need,
    signing_now,
    spare_due,
    successor_due,
)
from tiemchung.core.actor import Actor
from tiemchung.core.audit import write_line

_log = logging.getLogger("tiemchung.keys")
# RFC 9336: a key that signs documents and no certificate of a person. A key without any usage would count for all.
DOCUMENTS = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")
_USAGES = {KeyPurpose.CARD: x509s.VACCINATION, KeyPurpose.PASSPORT: x509s.VACCINATION, KeyPurpose.LOG: DOCUMENTS}


def central_key(purpose: KeyPurpose, *, by: Actor, at: dt.datetime) -> SigningKey:
    """Give the key that signs now; the first one is made and used at once, for nothing was signed before it.

    A successor is published `PUBLISH_AHEAD` before the key wears out and takes over by itself. Raises NoCentralKey
    where none may sign and its authority lies elsewhere, and KeyStoreError where none can be made.
    """
    keys = _alive(purpose, at)
    signing = signing_now(keys, at)
    if signing is None:
        return _first(purpose, by, at)
    if successor_due(keys, at):
        _prepare_successor(purpose, by, at)
    return signing


def keep_spare(purpose: KeyPurpose, *, by: Actor, at: dt.datetime) -> None:
    """Publish a spare where none lasts: should the present key be given up, every offline verifier has the next one.

    Nothing is done where its authority lies elsewhere (`reads.spares_missing` tells of it) or where another process
    does it now. Raises KeyStoreError.
    """
    if not spare_due(_alive(purpose, at), at):
        return
    with suppress(NoCentralKey), transaction.atomic():
        if try_lock_keys() and spare_due(_alive(purpose, at), at):
            publish_key(purpose, by=by, at=at, usable_from=None)


def publish_key(
    purpose: KeyPurpose, *, by: Actor, at: dt.datetime, usable_from: dt.datetime | None
) -> SigningKey:
    """Make a key and publish it, to be used from a later moment on, or as a spare (None).

    Call it under `lock_keys`. Raises NoCentralKey and KeyStoreError.
    """
    authority = authority_here(AuthorityKind.CSCA, by=by, at=at)
    if authority is None:
        raise NoCentralKey(purpose)
    store = new_key_store()
    profile = x509s.Profile(SIGNER_LIFE, (_USAGES[purpose],))
    point = store.make_key()
    certificate = certified_by(authority, point, subject_of(purpose), profile, at)
    return keep_key(purpose, certificate, store=store.name, by=by, at=at, usable_from=usable_from)


def keep_key(
    purpose: KeyPurpose,
    certificate: bytes,
    *,
    store: str,
    by: Actor,
    at: dt.datetime,
    usable_from: dt.datetime | None,
) -> SigningKey:
    """Put a central key's certificate into the register; without a moment of its turn it is a spare."""
    valid_from, valid_to = x509s.days_of(certificate)
    usable_from = usable_from or valid_to
    key = SigningKey(
        purpose=purpose, kid=kid_of(certificate), certificate=certificate, store=store, valid_from=valid_from,
        valid_to=valid_to, published_at=at, usable_from=usable_from,
    )  # fmt: skip
    key.save(force_insert=True)
    facts = {"purpose": purpose, "store": store, "usable_from": usable_from.isoformat(timespec="seconds")}
    write_line(by=by, at=at, action="make_signing_key", subject_id=key.id, facts=facts)
    return key


def subject_of(purpose: KeyPurpose) -> x509s.Subject:
    """Give whom the certificate of a central key names where nobody said otherwise."""
    return x509s.Subject(f"Tiem Chung DSC {purpose}")


def usage_of(purpose: KeyPurpose) -> x509.ObjectIdentifier:
    """Give the extended key usage that a central key of this purpose carries."""
    return _USAGES[purpose]


def _alive(purpose: KeyPurpose, at: dt.datetime) -> list[SigningKey]:
    return ours(SigningKey.objects.filter(purpose=purpose, valid_from__lte=at, valid_to__gt=at))


def _first(purpose: KeyPurpose, by: Actor, at: dt.datetime) -> SigningKey:
    with transaction.atomic():
        lock_keys()
        keys = _alive(purpose, at)
        return signing_now(keys, at) or _used_at_once(purpose, keys, by, at)


def _used_at_once(purpose: KeyPurpose, keys: list[SigningKey], by: Actor, at: dt.datetime) -> SigningKey:
    """Give a key although none was ready: one that waits is known to most verifiers already, else a new one.

    Raises ClockBehind where this purpose has a key whose first day has not come.
    """
    first = first_in_need(keys, at)
    if first is None:
        mine = ours(SigningKey.objects.filter(purpose=purpose, valid_from__gt=at, compromised_since=None))
        need_begun((key.valid_from for key in mine), at)
        return publish_key(purpose, by=by, at=at, usable_from=at)
    first.usable_from = at
    first.save(update_fields=["usable_from"])
    write_line(by=by, at=at, action="use_key_early", subject_id=first.id, facts={"purpose": purpose})
    return first


def _prepare_successor(purpose: KeyPurpose, by: Actor, at: dt.datetime) -> None:
    """Publish the next key; where that cannot be done now, the present one goes on and the next call tries again.

    Nobody who signs waits for it: whoever finds the lock taken leaves it to the one who has it.
    """
    try:
        with transaction.atomic():
            if try_lock_keys() and successor_due(_alive(purpose, at), at):
                publish_key(purpose, by=by, at=at, usable_from=at + PUBLISH_AHEAD)
    except KeyStoreError as problem:
        _log.warning("no successor of the %s key: %s", purpose, problem.code)

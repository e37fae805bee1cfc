"""The two roots of this installation: found in the register, taken up from their file, or made at the first need.

Where a root's key lies elsewhere (an offline ceremony, a ministry's own authority), nothing below it is made here by
itself: `request_...` and `take_...` carry a request out and a certificate in.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable
from pathlib import Path

from django.db import connection

from tiemchung.certificates.keys import x509s
from tiemchung.certificates.keys.files import handle_of, point_of_certificate, write_once
from tiemchung.certificates.keys.roots import pin_root, pinned, pinned_roots
from tiemchung.certificates.keys.stores import file_store, store_named
from tiemchung.certificates.models import Authority, FacilityKey, SigningKey
from tiemchung.certificates.ports import CentreRootMissing, ClockBehind, FacilityRootMissing, KeyStore
from tiemchung.certificates.rules import AUTHORITY_LIFE, SIGNER_LIFE, AuthorityKind
from tiemchung.core.actor import Actor
from tiemchung.core.audit import write_line
from tiemchung.core.clock import now

_NAMES = {AuthorityKind.CSCA: "Tiem Chung CSCA", AuthorityKind.FACILITY: "Tiem Chung Facility Root"}
_LOOKED_AT = 20  # keys, for one that a root above the other kind would have signed
_LOCK = 0x7143_4B45_5953  # any number that nothing else locks: "qCKEYS"


def lock_keys() -> None:
    """Wait until no other transaction makes keys; the lock ends with the transaction, in which this must be called."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def try_lock_keys() -> bool:
    """Tell whether no other transaction makes keys, and if so lock as `lock_keys` does; waits for nobody."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])


def authority_here(kind: AuthorityKind, *, by: Actor, at: dt.datetime) -> Authority | None:
    """Give the authority of this installation that signs now; None where its key lies elsewhere.

    It is made at the first call, and anew when it would no longer outlive a key below it; the old one stays believed.
    Call it under `lock_keys`. Raises KeyStoreError, one of them CentreRootMissing or FacilityRootMissing where the
    folder of keys has lost the register's root, ClockBehind where the clock has not come to the day of the root that
    lies there.
    """
    known = list(Authority.objects.filter(kind=kind, retired_at=None, valid_from__lte=at, valid_to__gt=at))
    here = [a for a in pinned(known) if a.store]
    if not here and any(a.store for a in known):
        raise CentreRootMissing if kind is AuthorityKind.CSCA else FacilityRootMissing
    if known and not here:
        return None
    lasting = [a for a in here if a.valid_to - at >= SIGNER_LIFE]
    if lasting:
        return max(lasting, key=lambda a: a.valid_to)
    certificate = _lying_by(kind, at)
    if certificate is None:
        if not known:
            need_begun((x509s.days_of(root)[0] for root in pinned_roots(kind)), at)
        certificate = _made(kind, at)
    return keep_authority(kind, certificate, store=file_store().name, by=by, at=at)


def need_begun(firsts: Iterable[dt.datetime], at: dt.datetime) -> None:
    """Raise ClockBehind where one of our own begins only after this machine's clock: that clock is wrong.

    A past day that is played on a right clock (`at` long ago) may have a root and keys of its own.
    """
    if any(first > max(at, now()) for first in firsts):
        raise ClockBehind


def keep_authority(kind: AuthorityKind, certificate: bytes, *, store: str, by: Actor, at: dt.datetime) -> Authority:
    """Put a root certificate beside the keys and into the register, once; `store` is empty where its key lies
    elsewhere. Raises KeyStoreGone where it cannot be laid beside the keys.
    """
    pin_root(kind, certificate)
    fingerprint = hashlib.sha256(certificate).digest()
    found = Authority.objects.filter(fingerprint=fingerprint).first()
    if found is not None:
        return found
    valid_from, valid_to = x509s.days_of(certificate)
    authority = Authority(
        kind=kind, certificate=certificate, fingerprint=fingerprint, store=store, valid_from=valid_from,
        valid_to=valid_to, taken_at=at,
    )  # fmt: skip
    authority.save(force_insert=True)
    facts = {"kind": kind, "here": bool(store)}
    write_line(by=by, at=at, action="keep_authority", subject_id=authority.id, facts=facts)
    return authority


def stands_above_others(kind: AuthorityKind, certificate: bytes) -> bool:
    """Tell whether this root is known as one of the other kind: by the register, the folder, its own name or a key."""
    other = AuthorityKind.FACILITY if kind is AuthorityKind.CSCA else AuthorityKind.CSCA
    known = Authority.objects.filter(kind=other, fingerprint=hashlib.sha256(certificate).digest()).exists()
    if known or certificate in pinned_roots(other) or x509s.common_name(certificate) == _NAMES[other]:
        return True
    rows = FacilityKey.objects.all() if other is AuthorityKind.FACILITY else SigningKey.objects.all()
    newest = rows.order_by("-valid_to").values_list("certificate", flat=True)[:_LOOKED_AT]
    return any(x509s.is_below(bytes(one), certificate) for one in newest)


def certified_by(
    authority: Authority, point: bytes, subject: x509s.Subject, profile: x509s.Profile, at: dt.datetime
) -> bytes:
    """Give the certificate of a key below an authority whose own key lies here, in DER."""
    above = bytes(authority.certificate)
    key = x509s.StoredKey(store_named(authority.store), point_of_certificate(above))
    return x509s.signer_certificate(above, key, point, subject, profile, at)


def authority_of(certificate: bytes, kind: AuthorityKind, at: dt.datetime) -> Authority | None:
    """Give the believed authority that signed a certificate; None where none did."""
    for authority in pinned(Authority.objects.filter(kind=kind, retired_at=None, valid_to__gt=at)):
        if x509s.is_below(certificate, bytes(authority.certificate)):
            return authority
    return None


def new_authority(
    store: KeyStore, folder: Path, kind: AuthorityKind, subject: x509s.Subject, life: dt.timedelta, at: dt.datetime
) -> bytes:
    """Make an authority's key in a store and its certificate as a file in a folder; give the certificate."""
    point = store.make_key()
    certificate = x509s.authority_certificate(x509s.StoredKey(store, point), subject, at, life)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_once(folder / f"{kind.lower()}-{handle_of(point)}.der", certificate)
    return certificate


def _made(kind: AuthorityKind, at: dt.datetime) -> bytes:
    store = file_store()
    return new_authority(store, store.folder, kind, x509s.Subject(_NAMES[kind]), AUTHORITY_LIFE, at)


def _lying_by(kind: AuthorityKind, at: dt.datetime) -> bytes | None:
    """Give an authority whose files lie here and that this register does not know, the one that lasts longest: of the
    first version, or of an installation whose database was made anew."""
    store, found = file_store(), []
    for path in store.folder.glob(f"{kind.lower()}*.der"):
        certificate = path.read_bytes()
        valid_from, valid_to = x509s.days_of(certificate)
        if valid_from <= at and valid_to - at >= SIGNER_LIFE and store.holds(point_of_certificate(certificate)):
            found.append((valid_to, certificate))
    return max(found, default=(None, None))[1]

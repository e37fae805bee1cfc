"""The log of everything that was ever signed: leaves are added in the transaction of what they tell of.

A leaf is the hash of the certificate's number (16 bytes) and SHA-256 of the bytes that were signed (32): who holds a
certificate can make its leaf, and who holds the log learns nothing of anybody.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from hashlib import sha256
from operator import or_

from django.db import connection, transaction
from django.db.models import Q

from tiemchung.certificates import merkle
from tiemchung.certificates.formats import cose, hc1
from tiemchung.certificates.formats.revocation import hash_of_number
from tiemchung.certificates.models import LogHead, LogTile

LEAF_BYTES = 48
_LOCK = 0x5469656D4C6F6700  # names the end of the log among this database's advisory locks
# A head is signed anew after so long even when nothing came, so that a reader sees that the log still stands.
FRESH = dt.timedelta(hours=1)


class LogBroken(Exception):
    """The stored log is not what its head says: nothing is added to it before somebody has looked."""


@dataclass(frozen=True, slots=True)
class SignedHead:
    """How long the log was at a moment, and its root, signed by the log's key; `signature` is ES256, r then s."""

    size: int
    root: bytes
    made_at: dt.datetime
    kid: bytes
    signature: bytes


def leaf_of(number: str, signed_bytes: bytes) -> bytes:
    """Give a certificate's leaf, 48 bytes; `signed_bytes` is the Sig_structure that its signature covers."""
    return hash_of_number(number) + sha256(signed_bytes).digest()


def leaf_of_text(number: str, text: str) -> bytes:
    """Give the leaf of a certificate by its HC1 text; raises Fault where the text is damaged."""
    return leaf_of(number, cose.parse(hc1.to_cose(text)).signed_bytes)


def append_leaves(leaves: Sequence[bytes], at: dt.datetime) -> int:
    """Add leaves at the log's end and give the position of the first; call it last in the caller's transaction.

    The log's one lock is held until the caller commits: two writers of certificates queue here, and a reader never
    sees a leaf whose certificate was rolled back.
    """
    with transaction.atomic(savepoint=False):
        _lock()
        head = LogHead.objects.order_by("-size").first()
        size = head.size if head else 0
        if not leaves:
            return size
        tails = tails_of(size)
        grown = merkle.grow(size, {level: tail for (level, _), tail in tails.items()}, leaves)
        LogTile.objects.bulk_create(
            [LogTile(level=level, number=number, hashes=hashes) for (level, number), hashes in grown.tiles.items()],
            update_conflicts=True,
            unique_fields=["level", "number"],
            update_fields=["hashes"],
        )
        if head is not None and head.signature is None:
            # Nobody was shown this head: it moves on, so that the table grows by what was published and no more.
            LogHead.objects.filter(id=head.id).update(size=grown.size, root=grown.root, made_at=at)
        else:
            LogHead(size=grown.size, root=grown.root, made_at=at).save(force_insert=True)
        return size


def publish_head(at: dt.datetime) -> SignedHead:
    """Sign the log's end with the log's key, unless that was done for this end within the hour; give it.

    Raises LogBroken where the stored tiles do not give the root that would be signed, and KeyStoreError.
    """
    from tiemchung.certificates.keys import signer_of
    from tiemchung.certificates.keys.central import central_key
    from tiemchung.certificates.rules import KeyPurpose
    from tiemchung.core.actor import SYSTEM

    # The key before the lock: whoever issues the first card holds the lock of keys and then asks for the log's.
    key = central_key(KeyPurpose.LOG, by=SYSTEM, at=at)
    with transaction.atomic():
        _lock()
        head = LogHead.objects.order_by("-size").first()
        if head is None:
            head = LogHead.objects.create(size=0, root=merkle.EMPTY_ROOT, made_at=at)
        if head.signature is None or head.made_at < at - FRESH:
            if not root_stands(head.size, bytes(head.root)):
                raise LogBroken(f"the tiles of the log of {head.size} leaves do not give its root")
            head.made_at, head.kid = at, bytes(key.kid)
            head.signature = signer_of(head.kid, key.store).sign(head_bytes(head.size, bytes(head.root), at))
            head.save(update_fields=["made_at", "kid", "signature"])
        return view_of_head(head)


def root_stands(size: int, root: bytes) -> bool:
    """Tell whether the stored tiles give this root for the log's first `size` leaves."""
    try:
        return merkle.root_at(size, tile_reader()) == root
    except (IndexError, LogTile.DoesNotExist):
        return False  # a tile is short or missing


def head_bytes(size: int, root: bytes, made_at: dt.datetime) -> bytes:
    """Give what the signature of a head covers: four lines of text, the moment in whole seconds UTC."""
    moment = made_at.astimezone(dt.UTC).isoformat(timespec="seconds")
    return f"tiemchung issuance log\n{size}\n{root.hex()}\n{moment}\n".encode()


def view_of_head(head: LogHead) -> SignedHead:
    """Give a signed head as a value."""
    return SignedHead(head.size, bytes(head.root), head.made_at, bytes(head.kid or b""), bytes(head.signature or b""))


def tails_of(size: int) -> dict[tuple[int, int], bytes]:
    """Give the unfinished tiles of a log of that size, by level and number, cut to that size."""
    wanted = {(level, number): count for level, number, count in merkle.tails_at(size)}
    if not wanted:
        return {}
    named = [Q(level=level, number=number) for level, number in wanted]
    rows = LogTile.objects.filter(reduce(or_, named)).values_list("level", "number", "hashes")
    found = {(lv, n): bytes(hashes)[: wanted[lv, n] * merkle.HASH] for lv, n, hashes in rows}
    if any(len(found.get(tile, b"")) != count * merkle.HASH for tile, count in wanted.items()):
        raise LogBroken(f"a tile of the log of {size} leaves is missing or short")
    return found


def tile_reader() -> Callable[[int, int], bytes]:
    """Give a reader of stored tiles that asks for each once."""
    known: dict[tuple[int, int], bytes] = {}

    def read(level: int, number: int) -> bytes:
        if (level, number) not in known:
            known[level, number] = bytes(LogTile.objects.get(level=level, number=number).hashes)
        return known[level, number]

    return read


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])

"""What was revoked, as partners and verifiers fetch it: batches, and the slices of each key.

Forms: the EU gateway's batches (country, expires, kid, hashType, entries) and its distribution service's lists,
partitions, chunks and slices (B2A).
"""

import base64
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import CharField, Exists, Max, OuterRef, Value
from django.db.models.functions import Cast, Concat

from tiemchung.certificates.formats import bloom, varhash
from tiemchung.certificates.models import Revocation, RevocationBatch, RevocationSlice, SignedList, SigningKey
from tiemchung.certificates.reads.kept_lists import BATCH, held_since
from tiemchung.certificates.rules import KeyPurpose
from tiemchung.certificates.rules.slices import FALSE_HITS, HASH_BYTES, WHOLE, chunk_of, mode_of, partition_of, split
from tiemchung.core.distribution import allow_cross_shard

COUNTRY = "VN"
LISTED = 1000  # batches that one answer names; the gateway's own limit
BLOOM, VARHASH = "BLOOMFILTER", "VARHASHLIST"
FILTERS = (VARHASH, BLOOM)
_VERSION = "1.0"
_HASH_TYPES = ["UCI", "SIGNATURE"]
# One statement, so that digest and mode are of one moment; made there, since a country's slices are many thousand rows.
_LISTS = """
SELECT kid, max(ends_on), max(changed_at), max(place), sum(length(hashes)), encode(sha256(convert_to(string_agg(
    place || ' ' || to_char(ends_on, 'YYYY-MM-DD') || ' ' || encode(digest, 'hex') || chr(10), ''
    ORDER BY place COLLATE "C", ends_on), 'UTF8')), 'hex')
FROM certificates_revocationslice GROUP BY kid ORDER BY kid
"""
_LATE = dt.timedelta(minutes=2)  # a revocation older than this should have been handed out


@dataclass(frozen=True, slots=True)
class Slice:
    """One slice ready to send: where it lies, until when it is of use, its name (hex digest) and its bytes."""

    place: str
    ends_on: dt.date
    name: str
    body: bytes
    changed_at: dt.datetime


def batch_list(at: dt.datetime, since: dt.datetime | None) -> tuple[dict[str, Any], dt.datetime | None]:
    """Give the gateway's list of batches made after `since`, at most 1,000, and the moment of the last of them.

    Only passports: the key of cards is not published abroad. A batch of which every certificate ended is `deleted`.
    """
    rows = RevocationBatch.objects.filter(kid__in=_abroad()).order_by("made_at", "id")
    if since is not None:
        rows = rows.filter(made_at__gt=since)
    found = list(rows.values_list("id", "made_at", "expires_at")[: LISTED + 1])
    # A moment is never cut in two: who asks again asks for what is later than the last moment.
    more = len(found) > LISTED
    if more:
        kept = [one for one in found if one[1] < found[-1][1]]
        found = kept or list(rows.filter(made_at=found[0][1]).values_list("id", "made_at", "expires_at"))
    lines = [
        {"batchId": str(batch), "country": COUNTRY, "date": _iso(made), "deleted": ends <= at}
        for batch, made, ends in found
    ]
    return {"more": more, "batches": lines}, found[-1][1] if found else None


def batch(batch_id: UUID) -> dict[str, Any] | None:
    """Give one batch in the gateway's form, None where there is none."""
    row = RevocationBatch.objects.filter(id=batch_id, kid__in=_abroad()).first()
    if row is None:
        return None
    return {
        "country": COUNTRY,
        "expires": _iso(row.expires_at),
        "kid": _b64(row.kid),
        "hashType": row.hash_type,
        "entries": [{"hash": _b64(entry)} for entry in split(bytes(row.hashes))],
    }


def batches_without_message(at: dt.datetime, limit: int) -> list[UUID]:
    """Give the newest batches for partners that still list somebody and of which no signed message is kept."""
    name = Concat(Value(BATCH), Cast(OuterRef("id"), CharField()))
    rows = RevocationBatch.objects.filter(~Exists(SignedList.objects.filter(name=name)), kid__in=_abroad())
    return list(rows.filter(expires_at__gt=at).order_by("-made_at", "-id").values_list("id", flat=True)[:limit])


def _abroad() -> list[bytes]:
    return [bytes(kid) for kid in SigningKey.objects.filter(purpose=KeyPurpose.PASSPORT).values_list("kid", flat=True)]


def lists() -> list[dict[str, Any]]:
    """Give a line for each key that revoked anything: kid, mode, hash types, last end and last change.

    No day is asked for: slices of codes that ended leave together with the signature over the list without them, so
    that what is served belongs to what was signed last, also over the first of a month without the key store.

    `digest` binds the slices to this list, which is signed: SHA-256, in hex, over one line for each slice of variable
    hashes in the order of place and end: `<place> <end, YYYY-MM-DD> <its digest in hex>` and a line feed.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LISTS)
        rows = cursor.fetchall()
    return [
        {
            "kid": _b64(kid),
            "mode": str(mode_of(place)),
            "hashTypes": _HASH_TYPES,
            "expires": _iso_day(ends),
            "lastUpdated": _iso(changed),
            "entries": size // HASH_BYTES,
            "digest": digest,
        }
        for kid, ends, changed, place, size, digest in rows
    ]


def lists_made_at(at: dt.datetime) -> dt.datetime:
    """Give the moment up to which the lists are complete: now, or earlier when what came since waits."""
    held = held_since()
    if held is not None:
        return min(held, at)
    with allow_cross_shard("the newest revocation"):
        newest = (
            Revocation.objects.filter(revoked_at__lt=at - _LATE)
            .order_by("-revoked_at")
            .values_list("revoked_at", flat=True)
            .first()
        )
    through = RevocationBatch.objects.aggregate(seen=Max("through_at"))["seen"]
    if newest is None or (through is not None and newest <= through):
        return at
    return through or newest


def slices_of(
    kid: bytes,
    *,
    filter_type: str = VARHASH,
    partition: str | None = None,
    chunk: str | None = None,
    names: frozenset[str] | None = None,
    since: dt.datetime | None = None,
) -> Iterator[Slice]:
    """Give the slices of a key in order of place and end, those of one partition, chunk, or of these names alone."""
    rows = RevocationSlice.objects.filter(kid=kid)
    if partition is not None:
        rows = rows.filter(place__startswith="" if partition == WHOLE else partition)
    if since is not None:
        rows = rows.filter(changed_at__gt=since)
    for row in rows.order_by("place", "ends_on").iterator(chunk_size=64):
        wrong = partition is not None and partition_of(row.place) != partition
        if wrong or (chunk is not None and chunk_of(row.place) != chunk):
            continue
        name, body = _filter(bytes(row.hashes), filter_type)
        if names is None or name in names:
            yield Slice(row.place, row.ends_on, name, body, row.changed_at)


def partitions(kid: bytes, filter_type: str, since: dt.datetime | None = None) -> list[dict[str, Any]]:
    """Give the partitions of a key with the end, kind, version and digest of each slice in each chunk."""
    found: dict[str, dict[str, Any]] = {}
    for one in slices_of(kid, filter_type=filter_type, since=since):
        name = partition_of(one.place)
        line = found.setdefault(
            name,
            {
                "id": name,
                "x": one.place[0] if len(one.place) > 1 else None,
                "y": one.place[1] if len(one.place) > 2 else None,
                "lastUpdated": "",
                "expired": "",
                "chunks": {},
            },
        )
        line["lastUpdated"] = max(line["lastUpdated"], _iso(one.changed_at))
        line["expired"] = max(line["expired"], _iso_day(one.ends_on))
        told = {"type": filter_type, "version": _VERSION, "hash": one.name}
        line["chunks"].setdefault(chunk_of(one.place), {})[_iso_day(one.ends_on)] = told
    return list(found.values())


# A Bloom filter costs forty hashes an entry; the bytes of one slice never change, so its digest is a good key.
@lru_cache(maxsize=256)
def _bloomed(hashes: bytes) -> tuple[str, bytes]:
    entries = split(hashes)
    made = bloom.sized(len(entries), FALSE_HITS)
    for entry in entries:
        made.add(entry)
    body = made.to_bytes()
    return sha256(body).hexdigest(), body


@lru_cache(maxsize=256)
def _shortened(hashes: bytes) -> tuple[str, bytes]:
    body = varhash.shortened(split(hashes), FALSE_HITS).to_bytes()
    return sha256(body).hexdigest(), body


def _filter(hashes: bytes, filter_type: str) -> tuple[str, bytes]:
    return _bloomed(hashes) if filter_type == BLOOM else _shortened(hashes)


def _iso(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _iso_day(day: dt.date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _b64(raw: bytes | memoryview) -> str:
    return base64.b64encode(bytes(raw)).decode()

"""What was revoked is put where others fetch it: in batches for partners, in slices for verifiers without a network."""

import datetime as dt
import logging
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max, Sum
from django.db.models.functions import Length

from tiemchung.certificates.actions.kept_lists import sign_revocations
from tiemchung.certificates.formats import varhash
from tiemchung.certificates.formats.list_proof import REVOCATIONS
from tiemchung.certificates.models import Revocation, RevocationBatch, RevocationSlice, SignedList
from tiemchung.certificates.ports import KeyStoreError
from tiemchung.certificates.reads.kept_lists import held_since
from tiemchung.certificates.rules.slices import (
    FALSE_HITS,
    HASH_BYTES,
    Mode,
    mode_for,
    mode_of,
    month_after,
    place_of,
    split,
)
from tiemchung.core.distribution import allow_cross_shard

_log = logging.getLogger("tiemchung.keys")
BATCH = 1000  # what the gateway takes in one batch
AT_ONCE = 50_000
# A revocation is written with the moment at which its action began; whoever commits later than this is not seen until
# everything is compared at night (`publish_overlooked`).
_LATE = dt.timedelta(minutes=5)
_LOCK = 0x7463_7265_766F  # "tcrevo"
# When this process last saw everything, by the newest batch that there was: the last minutes of a mass revocation are
# not read again at every turn until the next revocation comes.
_looked: dict[UUID, dt.datetime] = {}


@dataclass(frozen=True, slots=True)
class _Group:
    kid: bytes
    hash_type: str
    ends_on: dt.date


@dataclass(frozen=True, slots=True)
class _Found:
    hash: bytes
    expires_at: dt.datetime


def publish_revocations(*, at: dt.datetime) -> int:
    """Put every revocation not yet handed out into batches and slices; give how many there were.

    At most 50,000 in one call, in one transaction; two callers at once are one. Revoked codes that ended since leave
    the slices. Partners have a batch at once; slices wait while their list cannot be signed (`_signed_slices`).
    """
    with transaction.atomic():
        if not _alone():
            return 0
        groups, through_at, count = _not_yet_published(at)
        waiting = _held_back()
        if count:
            _make_batches(groups, at, through_at)
            for group, found in groups.items():
                waiting.setdefault(group, []).extend(found)
        ended = RevocationSlice.objects.filter(ends_on__lte=at.astimezone(dt.UTC).date())
        if waiting or ended.exists():
            _signed_slices(waiting, at, covers=True)
        newest = _newest()
    if count < AT_ONCE and newest is not None:
        _looked[newest[0]] = at
        for other in _looked.keys() - {newest[0]}:
            del _looked[other]
    return count


def keep_revocations(*, at: dt.datetime) -> None:
    """Sign the lists of revocations as they are now and keep them with their age. Raises KeyStoreError."""
    with transaction.atomic():
        if _alone():
            sign_revocations(at=at, covers=False)


def _signed_slices(groups: dict[_Group, list[_Found]], at: dt.datetime, *, covers: bool) -> None:
    """Let revocations join the slices together with the signature over the new list, or neither.

    Verifiers take slices only as the signed list names them. While nothing can be signed, whoever opens a verifier
    for the first time gets the last signed list and the slices that belong to it; what came since is in the batches,
    and asked about online. Where nothing was ever signed there is no list to keep to.
    """
    try:
        with transaction.atomic():
            _join_slices(groups, at)
            sign_revocations(at=at, covers=covers)
    except KeyStoreError as problem:
        _log.warning("the lists of revocations cannot be signed: %s", problem.code)
        if not SignedList.objects.filter(name=REVOCATIONS).exists():
            _join_slices(groups, at)


def _join_slices(groups: dict[_Group, list[_Found]], at: dt.datetime) -> None:
    _make_slices(groups, at)
    RevocationSlice.objects.filter(ends_on__lte=at.astimezone(dt.UTC).date()).delete()


def _held_back() -> dict[_Group, list[_Found]]:
    """Give what is in batches and not yet in slices, because their list could not be signed."""
    since, groups = held_since(), dict[_Group, list[_Found]]()
    if since is not None:
        for row in RevocationBatch.objects.filter(made_at__gt=since).iterator(chunk_size=100):
            group = _Group(bytes(row.kid), row.hash_type, month_after(row.expires_at))
            found = (_Found(entry, row.expires_at) for entry in split(bytes(row.hashes)))
            groups.setdefault(group, []).extend(found)
    return groups


def publish_overlooked(*, at: dt.datetime) -> int:
    """Hand out what was committed too late to be seen at its moment; give how many revocations that were.

    Everything that is listed is compared with what was handed out, a sixteenth at a time, each in a transaction.
    While slices wait for a signature nothing is compared.
    """
    if held_since() is not None:
        return 0
    return sum(_publish_overlooked(at, digit) for digit in range(16))


@transaction.atomic
def _publish_overlooked(at: dt.datetime, digit: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    newest = _newest()
    if newest is None:
        return 0
    low, batched, sliced = digit << 4, _batched(at, digit), _sliced(at, digit)
    asked = Revocation.objects.filter(expires_at__gt=at, revoked_at__lte=newest[1], hash__gte=bytes([low]))
    if digit < 15:
        asked = asked.filter(hash__lt=bytes([low + 16]))
    batches: dict[_Group, list[_Found]] = {}
    slices: dict[_Group, list[_Found]] = {}
    overlooked = set()
    with allow_cross_shard("everything that was revoked, compared with what was handed out"):
        columns = asked.values_list("hash", "hash_type", "kid", "expires_at")
        for raw, hash_type, kid, expires_at in columns.iterator(chunk_size=5000):
            one, group = _Found(bytes(raw), expires_at), _Group(bytes(kid), hash_type, month_after(expires_at))
            for held, missing in ((batched, batches), (sliced, slices)):
                if (group.kid, one.hash) not in held:
                    missing.setdefault(group, []).append(one)
                    overlooked.add((group.kid, one.hash))
    _make_batches(batches, at, newest[1])
    if slices:
        _signed_slices(slices, at, covers=True)
    return len(overlooked)


def _batched(at: dt.datetime, digit: int) -> set[tuple[bytes, bytes]]:
    """Give what batches hold of the hashes that begin with this hex digit; theirs are sorted, so most is not read."""
    found = set[tuple[bytes, bytes]]()
    rows = RevocationBatch.objects.filter(expires_at__gt=at).values_list("kid", "hashes")
    for kid, hashes in rows.iterator(chunk_size=100):
        first, last = _begin(hashes, digit), _begin(hashes, digit + 1)
        found.update((bytes(kid), entry) for entry in split(bytes(hashes[first:last])))
    return found


def _begin(hashes: bytes | memoryview, digit: int) -> int:
    """Give where the entries begin in sorted hashes whose first hex digit is this one, or a later one."""
    count = len(hashes) // HASH_BYTES
    return HASH_BYTES * bisect_left(range(count), digit << 4, key=lambda one: hashes[one * HASH_BYTES])


def _sliced(at: dt.datetime, digit: int) -> set[tuple[bytes, bytes]]:
    rows = RevocationSlice.objects.filter(ends_on__gt=at.astimezone(dt.UTC).date(), place__startswith=f"{digit:x}")
    return {
        (bytes(kid), entry)
        for kid, hashes in rows.values_list("kid", "hashes").iterator(chunk_size=64)
        for entry in split(bytes(hashes))
    }


def _newest() -> tuple[UUID, dt.datetime] | None:
    return RevocationBatch.objects.order_by("-through_at", "-id").values_list("id", "through_at").first()


def _alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])


def _not_yet_published(at: dt.datetime) -> tuple[dict[_Group, list[_Found]], dt.datetime, int]:
    """Give what no batch holds yet, the moment up to which that is all, and how many they are."""
    asked, known, newest = Revocation.objects.filter(expires_at__gt=at), set[bytes](), _newest()
    if newest is not None:
        since = max(newest[1], _looked.get(newest[0], newest[1])) - _LATE
        asked = asked.filter(revoked_at__gt=since)
        recent = RevocationBatch.objects.filter(through_at__gt=since).values_list("hashes", flat=True)
        known = {entry for hashes in recent for entry in split(bytes(hashes))}
    groups: dict[_Group, list[_Found]] = {}
    count, last = 0, at
    with allow_cross_shard("what was revoked since the last batch, in the order of its moments"):
        ordered = asked.order_by("revoked_at", "hash")
        columns = ordered.values_list("hash", "hash_type", "kid", "revoked_at", "expires_at")
        for raw, hash_type, kid, revoked_at, expires_at in columns.iterator(chunk_size=5000):
            if bytes(raw) in known:
                continue
            group = _Group(bytes(kid), hash_type, month_after(expires_at))
            groups.setdefault(group, []).append(_Found(bytes(raw), expires_at))
            count, last = count + 1, revoked_at
            if count == AT_ONCE:
                break
    return groups, last, count


def _make_batches(groups: dict[_Group, list[_Found]], at: dt.datetime, through_at: dt.datetime) -> None:
    rows = []
    for group, found in groups.items():
        found.sort(key=lambda one: one.hash)
        for start in range(0, len(found), BATCH):
            some = found[start : start + BATCH]
            rows.append(
                RevocationBatch(
                    kid=group.kid,
                    hash_type=group.hash_type,
                    hashes=b"".join(one.hash for one in some),
                    made_at=at,
                    through_at=through_at,
                    expires_at=max(one.expires_at for one in some),
                )
            )
    RevocationBatch.objects.bulk_create(rows, batch_size=500)


def _make_slices(groups: dict[_Group, list[_Found]], at: dt.datetime) -> None:
    for kid in {group.kid for group in groups}:
        months: dict[dt.date, list[bytes]] = {}
        for group, found in groups.items():
            if group.kid == kid:
                months.setdefault(group.ends_on, []).extend(one.hash for one in found)
        _slices_of_key(kid, months, at)


def _slices_of_key(kid: bytes, months: dict[dt.date, list[bytes]], at: dt.datetime) -> None:
    """Make anew the slices that these hashes join; every slice of the key where it outgrows its mode."""
    rows = RevocationSlice.objects.filter(kid=kid)
    held = rows.aggregate(size=Sum(Length("hashes")), place=Max("place"))
    count = (held["size"] or 0) // HASH_BYTES + sum(map(len, months.values()))
    mode = mode_for(count)
    if held["place"] and mode_of(held["place"]) is not mode:
        for month, held_hashes in rows.values_list("ends_on", "hashes"):
            months.setdefault(month, []).extend(split(bytes(held_hashes)))
        rows.delete()
    for ends_on, hashes in months.items():
        places = _by_place(hashes, mode)
        known = dict(rows.filter(ends_on=ends_on, place__in=list(places)).values_list("place", "hashes"))
        fresh = [
            _slice(kid, place, ends_on, {*some, *split(bytes(known.get(place, b"")))}, at)
            for place, some in places.items()
        ]
        RevocationSlice.objects.bulk_create(
            fresh,
            batch_size=200,
            update_conflicts=True,
            unique_fields=["kid", "place", "ends_on"],
            update_fields=["hashes", "digest", "changed_at"],
        )


def _slice(kid: bytes, place: str, ends_on: dt.date, hashes: set[bytes], at: dt.datetime) -> RevocationSlice:
    every = sorted(hashes)
    digest = sha256(varhash.shortened(every, FALSE_HITS).to_bytes()).digest()
    joined = b"".join(every)
    return RevocationSlice(kid=kid, place=place, ends_on=ends_on, hashes=joined, digest=digest, changed_at=at)


def _by_place(hashes: Iterable[bytes], mode: Mode) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    for entry in hashes:
        found.setdefault(place_of(entry, mode), []).append(entry)
    return found

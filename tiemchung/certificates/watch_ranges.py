"""A look cut into ranges that several workers share: each range belongs to whoever holds its row's lock.

A worker that dies lets go of the lock and leaves the row: the next one that asks takes the range up from its
beginning, and what the dead one had found was rolled back with it.
"""

from uuid import UUID

from django.db import transaction

from tiemchung.certificates import merkle
from tiemchung.certificates.models import Certificate, WatchDay, WatchRange
from tiemchung.certificates.rules import CertificateState
from tiemchung.core.distribution import allow_cross_shard

TILES = 512  # tiles a range: their 130,000 hashes are a tenth of a second of work
# Everything that was ever signed: who hides a certificate by calling it revoked changes nothing of its leaf.
SIGNED = (CertificateState.ISSUED, CertificateState.RENEWED, CertificateState.REVOKED)
_WHY = "the watch looks at every certificate of its node"


def free_range(day_id: UUID) -> WatchRange | None:
    """Give a range that nobody works on, locked until the caller's transaction ends; None where there is none."""
    waiting = WatchRange.objects.select_for_update(skip_locked=True).filter(day_id=day_id)
    return waiting.order_by("id").first()


def cut_range(day_id: UUID, limit: int) -> bool:
    """Hand out the next range: tiles of the log first, then persons; False where everything was handed out.

    A range of persons holds about `limit` certificates, and always all of a person's.
    """
    with transaction.atomic():
        day = WatchDay.objects.select_for_update().get(id=day_id)
        if day.handed_out or day.ended_at is not None:
            return False
        if not _cut_tiles(day):
            _cut_persons(day, limit)
        return True


def rows_of(part: WatchRange) -> list[Certificate]:
    """Give the certificates of a range of persons."""
    with allow_cross_shard(_WHY):
        return list(_persons(part.after_id, part.until_id).order_by("person_id", "id"))


def all_done(day_id: UUID) -> bool:
    """Tell whether nothing of this look is left to be worked on by anybody."""
    return not WatchRange.objects.filter(day_id=day_id).exists()


def _cut_tiles(day: WatchDay) -> bool:
    """Hand out the next full tiles of the log, level by level; False where there are no more."""
    level, first = day.tile_level, day.tile_number
    full = full_tiles(day, level)
    while full and first >= full:
        level, first = level + 1, 0
        full = full_tiles(day, level)
    if not full:
        return False
    end = min(first + TILES, full)
    WatchRange(day_id=day.id, tile_level=level, tile_first=first, tile_end=end).save(force_insert=True)
    day.tile_level, day.tile_number = level, end
    day.save(update_fields=["tile_level", "tile_number"])
    return True


def full_tiles(day: WatchDay, level: int) -> int:
    """Give how many full tiles of a level the log of this look has."""
    return int(day.head_size or 0) // merkle.WIDTH ** (level + 1)


def _cut_persons(day: WatchDay, limit: int) -> None:
    with allow_cross_shard(_WHY):
        ids = _persons(day.after_id, None).order_by("person_id").values_list("person_id", flat=True)
        last = next(iter(ids[limit - 1 : limit]), None)
    WatchRange(day_id=day.id, after_id=day.after_id, until_id=last).save(force_insert=True)
    day.after_id, day.handed_out = last or day.after_id, last is None
    day.save(update_fields=["after_id", "handed_out"])


def _persons(after: UUID | None, until: UUID | None):  # type: ignore[no-untyped-def]
    found = Certificate.objects.filter(state__in=SIGNED)
    found = found.filter(person_id__gt=after) if after else found
    return found.filter(person_id__lte=until) if until else found

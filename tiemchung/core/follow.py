"""Reading a stream of entries behind concurrent writers: none lost, none repeated.

Ids are taken before commit, so an entry with a smaller id can appear after a larger one was read. A follower
therefore orders by (transaction id, entry id) and reads only transactions that were over before every running
one began: below `pg_snapshot_xmin(pg_current_snapshot())`. The price: a transaction left open anywhere on the
server holds every follower back, so the application's role has an idle-in-transaction time-out.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction
from django.db.models.functions import Cast

from tiemchung.core.alarms import raise_daily
from tiemchung.core.distribution import allow_cross_shard, policy_of
from tiemchung.core.models import Bookmark, ParkedEntry

Handle = Callable[[Sequence[Any]], None]
LONGEST_WAIT = dt.timedelta(minutes=10)  # between two tries of a parked entry
TOLD_AFTER = 6  # tries, some five minutes: from then on people are told of it
ALARM = "ENTRIES_PARKED"
_COUNTED = 12  # tries after which the count stands still: the wait no longer grows
PAGE = 1000  # entries that a walk back reads at once


class Xact(models.BigIntegerField):
    """The id of the writing transaction, set by the database; part of every followed stream."""

    def __init__(self, **kwargs: Any) -> None:
        text = Cast(models.Func(function="pg_current_xact_id"), models.TextField())
        kwargs.setdefault("db_default", Cast(text, models.BigIntegerField()))
        kwargs.setdefault("editable", False)
        super().__init__(**kwargs)

    def deconstruct(self) -> Any:
        """Leave the default out of migrations: the field makes it."""
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("db_default", None)
        return name, path, args, kwargs


class StreamWentBack(Exception):
    """The bookmark lies above the server's transaction ids: the data was loaded into another server.

    See docs/how-to/restore.md: raise the new server's transaction counter before the followers start.
    """


def read_batch(model: type[models.Model], mark: Bookmark, limit: int) -> list[Any]:
    """Give at most `limit` settled entries after the bookmark, oldest first."""
    with allow_cross_shard("a follower reads its whole node; one bookmark each"):
        return list(_unread(model, mark).order_by("xact", "id")[:limit])


def _unread(model: type[models.Model], mark: Bookmark) -> models.QuerySet[Any]:
    settled = models.expressions.RawSQL("pg_snapshot_xmin(pg_current_snapshot())::text::bigint", ())
    entries = model._default_manager.filter(xact__lt=settled)
    if mark.entry is not None:
        later = models.Q(xact__gt=mark.xact) | models.Q(xact=mark.xact, id__gt=mark.entry)
        entries = entries.filter(later, xact__gte=mark.xact)
    return entries


def hold_bookmark(follower: str, shard: str = "") -> Bookmark:
    """Lock a follower's bookmark until the transaction ends and give it; what it guards is done one at a time."""
    Bookmark.objects.get_or_create(follower=follower, shard=shard)
    return Bookmark.objects.select_for_update().get(follower=follower, shard=shard)


def follow(
    model: type[models.Model], follower: str, handle: Handle, *, at: dt.datetime, limit: int = 500, shard: str = ""
) -> int:
    """Hand the next entries to `handle` and move the bookmark in the same transaction; give how many were read.

    When the batch fails it is handed over one by one, and an entry that fails alone is parked for a later try,
    so that one bad entry stops nobody else's certificate.
    """
    with transaction.atomic():
        mark = hold_bookmark(follower, shard)
        _check_counter(mark)
        entries = read_batch(model, mark, limit)
        if not entries:
            return 0
        try:
            with transaction.atomic():
                handle(entries)
        except Exception:
            _one_by_one(follower, entries, handle, at)
        mark.xact, mark.entry = entries[-1].xact, entries[-1].id
        mark.save(update_fields=["xact", "entry"])
    return len(entries)


def skip_old(model: type[models.Model], follower: str, *, field: str, before: dt.datetime, shard: str = "") -> int:
    """Move a bookmark past entries whose `field` lies before a moment, up to the first that does not; give 1 if it did.

    For a follower that is silent of what is old anyway: on a ledger of years it would else read for hours before its
    first word. The stream is walked from its end, and a whole page of old entries ends the walk: moments need not
    follow the stream's order strictly, so leave a margin in `before` wider than any transaction lasts.
    """
    mark = Bookmark.objects.filter(follower=follower, shard=shard).first() or Bookmark(follower=follower, shard=shard)
    target = _last_old(model, mark, field, before)
    if target is None:
        return 0
    with transaction.atomic():  # the walk held no lock: an open transaction holds every other follower back
        mark = hold_bookmark(follower, shard)
        if mark.entry is not None and (mark.xact, mark.entry) >= target:
            return 0
        mark.xact, mark.entry = target
        mark.save(update_fields=["xact", "entry"])
    return 1


def _last_old(model: type[models.Model], mark: Bookmark, field: str, before: dt.datetime) -> tuple[int, UUID] | None:
    """Give the entry after the bookmark behind which the first entry that is not old stands, None where none does."""
    target: tuple[int, UUID] | None = None
    after: tuple[int, UUID] | None = None
    while True:
        page = _page_back(model, mark, after, field)
        fresh = [number for number, (_, _, moment) in enumerate(page) if moment >= before]
        if fresh:
            target = None
        older = page[fresh[-1] + 1 :] if fresh else page
        if target is None and older:
            target = older[0][:2]
        if len(page) < PAGE or not fresh:
            return target
        after = page[-1][:2]


def _page_back(
    model: type[models.Model], mark: Bookmark, after: tuple[int, UUID] | None, field: str
) -> list[tuple[int, UUID, dt.datetime]]:
    entries = _unread(model, mark)
    if after is not None:
        earlier = models.Q(xact__lt=after[0]) | models.Q(xact=after[0], id__lt=after[1])
        entries = entries.filter(earlier, xact__lte=after[0])
    with allow_cross_shard("a follower reads its whole node; one bookmark each"):
        return list(entries.order_by("-xact", "-id").values_list("xact", "id", field)[:PAGE])


def retry_parked(model: type[Any], follower: str, handle: Handle, *, at: dt.datetime) -> int:
    """Try parked entries whose time has come, later and later up to every ten minutes, and never give one up.

    What stopped it may be away for hours (a key store), and an entry that is passed over lets an old code hold good.
    """
    done = 0
    due = ParkedEntry.objects.filter(follower=follower, next_try_at__lte=at)
    for parked in due.order_by("next_try_at")[:100]:
        key = policy_of(model).key  # type: ignore[union-attr]
        entry = model._default_manager.get(**{key: parked.key, "id": parked.entry})
        try:
            with transaction.atomic():
                handle([entry])
                parked.delete()
                done += 1
        except Exception as error:
            parked.tries = min(parked.tries + 1, _COUNTED)
            parked.next_try_at = at + min(dt.timedelta(seconds=2**parked.tries * 5), LONGEST_WAIT)
            parked.error = type(error).__name__
            parked.save()
    _tell_of_long(follower, at)
    return done


def _tell_of_long(follower: str, at: dt.datetime) -> None:
    """Raise one alarm a day while entries of this follower wait in spite of many tries."""
    waiting = ParkedEntry.objects.filter(follower=follower, tries__gte=TOLD_AFTER).count()
    if waiting:
        raise_daily(ALARM, follower, at=at, follower=follower, n=waiting)


def _one_by_one(follower: str, entries: Sequence[Any], handle: Handle, at: dt.datetime) -> None:
    for entry in entries:
        try:
            with transaction.atomic():
                handle([entry])
        except Exception as error:
            ParkedEntry.objects.get_or_create(
                follower=follower,
                entry=entry.id,
                defaults={
                    "key": getattr(entry, policy_of(type(entry)).key),  # type: ignore[union-attr]
                    "next_try_at": at + dt.timedelta(seconds=10),
                    "error": type(error).__name__,
                },
            )


def _check_counter(mark: Bookmark) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        (next_xact,) = cursor.fetchone()
    if mark.xact >= next_xact:
        raise StreamWentBack(mark.follower)

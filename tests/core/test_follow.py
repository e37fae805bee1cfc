"""A follower behind concurrent writers loses nothing and repeats nothing."""

import datetime as dt
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from unittest.mock import patch

import pytest
from django.db import connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.following import unsettled_too
from tiemchung.core import clock
from tiemchung.core import follow as follow_module
from tiemchung.core.alarms import alarms
from tiemchung.core.distribution import allow_cross_shard
from tiemchung.core.follow import (
    ALARM,
    LONGEST_WAIT,
    TOLD_AFTER,
    Handle,
    StreamWentBack,
    follow,
    retry_parked,
    skip_old,
)
from tiemchung.core.ids import new_id
from tiemchung.core.models import Bookmark, ParkedEntry
from tiemchung.doses.models import LedgerEntry

WRITERS, EACH = 16, 60


def _entry(number: int) -> LedgerEntry:
    profile = new_id()
    return LedgerEntry(
        profile_id=profile, dose_id=new_id(), kind="RECORDED", recorded_at=clock.now(), key=f"k{number}",
        source="DESK", facts={"number": number}, by_kind="system",
    )


def _write_some(first: int, seed: int) -> None:
    chance = random.Random(seed)
    try:
        for number in range(first, first + EACH):
            with transaction.atomic():
                _entry(number).save(force_insert=True)
                if chance.random() < 0.3:
                    time.sleep(chance.random() * 0.02)
    finally:
        connections.close_all()


def _follow_until(handle: Handle, done: Callable[[], bool], patience_s: float = 600.0) -> None:
    """Follow until done; an open transaction of another test on the same server holds every follower back."""
    deadline = time.monotonic() + patience_s
    while not done() and time.monotonic() < deadline:
        if not follow(LedgerEntry, "test", handle, at=clock.now(), limit=50):
            time.sleep(0.05)


@pytest.mark.django_db(transaction=True)
def test_sixteen_writers_lose_nothing_and_repeat_nothing() -> None:
    seen: Counter[int] = Counter()
    writers = [threading.Thread(target=_write_some, args=(n * EACH, n)) for n in range(WRITERS)]
    for writer in writers:
        writer.start()

    def handle(entries: list[LedgerEntry]) -> None:
        seen.update(entry.facts["number"] for entry in entries)

    while any(writer.is_alive() for writer in writers):
        follow(LedgerEntry, "test", handle, at=clock.now(), limit=50)
    _follow_until(handle, lambda: len(seen) == WRITERS * EACH)
    assert set(seen) == set(range(WRITERS * EACH))
    assert set(seen.values()) == {1}


@pytest.mark.django_db(transaction=True)
def test_a_bookmark_on_the_last_id_seen_would_lose_entries() -> None:
    """The control: a naive follower misses who was slow to commit, so the test above can fail."""
    seen: set[int] = set()
    last = None
    inside, go_on = threading.Event(), threading.Event()

    def naive_turn() -> int:
        nonlocal last
        rows = LedgerEntry.objects.order_by("id")
        with allow_cross_shard("control"):
            rows = list(rows.filter(id__gt=last)[:50] if last else rows[:50])
        seen.update(row.facts["number"] for row in rows)
        last = rows[-1].id if rows else last
        return len(rows)

    def slow_writer() -> None:
        with transaction.atomic():
            _entry(1).save(force_insert=True)
            inside.set()
            go_on.wait(60)
        connections.close_all()

    writer = threading.Thread(target=slow_writer)
    writer.start()
    assert inside.wait(60)
    _entry(2).save(force_insert=True)
    naive_turn()
    go_on.set()
    writer.join()
    while naive_turn():
        pass
    assert seen == {2}


@pytest.mark.django_db(transaction=True)
def test_an_entry_of_a_transaction_still_open_is_read_only_after_it_ends() -> None:
    seen: list[int] = []
    inside, go_on = threading.Event(), threading.Event()

    def slow_writer() -> None:
        with transaction.atomic():
            _entry(1).save(force_insert=True)
            inside.set()
            go_on.wait(60)
        connections.close_all()

    writer = threading.Thread(target=slow_writer)
    writer.start()
    assert inside.wait(60)
    _entry(2).save(force_insert=True)
    take = lambda entries: seen.extend(e.facts["number"] for e in entries)  # noqa: E731
    follow(LedgerEntry, "test", take, at=clock.now())
    assert seen == []
    go_on.set()
    writer.join()
    _follow_until(take, lambda: len(seen) == 2)
    assert sorted(seen) == [1, 2]


@pytest.mark.django_db
def test_a_bad_entry_is_parked_and_the_others_go_on() -> None:
    for number in range(5):
        _entry(number).save(force_insert=True)
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
    seen: list[int] = []

    def handle(entries: list[LedgerEntry]) -> None:
        for entry in entries:
            if entry.facts["number"] == 3:
                raise ValueError("poison")
        seen.extend(entry.facts["number"] for entry in entries)

    _follow_own_transaction(handle)
    assert sorted(seen) == [0, 1, 2, 4]
    assert ParkedEntry.objects.get().error == "ValueError"


@pytest.mark.django_db
def test_a_parked_entry_is_tried_again_and_leaves_when_it_succeeds() -> None:
    entry = _entry(7)
    entry.save(force_insert=True)
    now = clock.now()
    ParkedEntry.objects.create(
        follower="test", entry=entry.id, key=entry.profile_id, next_try_at=now, error="ValueError"
    )
    seen: list[uuid.UUID] = []
    assert retry_parked(LedgerEntry, "test", lambda es: seen.extend(e.id for e in es), at=now) == 1
    assert seen == [entry.id]
    assert not ParkedEntry.objects.exists()


@pytest.mark.django_db
def test_a_parked_entry_is_never_given_up_however_long_what_stopped_it_is_away() -> None:
    entry, now = _entry(7), clock.now()
    entry.save(force_insert=True)
    ParkedEntry.objects.create(follower="test", entry=entry.id, key=entry.profile_id, next_try_at=now, error="x")

    def away(_: object) -> None:
        raise RuntimeError

    for _ in range(60):
        now += LONGEST_WAIT
        assert retry_parked(LedgerEntry, "test", away, at=now) == 0
        assert ParkedEntry.objects.get().next_try_at <= now + LONGEST_WAIT
    assert retry_parked(LedgerEntry, "test", lambda _: None, at=now + LONGEST_WAIT) == 1
    assert not ParkedEntry.objects.exists()


@pytest.mark.django_db
def test_entries_that_wait_long_are_told_of_once_a_day() -> None:
    now = clock.now().replace(hour=5)  # noon in Vietnam
    for number in range(3):
        entry = _entry(number)
        entry.save(force_insert=True)
        ParkedEntry.objects.create(follower="test", entry=entry.id, key=entry.profile_id, next_try_at=now, error="x")

    def away(_: object) -> None:
        raise RuntimeError

    for tries in range(2, TOLD_AFTER + 3):
        now += dt.timedelta(seconds=2**tries * 5)
        retry_parked(LedgerEntry, "test", away, at=now)
        assert len(alarms(code=ALARM)) == int(tries >= TOLD_AFTER)
    assert dict(alarms(code=ALARM)[0].facts) == {"follower": "test", "n": 3}


@pytest.mark.django_db
def test_a_bookmark_from_another_server_is_refused_instead_of_skipping_entries() -> None:
    Bookmark.objects.create(follower="test", xact=2**60, entry=new_id())
    with pytest.raises(StreamWentBack):
        follow(LedgerEntry, "test", lambda _: None, at=clock.now())


OLD, NEW = clock.now() - dt.timedelta(days=9), clock.now()


def _stream(moments: str) -> list[LedgerEntry]:
    """Write a stream in which `o` is an old entry and `n` a new one."""
    entries = [_entry(number) for number in range(len(moments))]
    for entry, moment in zip(entries, moments, strict=True):
        entry.recorded_at = NEW if moment == "n" else OLD
    LedgerEntry.objects.bulk_create(entries)
    return entries


def _skip_and_read(page: int = 3) -> tuple[int, list[int]]:
    """Skip once, then read all that is left; give whether the bookmark moved, and which entries were read."""
    seen: list[int] = []
    with unsettled_too(), patch.object(follow_module, "PAGE", page):
        moved = skip_old(LedgerEntry, "test", field="recorded_at", before=NEW - dt.timedelta(days=1))
        while follow(LedgerEntry, "test", lambda es: seen.extend(e.facts["number"] for e in es), at=NEW, limit=2):
            pass
    return moved, seen


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("moments", "first"),
    [("", 0), ("n", 0), ("nnnnnn", 0), ("o", 1), ("ooooooo", 7), ("on", 1), ("ooon", 3), ("oooonnn", 4),
     ("oooonoon", 4), ("ooonoonoon", 3), ("ooooonnnnnnnnn", 5), ("nooo", 4), ("nooonoo", 4)],
)  # fmt: skip
def test_old_entries_are_passed_over_up_to_the_first_new_one(moments: str, first: int) -> None:
    _stream(moments)
    moved, seen = _skip_and_read()
    assert (moved, seen) == (int(first > 0), list(range(first, len(moments))))


@pytest.mark.django_db
@given(st.text("on", max_size=40))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_new_entry_is_passed_over_unless_a_whole_page_of_old_ones_stands_behind_it(moments: str) -> None:
    with transaction.atomic():
        _stream(moments)
        _, seen = _skip_and_read(page=8)
        kept = {number for number, moment in enumerate(moments) if moment == "n"} - set(seen)
        transaction.set_rollback(True)
    assert all("o" * 8 in moments[number + 1 :] for number in kept)


@pytest.mark.django_db
def test_a_bookmark_never_moves_back() -> None:
    entries = _stream("ooonnn")
    with unsettled_too():
        follow(LedgerEntry, "test", lambda _: None, at=NEW, limit=5)
    assert _skip_and_read()[1] == [5]
    assert Bookmark.objects.get(follower="test").entry == entries[5].id


def _follow_own_transaction(handle) -> None:  # type: ignore[no-untyped-def]
    """Entries of the test's own open transaction are never settled; pretend they were."""
    from unittest.mock import patch

    from tiemchung.core import follow as module

    def everything(model, mark, limit):  # type: ignore[no-untyped-def]
        with allow_cross_shard("test"):
            return list(model._default_manager.order_by("xact", "id")[:limit])

    with patch.object(module, "read_batch", everything):
        follow(LedgerEntry, "test", handle, at=clock.now())

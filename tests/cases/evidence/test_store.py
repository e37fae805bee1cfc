"""What is put is given back whole, to nobody without the key, and can be forgotten."""

import os
import stat
import time
import uuid

import pytest

from tiemchung.cases.evidence.store import SLICES, LocalStore
from tiemchung.core.ids import new_id
from tiemchung.core.sealing import SealBroken

PICTURE = b"\xff\xd8\xff" + b"picture of a paper" * 100


@pytest.fixture
def store(tmp_path) -> LocalStore:
    return LocalStore(tmp_path)


def files_in(tmp_path):
    return [path for path in tmp_path.rglob("*") if path.is_file()]


def test_what_was_put_comes_back(store):
    one, two = new_id(), new_id()
    store.put(one, PICTURE)
    store.put(two, b"")
    assert (store.get(one), store.get(two)) == (PICTURE, b"")


def test_what_is_put_again_replaces(store):
    one = new_id()
    store.put(one, b"old")
    store.put(one, PICTURE)
    assert store.get(one) == PICTURE


def test_unknown_ids_are_a_key_error_to_get_and_nothing_to_drop(store):
    with pytest.raises(KeyError):
        store.get(new_id())
    store.drop(new_id())


def test_what_was_dropped_is_gone_from_the_disk(store, tmp_path):
    one = new_id()
    store.put(one, PICTURE)
    store.drop(one)
    assert files_in(tmp_path) == []
    with pytest.raises(KeyError):
        store.get(one)


def test_nothing_on_the_disk_is_readable_without_the_key_or_by_other_accounts(store, tmp_path):
    store.put(new_id(), PICTURE)
    (file,) = files_in(tmp_path)
    assert b"picture" not in file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_file_moved_to_another_id_or_changed_does_not_open(store, tmp_path):
    one, two = new_id(), new_id()
    store.put(one, PICTURE)
    store.put(two, b"another")
    first, second = store._path(one), store._path(two)
    second.write_bytes(first.read_bytes())
    with pytest.raises(SealBroken):
        store.get(two)
    sealed = first.read_bytes()
    first.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    with pytest.raises(SealBroken):
        store.get(one)


def test_a_write_that_fails_leaves_nothing(store, tmp_path, monkeypatch):
    def full(handle):
        raise OSError("no space left")

    one = new_id()
    store.put(one, b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        store.put(one, PICTURE)
    assert store.get(one) == b"old"
    assert len(files_in(tmp_path)) == 1


def test_the_parts_of_the_store_hold_each_old_file_once_and_no_young_one(store, tmp_path):
    ids = [uuid.uuid4() for _ in range(40)]
    for one in ids:
        store.put(one, b"x")
    (store._path(ids[0]).parent / ".half-written").write_bytes(b"x")
    assert [one for part in range(SLICES) for one in store.older_than(60, part)] == []
    for file in files_in(tmp_path):
        os.utime(file, (time.time() - 100,) * 2)
    assert sorted(one for part in range(SLICES) for one in store.older_than(60, part)) == sorted(ids)
    assert len(files_in(tmp_path)) == 40, "the half-written file is gone"

"""The log's tree agrees with a slow reading of RFC 6962, and with the vectors that other logs publish."""

import hashlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tiemchung.certificates import merkle

# The eight leaves and roots with which implementations of Certificate Transparency are compared.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
sizes = st.integers(1, 1200)


def slow_root(leaves: list[bytes]) -> bytes:
    """The definition, word for word: MTH of RFC 6962, 2.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + slow_root(leaves[:k]) + slow_root(leaves[k:])).digest()


def slow_path(m: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*slow_path(m, leaves[:k]), slow_root(leaves[k:])]
    return [*slow_path(m - k, leaves[k:]), slow_root(leaves[:k])]


class Log:
    """A log in memory that grows by batches, as the stored one does."""

    def __init__(self) -> None:
        self.size, self.root = 0, merkle.EMPTY_ROOT
        self.tiles: dict[tuple[int, int], bytes] = {}

    def add(self, leaves: list[bytes]) -> None:
        tails = {level: self.tiles[level, number] for level, number, _ in merkle.tails_at(self.size)}
        grown = merkle.grow(self.size, tails, leaves)
        self.size, self.root = grown.size, grown.root
        self.tiles |= grown.tiles

    def tile(self, level: int, number: int) -> bytes:
        return self.tiles[level, number]


def leaves_of(count: int) -> list[bytes]:
    return [n.to_bytes(4) for n in range(count)]


def log_of(count: int, batch: int) -> Log:
    log, leaves = Log(), leaves_of(count)
    for start in range(0, count, batch):
        log.add(leaves[start : start + batch])
    return log


@pytest.mark.parametrize("count", range(1, 9))
def test_the_published_roots_are_ours(count: int) -> None:
    log = Log()
    log.add(LEAVES[:count])
    assert log.root.hex() == ROOTS[count - 1]


def test_an_empty_log_has_the_hash_of_nothing_as_its_root() -> None:
    assert Log().root == merkle.root_at(0, lambda level, number: b"") == slow_root([])


@given(sizes, st.integers(1, 700))
@example(256, 256)
@example(257, 256)
@example(1024, 700)
def test_however_it_grows_its_root_is_the_definitions(count: int, batch: int) -> None:
    log = log_of(count, batch)
    assert log.size == count
    assert log.root == slow_root(leaves_of(count)) == merkle.root_at(count, log.tile)


def test_a_log_of_three_levels_has_the_right_root() -> None:
    log = log_of(66_000, 5_000)
    assert (2, 0) in log.tiles
    assert log.root == slow_root(leaves_of(66_000))
    path = merkle.inclusion_proof(65_535, 66_000, log.tile)
    assert merkle.includes(merkle.leaf_hash(leaves_of(66_000)[65_535]), 65_535, 66_000, path, log.root)


@given(st.data())
def test_every_leaf_of_every_older_log_is_proven_by_the_definitions_path(data: st.DataObject) -> None:
    count = data.draw(sizes)
    log, size = log_of(count, 97), data.draw(st.integers(1, count))
    position = data.draw(st.integers(0, size - 1))
    leaves = leaves_of(size)
    path = merkle.inclusion_proof(position, size, log.tile)
    assert list(path) == slow_path(position, leaves)
    assert merkle.includes(merkle.leaf_hash(leaves[position]), position, size, path, slow_root(leaves))


@given(st.data())
def test_a_changed_path_leaf_position_or_root_proves_nothing(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 600))
    log, position = log_of(size, 100), data.draw(st.integers(0, size - 1))
    path = list(merkle.inclusion_proof(position, size, log.tile))
    leaf = merkle.leaf_hash(leaves_of(size)[position])
    bent = data.draw(st.integers(0, len(path) - 1))
    other = [*path[:bent], merkle.leaf_hash(path[bent]), *path[bent + 1 :]]
    assert not merkle.includes(leaf, position, size, other, log.root)
    assert not merkle.includes(leaf, position, size, path[:-1], log.root)
    assert not merkle.includes(leaf, position, size, [*path, path[-1]], log.root)
    assert not merkle.includes(merkle.leaf_hash(leaf), position, size, path, log.root)
    assert not merkle.includes(leaf, size, size, path, log.root)
    assert not merkle.includes(leaf, position, size, path, merkle.leaf_hash(log.root))


@given(st.data())
def test_a_longer_log_is_proven_to_begin_with_the_older_one(data: st.DataObject) -> None:
    size = data.draw(sizes)
    old = data.draw(st.integers(1, size))
    log = log_of(size, 131)
    older = slow_root(leaves_of(old))
    path = merkle.consistency_proof(old, size, log.tile)
    assert merkle.consistent(old, older, size, log.root, path)
    assert not merkle.consistent(old, merkle.leaf_hash(older), size, log.root, path)
    assert not merkle.consistent(old, older, size, merkle.leaf_hash(log.root), path)


@given(st.integers(2, 400), st.data())
def test_a_log_that_changed_a_leaf_cannot_be_proven_consistent(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size - 1))
    changed = data.draw(st.integers(0, old - 1))
    leaves = leaves_of(size)
    older = slow_root(leaves[:old])
    leaves[changed] = b"changed"
    rewritten = Log()
    rewritten.add(leaves)
    path = merkle.consistency_proof(old, size, rewritten.tile)
    assert not merkle.consistent(old, older, size, rewritten.root, path)


def test_no_proof_is_made_of_what_is_not_there() -> None:
    log = log_of(10, 10)
    for position, size in ((10, 10), (-1, 10), (0, 0)):
        with pytest.raises(ValueError, match="no such leaf"):
            merkle.inclusion_proof(position, size, log.tile)
    for old in (0, 11):
        with pytest.raises(ValueError, match="no such older log"):
            merkle.consistency_proof(old, 10, log.tile)

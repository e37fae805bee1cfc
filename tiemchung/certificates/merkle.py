"""The hash tree of an append-only log (RFC 6962, section 2.1), kept as tiles of 256 hashes; pure.

Level 0 holds the hashes of leaves; a hash of level n + 1 is the root of one full tile of level n, which is the tree's
own level 8 n. Only the last tile of each level ever changes, so adding to a log of any length touches a few kilobytes.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

HASH = 32
WIDTH = 256
_BITS = 8
EMPTY_ROOT = sha256(b"").digest()

# Gives the hashes (32 bytes each, one after another) of a tile that are known now: (level, number) -> bytes.
ReadTile = Callable[[int, int], bytes]
Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Grown:
    """A log after leaves were added: its length, its root, and every tile that changed or came."""

    size: int
    root: bytes
    tiles: Mapping[tuple[int, int], bytes]


def leaf_hash(leaf: bytes) -> bytes:
    """Give the hash of a leaf; its first byte keeps a leaf from passing for an inner node."""
    return sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Give the hash of two neighbouring subtrees."""
    return sha256(b"\1" + left + right).digest()


def grow(size: int, last: Mapping[int, bytes], leaves: Iterable[bytes]) -> Grown:
    """Add leaves to a log of `size`; `last` are the hashes in the unfinished tile of each level (missing for none)."""
    tails = {level: hashes for level, hashes in last.items() if hashes}
    tiles: dict[tuple[int, int], bytes] = {}
    new = b"".join(map(leaf_hash, leaves))
    ends, level = size + len(new) // HASH, 0
    while new:
        before = (size >> (_BITS * level)) // WIDTH
        hashes, new = tails.get(level, b"") + new, b""
        full = len(hashes) // (WIDTH * HASH)
        for n in range(full):
            tile = hashes[n * WIDTH * HASH : (n + 1) * WIDTH * HASH]
            tiles[level, before + n] = tile
            new += tile_root(tile)
        tails[level] = hashes[full * WIDTH * HASH :]
        if tails[level]:
            tiles[level, before + full] = tails[level]
        level += 1
    return Grown(ends, root_of_tails(tails), tiles)


def root_of_tails(tails: Mapping[int, bytes]) -> bytes:
    """Give the root of a log by the hashes of its unfinished tiles alone, one a level."""
    root: bytes | None = None
    for level in sorted(tails):
        for peak in reversed(_peaks(tails[level])):
            root = peak if root is None else node_hash(peak, root)
    return EMPTY_ROOT if root is None else root


def tails_at(size: int) -> list[tuple[int, int, int]]:
    """Give (level, tile number, hashes) of the unfinished tiles of a log of that size; full ones are not among them."""
    found, level = [], 0
    while size >> (_BITS * level):
        held = size >> (_BITS * level)
        if held % WIDTH:
            found.append((level, held // WIDTH, held % WIDTH))
        level += 1
    return found


def inclusion_proof(position: int, size: int, tile: ReadTile) -> tuple[bytes, ...]:
    """Give the audit path of the leaf at `position` in the tree of the first `size` leaves, the lowest hash first."""
    if not 0 <= position < size:
        raise ValueError("no such leaf")
    path: list[Range] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if position < middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start = middle
    return tuple(_hash_of(part, tile) for part in reversed(path))


def consistency_proof(old: int, size: int, tile: ReadTile) -> tuple[bytes, ...]:
    """Give the proof that the tree of the first `old` leaves is the beginning of that of `size` leaves."""
    if not 0 < old <= size:
        raise ValueError("no such older log")
    if old == size:
        return ()
    path: list[Range] = []
    start, end, whole = 0, size, True
    while old - start != end - start:
        middle = start + _split(end - start)
        if old <= middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start, whole = middle, False
    if not whole:
        path.append((start, end))
    return tuple(_hash_of(part, tile) for part in reversed(path))


def root_at(size: int, tile: ReadTile) -> bytes:
    """Give the root of the first `size` leaves."""
    return _hash_of((0, size), tile) if size else EMPTY_ROOT


def includes(hash_of_leaf: bytes, position: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Tell whether an audit path leads from a leaf's hash to the root (RFC 9162, 2.1.3.2)."""
    if not 0 <= position < size:
        return False
    here, last, found = position, size - 1, hash_of_leaf
    for one in path:
        if not last:
            return False
        if here & 1 or here == last:
            found = node_hash(one, found)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            found = node_hash(found, one)
        here, last = here >> 1, last >> 1
    return not last and found == root


def consistent(old: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]) -> bool:
    """Tell whether a proof shows that the longer log begins with the older one (RFC 9162, 2.1.4.2)."""
    if not 0 < old <= size:
        return False
    if old == size:
        return not path and old_root == root
    steps = list(path) if old & (old - 1) else [old_root, *path]
    if not steps:
        return False
    here, last = old - 1, size - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    older = newer = steps[0]
    for one in steps[1:]:
        if not last:
            return False
        if here & 1 or here == last:
            older, newer = node_hash(one, older), node_hash(one, newer)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            newer = node_hash(newer, one)
        here, last = here >> 1, last >> 1
    return not last and older == old_root and newer == root


def _split(length: int) -> int:
    """Give the largest power of two smaller than `length`."""
    return 1 << ((length - 1).bit_length() - 1)


def _halves(hashes: Sequence[bytes]) -> bytes:
    """Give the root of a power of two of neighbouring hashes."""
    while len(hashes) > 1:
        hashes = [node_hash(hashes[n], hashes[n + 1]) for n in range(0, len(hashes), 2)]
    return hashes[0]


def tile_root(hashes: bytes) -> bytes:
    """Give the hash that the next level holds of a full tile, or of a part of one that is a power of two long."""
    return _halves(_parted(hashes))


def _parted(hashes: bytes) -> list[bytes]:
    return [hashes[n : n + HASH] for n in range(0, len(hashes), HASH)]


def _peaks(hashes: bytes) -> list[bytes]:
    """Give the roots of the largest whole subtrees among some neighbouring hashes, from the left."""
    parted, found, start = _parted(hashes), [], 0
    while start < len(parted):
        whole = 1 << ((len(parted) - start).bit_length() - 1)
        found.append(_halves(parted[start : start + whole]))
        start += whole
    return found


def _hash_of(part: Range, tile: ReadTile) -> bytes:
    """Give the hash of the leaves from `start` to before `end`, a subtree that the proofs above ask for."""
    start, end = part
    length = end - start
    if length & (length - 1):
        middle = start + _split(length)
        return node_hash(_hash_of((start, middle), tile), _hash_of((middle, end), tile))
    level, bits = divmod(length.bit_length() - 1, _BITS)
    number, place = divmod(start >> (_BITS * level), WIDTH)
    return tile_root(tile(level, number)[place * HASH : (place + (1 << bits)) * HASH])

"""Lists of variable hashes: a revocation slice as sorted beginnings of hashes, a third smaller than a Bloom filter."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, log2
from struct import error as struct_error
from struct import pack, unpack_from

_HEAD = ">hfiB"
_HEAD_BYTES = 11
_VERSION = 1
MIN_BYTES, MAX_BYTES = 4, 16


@dataclass(frozen=True, slots=True)
class VarHashList:
    """`entries` are beginnings of hashes, all `width` bytes long, sorted; `rate` is the share of false hits allowed."""

    entries: tuple[bytes, ...]
    width: int
    rate: float = 0.0
    capacity: int = 0

    def __contains__(self, full_hash: bytes) -> bool:
        """Tell whether a hash may be listed; False is certain."""
        start = full_hash[: self.width]
        at = bisect_left(self.entries, start)
        return len(start) == self.width and at < len(self.entries) and self.entries[at] == start

    def to_bytes(self) -> bytes:
        """Give the list in the published big-endian layout: version, rate, capacity, width, entries."""
        return pack(_HEAD, _VERSION, self.rate, self.capacity, self.width) + b"".join(self.entries)


def width_for(count: int, rate: float) -> int:
    """Give how many bytes keep the chance of a false hit among `count` entries below `rate`; 4 to 16."""
    if count < 1 or not 0 < rate < 1:
        raise ValueError("a list needs entries and a rate between 0 and 1")
    return min(MAX_BYTES, max(MIN_BYTES, ceil(log2(count / rate) / 8)))


def shortened(hashes: Iterable[bytes], rate: float) -> VarHashList:
    """Give the list of these hashes, none of them empty, with at most `rate` false hits."""
    every = sorted(set(hashes))
    width = width_for(len(every), rate)
    return VarHashList(tuple(sorted({full[:width] for full in every})), width, rate, len(every))


def from_bytes(data: bytes) -> VarHashList:
    """Give the list in published bytes; raises ValueError for another version or a wrong length.

    Old writers sorted the entries as signed numbers, so the order on the way in does not count.
    """
    try:
        version, rate, capacity, width = unpack_from(_HEAD, data)
    except struct_error:
        raise ValueError("too short for a list of hashes") from None
    body = data[_HEAD_BYTES:]
    if version != _VERSION or not width or len(body) % width:
        raise ValueError("a list of hashes of another kind or cut short")
    found = {body[at : at + width] for at in range(0, len(body), width)}
    return VarHashList(tuple(sorted(found)), width, rate, capacity)

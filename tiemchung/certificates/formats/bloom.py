"""Bloom filters of the revocation lists: the published layout, read and written."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import ceil, floor, log
from struct import error as struct_error
from struct import pack, unpack_from

_HEAD = ">hBBfiii"
_HEAD_BYTES = 20
_VERSION, _SHA256 = 1, 0
MAX_WORDS = 1 << 22
MAX_HASHES = 127


def _signed(word: int) -> int:
    return word - (1 << 32) if word & 0x80000000 else word


def position(element: bytes, seed: int, bits: int) -> int:
    """Give which of `bits` an element sets under a seed (0 to 255); the digest counts as a signed number."""
    return int.from_bytes(sha256(element + bytes((seed,))).digest(), "big", signed=True) % bits


@dataclass(slots=True)
class BloomFilter:
    """`words` of 32 bits, bits counted from the left; `hashes` positions an element; `rate` false hits wanted."""

    words: list[int]
    hashes: int
    rate: float = 0.0
    capacity: int = 0
    held: int = 0

    def _positions(self, element: bytes) -> list[int]:
        bits = 32 * len(self.words)
        return [position(element, seed, bits) for seed in range(self.hashes)]

    def add(self, element: bytes) -> None:
        """Put an element into the filter."""
        for position in self._positions(element):
            self.words[position // 32] |= 1 << (31 - position % 32)
        self.held += 1

    def __contains__(self, element: bytes) -> bool:
        """Tell whether the element may be in the filter; True may be a false hit, False never is."""
        return all(self.words[p // 32] >> (31 - p % 32) & 1 for p in self._positions(element))

    def to_bytes(self) -> bytes:
        """Give the filter in the published big-endian layout."""
        head = pack(_HEAD, _VERSION, self.hashes, _SHA256, self.rate, self.capacity, self.held, len(self.words))
        return head + pack(f">{len(self.words)}I", *self.words)


def sized(capacity: int, rate: float) -> BloomFilter:
    """Give an empty filter for `capacity` elements with `rate` false hits, between 0 and 1 (both exclusive)."""
    if capacity < 1 or not 0 < rate < 1:
        raise ValueError("a filter needs a capacity and a rate between 0 and 1")
    size = ceil(-capacity * log(rate) / log(2) ** 2) // 8 + 1
    words = size // 4 + size % 4  # not a rounding up, yet what every published filter was sized with
    if words > MAX_WORDS:
        raise ValueError("a filter too large")
    hashes = min(MAX_HASHES, max(1, floor(32 * words / capacity * log(2) + 0.5)))
    return BloomFilter([0] * words, hashes, rate, capacity)


def from_bytes(data: bytes) -> BloomFilter:
    """Give the filter in published bytes; raises ValueError for another version, hash or a wrong length."""
    try:
        version, hashes, algorithm, rate, capacity, held, length = unpack_from(_HEAD, data)
    except struct_error:
        raise ValueError("too short for a filter") from None
    if version != _VERSION or algorithm != _SHA256 or not 0 < hashes <= MAX_HASHES:
        raise ValueError("a filter of another kind")
    if not 0 < length <= MAX_WORDS or len(data) != _HEAD_BYTES + 4 * length:
        raise ValueError("a filter cut short")
    words = list(unpack_from(f">{length}I", data, _HEAD_BYTES))
    return BloomFilter(words, hashes, rate, capacity, held)


def from_words(words: Sequence[int], hashes: int, rate: float = 0.0) -> BloomFilter:
    """Give the filter of signed or unsigned 32-bit words, as lists in JSON carry them."""
    if not words or not 0 < hashes <= MAX_HASHES:
        raise ValueError("a filter has words and hashes")
    return BloomFilter([word & 0xFFFFFFFF for word in words], hashes, rate)


def signed_words(bloom: BloomFilter) -> list[int]:
    """Give the words as signed 32-bit numbers."""
    return [_signed(word) for word in bloom.words]

"""Base45 (RFC 9285), computed on all groups at once: about ten times faster than digit by digit."""

from functools import lru_cache

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_NOT_A_DIGIT = 255
_DIGITS = bytes(ALPHABET.find(chr(c)) if chr(c) in ALPHABET else _NOT_A_DIGIT for c in range(256))


_LETTERS = ALPHABET.encode() + bytes(256 - len(ALPHABET))
# Multiplying and shifting instead of dividing: exact for n // 45 below 65536 (tested over the whole range), and no
# product leaves its lane of 32 bits.
_BY_45, _SHIFT = 11651, 19


@lru_cache(maxsize=1024)
def _low_bits(lanes: int) -> int:
    return int.from_bytes(b"\0\0\x07\xff" * lanes, "big")


def encode(data: bytes) -> str:
    """Give the Base45 text of `data`: three characters for two bytes, two for a last odd byte."""
    even = len(data) & ~1
    text = _groups(data[:even])
    if even == len(data):
        return text
    high, low = divmod(data[-1], 45)
    return text + ALPHABET[low] + ALPHABET[high]


def _groups(data: bytes) -> str:
    # All words at once, each in a lane of 32 bits of one large number: a table of 65536 texts is slower, because
    # it does not fit into the processor's cache.
    lanes = len(data) // 2
    spread = bytearray(4 * lanes)
    spread[2::4], spread[3::4] = data[0::2], data[1::2]
    words, mask = int.from_bytes(spread, "big"), _low_bits(lanes)
    upper = words * _BY_45 >> _SHIFT & mask
    third = upper * _BY_45 >> _SHIFT & mask
    first, second = words - 45 * upper, upper - 45 * third
    digits = bytearray(3 * lanes)
    for place, values in enumerate((first, second, third)):
        digits[place::3] = values.to_bytes(4 * lanes, "big")[3::4]
    return digits.translate(_LETTERS).decode("ascii")


def decode(text: str) -> bytes:
    """Give the bytes of a Base45 text.

    Raises ValueError for a character outside the alphabet, a length of 1 modulo 3, or a group above 65535
    (above 255 for the last pair).
    """
    digits = text.encode("latin-1", "strict").translate(_DIGITS) if text.isascii() else b"\xff"
    if _NOT_A_DIGIT in digits:
        raise ValueError("a character outside the Base45 alphabet")
    whole = len(digits) // 3 * 3
    return _words_of(digits[:whole]) + _last(digits[whole:])


def _words_of(digits: bytes) -> bytes:
    # All groups at once: each digit in a lane of 32 bits of one large number, so that no loop runs in Python.
    size = len(digits) // 3 * 4
    lanes = bytearray(size)
    total = 0
    for place, weight in enumerate((1, 45, 2025)):
        lanes[3::4] = digits[place::3]
        total += weight * int.from_bytes(lanes, "big")
    sums = total.to_bytes(size, "big")
    if any(sums[1::4]):
        raise ValueError("a Base45 group above 65535")
    words = bytearray(size // 2)
    words[0::2], words[1::2] = sums[2::4], sums[3::4]
    return bytes(words)


def _last(rest: bytes) -> bytes:
    if not rest:
        return b""
    if len(rest) == 1 or rest[0] + 45 * rest[1] > 255:
        raise ValueError("a Base45 text that ends in the middle")
    return bytes((rest[0] + 45 * rest[1],))

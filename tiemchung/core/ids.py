"""Identifiers that sort by the moment they were made."""

import os
import struct
import threading
import time
import uuid

_lock = threading.Lock()
_last = 0
_STOCK = 1024
_TAIL = struct.Struct(">Q")
_VARIANT = 0b10 << 62
_random = b""  # asked of the system many at a time: a run over a whole country needs millions


def new_id() -> uuid.UUID:
    """Give a UUID version 7 that is greater than every earlier one of this process (RFC 9562, 5.7).

    The 12 bits behind the milliseconds carry a fraction of the millisecond, so that ids made in one
    transaction keep their order; the last 62 bits are random.
    """
    global _last, _random
    ticks = time.time_ns() * 4096 // 1_000_000
    with _lock:
        _last = ticks = max(ticks, _last + 1)
        if not _random:
            _random = os.urandom(_STOCK)
        tail, _random = _random[:8], _random[8:]
    value = (ticks >> 12) << 80 | 0x7 << 76 | (ticks & 0xFFF) << 64 | 0b10 << 62
    return uuid.UUID(int=value | int.from_bytes(tail) >> 2)


def new_hexes(count: int) -> list[str]:
    """Give that many further ids as 32 hex digits each, in order: for rows that are written by the thousand."""
    global _last
    ticks, tails = time.time_ns() * 4096 // 1_000_000, os.urandom(8 * count)
    with _lock:
        first = max(ticks, _last + 1)
        _last = first + count - 1
    return [
        f"{n >> 12:012x}7{n & 0xFFF:03x}{tail >> 2 | _VARIANT:016x}"
        for n, (tail,) in enumerate(_TAIL.iter_unpack(tails), first)
    ]


def _forget_random() -> None:
    global _random
    _random = b""


# A fork would give out the same bytes twice.
os.register_at_fork(after_in_child=_forget_random)

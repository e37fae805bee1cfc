"""Where a revoked hash lies in the lists for verifiers without a network. Pure.

The published scheme (dgca revocation distribution, B2A): x, y, z are the first three hex digits of a hash. POINT keeps
one partition with a chunk for each x, VECTOR a partition for each x with chunks y, COORDINATE one for each xy with
chunks z. A chunk is cut into slices by the month in which its certificates end.
"""

import datetime as dt
from enum import StrEnum

# Chosen so that one slice stays within some thousand hashes, about 50 KB: what a phone fetches again for one change.
_POINT_MOST, _VECTOR_MOST = 100_000, 1_600_000
FALSE_HITS = 1e-12
HASH_BYTES = 16
WHOLE = "null"  # the name of the only partition of a POINT list, as published


class Mode(StrEnum):
    """How many leading digits tell the slices of a key apart."""

    POINT = "POINT"
    VECTOR = "VECTOR"
    COORDINATE = "COORDINATE"


_DIGITS = {Mode.POINT: 1, Mode.VECTOR: 2, Mode.COORDINATE: 3}


def mode_for(count: int) -> Mode:
    """Give the mode for a key with that many revoked hashes."""
    if count <= _POINT_MOST:
        return Mode.POINT
    return Mode.VECTOR if count <= _VECTOR_MOST else Mode.COORDINATE


def mode_of(place: str) -> Mode:
    """Give the mode to which a place belongs, by how many digits it has."""
    return next(mode for mode, digits in _DIGITS.items() if digits == len(place))


def place_of(full_hash: bytes, mode: Mode) -> str:
    """Give the leading hex digits of a hash, lower case, as many as the mode has."""
    return full_hash[:2].hex()[: _DIGITS[mode]]


def partition_of(place: str) -> str:
    """Give the partition of a place: all its digits but the last; `null` for POINT."""
    return place[:-1] or WHOLE


def chunk_of(place: str) -> str:
    """Give the chunk of a place inside its partition: its last digit."""
    return place[-1]


def month_after(moment: dt.datetime) -> dt.date:
    """Give the first day (UTC) of the month after `moment`, aware: from then on nobody needs to ask for it."""
    day = moment.astimezone(dt.UTC).date().replace(day=1)
    return (day + dt.timedelta(days=32)).replace(day=1)


def split(hashes: bytes) -> list[bytes]:
    """Give the hashes that lie one behind the other in `hashes`, 16 bytes each."""
    return [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]

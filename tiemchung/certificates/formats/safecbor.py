"""CBOR from strangers: bounded depth, few tags, nothing left over."""

from io import BytesIO
from typing import Any, NoReturn

from cbor2 import CBORDecodeError, CBORDecoder, CBORTag

MAX_DEPTH = 16
_PLAIN_TAGS = (0, 1, 1004, 55799)
_BUILT_IN = (2, 3, 4, 5, 25, 28, 29, 30, 35, 36, 37, 43, 52, 54, 100, 256, 258, 260, 261, 43000)
_COSE_TAGS = frozenset({18, 61})


def _refuse(_value: Any, _immutable: bool = False) -> NoReturn:
    raise ValueError("a CBOR tag that certificates do not use")


def _plain(value: Any, _immutable: bool = False) -> Any:
    return value


# Dates stay as they were written (tag 0, 1, 1004): converting them would change what is compared and shown.
_DECODERS = dict.fromkeys(_BUILT_IN, _refuse) | dict.fromkeys(_PLAIN_TAGS, _plain)


def _tagged(tag: CBORTag, _immutable: bool = False) -> CBORTag:
    if tag.tag not in _COSE_TAGS:
        raise ValueError("a CBOR tag that certificates do not use")
    return tag


def decode(data: bytes, *, open_lengths: bool = False) -> Any:
    """Give the one CBOR item that `data` is.

    Raises ValueError for anything malformed, deeper than 16 levels, with a length that is not stated, with a repeated
    map key, with an unknown tag, or followed by more bytes. No published code leaves a length open; `open_lengths` is
    for the unsigned CBOR that published vectors carry beside their codes.
    """
    source = BytesIO(data)
    decoder = CBORDecoder(
        source,
        tag_hook=_tagged,
        semantic_decoders=_DECODERS,
        max_depth=MAX_DEPTH,
        allow_indefinite=open_lengths,
        allow_duplicate_keys=False,
    )
    try:
        item = decoder.decode()
    except (CBORDecodeError, ValueError, TypeError, OverflowError, RecursionError, MemoryError) as problem:
        raise ValueError("not CBOR that a certificate may hold") from problem
    if source.tell() != len(data):
        raise ValueError("bytes after the CBOR item")
    return item

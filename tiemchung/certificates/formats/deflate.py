"""Zlib streams: written, and inflated with a limit and without accepting two spellings of one stream."""

import zlib

MAX_INFLATED = 64 * 1024
ZLIB = zlib.MAX_WBITS
RAW = -zlib.MAX_WBITS


MAX_STORED = 0xFFFF


def deflated(data: bytes) -> bytes:
    """Give a zlib stream (RFC 1950) of `data`, stored in it uncompressed.

    A signed payload of 340 bytes does not compress: measured over 200, deflate saved at most 7 bytes, and names
    have to pass 100 letters before one QR version is won. Any coding of symbols has a second spelling that a
    flipped bit can reach (an unused distance's code length is one); a stored block has none.

    Raises ValueError for more than `MAX_STORED` bytes, the most that one block holds.
    """
    size = len(data)
    if size > MAX_STORED:
        raise ValueError("too long for one stored block")
    length = size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little")
    return b"\x78\x9c\x01" + length + data + zlib.adler32(data).to_bytes(4, "big")


def inflate(data: bytes, *, wbits: int = ZLIB, limit: int = MAX_INFLATED) -> bytes:
    """Give the inflated bytes of one complete stream.

    Raises ValueError for a broken or cut stream and for more than `limit` bytes. For zlib streams also for
    bytes that follow and for bits set where the stream only pads: a flipped bit must not pass unseen. A raw
    stream's bytes are covered by a signature, and some issuers leave gzip's trailer behind it.
    """
    plain, rest = _run(data, wbits, limit)
    if wbits == ZLIB:
        if rest:
            raise ValueError("bytes after the compressed stream")
        _check_padding(data, plain, limit)
    return plain


def _run(data: bytes, wbits: int, limit: int) -> tuple[bytes, bytes]:
    stream = zlib.decompressobj(wbits)
    try:
        plain = stream.decompress(data, limit + 1)
    except zlib.error:
        raise ValueError("not a compressed stream") from None
    if len(plain) > limit:
        raise ValueError("inflates beyond the limit")
    if not stream.eof:
        raise ValueError("the compressed stream is cut")
    return plain, stream.unused_data


def _check_padding(data: bytes, plain: bytes, limit: int) -> None:
    if len(data) < 7:
        return
    if data[2] & 0b110 == 0 and data[2] & 0b11111000:
        raise ValueError("bits set in the padding of a stored block")
    last = data[-5]
    # One last stored block, as ours are, ends on a whole byte: nothing pads it.
    if not last or data[2] == 1:
        return
    # If the stream means the same without its highest set bit, that bit was padding: no writer sets it.
    cleared = last & ~(1 << (last.bit_length() - 1))
    try:
        same = _run(data[:-5] + bytes((cleared,)) + data[-4:], ZLIB, limit) == (plain, b"")
    except ValueError:
        return
    if same:
        raise ValueError("bits set in the padding of the compressed stream")

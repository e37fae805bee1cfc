"""Streams are bounded, and each has one spelling."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiemchung.certificates.formats import deflate


@given(st.binary(max_size=3000))
def test_what_is_written_is_read_back_here_and_by_zlib(data: bytes) -> None:
    assert deflate.inflate(deflate.deflated(data)) == data
    assert zlib.decompress(deflate.deflated(data)) == data


@given(st.binary(max_size=1500), st.integers(0, 9))
def test_any_other_writers_stream_is_read(data: bytes, level: int) -> None:
    assert deflate.inflate(zlib.compress(data, level)) == data


def test_more_than_one_block_holds_is_refused() -> None:
    with pytest.raises(ValueError, match="too long"):
        deflate.deflated(b"A" * (deflate.MAX_STORED + 1))


@given(st.binary(max_size=1500))
def test_what_is_written_has_one_spelling(data: bytes) -> None:
    header = deflate.deflated(data)[:7]
    assert header == b"\x78\x9c\x01" + len(data).to_bytes(2, "little") + (len(data) ^ 0xFFFF).to_bytes(2, "little")


def test_a_bomb_stops_at_the_limit() -> None:
    with pytest.raises(ValueError, match="limit"):
        deflate.inflate(zlib.compress(b"\0" * (deflate.MAX_INFLATED + 1)))


@pytest.mark.parametrize(
    "change", [lambda s: s[:-1], lambda s: s + b"\0", lambda s: s[2:], lambda s: b"", lambda s: b"x"]
)
def test_a_cut_continued_or_foreign_stream_is_refused(change) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match="stream"):
        deflate.inflate(change(zlib.compress(b"An" * 200)))


@pytest.mark.parametrize(
    "stream",
    [
        deflate.deflated(b"An" * 200),
        deflate.deflated(b"An" * 400),
        deflate.deflated(bytes(range(256)) * 3),
        deflate.deflated("Nguyễn Thị Minh Khai ".encode() * 30),
        deflate.deflated(b""),
        zlib.compress(bytes(range(256))),
        zlib.compress(b"one text that hardly repeats"),
    ],
)
def test_no_single_flipped_bit_of_a_stream_passes(stream: bytes) -> None:
    for bit in range(8 * len(stream)):
        flipped = bytearray(stream)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(ValueError, match=r"\w"):
            deflate.inflate(bytes(flipped))

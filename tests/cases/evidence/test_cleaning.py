"""Whatever is sent becomes a plain picture of ours, or is refused with a reason (threats M24)."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.cases.evidence import papers
from tiemchung.cases.evidence.cleaning import LARGEST, clean_upload, kind_of
from tiemchung.core.verdict import Refused

CHECKOUT = Path(__file__).resolve().parents[3]


def code_of(raw: bytes) -> str:
    with pytest.raises(Refused) as refusal:
        clean_upload(raw)
    return refusal.value.verdict.refusals[0].code


def only_page(raw: bytes) -> Image.Image:
    (page,) = clean_upload(raw)
    image = Image.open(io.BytesIO(page.jpeg))
    assert (image.format, image.size) == ("JPEG", (page.width, page.height))
    return image


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_of_each_kind_becomes_a_jpeg_of_the_same_sides(kind):
    assert only_page(papers.photo((800, 600), kind)).size == (800, 600)


def test_a_photo_loses_its_place_its_camera_and_its_comment_and_stands_upright():
    raw = papers.photo_with_place()
    assert b"SECRETCAMERA" in raw
    assert b"<?php" in raw
    (page,) = clean_upload(raw)
    image = Image.open(io.BytesIO(page.jpeg))
    assert image.size == (200, 400)
    assert dict(image.getexif()) == {}
    assert [word for word in (b"SECRETCAMERA", b"<?php", b"Exif", b"GPS") if word in page.jpeg] == []


@pytest.mark.parametrize("tail", [b"<script>alert(1)</script>", b"PK\x03\x04" + b"x" * 99, b"%PDF-1.4 <?php ?>"])
def test_nothing_behind_the_picture_is_kept(tail):
    (page,) = clean_upload(papers.photo((300, 300)) + tail)
    assert tail not in page.jpeg
    assert page.jpeg.endswith(b"\xff\xd9")


def test_colour_profiles_and_text_of_a_png_are_dropped():
    from PIL.PngImagePlugin import PngInfo

    told = PngInfo()
    told.add_text("Comment", "SECRETTEXT", zip=False)
    (page,) = clean_upload(papers.photo((60, 60), "PNG", pnginfo=told, icc_profile=b"SECRETPROFILE"))
    assert b"SECRET" not in page.jpeg


def test_a_photo_s_colour_profile_its_notes_and_its_comment_are_dropped():
    notes = {"icc_profile": b"SECRETPROFILE", "xmp": b"SECRETXMP", "comment": b"SECRETCOMMENT"}
    raw = papers.photo((60, 60), **notes)
    assert raw.count(b"SECRET") == len(notes)
    (page,) = clean_upload(raw)
    assert b"SECRET" not in page.jpeg


def test_a_large_photo_is_made_no_longer_than_2400():
    assert only_page(papers.photo((4000, 3000))).size == (2400, 1800)


def test_what_is_transparent_becomes_white_and_not_black():
    paper = io.BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(paper, "PNG")
    assert only_page(paper.getvalue()).getpixel((25, 25)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_kind_of_png_keeps_its_grey(mode):
    paper = io.BytesIO()
    image = Image.new("I;16", (50, 50), 0x8080) if mode == "I;16" else Image.new("L", (50, 50), 128).convert(mode)
    image.save(paper, "PNG")
    grey = sum(only_page(paper.getvalue()).resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))) / 3
    assert 100 < grey < 156


def test_a_print_shop_s_jpeg_in_four_colours_is_taken():
    assert only_page(papers.photo((90, 60), mode="CMYK")).mode == "RGB"


def test_of_a_moving_picture_the_first_frame_is_taken():
    paper = io.BytesIO()
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue")]
    frames[0].save(paper, "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    red, _, blue = only_page(paper.getvalue()).getpixel((20, 20))
    assert red > 200 > blue


HOSTILE = {
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nquit",
    "gif": papers.photo((9, 9), "GIF", mode="P"),
    "tiff": papers.photo((9, 9), "TIFF"),
    "bmp": papers.photo((9, 9), "BMP"),
    "psd": b"8BPS\0\1" + b"\0" * 60,
    "html": b"<!doctype html><script>alert(1)</script>",
    "zip": b"PK\x03\x04" + b"\0" * 60,
    "elf": b"\x7fELF" + b"\0" * 60,
    "riff": b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 40,
    "html before a pdf": b"<html>" + papers.pdf(),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_anything_else_is_refused_by_its_first_bytes(name):
    assert code_of(HOSTILE[name]) == "EVIDENCE_TYPE"


def test_an_iphone_s_own_format_is_refused_with_advice_of_its_own():
    assert code_of(b"\0\0\0\x18ftypheic" + b"\0" * 60) == "EVIDENCE_HEIC"


def test_a_small_file_of_144_million_pixels_is_refused_from_its_header():
    bomb = papers.bomb_of_pixels()
    assert len(bomb) < 500_000
    assert code_of(bomb) == "EVIDENCE_TOO_MANY_PIXELS"


def test_a_header_that_lies_about_its_size_is_refused():
    assert (
        code_of(papers.photo((60, 60), "PNG").replace(b"\0\0\0\x3c\0\0\0\x3c", b"\0\x00\x10\0\0\0\x10\0"))
        == "EVIDENCE_BROKEN"
    )


def test_a_photo_of_thousands_of_scans_is_refused_before_it_is_read():
    raw = papers.photo((400, 400), progressive=True)
    start = raw.rindex(b"\xff\xda")
    assert code_of(raw[:start] + raw[start:-2] * 500 + b"\xff\xd9") == "EVIDENCE_BROKEN"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_half_a_photo_is_refused(kind):
    raw = papers.photo((600, 600), kind, noise=True)
    assert code_of(raw[: len(raw) // 2]) == "EVIDENCE_BROKEN"


def test_an_empty_file_is_refused():
    assert code_of(b"") == "EVIDENCE_BROKEN"


def test_more_than_ten_megabytes_are_refused_unread():
    assert code_of(b"\xff\xd8\xff" + bytes(LARGEST)) == "EVIDENCE_TOO_LARGE"


REFUSALS = ("EVIDENCE_BROKEN", "EVIDENCE_TYPE", "EVIDENCE_TOO_MANY_PIXELS")


def outcome(raw: bytes) -> str:
    try:
        (page,) = clean_upload(raw)
    except Refused as refusal:
        return refusal.verdict.refusals[0].code
    Image.open(io.BytesIO(page.jpeg), formats=["JPEG"]).load()
    return "a picture"


@settings(max_examples=150)
@given(st.data())
def test_no_damage_to_a_photo_makes_anything_but_a_picture_or_a_refusal(data):
    kind = data.draw(st.sampled_from(["JPEG", "PNG", "WEBP"]))
    raw = bytearray(papers.photo((64, 48), kind))
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    assert outcome(bytes(raw)) in ("a picture", *REFUSALS)


@given(st.binary(max_size=200))
def test_no_bytes_at_all_break_the_look_at_their_kind(raw):
    assert kind_of(raw) in ("JPEG", "PNG", "WEBP", "PDF", "HEIC", "")


FLAT = """
import resource, sys
from tests.cases.evidence.papers import photo
from tiemchung.cases.evidence.cleaning import clean_upload
raw = photo((2600, 1950), noise=True, quality=92)
assert 2_500_000 < len(raw) < 4_500_000, len(raw)
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
def now():
    return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize() // 2**20
for _ in range(5):
    clean_upload(raw)
after_five, peak_of_five = now(), peak()
for _ in range(45):
    clean_upload(raw)
print(now() - after_five, peak() - peak_of_five)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is measured as Linux tells it")
def test_fifty_photos_of_3_megabytes_leave_the_memory_as_it_was():
    done = subprocess.run([sys.executable, "-c", FLAT], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    grown, peak_grown = (int(number) for number in done.stdout.split())
    assert grown < 10
    assert peak_grown < 10

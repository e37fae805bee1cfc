"""The drawn code reads back, has its quiet zone, and gives up density before readability."""

import re

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from tiemchung.web.citizen.qr import MOST_MODULES, QUIET, qr_of

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def strokes(path):
    """Give (x, y, length) of every stroke, in modules, as a browser follows the path."""
    found, x, y = [], 0, 0
    for move, first, second, run in re.findall(r"([Mm])(\d+) (\d+)(?:\.5)?h(\d+)", path):
        x, y = (int(first), int(second)) if move == "M" else (x + int(first), y)
        found.append((x, y, int(run)))
        x += int(run)
    return found


def picture(drawing, scale: int = 4) -> Image.Image:
    image = Image.new("L", (drawing.side * scale,) * 2, 255)
    pen = ImageDraw.Draw(image)
    for x, y, run in strokes(drawing.path):
        pen.rectangle((x * scale, y * scale, (x + run) * scale - 1, (y + 1) * scale - 1), fill=0)
    return image


@given(st.text(ALPHABET, min_size=1, max_size=600))
@settings(max_examples=25, deadline=None)
def test_what_is_drawn_reads_back(text):
    assert [found.text for found in zxingcpp.read_barcodes(picture(qr_of("HC1:" + text)))] == ["HC1:" + text]


def test_four_modules_around_stay_white():
    drawing = qr_of("HC1:" + ALPHABET)
    runs = strokes(drawing.path)
    assert min(x for x, _, _ in runs) == min(y for _, y, _ in runs) == QUIET
    assert max(x + run for x, _, run in runs) == drawing.side - QUIET


@pytest.mark.parametrize(("length", "level"), [(300, "Q"), (480, "Q"), (900, "M")])
def test_a_long_text_is_drawn_with_less_correction_so_that_its_modules_stay_large(length, level):
    drawing = qr_of("HC1:" + (ALPHABET * 30)[:length])
    assert drawing.level == level
    assert level == "M" or drawing.side - 2 * QUIET <= MOST_MODULES

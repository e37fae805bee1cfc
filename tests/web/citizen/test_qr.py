"""The drawn code reads back, has its quiet zone, and gives up density before readability."""

import re

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from tiemchung.web.citizen.qr import MOST_MODULES, QUIET, qr_of

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def picture(drawing, scale: int = 4) -> Image.Image:
    image = Image.new("L", (drawing.side * scale,) * 2, 255)
    pen = ImageDraw.Draw(image)
    for x, y, run in (map(int, found) for found in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", drawing.path)):
        pen.rectangle((x * scale, y * scale, (x + run) * scale - 1, (y + 1) * scale - 1), fill=0)
    return image


@given(st.text(ALPHABET, min_size=1, max_size=600))
@settings(max_examples=25, deadline=None)
def test_what_is_drawn_reads_back(text):
    assert [found.text for found in zxingcpp.read_barcodes(picture(qr_of("HC1:" + text)))] == ["HC1:" + text]


def test_four_modules_around_stay_white():
    drawing = qr_of("HC1:" + ALPHABET)
    runs = [tuple(map(int, found)) for found in re.findall(r"M(\d+) (\d+)h(\d+)", drawing.path)]
    assert min(x for x, _, _ in runs) == min(y for _, y, _ in runs) == QUIET
    assert max(x + run for x, _, run in runs) == drawing.side - QUIET


@pytest.mark.parametrize(("length", "level"), [(300, "Q"), (480, "Q"), (900, "M")])
def test_a_long_text_is_drawn_with_less_correction_so_that_its_modules_stay_large(length, level):
    drawing = qr_of("HC1:" + (ALPHABET * 30)[:length])
    assert drawing.level == level
    assert level == "M" or drawing.side - 2 * QUIET <= MOST_MODULES

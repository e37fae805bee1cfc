"""The drawn code reads back, has its quiet zone, and gives up density before readability."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.qr_codes import qr_codes
from tests.web.citizen.drawing import picture, strokes
from tiemchung.web.shared.qr import MOST_MODULES, QUIET, Drawing, qr_of

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def seen(drawing: Drawing) -> Image.Image:
    return picture(drawing.side, drawing.path)


@given(st.text(ALPHABET, min_size=1, max_size=600))
@settings(max_examples=25, deadline=None)
def test_what_is_drawn_reads_back(text):
    assert [found.text for found in qr_codes(seen(qr_of("HC1:" + text)))] == ["HC1:" + text]


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

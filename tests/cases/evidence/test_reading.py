"""The optional reader reads a printed slip, where it is installed."""

import datetime as dt
import io
from pathlib import Path

import pytest
from PIL import Image

from tests.cases.evidence import papers
from tests.cases.evidence.test_slip import SLIP
from tiemchung.cases.evidence.cleaning import clean_upload
from tiemchung.cases.evidence.reading import Tesseract, read_any_way_up, reader
from tiemchung.cases.evidence.slip import propose


def program(tmp_path, text: str) -> str:
    path = tmp_path / "tesseract"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def test_a_printed_slip_is_read_into_proposals():
    found = reader()
    if found is None:
        pytest.skip("tesseract with Vietnamese is not installed here (packages tesseract-ocr, tesseract-ocr-vie)")
    if not Path(papers.FONT).exists():
        pytest.skip("no font with Vietnamese letters here")
    (page,) = clean_upload(papers.slip(SLIP.splitlines()))
    proposals = propose(found.read(page.jpeg))
    assert proposals.name == "Nguyễn Thị Minh Châu"
    assert proposals.given_on == (dt.date(2021, 8, 12), dt.date(2021, 9, 5))
    assert proposals.product == ("VERO_CELL", "PFIZER")
    assert "202108B" in proposals.lot


class Upright:
    """Reads a page only the way up that it was written: lying pages give noise."""

    def __init__(self, asked: int) -> None:
        self.left = asked

    def read(self, image: bytes) -> str:
        Image.open(io.BytesIO(image), formats=("JPEG",)).verify()
        self.left -= 1
        return "~ | ~" if self.left > 0 else SLIP


@pytest.mark.parametrize("turns", [1, 2, 3, 4])
def test_a_page_is_turned_until_something_is_made_out(turns):
    (page,) = clean_upload(papers.photo((400, 300)))
    port = Upright(turns)
    assert read_any_way_up(port, page.jpeg, latest=dt.date(2026, 1, 1)).name == "Nguyễn Thị Minh Châu"
    assert port.left == 0


def test_a_page_of_which_nothing_is_made_out_is_not_turned_for_ever():
    (page,) = clean_upload(papers.photo((400, 300)))
    port = Upright(99)
    assert not read_any_way_up(port, page.jpeg, latest=dt.date(2026, 1, 1))
    assert port.left == 99 - 4


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_printed_slip_that_lies_on_its_side_is_read(degrees):
    found = reader()
    if found is None or not Path(papers.FONT).exists():
        pytest.skip("tesseract with Vietnamese, or a font with its letters, is not installed here")
    lying = io.BytesIO()
    with Image.open(io.BytesIO(papers.slip(SLIP.splitlines()))) as upright:
        upright.convert("RGB").rotate(degrees, expand=True).save(lying, "JPEG", quality=95)
    (page,) = clean_upload(lying.getvalue())
    proposals = read_any_way_up(found, page.jpeg, latest=dt.date(2026, 1, 1))
    assert (proposals.name, proposals.product) == ("Nguyễn Thị Minh Châu", ("VERO_CELL", "PFIZER"))


def test_the_text_is_what_the_program_says(tmp_path):
    assert Tesseract(program(tmp_path, "cat")).read("Mũi 1".encode()) == "Mũi 1"


@pytest.mark.parametrize("text", ["exit 1", "kill -9 $$"])
def test_a_program_that_fails_is_an_error(tmp_path, text):
    with pytest.raises(OSError, match="ended"):
        Tesseract(program(tmp_path, text)).read(b"x")


def test_a_program_that_hangs_is_ended(tmp_path):
    with pytest.raises(OSError, match="too long"):
        Tesseract(program(tmp_path, "exec sleep 30"), seconds=0.3).read(b"x")


def test_a_program_that_is_not_there_is_an_error():
    with pytest.raises(OSError, match="No such file"):
        Tesseract("/nowhere/tesseract").read(b"x")

"""The optional reader reads a printed slip, where it is installed."""

import datetime as dt
from pathlib import Path

import pytest

from tests.cases.evidence import papers
from tests.cases.evidence.test_slip import SLIP
from tiemchung.cases.evidence.cleaning import clean_upload
from tiemchung.cases.evidence.reading import Tesseract, reader
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

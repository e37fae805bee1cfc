"""A PDF is drawn by a child that may die of it; we never do."""

import io
import os

import pytest
from PIL import Image

from tests.cases.evidence import papers
from tiemchung.cases.evidence import paper, paper_child
from tiemchung.cases.evidence.cleaning import clean_upload
from tiemchung.core.verdict import Refused


def code_of(raw: bytes) -> str:
    with pytest.raises(Refused) as refusal:
        clean_upload(raw)
    return refusal.value.verdict.refusals[0].code


def test_each_page_becomes_a_picture_that_shows_what_was_on_it():
    pages = clean_upload(papers.pdf(pages=3))
    assert [(page.width, page.height) for page in pages] == [(1696, 2400)] * 3
    image = Image.open(io.BytesIO(pages[2].jpeg))
    red, _, blue = image.getpixel((500, 1500))
    assert blue > 200 > red
    assert image.getpixel((5, 5)) == (255, 255, 255)


def test_six_pages_are_refused():
    assert code_of(papers.pdf(pages=6)) == "EVIDENCE_TOO_MANY_PAGES"


def test_a_locked_file_is_refused_and_named_so():
    assert code_of(papers.locked_pdf()) == "EVIDENCE_LOCKED"


@pytest.mark.parametrize("raw", [b"%PDF-1.7", b"%PDF-1.4\n" + os.urandom(5000), papers.pdf()[:200]])
def test_a_damaged_file_is_refused(raw):
    assert code_of(raw) == "EVIDENCE_BROKEN"


def test_a_page_as_large_as_a_field_is_drawn_no_larger_than_any_other():
    (page,) = clean_upload(papers.pdf(size=(14_400, 14_400)))
    assert (page.width, page.height) == (2400, 2400)


def test_a_page_as_thin_as_a_thread_is_drawn():
    (page,) = clean_upload(papers.pdf(size=(10_000, 1)))
    assert page.width == 2400


@pytest.mark.slow
def test_a_page_of_gigabytes_ends_the_child_and_is_refused():
    raw = papers.pdf_of_gigabytes()
    assert len(raw) < 100_000
    assert code_of(raw) == "EVIDENCE_BROKEN"


def test_a_child_that_hangs_is_ended(monkeypatch, tmp_path):
    asleep = tmp_path / "asleep.py"
    asleep.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(paper, "_SECONDS", 0.5)
    monkeypatch.setattr(paper_child, "__file__", str(asleep))
    assert code_of(papers.pdf()) == "EVIDENCE_BROKEN"


ANSWERS = {
    "nothing": b"",
    "half a length": b"\0\0",
    "a page that ends early": b"\0\0\0\xff" + b"x" * 10,
    "a page of nothing": b"\0\0\0\0",
    "more pages than asked for": (b"\0\0\0\1x") * 6,
    "no picture": b"\0\0\0\4<svg",
}


@pytest.mark.parametrize("name", ANSWERS)
def test_whatever_a_captured_child_answers_is_checked(monkeypatch, tmp_path, name):
    captured = tmp_path / "captured.py"
    captured.write_text(f"import sys\nsys.stdout.buffer.write({ANSWERS[name]!r})\n")
    monkeypatch.setattr(paper_child, "__file__", str(captured))
    assert code_of(papers.pdf()) == "EVIDENCE_BROKEN"


def test_the_child_gets_none_of_our_variables(monkeypatch, tmp_path):
    spy = tmp_path / "spy.py"
    spy.write_text("import os, sys\nsys.exit(9 if 'TIEMCHUNG_HOME' in os.environ else 4)\n")
    monkeypatch.setattr(paper_child, "__file__", str(spy))
    assert code_of(papers.pdf()) == "EVIDENCE_LOCKED"

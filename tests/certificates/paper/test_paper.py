"""The paper says every field that the code states, and its code reads as the signed text, whatever the name is long."""

import datetime as dt
from dataclasses import replace
from uuid import uuid4

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from tests.builders import country  # noqa: F401 - a fixture
from tests.certificates.passport_cast import NOW, a_signed_person, await_step, issue_passport
from tiemchung.certificates.paper import NothingToPrint, Paper, passport_pdf
from tiemchung.certificates.paper.facts import FIELDS, country_name, words
from tiemchung.certificates.reads import PassportDose, PassportView, passport_of
from tiemchung.certificates.reads.passport_views import DoseSigned
from tiemchung.certificates.rules import PassportState
from tiemchung.core.actor import SYSTEM

pytestmark = pytest.mark.usefixtures("country", "db")
LONG = "Nguyễn Phúc Hoàng Công Tằng Tôn Nữ Thị Hồng Phương Thảo Nguyên Anh Thư Quỳnh Hươ"
MM = 72 / 25.4  # points


def view_of(name: str = "Nguyễn Thị Minh Châu") -> PassportView:
    person_id = a_signed_person(name)
    issue_passport(person_id)
    return passport_of(SYSTEM, person_id, NOW)


def text_of(pdf: bytes) -> str:
    """Give the words of all pages; a line's end is a space, for long values are broken."""
    pages = pypdfium2.PdfDocument(pdf)
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in pages).split())


def picture_of(pdf: bytes, page: int = 0) -> Image.Image:
    return pypdfium2.PdfDocument(pdf)[page].render(scale=4).to_pil()


def doses(count: int) -> tuple[PassportDose, ...]:
    by = DoseSigned(uuid4(), "Trung tâm Y tế huyện Bình Chánh", NOW)
    place = "Điểm tiêm trường THCS Nguyễn Thị Minh Khai"
    return tuple(
        PassportDose(uuid4(), n, "PRIMARY", "Vero Cell (Sinopharm)", dt.date(2026, 1, n), place, by.facility_id,
                     f"2021{n:06}-LOT", True, by)
        for n in range(1, count + 1)
    )  # fmt: skip


@pytest.mark.parametrize("paper", list(Paper))
@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("name", ["Nguyễn Thị Minh Châu", "H’Hen Niê", LONG, "Y"])
def test_the_code_on_the_paper_reads_as_the_signed_text(paper: Paper, lang: str, name: str) -> None:
    view = view_of(name)
    (code,) = zxingcpp.read_barcodes(picture_of(passport_pdf(view, paper, lang)))
    assert code.text == view.hc1


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a4_prints_the_eleven_fields_in_both_languages_with_their_values(lang: str) -> None:
    view = view_of()
    text = text_of(passport_pdf(view, Paper.A4, lang))
    for one in ("vi", "en"):
        for name in FIELDS:
            assert words()[one]["fields"][name] in text
    fields = view.fields
    assert fields is not None
    for name in FIELDS:
        value = getattr(fields, name)
        shown = f"{value:%d/%m/%Y}" if isinstance(value, dt.date) else str(value)
        assert (country_name(value) if name == "nationality" else shown) in text
    assert "NGUYEN THI MINH CHAU" in text
    assert all(str(n) in text for n in range(1, 12))


def test_every_dose_has_its_place_lot_and_signature_on_the_paper() -> None:
    view = view_of()
    text = text_of(passport_pdf(view))
    for dose in view.doses:
        assert f"{dose.given_on:%d/%m/%Y}" in text
        assert dose.lot in text
    assert text.count("Trạm Y tế phường Bến Nghé") == 2 * len(view.doses)


def test_eight_doses_and_a_name_of_eighty_letters_fit_on_one_page() -> None:
    assert len(LONG) == 80
    view = replace(view_of(LONG), doses=doses(8))
    pdf = passport_pdf(view)
    assert len(pypdfium2.PdfDocument(pdf)) == 1
    text = text_of(pdf)
    assert LONG in text
    assert text.count("Vero Cell (Sinopharm)") == 8
    assert len(pypdfium2.PdfDocument(passport_pdf(view, Paper.WALLET))) == 1


def test_more_doses_than_a_page_holds_go_on_to_the_next_with_the_number_on_each() -> None:
    view = replace(view_of(), doses=doses(28))
    pages = pypdfium2.PdfDocument(passport_pdf(view))
    assert len(pages) > 1
    assert all(view.number in page.get_textpage().get_text_range() for page in pages)


@pytest.mark.parametrize("paper", list(Paper))
def test_the_code_is_at_least_forty_millimetres_wide(paper: Paper) -> None:
    (code,) = zxingcpp.read_barcodes(picture_of(passport_pdf(view_of(LONG), paper)))
    corners = code.position
    assert (corners.top_right.x - corners.top_left.x) / 4 / MM >= 40


def test_the_wallets_two_faces_have_the_size_of_a_bank_card() -> None:
    text = text_of(passport_pdf(view_of(), Paper.WALLET))
    assert "HỘ CHIẾU VẮC XIN" in text
    page = pypdfium2.PdfDocument(passport_pdf(view_of(), Paper.WALLET))[0]
    assert [round(side / MM) for side in page.get_size()] == [210, 297]
    dark = picture_of(passport_pdf(view_of(), Paper.WALLET)).convert("L").point(lambda v: 255 if v < 128 else 0)
    left, top, right, _ = dark.getbbox()
    assert round((right - left) / 4 / MM) == round(2 * 85.6)
    face = dark.crop((left, top, left + 8, top + round(60 * 4 * MM))).getbbox()
    assert round((face[3] - face[1]) / 4 / MM) == 54


def test_it_is_an_archive_file_with_its_fonts_inside_and_tags_for_screen_readers() -> None:
    pdf = passport_pdf(view_of())
    assert b"pdfaid:part>2<" in pdf
    assert b"pdfaid:conformance>A<" in pdf
    assert b"/MarkInfo" in pdf or b"/StructTreeRoot" in pdf
    assert b"BeVietnamPro" in pdf


def test_without_a_certificate_nothing_is_printed() -> None:
    person_id = a_signed_person()
    await_step(person_id, PassportState.FACILITY_SIGNED)
    with pytest.raises(NothingToPrint):
        passport_pdf(passport_of(SYSTEM, person_id, NOW))


def test_the_same_keys_in_both_languages() -> None:
    assert words()["vi"].keys() == words()["en"].keys()
    assert words()["vi"]["fields"].keys() == words()["en"]["fields"].keys() == set(FIELDS)


def test_many_papers_at_once_are_each_their_own() -> None:
    from concurrent.futures import ThreadPoolExecutor

    views = [view_of("Nguyễn Thị Minh Châu"), view_of("Trần Văn Bình")]
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(passport_pdf, views * 4))
    for view, pdf in zip(views * 4, made, strict=True):
        assert view.name.written in text_of(pdf)

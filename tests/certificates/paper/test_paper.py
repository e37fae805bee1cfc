"""The paper says every field that the code states, and its code reads as the signed text, whatever the name is long."""

import datetime as dt
import re
from dataclasses import replace
from uuid import uuid4

import pypdfium2
import pytest
from PIL import Image, ImageFilter

from tests.builders import country  # noqa: F401 - a fixture
from tests.certificates.passport_cast import NOW, a_signed_person, await_step, issue_passport
from tests.qr_codes import qr_codes
from tiemchung.certificates.formats import valuesets
from tiemchung.certificates.issuing import QR_18_Q
from tiemchung.certificates.paper import NothingToPrint, Paper, passport_pdf, press
from tiemchung.certificates.paper.facts import FIELDS, country_name, words
from tiemchung.certificates.reads import PassportDose, PassportView, passport_of
from tiemchung.certificates.reads.passport_views import DoseSigned
from tiemchung.certificates.rules import PassportState
from tiemchung.core.actor import SYSTEM
from tiemchung.web.shared.qr import MOST_MODULES, QUIET, qr_of

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
    (code,) = qr_codes(picture_of(passport_pdf(view, paper, lang)))
    assert code.text == view.hc1


@pytest.mark.parametrize("paper", list(Paper))
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_paper_prints_the_eleven_fields_in_both_languages_with_their_values(paper: Paper, lang: str) -> None:
    view = view_of()
    text = text_of(passport_pdf(view, paper, lang))
    for one in ("vi", "en"):
        for name in FIELDS:
            assert words()[one]["fields"][name] in text
        for name in ("expires", "identity", "technical"):
            assert words()[one][name] in text
    fields = view.fields
    assert fields is not None
    for name in FIELDS:
        value = getattr(fields, name)
        shown = f"{value:%d/%m/%Y}" if isinstance(value, dt.date) else str(value)
        assert (country_name(value) if name == "nationality" else shown) in text
    assert "NGUYEN THI MINH CHAU" in text
    assert paper is Paper.WALLET or all(str(n) in text for n in range(1, 12))


def longest(field: str) -> str:
    """Give the code whose published name is the longest."""
    known = valuesets._values(valuesets._SETS[field])
    return max(known, key=lambda code: len(valuesets.display_name(field, code)))


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("name", ["Nguyễn Thị Minh Châu", LONG])
def test_the_longest_published_names_stay_within_the_wallets_face(lang: str, name: str) -> None:
    """A face is cut along its edge: what lies outside of it is lost, and what lies upon another line too."""
    view = view_of(name)
    assert view.fields is not None
    said = {key: valuesets.display_name(field, longest(field))
            for key, field in (("vaccine", "vp"), ("product", "mp"), ("maker", "ma"))}  # fmt: skip
    wide = {"number": "URN:UVCI:01:VN:WWWWMMMMWWWWMM#W", "dose_number": "10/10", "doses_received": 10}
    view = replace(view, fields=replace(view.fields, nationality=longest("co"), **wide, **said))
    page = pypdfium2.PdfDocument(passport_pdf(view, Paper.WALLET, lang))[0]
    words_on = page.get_textpage()
    assert all(value in " ".join(words_on.get_text_range().split()) for value in said.values())
    top = page.get_height() - 20 * MM
    left, fold = 19.4 * MM, (19.4 + 85.6) * MM
    boxes = [words_on.get_charbox(n) for n in range(words_on.count_chars())]
    on_faces = [box for box in boxes if box[3] > box[1] > top - 56 * MM]  # below the faces stands how to cut
    assert len(on_faces) > 400
    assert [box for box in on_faces if box[3] > top - 1.5 * MM or box[1] < top - 52 * MM] == []
    front = [box for box in on_faces if box[0] < fold]
    assert [box for box in front if box[0] < left + 2 * MM or box[2] > fold - 2 * MM] == []
    assert upon_each_other(list(dict.fromkeys(front))) == []  # one letter may be told as two characters


def upon_each_other(boxes: list[tuple[float, ...]]) -> list[tuple[tuple[float, ...], tuple[float, ...]]]:
    """Give the pairs of letters that cover each other by more than the marks of Vietnamese letters do."""
    found = []
    for n, (left, low, right, high) in enumerate(boxes):
        for other in boxes[n + 1 :]:
            wide, tall = min(right, other[2]) - max(left, other[0]), min(high, other[3]) - max(low, other[1])
            least = min((right - left) * (high - low), (other[2] - other[0]) * (other[3] - other[1]))
            if wide > 0.2 and tall > 0.2 and wide * tall > 0.35 * least:
                found.append(((left, low, right, high), other))
    return found


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
    (code,) = qr_codes(picture_of(passport_pdf(view_of(LONG), paper)))
    corners = code.position
    assert (corners.top_right.x - corners.top_left.x) / 4 / MM >= 40


USUAL = ["Lê An", "Nguyễn Thị Minh Châu", "Huỳnh Nguyễn Phương Thảo", "Tôn Nữ Thị Phương Nguyên"]
VERSION_18 = 17 + 4 * 18  # modules a side (ISO/IEC 18004, 7.1)


def test_a_code_counts_as_dense_from_the_first_letter_that_level_q_cannot_hold() -> None:
    drawn = [qr_of("HC1:" + "A" * (QR_18_Q - 4 + more)) for more in (0, 1)]
    assert [(one.level, one.side - 2 * QUIET == VERSION_18) for one in drawn] == [("Q", True), ("M", False)]



@pytest.mark.parametrize("name", USUAL)
@pytest.mark.parametrize("product", ["PFIZER", "VERO_CELL", "ASTRAZENECA"])
def test_the_code_of_a_usual_name_is_at_most_version_18_with_a_quarter_of_it_to_spare(name: str, product: str) -> None:
    """certificates.md, bars: denser codes scan badly from paper; level Q survives a quarter of it lost."""
    person_id = a_signed_person(name, product=product)
    issue_passport(person_id)
    view = passport_of(SYSTEM, person_id, NOW)
    drawn = qr_of(view.hc1)
    assert (drawn.level, drawn.side - 2 * QUIET <= VERSION_18) == ("Q", True)
    (code,) = qr_codes(picture_of(passport_pdf(view)))
    assert code.ec_level == "Q"
    assert modules_of(press.qr_svg(view.hc1)) == drawn.side - 2 * QUIET


def test_screen_and_paper_draw_the_same_density() -> None:
    assert press.MOST_MODULES == MOST_MODULES == VERSION_18


@pytest.mark.parametrize("name", [*USUAL, LONG])
@pytest.mark.parametrize("paper", list(Paper))
def test_a_print_of_25_millimetres_reads_as_a_scanner_or_a_phone_sees_it(paper: Paper, name: str) -> None:
    """peers.md E1: a copy made that small, at 300 dots an inch, a little blurred and not quite straight."""
    view = view_of(name)
    printed = {Paper.A4: 54, Paper.WALLET: 48}[paper]  # mm on the page
    page = pypdfium2.PdfDocument(passport_pdf(view, paper))[0].render(scale=300 / 72 * 25 / printed).to_pil()
    blurred = page.convert("L").filter(ImageFilter.GaussianBlur(0.6))
    seen = blurred.rotate(2, resample=Image.Resampling.BICUBIC, fillcolor=255)
    (code,) = qr_codes(seen)
    assert code.text == view.hc1


def modules_of(svg: str) -> int:
    """Give how many modules a side a drawn code has, its quiet zone left out."""
    found = re.search(r'<svg width="(\d+)" height="\1"', svg)
    assert found is not None
    return int(found[1]) - 2 * QUIET


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

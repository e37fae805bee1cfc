"""Photos of papers on the phone and on the desk: shrunk, shown, sent; zoomed and turned by button and key."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.web.shared.test_kit_page import browser, page, qr_film, site  # noqa: F401 - fixtures

pytestmark = pytest.mark.journey
FIELD = "[data-tc-evidence] input[type=file]"
KEPT = f"async () => Promise.all([...document.querySelector('{FIELD}').files].map(async f => [f.name, f.type, f.size]))"
FIRST = f"""async () => {{
    const file = document.querySelector('{FIELD}').files[0];
    return [...new Uint8Array(await file.arrayBuffer())];
}}"""


def photo(size=(4000, 3000), kind="JPEG", **options) -> bytes:
    paper = io.BytesIO()
    Image.effect_noise((size[0] // 8, size[1] // 8), 30).resize(size).convert("RGB").save(paper, kind, **options)
    return paper.getvalue()


def sent(name: str, raw: bytes, kind: str = "image/jpeg") -> dict:
    return {"name": name, "mimeType": kind, "buffer": raw}


@pytest.fixture
def form(page, site):
    """Open the kit page with the field awake."""
    page.goto(f"{site}/kit")
    page.wait_for_selector("[data-tc-evidence][data-awake]")
    return page


def choose(form, *files) -> None:
    form.set_input_files(FIELD, list(files))


def test_a_photo_is_shrunk_before_it_is_sent_and_loses_where_it_was_taken(form):
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "SECRETCAMERA"
    raw = photo(exif=exif, quality=95)
    choose(form, sent("giấy.jpeg", raw))
    form.wait_for_selector(".tc-evidence__item img")
    small = bytes(form.evaluate(FIRST))
    assert Image.open(io.BytesIO(small)).size == (1500, 2000), "upright, 2000 long"
    assert b"SECRETCAMERA" not in small
    assert len(small) < len(raw) / 3
    assert form.evaluate(KEPT)[0][:2] == ["giấy.jpg", "image/jpeg"]
    assert "giấy.jpeg: sẵn sàng gửi" in form.inner_text(".tc-evidence__item")


def test_a_pdf_goes_as_it_is_and_a_text_is_refused_with_words(form):
    choose(form, sent("a.pdf", b"%PDF-1.4", "application/pdf"), sent("b.txt", b"hello", "text/plain"))
    form.wait_for_selector("[data-faults] p")
    assert "b.txt: không phải ảnh hay PDF" in form.inner_text("[data-faults]")
    assert form.evaluate(KEPT) == [["a.pdf", "application/pdf", 8]]


def test_an_iphone_s_format_that_this_browser_cannot_open_is_named_with_advice(form):
    choose(form, sent("IMG_1.HEIC", b"\0\0\0\x18ftypheic" + b"\0" * 99, "image/heic"))
    form.wait_for_selector("[data-faults] p")
    assert "HEIC" in form.inner_text("[data-faults]")
    assert form.evaluate(KEPT) == []


def test_a_picture_of_too_many_pixels_is_told_as_too_large_and_not_as_no_picture(form):
    head = b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4) + b"IHDR" + (60000).to_bytes(4) * 2 + b"\x08\x02\0\0\0"
    choose(form, sent("bom.png", head + b"\0" * 400, "image/png"))
    form.wait_for_selector("[data-faults] p")
    told = form.inner_text("[data-faults]")
    assert "3600 triệu điểm ảnh" in told
    assert "không phải ảnh" not in told


def test_a_page_just_sent_can_be_taken_out_again(form):
    asked = []

    def answer(route):
        asked.append(route.request.post_data or "")
        route.fulfill(status=201, content_type="application/json", body='{"pages": ["page-1"]}')

    form.route("**/taken", answer)
    form.evaluate("document.querySelector('[data-tc-evidence]').dataset.send = '/taken'")
    choose(form, sent("1.jpg", photo((80, 60))))
    form.wait_for_selector("text=1.jpg: đã gửi")
    form.click(".tc-evidence__remove")
    form.wait_for_selector(".tc-evidence__item", state="detached")
    assert "Đã bỏ 1.jpg" in form.inner_text("[data-said]")
    assert 'name="remove"' in asked[1]
    assert "page-1" in asked[1]


def test_photos_add_up_can_be_taken_out_and_end_at_the_most(form):
    for name in ("1.jpg", "2.jpg"):
        choose(form, sent(name, photo((80, 60))))
        form.wait_for_selector(f"text={name}: sẵn sàng")
    form.click(".tc-evidence__remove >> nth=0")
    assert [name for name, _, _ in form.evaluate(KEPT)] == ["2.jpg"]
    choose(form, *[sent(f"{number}.jpg", photo((80, 60))) for number in (3, 4, 5)])
    form.wait_for_selector("[data-faults] p")
    assert "Tối đa 3 tệp" in form.inner_text("[data-faults]")
    assert [name for name, _, _ in form.evaluate(KEPT)] == ["2.jpg", "3.jpg", "4.jpg"]


def test_with_an_address_each_photo_is_sent_at_once_and_the_server_s_words_are_shown(browser, site):
    taken = []

    def answer(route):
        taken.append(route.request.post_data_buffer or b"")
        if b"bad.jpg" in taken[-1]:
            route.fulfill(status=422, json={"error": "bad.jpg: hỏng"})
        else:
            route.fulfill(status=204)

    page = browser.new_page()  # not the strict one: Chromium itself writes a refusal to its console
    page.route("**/send", answer)
    page.goto(f"{site}/kit")
    page.wait_for_selector("[data-tc-evidence][data-awake]")
    page.evaluate("document.querySelector('[data-tc-evidence]').dataset.send = '/send'")
    choose(page, sent("good.jpg", photo((80, 60))))
    page.wait_for_selector("li:has-text('good.jpg: đã gửi')")
    choose(page, sent("bad.jpg", photo((80, 60))))
    page.wait_for_selector("text=bad.jpg: hỏng")
    assert [name in body for name, body in zip((b"good.jpg", b"bad.jpg"), taken, strict=True)] == [True, True]
    assert page.evaluate(KEPT) == [], "what was sent does not go a second time with the form"
    page.close()


@pytest.fixture
def viewer(page, site):
    """Open the staff's kit page; both photos are papers of 2000 by 1000."""
    page.set_viewport_size({"width": 1000, "height": 800})
    raw = photo((2000, 1000))
    page.route(re.compile(r"icon\.svg(\?2)?$"), lambda route: route.fulfill(body=raw, content_type="image/jpeg"))
    page.goto(f"{site}/kit?layout=staff")
    page.wait_for_selector("[data-tc-viewer][data-awake] .tc-viewer__turned")
    page.wait_for_selector("[data-told-here]:has-text('Trang 1/2')")
    return page


def told(viewer) -> str:
    return viewer.inner_text("[data-told-here]")


def box(viewer) -> tuple[int, int]:
    found = viewer.evaluate(
        "(() => { const b = document.querySelector('[data-sheet]').getBoundingClientRect();"
        " return [b.width, b.height] })()"
    )
    return round(found[0]), round(found[1])


def test_a_photo_fits_in_first_and_each_button_does_its_deed(viewer):
    stage = viewer.evaluate("document.querySelector('[data-stage]').clientWidth")
    assert box(viewer) == (stage, round(stage / 2))
    viewer.click("[data-do=closer]")
    assert box(viewer) == (round(stage * 1.25), round(stage * 1.25 / 2))
    viewer.click("[data-do=farther]")
    viewer.click("[data-do=farther]")
    assert box(viewer) == (stage, round(stage / 2)), "not smaller than it fits in"
    viewer.click("[data-do=right]")
    width, height = box(viewer)
    assert height == 2 * width
    assert "xoay 90 độ" in told(viewer)
    viewer.click("[data-do=left]")
    assert "xoay 0 độ" in told(viewer)
    viewer.click("[data-do=next]")
    viewer.wait_for_selector("[data-told-here]:has-text('Trang 2/2')")
    assert viewer.get_attribute("[data-do=next]", "aria-disabled") == "true"
    viewer.click("[data-do=next]", force=True)
    assert "Trang 2/2" in told(viewer)


def test_all_of_it_is_done_by_keys_alone(viewer):
    viewer.focus("[data-stage]")
    before = told(viewer)
    viewer.keyboard.press("+")
    assert told(viewer) != before
    viewer.keyboard.press("0")
    assert told(viewer) == before
    for turn in (90, 180, 270, 0):
        viewer.keyboard.press("r")
        assert f"xoay {turn} độ" in told(viewer)
    viewer.keyboard.press("Shift+R")
    assert "xoay 270 độ" in told(viewer)
    viewer.keyboard.press("PageDown")
    viewer.wait_for_selector("[data-told-here]:has-text('Trang 2/2')")
    viewer.keyboard.press("PageUp")
    viewer.wait_for_selector("[data-told-here]:has-text('Trang 1/2')")
    assert "xoay 270 độ" in told(viewer), "each page keeps its turn"


def test_the_wheel_zooms_a_chosen_photo_and_scrolls_the_page_over_any_other(viewer):
    viewer.evaluate(
        "document.querySelector('[data-stage]').scrollIntoView({block: 'center'}); document.activeElement.blur()"
    )
    before = told(viewer)
    viewer.hover("[data-stage]")
    viewer.mouse.wheel(0, -100)
    viewer.wait_for_timeout(100)
    assert told(viewer) == before
    viewer.focus("[data-stage]")
    viewer.mouse.wheel(0, -100)
    expect(viewer.locator("[data-told-here]")).not_to_have_text(before)


def test_without_scripts_the_photos_stand_below_each_other(draw):
    pages = [
        {"number": n, "src": f"/{n}.jpg", "state": state} for n, state in enumerate(("CLEAN", "CLEAN", "PENDING"), 1)
    ]
    html = draw("{{ ui.evidence_viewer(pages) }}", pages=pages)
    assert re.findall(r'<img[^>]* src="([^"]*)" alt="([^"]*)"', html) == [("/1.jpg", "Page 1"), ("/2.jpg", "Page 2")]
    assert "Page 3 waits" in html
    assert "data-tools hidden" in html
    assert "/3.jpg" not in html


def test_where_nothing_was_attached_it_says_so(draw):
    assert "No photo or file was attached." in draw("{{ ui.evidence_viewer([]) }}")


def test_without_scripts_the_field_is_an_ordinary_one(draw):
    html = draw("{{ ui.evidence_input(error='E') }}")
    assert re.search(r'<input [^>]*name="evidence" type="file" multiple', html)
    assert 'aria-describedby="evidence-hint evidence-error"' in html

"""Every component, in both languages and on three widths, is usable by everybody; and the scanner reads codes."""

import base64
import io
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
import zxingcpp
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.test import override_settings
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.journeys.browser import faults_of

pytestmark = pytest.mark.journey

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
CAMERA = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
CODE = "001084001234|Nguyễn Văn An|05031984|Nam"

READ_FILE = """async (data) => {
    const { scanImage } = await import("/static/tc/scan.js");
    const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
    return scanImage(new File([bytes], "qr.png", { type: "image/png" }));
}"""
READ_CAMERA = """async () => {
    const { scanCamera } = await import("/static/tc/scan.js");
    const video = document.querySelector("#video");
    let stop;
    const text = await new Promise(async (found, failed) => {
        stop = await scanCamera(video, found, failed);
    });
    stop();
    return [text, video.srcObject === null];
}"""


class Quiet(WSGIRequestHandler):
    """Serves without writing to the console."""

    def log_message(self, format, *args):
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """Serve the shared pages from this process, without a database."""
    bare = {
        "DEBUG": True,
        "ROOT_URLCONF": "tests.web.shared.kit_urls",
        "ALLOWED_HOSTS": ["127.0.0.1"],
        "MIDDLEWARE": [
            "django.middleware.csp.ContentSecurityPolicyMiddleware",
            "tiemchung.web.shared.middleware.PrivacyHeadersMiddleware",
            "tiemchung.web.shared.middleware.LanguageMiddleware",
        ],
        "STORAGES": {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}},
    }
    with override_settings(**bare), make_server(
        "127.0.0.1", 0, StaticFilesHandler(WSGIHandler()), handler_class=Quiet
    ) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def browser_with(*flags: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = os.environ.get("TIEMCHUNG_BROWSER", "/usr/bin/chromium")
        if not Path(path).exists():
            pytest.skip("no Chromium here: set TIEMCHUNG_BROWSER, or run `make test`")
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags])
        yield browser
        browser.close()


def drawn(text: str) -> Image.Image:
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    return Image.fromarray(zxingcpp.write_barcode_to_image(code, scale=8))


@pytest.fixture(scope="module")
def qr_film(tmp_path_factory) -> Path:
    """Make a film of one QR code, in the raw form that Chromium's camera of straw plays."""
    code = drawn(CODE)
    frame = Image.new("YCbCr", (640, 480), (235, 128, 128))
    grey = code.convert("L").resize((400, 400), Image.Resampling.NEAREST)
    frame.paste(Image.merge("YCbCr", (grey, Image.new("L", grey.size, 128), Image.new("L", grey.size, 128))), (120, 40))
    luma, blue, red = frame.split()
    half = [plane.resize((320, 240)).tobytes() for plane in (blue, red)]
    path = tmp_path_factory.mktemp("film") / "qr.y4m"
    picture = b"FRAME\n" + luma.tobytes() + b"".join(half)
    path.write_bytes(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\n" + picture * 3)
    return path


@pytest.fixture(scope="module")
def browser(qr_film) -> Iterator[Browser]:
    """Start one browser whose camera sees the film."""
    yield from browser_with(*CAMERA, f"--use-file-for-fake-video-capture={qr_film}")


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    """Open a page that fails the test on any script error or broken rule of the content security policy."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, permissions=["camera"])
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    context.close()
    assert faults == []


@pytest.mark.parametrize("layout", ["citizen", "staff"])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_no_component_shuts_anybody_out_on_any_width(page, site, layout, lang):
    page.context.add_cookies([{"name": "lang", "value": lang, "url": site}])
    page.goto(f"{site}/kit?layout={layout}")
    for width in (320, 390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        assert faults_of(page) == [], width
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"scrolls sideways at {width}"


def test_everything_to_press_is_large_enough_for_a_finger(page, site):
    page.goto(f"{site}/kit")
    sizes = page.eval_on_selector_all(
        ".nhsuk-button, .tc-header button, .nhsuk-input, .nhsuk-select",
        "all => all.filter(e => e.offsetHeight).map(e => [e.textContent.trim() || e.id, e.offsetHeight])",
    )
    assert len(sizes) > 10
    assert [name for name, height in sizes if height < 44] == []


def test_a_fault_takes_the_focus_and_leads_to_its_field(page, site):
    page.goto(f"{site}/kit")
    page.wait_for_selector(".nhsuk-frontend-supported")
    assert page.evaluate("document.activeElement.className") == "nhsuk-error-summary"
    page.click(".nhsuk-error-summary a >> nth=0")
    assert page.evaluate("document.activeElement.id") == "ho_ten"


def test_a_further_question_shows_only_with_its_answer(page, site):
    page.goto(f"{site}/kit")
    page.wait_for_selector(".nhsuk-frontend-supported")
    assert page.is_visible("#nhom_khac")
    page.check("#doi_tuong")
    assert not page.is_visible("#nhom_khac")


def test_none_of_these_clears_the_others(page, site):
    page.goto(f"{site}/kit")
    page.wait_for_selector(".nhsuk-frontend-supported")
    page.check("#sang_loc-3")
    assert not page.is_checked("#sang_loc-2")
    page.check("#sang_loc")
    assert not page.is_checked("#sang_loc-3")


def test_characters_are_counted_as_letters_not_as_marks(page, site):
    page.goto(f"{site}/kit")
    page.fill("#ly_do", "Nhập nhầm e\u0302\u0301")
    assert page.inner_text("#ly_do-info") == "Còn 189 ký tự"
    page.fill("#ly_do", "a" * 203)
    assert page.inner_text("#ly_do-info") == "Thừa 3 ký tự"


def test_the_language_switch_comes_back_to_the_same_page(page, site):
    page.goto(f"{site}/kit?layout=staff")
    page.click("text=English")
    assert page.url == f"{site}/kit?layout=staff"
    assert page.get_attribute("html", "lang") == "en"
    assert page.title().endswith("Interface kit - Tiêm Chủng")


def picture_of(text: str) -> str:
    paper = io.BytesIO()
    drawn(text).save(paper, "PNG")
    return base64.b64encode(paper.getvalue()).decode()


def test_a_code_in_an_image_is_read(page, site):
    page.goto(f"{site}/scan")
    assert page.evaluate(READ_FILE, picture_of(CODE)) == CODE


def test_an_image_without_a_code_gives_nothing(page, site):
    paper = io.BytesIO()
    Image.new("RGB", (200, 200), "white").save(paper, "PNG")
    page.goto(f"{site}/scan")
    assert page.evaluate(READ_FILE, base64.b64encode(paper.getvalue()).decode()) is None


def test_a_code_before_the_camera_is_read_and_the_camera_is_let_go(page, site):
    page.goto(f"{site}/scan")
    text, camera_is_free = page.evaluate(READ_CAMERA)
    assert (text, camera_is_free) == (CODE, True)

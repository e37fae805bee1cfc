"""A stranger at a door checks a certificate in a browser, with the network gone."""

import base64
import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Route, expect

from tests.journeys.browser import Launch, await_that, camera_flags, faults_of, picture_of
from tests.journeys.verifier_stage import (
    ABROAD,
    HOME,
    LOG,
    NOW,
    Counting,
    bodies_of,
    open_verifier,
    requests_of,
    serving,
    show_picture,
)
from tiemchung.certificates.actions import publishing
from tiemchung.certificates.log import leaf_of_text
from tiemchung.certificates.reads import revoked, trusted
from tiemchung.web.portal import revocation_lists, verify

pytestmark = pytest.mark.journey

PUBLISHED = (
    Path(os.environ.get("TIEMCHUNG_TESTDATA") or Path(__file__).parents[3] / "shared/testdata")
    / "dcc/qr-images/VN/1.3.0/VAC_VN.png"
)


# A code waits 4 s for the page's first lists and is then judged without them: here it waits until they have come.
PATIENT_LISTS = """() => {
  const wait = globalThis.setTimeout;
  globalThis.setTimeout = (work, ms, ...more) => wait(work, ms === 4000 ? 60_000 : ms, ...more);
}"""


@pytest.fixture
def address(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve the verifier without a database: our one key, nothing revoked, a register that knows every number."""
    told = {"made_at": NOW.isoformat(), "keys": [HOME.line()], "authorities": [LOG.root]}
    monkeypatch.setattr(trusted, "verifier_list", lambda at: told)
    monkeypatch.setattr(trusted, "own_roots", lambda at: [LOG.root])
    monkeypatch.setattr(trusted, "foreign_list", lambda: {"keys": []})
    monkeypatch.setattr(trusted, "foreign_version", lambda: "none")
    monkeypatch.setattr(trusted, "foreign_made_at", lambda at: NOW)
    monkeypatch.setattr(publishing, "documents_signer", lambda at: LOG)
    monkeypatch.setattr(verify, "documents_signer", lambda at: LOG)
    monkeypatch.setattr(revoked, "lists", lambda *_: [])
    monkeypatch.setattr(revoked, "lists_made_at", lambda at: NOW)
    monkeypatch.setattr(revocation_lists, "state_of_number", lambda hashed, at: "VALID")
    with serving(settings) as found:
        yield found


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 390, "height": 844}, locale="vi-VN")
    yield opened
    opened.close()


def test_a_genuine_certificate_is_valid_offline_and_nothing_leaves_the_browser(
    context: BrowserContext, address: str, tmp_path: Path
) -> None:
    page = open_verifier(context, address)
    context.set_offline(True)
    sent = requests_of(page, context)
    Counting.arrived.clear()
    show_picture(page, picture_of(HOME.issue(), tmp_path / "an.png"))
    assert page.get_by_role("heading", name="Chứng nhận hợp lệ").is_visible()
    holder = page.locator('[data-verify="holder"]')
    dose = "Mũi 2 trên 2: Comirnaty (Pfizer-BioNTech), 17/09/2021"
    for told in ("Trần Thị An", "Sinh 05/03/1984", dose, "Nơi cấp: Bộ Y tế, Việt Nam"):
        assert told in holder.inner_text()
    page.wait_for_timeout(500)
    assert sent == []
    assert Counting.arrived == []


def test_with_a_network_the_hashes_of_one_of_our_codes_leave_the_browser_and_nothing_else(
    context: BrowserContext, address: str, tmp_path: Path
) -> None:
    page = open_verifier(context, address)
    asked = bodies_of(context)
    Counting.arrived.clear()
    show_picture(page, picture_of(HOME.issue(), tmp_path / "an.png"))
    expect(page.locator('[data-verify="checked"]')).to_contain_text("Sổ cấp vừa xác nhận")
    page.get_by_role("button", name="Quét mã khác").click()
    for text in (ABROAD.issue(), HOME.issue(shown="Thị Bình"), HOME.issue(days=-1)):
        show_picture(page, picture_of(text, tmp_path / "other.png"))
        page.get_by_role("button", name="Quét mã khác").click()
    page.wait_for_timeout(500)
    leaf = base64.b64encode(leaf_of_text("URN:UVCI:01:VN:TEST1", HOME.issue())).decode()
    assert asked == [(f"{address}/trust/state", {"hash": leaf})]
    assert len(Counting.arrived) == 1


def test_the_page_opens_again_without_a_network(context: BrowserContext, address: str, tmp_path: Path) -> None:
    open_verifier(context, address).close()
    context.set_offline(True)
    Counting.arrived.clear()
    page = open_verifier(context, address)
    assert Counting.arrived == []
    show_picture(page, picture_of(HOME.issue(), tmp_path / "an.png"))
    expect(page.locator('[data-verify="result"]')).to_have_attribute("data-verdict", "VALID")


@pytest.mark.parametrize(
    ("text", "verdict", "said"),
    [
        (HOME.issue(shown="Thị Bình"), "INVALID", "Chữ ký không đúng"),
        (HOME.issue(days=-1), "INVALID", "hết hạn ngày"),
        (ABROAD.issue(), "UNKNOWN", "không có trong danh sách khóa"),
        ("079084001234||Trần Thị An|05031984|Nữ|Hà Nội|01012021", "UNKNOWN", "không phải là chứng nhận"),
    ],
)
def test_what_is_not_valid_says_why_and_what_to_do(
    context: BrowserContext, address: str, tmp_path: Path, text: str, verdict: str, said: str
) -> None:
    page = open_verifier(context, address)
    context.set_offline(True)
    show_picture(page, picture_of(text, tmp_path / "code.png"))
    result = page.locator('[data-verify="result"]')
    expect(result).to_have_attribute("data-verdict", verdict)
    assert said in result.inner_text()


def test_a_forged_name_is_never_shown(context: BrowserContext, address: str, tmp_path: Path) -> None:
    page = open_verifier(context, address)
    show_picture(page, picture_of(HOME.issue(shown="Thị Bình"), tmp_path / "forged.png"))
    assert "Bình" not in page.locator("body").inner_text()


def test_the_published_vietnamese_picture_reads_and_its_unknown_key_is_named(
    context: BrowserContext, address: str
) -> None:
    if not PUBLISHED.exists():
        pytest.skip(f"no test vectors at {PUBLISHED}")
    page = open_verifier(context, address)
    show_picture(page, PUBLISHED)
    expect(page.locator('[data-verify="result"]')).to_have_attribute("data-verdict", "UNKNOWN")
    assert "Nguyễn Bảo Duy" in page.locator('[data-verify="holder"]').inner_text()


def test_a_pasted_text_is_checked_by_keyboard_alone(context: BrowserContext, address: str) -> None:
    page = open_verifier(context, address)
    page.locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.insert_text(HOME.issue())
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Chứng nhận hợp lệ")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Quét mã QR của chứng nhận")).to_be_visible()
    assert page.locator("textarea").input_value() == ""
    assert "Trần" not in page.content()


def test_a_tap_before_the_script_has_come_is_done_when_it_has(context: BrowserContext, address: str) -> None:
    page, waiting = context.new_page(), list[Route]()
    page.add_init_script(f"({PATIENT_LISTS})()")
    page.route("**/tc/verify.js", lambda route: waiting.append(route))
    page.goto(f"{address}/verify")
    page.locator("summary").click()
    page.locator("textarea").fill(HOME.issue())
    sent = requests_of(page, context)
    page.locator('[data-verify="paste"] button').click()
    await_that(page, lambda: waiting)
    page.wait_for_timeout(300)
    assert page.locator('[data-verify="result"]').is_hidden()
    assert page.url == f"{address}/verify"
    for route in waiting:
        route.continue_()
    expect(page.get_by_role("heading", name="Chứng nhận hợp lệ")).to_be_visible()
    assert not any("HC1" in url or "?" in url for url in sent)


def test_a_picture_without_a_code_and_a_file_that_is_none_say_so(
    context: BrowserContext, address: str, tmp_path: Path
) -> None:
    page = open_verifier(context, address)
    Image.new("RGB", (300, 300), "white").save(tmp_path / "white.png")
    page.locator('input[type="file"]').set_input_files(tmp_path / "white.png")
    expect(page.get_by_role("alert")).to_contain_text("Không thấy mã QR")
    (tmp_path / "text.png").write_text("HC1:")
    page.locator('input[type="file"]').set_input_files(tmp_path / "text.png")
    expect(page.get_by_role("alert")).to_contain_text("Không đọc được tệp này")


def test_an_old_list_warns_and_a_very_old_one_calls_nothing_valid(
    context: BrowserContext, address: str, tmp_path: Path
) -> None:
    page = open_verifier(context, address)
    context.set_offline(True)
    for days, warned, verdict in ((3, "3 ngày", "VALID"), (20, "20 ngày", "UNKNOWN")):
        page.clock.set_fixed_time(NOW + dt.timedelta(days=days))
        page.evaluate("dispatchEvent(new Event('online'))")
        expect(page.locator('[data-verify="list-warning"]')).to_contain_text(warned)
        show_picture(page, picture_of(HOME.issue(), tmp_path / "an.png"))
        expect(page.locator('[data-verify="result"]')).to_have_attribute("data-verdict", verdict)
        page.get_by_role("button", name="Quét mã khác").click()


def test_a_clock_that_is_set_back_does_not_bring_an_expired_code_to_life(
    context: BrowserContext, address: str, tmp_path: Path
) -> None:
    page = open_verifier(context, address)
    page.clock.set_fixed_time(NOW - dt.timedelta(days=10))
    show_picture(page, picture_of(HOME.issue(days=-2), tmp_path / "old.png"))
    expect(page.locator('[data-verify="result"]')).to_have_attribute("data-verdict", "INVALID")


def test_the_camera_reads_a_code(launch: Launch, address: str, tmp_path: Path) -> None:
    camera = launch(*camera_flags(HOME.issue(), tmp_path))
    context = camera.new_context(viewport={"width": 390, "height": 844}, permissions=["camera"])
    page = open_verifier(context, address)
    context.set_offline(True)
    page.get_by_role("button", name="Quét bằng camera").click()
    expect(page.get_by_role("heading", name="Chứng nhận hợp lệ")).to_be_visible()
    assert page.locator("video").evaluate("video => video.srcObject") is None


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_every_state_is_accessible_and_fits_the_screen(
    browser: Browser, address: str, tmp_path: Path, lang: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844})
    context.add_cookies([{"name": "lang", "value": lang, "url": address}])
    page = open_verifier(context, address)
    shots = os.environ.get("TIEMCHUNG_SCREENSHOTS")
    states = {"ask": None, "valid": HOME.issue(), "invalid": HOME.issue(shown="Thị Bình"), "unknown": ABROAD.issue()}
    for state, text in states.items():
        if text:
            show_picture(page, picture_of(text, tmp_path / "code.png"))
        if shots:
            page.screenshot(path=Path(shots) / f"verify-{state}-{lang}-{width}.png", full_page=True)
        assert faults_of(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        if text:
            page.locator('[data-verify="again"]').click()
    context.close()


def test_without_javascript_the_page_says_what_to_do(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/verify")
    told = page.locator("noscript .nhsuk-inset-text")
    assert told.is_visible()
    assert "Hãy bật JavaScript" in told.inner_text()
    assert not page.get_by_role("button", name="Quét bằng camera").is_visible()
    context.close()

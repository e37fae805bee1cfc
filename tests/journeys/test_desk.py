"""A nurse's day at the desk, in a browser: scan, three taps, next; by mouse, by keyboard, without scripts."""

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.builders import a_dose, a_person
from tests.journeys.browser import Launch, camera_flags, faults_of, serve_plainly
from tests.web.facility.conftest import Station, a_station
from tests.web.facility.signing import session_of
from tiemchung.core import clock
from tiemchung.doses.models import Dose

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

CARD = "079085000777||Đặng Thị Hoà|05031985|Nữ|12 Lê Lợi, Bến Nghé, Quận 1, TP Hồ Chí Minh|01062021"


@pytest.fixture
def station(settings: Any, live_server: Any) -> Station:
    settings.ROOT_URLCONF = "tests.web.facility.desk_urls"
    serve_plainly(settings)
    return a_station()


def desk_of(browser: Browser, live_server: Any, station: Station, **more: Any) -> BrowserContext:
    """Give the nurse's browser, signed in."""
    context = browser.new_context(base_url=live_server.url, locale="vi-VN", **more)
    key = session_of(station.nurse)
    context.add_cookies([{"name": site.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])
    return context


@pytest.fixture
def page(browser: Browser, live_server: Any, station: Station) -> Iterator[Page]:
    context = desk_of(browser, live_server, station, viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


def scan(page: Page, text: str) -> None:
    """Type into whatever has the focus once the page is ready, as a scanner does: the text, then Enter."""
    page.wait_for_load_state("load")  # by then its script has put the focus where the next thing is done
    page.keyboard.insert_text(text)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_after_the_scan_three_taps_record_the_dose(page: Page, station: Station) -> None:
    a_person("Đặng Thị Hoà", identifiers=[("CCCD", "079085000777")], at=clock.now())
    page.goto("/staff/ban-tiem")
    scan(page, CARD)
    expect(page.get_by_role("heading", name="Đặng Thị Hoà")).to_be_visible()
    page.get_by_label("Đúng người này").click()
    page.get_by_label("Tất cả Không").click()
    page.get_by_role("button", name="Ghi mũi tiêm").click()
    expect(page.get_by_text("Đã ghi mũi 1 của Đặng Thị Hoà")).to_be_visible()
    expect(page.get_by_text("Thẻ vàng")).to_be_visible()
    dose = Dose.objects.get()
    assert (dose.lot_number, dose.vaccinator_id) == (station.lot.number, station.nurse.id)
    expect(page.locator("#text")).to_be_focused()


def test_the_camera_reads_a_card_and_the_person_is_found(
    launch: Launch, live_server: Any, station: Station, tmp_path: Path
) -> None:
    a_person("Đặng Thị Hoà", identifiers=[("CCCD", "079085000777")], at=clock.now())
    context = desk_of(launch(*camera_flags(CARD, tmp_path)), live_server, station, permissions=["camera"])
    page = context.new_page()
    page.goto("/staff/ban-tiem")
    page.get_by_role("button", name="Quét bằng camera").click()
    expect(page.get_by_role("heading", name="Đặng Thị Hoà")).to_be_visible()
    expect(page.get_by_label("Đúng người này")).to_be_focused()
    assert "079085000777" not in page.url
    context.close()


def test_a_camera_that_nobody_allows_says_what_to_do_and_leaves_the_field(page: Page, station: Station) -> None:
    page.goto("/staff/ban-tiem")
    page.get_by_role("button", name="Quét bằng camera").click()
    expect(page.locator("[data-desk-problem]")).to_be_visible()
    expect(page.locator("[data-desk-video]")).to_be_hidden()
    scan(page, "nguyen van an")
    expect(page.locator("#confirmed")).to_be_focused()


def test_a_whole_dose_needs_the_keyboard_alone(page: Page, station: Station) -> None:
    page.goto("/staff/ban-tiem")
    scan(page, "nguyen van an")
    expect(page.locator("#confirmed")).to_be_focused()
    for _ in range(3):
        page.keyboard.press("Enter")
    expect(page.get_by_text("Đã ghi mũi 1 của Nguyễn Văn An")).to_be_visible()
    scan(page, "nguyen van an")
    expect(page.get_by_text("Mũi hôm nay đã được ghi lúc")).to_be_visible()
    page.keyboard.press("F2")
    expect(page.locator("#text")).to_be_focused()
    assert Dose.objects.count() == 1


def test_somebody_new_is_put_on_record_from_the_card(page: Page, station: Station) -> None:
    page.goto("/staff/ban-tiem")
    scan(page, CARD)
    expect(page.get_by_label("Họ và tên")).to_have_value("Đặng Thị Hoà")
    expect(page.get_by_label("Số giấy tờ")).to_have_value("079085000777")
    page.get_by_role("button", name="Lưu và tiếp tục").click()
    expect(page.get_by_role("heading", name="Đặng Thị Hoà")).to_be_visible()
    expect(page.locator("#confirmed")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Đã ghi mũi 1 của Đặng Thị Hoà")).to_be_visible()


def test_a_contraindication_blocks_and_the_visit_ends_with_its_reason(page: Page, station: Station) -> None:
    page.goto(f"/staff/ban-tiem/nguoi/{station.person.person_id}")
    page.get_by_label("Đúng người này").click()
    page.get_by_text("Có điều cần ghi").click()
    page.get_by_label("Phản vệ rõ với lần tiêm").click()
    page.get_by_label("Người này đồng ý tiêm", exact=True).click()
    expect(page.get_by_label("Tất cả Không")).not_to_be_checked()
    page.get_by_role("button", name="Ghi mũi tiêm").click()
    expect(page.get_by_role("alert").get_by_text("chống chỉ định")).to_be_visible()
    expect(page.get_by_label("Phản vệ rõ với lần tiêm")).to_be_checked()
    page.get_by_text("Không tiêm lần này", exact=True).click()
    page.get_by_label("Chống chỉ định", exact=True).click()
    page.get_by_label("Ghi rõ lý do").fill("Phản vệ độ 3 sau mũi trước")
    page.get_by_role("button", name="Lưu và không tiêm").click()
    expect(page.get_by_text("Không tiêm cho Nguyễn Văn An: chống chỉ định")).to_be_visible()
    assert Dose.objects.count() == 0


def test_everything_works_without_scripts(browser: Browser, live_server: Any, station: Station) -> None:
    context = desk_of(browser, live_server, station, java_script_enabled=False)
    page = context.new_page()
    page.goto("/staff/ban-tiem")
    page.locator("#text").fill("Nguyễn Văn An")
    page.keyboard.press("Enter")
    page.get_by_label("Đúng người này").check()
    page.get_by_label("Tất cả Không").check()
    page.get_by_role("button", name="Ghi mũi tiêm").click()
    expect(page.get_by_text("Đã ghi mũi 1 của Nguyễn Văn An")).to_be_visible()
    page.get_by_role("link", name="Hủy mũi tiêm này").click()
    page.get_by_label("Vì sao hủy?").fill("Ghi nhầm sang người cùng tên")
    page.get_by_role("button", name="Hủy mũi tiêm").click()
    expect(page.get_by_text("Đã hủy mũi tiêm vừa ghi của Nguyễn Văn An")).to_be_visible()
    assert Dose.objects.get().state == "VOIDED"
    context.close()


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_state_is_accessible_and_fits_the_screen(
    browser: Browser, live_server: Any, station: Station, lang: str
) -> None:
    a_dose(station.person.profile_id, given_on=clock.today() - dt.timedelta(days=15), at=clock.now())
    known = a_person("Huỳnh Nguyễn Hoàng Phương Uyên Nhi", at=clock.now())
    for _ in range(2):
        a_person("Lê Thị Bưởi", at=clock.now())
    context = desk_of(browser, live_server, station)
    context.add_cookies([{"name": "lang", "value": lang, "url": live_server.url}])
    page = context.new_page()

    def look(name: str) -> None:
        for width in (320, 390, 768, 1280):
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} at {width}"
            shots = os.environ.get("TIEMCHUNG_SCREENSHOTS")
            if shots:
                page.screenshot(path=Path(shots) / f"desk-{name}-{lang}-{width}.png", full_page=True)
        assert faults_of(page) == [], name

    page.goto("/staff/ban-tiem")
    look("scan")
    scan(page, "x|y")
    look("scan-error")
    page.goto("/staff/ban-tiem/vac-xin")
    look("lot")
    page.goto("/staff/ban-tiem")
    scan(page, "le thi buoi")
    look("choose")
    page.goto("/staff/ban-tiem")
    scan(page, CARD)
    look("register")
    page.goto(f"/staff/ban-tiem/nguoi/{station.person.person_id}")
    look("too-soon")
    page.goto(f"/staff/ban-tiem/nguoi/{known.person_id}")
    look("person")
    page.locator("[data-desk-items] summary").click()
    with page.expect_navigation():
        page.locator("[data-desk-send]").click()
    look("person-error")
    page.goto(f"/staff/ban-tiem/nguoi/{known.person_id}")
    for _ in range(3):
        page.keyboard.press("Enter")
    page.wait_for_url("**/xong/**")
    look("done")
    page.locator("a[href$='/huy']").click()
    look("undo")
    page.goto("/staff/hom-nay")
    look("today")
    context.close()

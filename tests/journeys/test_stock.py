"""A box of vaccine comes, is opened, and a dose that is taken back is there again."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as site
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.builders import a_facility, a_key, a_lead, a_lot, a_nurse, a_person, an_officer
from tests.following import unsettled_too
from tests.journeys.browser import faults_of, serve_plainly, too_wide
from tests.web.facility.signing import session_of
from tiemchung.core import clock
from tiemchung.core.actor import Actor
from tiemchung.stock.actions import issue_lot
from tiemchung.stock.tasks import follow_ledger
from tiemchung.vaccines.rules import LotFacts

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


class Station:
    """A station to which a box is on its way, with its lead, its nurse and the officer above."""

    def __init__(self) -> None:
        self.facility = a_facility("Trạm Y tế Bến Nghé")
        self.lead: Actor = a_lead(self.facility)
        self.nurse: Actor = a_nurse(self.facility)
        self.officer: Actor = an_officer()
        self.lot: LotFacts = a_lot(number="PF2611A", at=clock.now())
        self.person = a_person("Nguyễn Văn An", sex="MALE", at=clock.now())
        issue_lot(by=self.officer, at=clock.now(), key=a_key(), facility_id=self.facility.id, lot_id=self.lot.id,
                  doses=60, paper="PXK-0231", sent_on=clock.today())  # fmt: skip


@pytest.fixture
def station(settings: Any, live_server: Any) -> Station:
    serve_plainly(settings)
    return Station()


@pytest.fixture
def enter(browser: Browser, live_server: Any, opened: list[BrowserContext]) -> Iterator[Any]:
    """Give what opens a signed-in window for a member of staff."""

    def window(actor: Actor, size: dict[str, int] = DESKTOP) -> Page:
        context = browser.new_context(base_url=live_server.url, locale="vi-VN", viewport=size)
        key = session_of(actor)
        context.add_cookies([{"name": site.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])
        opened.append(context)
        return context.new_page()

    return window


def inject(page: Page, station: Station) -> None:
    """The three taps."""
    page.goto(f"/staff/ban-tiem/nguoi/{station.person.person_id}")
    page.get_by_label("Đúng người này").check()
    page.get_by_label("Tất cả Không").check()
    page.get_by_role("button", name="Ghi mũi tiêm").click()
    page.wait_for_url("**/xong/**")


def left(page: Page, words: str) -> None:
    """Let the worker count and the lead look."""
    with unsettled_too():
        follow_ledger(clock.now())
    page.goto("/staff/kho")
    expect(page.get_by_text(words, exact=True)).to_be_visible()


def test_a_box_is_received_a_dose_drawn_and_an_undone_one_is_there_again(station: Station, enter: Any) -> None:
    lead, nurse = enter(station.lead), enter(station.nurse, PHONE)
    lead.goto("/staff/")
    lead.get_by_role("navigation").get_by_role("link", name="Kho vắc xin").click()
    lead.get_by_role("button", name="Đã nhận: Pfizer, lô PF2611A, phiếu PXK-0231").click()
    lead.get_by_role("button", name="Xác nhận đã nhận").click()
    expect(lead.get_by_text("Đã nhận 60 liều lô PF2611A")).to_be_visible()
    expect(lead.get_by_text("Còn 60 liều", exact=True)).to_be_visible()

    nurse.goto("/staff/ban-tiem/vac-xin")
    nurse.get_by_label("Pfizer").first.check()
    nurse.get_by_role("button", name="Dùng lô này hôm nay").click()
    inject(nurse, station)
    left(lead, "Còn 59 liều")

    nurse.get_by_role("link", name="Ghi nhầm? Hủy mũi tiêm này").click()
    nurse.get_by_label("Vì sao hủy?").fill("Ghi nhầm sang người cùng tên")
    nurse.get_by_role("button", name="Hủy mũi tiêm").click()
    nurse.wait_for_url(lambda url: "huy" not in url)
    left(lead, "Còn 60 liều")


def test_a_lot_that_is_not_there_asks_for_a_reason_and_the_reason_lets_the_dose_be_given(
    station: Station, enter: Any
) -> None:
    nurse = enter(station.nurse, PHONE)
    nurse.goto("/staff/ban-tiem/vac-xin")
    expect(nurse.get_by_text("Kho của cơ sở chưa có lô nào dùng được")).to_be_visible()
    nurse.get_by_label("Pfizer").first.check()
    nurse.get_by_role("button", name="Dùng lô này hôm nay").click()
    expect(nurse.get_by_text("Lô PF2611A không có trong kho của cơ sở")).to_be_visible()
    nurse.goto(f"/staff/ban-tiem/nguoi/{station.person.person_id}")
    nurse.get_by_label("Đúng người này").check()
    nurse.get_by_label("Tất cả Không").check()
    nurse.get_by_role("button", name="Ghi mũi tiêm").click()
    expect(nurse.locator(".nhsuk-error-summary")).to_contain_text("Nhờ trưởng cơ sở nhập kho")
    nurse.locator("#because").fill("Lọ đang cầm trên tay, phiếu về sau")
    nurse.get_by_role("button", name="Ghi mũi tiêm").click()
    nurse.wait_for_url("**/xong/**")


def test_an_officer_sends_a_lot_by_keyboard_alone_and_takes_it_back(station: Station, enter: Any) -> None:
    page = enter(station.officer)
    page.goto("/authority/cap-phat/gui")
    page.get_by_label("Tìm cơ sở nhận").fill("ben nghe")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Trạm Y tế Bến Nghé").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Lô vắc xin").select_option(str(station.lot.id))
    page.get_by_label("Số liều gửi").fill("nhiều")
    page.get_by_label("Số phiếu xuất kho").fill("PXK-0232")
    page.keyboard.press("Enter")
    expect(page.locator(".nhsuk-error-summary")).to_contain_text("Nhập số liều từ 1 đến 100.000")
    expect(page.get_by_label("Số phiếu xuất kho")).to_have_value("PXK-0232")
    page.get_by_label("Số liều gửi").fill("120")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Đang chuyển (2)")).to_be_visible()
    page.get_by_role("link", name="Hủy phiếu PXK-0232").click()
    page.get_by_label("Lý do").fill("Ghi nhầm cơ sở, hàng quay về kho")
    page.get_by_role("button", name="Hủy phiếu").click()
    expect(page.get_by_text("Đang chuyển (1)")).to_be_visible()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_stocks_pages_fit_the_screen_and_can_be_used_by_everybody(
    station: Station, enter: Any, size: dict[str, int]
) -> None:
    lead, officer = enter(station.lead, size), enter(station.officer, size)
    for page, paths in (
        (lead, ("kho", "kho/nhap", "kho/huy", "kho/kiem-ke", "ban-tiem/vac-xin")),
        (officer, ("../authority/cap-phat", "../authority/cap-phat/gui")),
    ):
        for path in paths:
            page.goto(f"/staff/{path}")
            assert too_wide(page) <= 0, path
            assert faults_of(page) == [], path

"""Somebody chooses English on one phone: pages, codes and next month's message follow, on another device too.

With TIEMCHUNG_SCREENSHOTS=<folder> each state is also pictured there.
"""

import datetime as dt

import pytest
import time_machine
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.certificates.central_cast import a_passport, certificate_of
from tests.journeys.browser import faults_of, too_wide
from tests.journeys.test_citizen_book import picture, press_send, site  # noqa: F401 - one is a fixture
from tests.web.portal.feedback_pages import newest_code, texts_to
from tiemchung.certificates.rules import NOTICE
from tiemchung.certificates.tasks.central import take_up_endings, tell_endings
from tiemchung.core import clock
from tiemchung.people.reads import Holder, holder_of, reach_of

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
WIDTHS = (390, 1280)


def a_page(browser: Browser, address: str, windows: list[BrowserContext], width: int) -> Page:
    """Open a window of a device that knows nothing yet."""
    windows.append(browser.new_context(viewport={"width": width, "height": 844}, base_url=address))
    return windows[-1].new_page()


def come_in(page: Page, holder: Holder, phone: str) -> str:
    """Sign in by the pages and give the code's message."""
    page.goto("/so/dang-nhap")
    page.fill("#phone", "0" + phone[3:])
    press_send(page)
    page.wait_for_url("**/so/ma-xac-thuc")
    message = texts_to(phone)[-1]
    page.fill("#code", newest_code(phone))
    page.keyboard.press("Enter")
    page.wait_for_url("**/so/xac-nhan")
    page.fill("#full_name", holder.full_name)
    for part in ("day", "month", "year"):
        page.fill(f"#birth-{part}", str(getattr(holder.birth_date, part)))
    press_send(page)
    page.wait_for_url("**/so/")
    return message


def look(page: Page, name: str) -> None:
    assert faults_of(page) == []
    assert too_wide(page) <= 0
    picture(page, name)


@pytest.mark.parametrize("width", WIDTHS)
def test_who_chose_english_is_told_in_english_also_next_month_and_on_another_device(
    browser: Browser, opened: list[BrowserContext], site: str, width: int
) -> None:
    person = a_passport("Lê Minh Châu", at=clock.now())
    holder, phone = holder_of(person), reach_of(person)
    assert phone is not None
    page = a_page(browser, site, opened, width)
    assert "ma xac thuc" in come_in(page, holder, phone)
    expect(page.get_by_role("heading", name="Ngôn ngữ của tin nhắn")).to_be_visible()
    look(page, f"message-language-vi-{width}")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Language of messages")).to_be_visible()
    look(page, f"message-language-en-{width}")
    with time_machine.travel(certificate_of(person).expires_at - NOTICE + dt.timedelta(hours=8)):
        take_up_endings(clock.now())
        tell_endings(clock.now())
        assert texts_to(phone)[-1].startswith("Your vaccine passport QR code ends on")
        other = a_page(browser, site, opened, width)
        assert "your code is" in come_in(other, holder, phone)
        expect(other.get_by_role("heading", name="Language of messages")).to_be_visible()

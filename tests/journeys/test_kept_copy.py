"""A copy on the phone that nothing has checked says so, and nothing that may be over; the sign-in leads back to it.

With TIEMCHUNG_SCREENSHOTS=<folder> each state is also pictured there.
"""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.certificates.passport_cast import issue_passport, revoke_passport
from tests.journeys.browser import faults_of, too_wide
from tests.journeys.test_citizen_book import (  # noqa: F401 - two are fixtures
    BORN,
    NAME,
    PHONE,
    come_in,
    dose,
    newest_code,
    phone_of_390,
    picture,
    press_send,
    site,
    somebody,
)
from tests.journeys.test_citizen_book import kept as card_kept
from tests.journeys.test_passport_page import address, kept, vaccinated
from tiemchung.core import clock

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
IN_FORCE = "đang có hiệu lực"


def answer_the_door(page: Page) -> None:
    """Type what the sign-in asks for, from its first question on."""
    page.fill("#phone", "0" + PHONE[3:])
    press_send(page)
    page.fill("#code", newest_code())
    page.keyboard.press("Enter")
    page.wait_for_url("**/so/xac-nhan")
    page.fill("#full_name", NAME)
    for part in ("day", "month", "year"):
        page.fill(f"#birth-{part}", str(getattr(BORN, part)))
    press_send(page)


def holder_with_a_kept_passport(page: Page, site: str) -> Any:
    person = vaccinated()
    issue_passport(person, at=clock.now())
    come_in(page, site)
    page.goto(address(person))
    expect(page.get_by_text(IN_FORCE)).to_be_visible()
    expect(page.locator("[data-book=copy]")).to_be_hidden()
    kept(page, person)
    return person


def test_a_lapsed_sign_in_shows_a_copy_that_claims_nothing_and_leads_back_through_the_sign_in(
    phone_of_390: Page, site: str
) -> None:
    page, person = phone_of_390, holder_with_a_kept_passport(phone_of_390, site)
    revoke_passport(person, at=clock.now())
    page.context.clear_cookies(name="sessionid")  # a phone stays known when its sign-in lapses
    page.goto(address(person))
    box = page.locator("[data-book=copy]")
    expect(box).to_contain_text("chưa kiểm tra")
    expect(box.get_by_role("button", name="Đăng nhập")).to_be_visible()
    card = page.locator(".tc-card")
    assert box.bounding_box()["y"] < card.bounding_box()["y"]  # type: ignore[index]
    expect(card.get_by_text("Bản lưu, chưa kiểm tra")).to_be_visible()
    for gone in (page.get_by_text(IN_FORCE), card.locator(".tc-card__sign"), page.get_by_text("Tải bản PDF khổ A4"),
                 page.get_by_role("button", name="Đúng tên tôi")):  # fmt: skip
        expect(gone).to_be_hidden()
    assert faults_of(page) == []
    assert too_wide(page) <= 0
    picture(page, "copy-enter-390")
    box.get_by_role("button", name="Đăng nhập").click()
    answer_the_door(page)
    page.wait_for_url(f"**{address(person)}")
    expect(page.get_by_text("Đã thu hồi", exact=True)).to_be_visible()
    expect(page.locator("[data-book=copy]")).to_be_hidden()


def test_without_a_network_the_copy_still_shows_its_code_and_says_that_nobody_checked_it(
    phone_of_390: Page, site: str
) -> None:
    page, person = phone_of_390, holder_with_a_kept_passport(phone_of_390, site)
    page.context.set_offline(True)
    page.goto(address(person), wait_until="domcontentloaded")
    expect(page.locator(".tc-card__qr svg")).to_be_visible()
    expect(page.locator("[data-book=copy]")).to_contain_text("Chưa hỏi được máy chủ")
    expect(page.locator("[data-book=copy] [role=button]")).to_be_hidden()
    expect(page.get_by_text(IN_FORCE)).to_be_hidden()
    expect(page.get_by_text("Không có mạng.")).to_be_visible()
    picture(page, "copy-away-390")
    page.context.set_offline(False)
    page.goto(address(person))
    expect(page.get_by_text(IN_FORCE)).to_be_visible()


def test_a_cards_copy_is_warned_of_only_where_what_it_says_is_over(phone_of_390: Page, site: str) -> None:
    page, person = phone_of_390, somebody()
    dose(person, 90)
    come_in(page, site)
    page.goto(f"/so/the/{person}")
    card_kept(page)
    page.context.clear_cookies()
    page.goto(f"/so/the/{person}")
    expect(page.locator("[data-book=freshness]")).to_contain_text("không có thay đổi")
    expect(page.locator("[data-book=copy]")).to_be_hidden()
    dose(person, 60)
    page.goto(f"/so/the/{person}")
    expect(page.locator("[data-book=freshness]")).to_contain_text("Hãy đăng nhập lại để xem bản mới")
    expect(page.locator("[data-book=copy]").get_by_role("button", name="Đăng nhập")).to_be_visible()
    expect(page.get_by_text("Thiếu mũi? Khai mũi chưa có")).to_be_hidden()
    picture(page, "copy-card-390")


def test_the_first_look_at_a_page_does_not_say_that_nothing_changed(phone_of_390: Page, site: str) -> None:
    page, person = phone_of_390, vaccinated()
    issue_passport(person, at=clock.now())
    come_in(page, site)
    for path in (address(person), f"/so/the/{person}"):
        page.goto(path)
        line = page.locator("[data-book=freshness]")
        expect(line).to_contain_text("Đã kiểm tra lúc")
        assert "không có thay đổi" not in line.inner_text()

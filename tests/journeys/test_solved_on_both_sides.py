"""The citizen's screen and the desk's, side by side: five steps to solved, a declared dose to a counted one."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.builders import a_facility, a_lot, a_nurse, a_person, a_phone, a_staff_member
from tests.journeys.test_book_reports import staff_session
from tests.journeys.test_citizen_book import NAME as HERSELF
from tests.journeys.test_citizen_book import Doors, come_in, dose, phone_of_390, somebody
from tests.journeys.test_citizen_book import site as book_site
from tests.journeys.test_report import (
    NAME,
    PLACE,
    Looker,
    go_on,
    lead,
    open_browser,
    photo,
    send_and_confirm,
    site,
    tell_the_dose,
    tell_who_it_is,
)
from tiemchung.cases.models import Case
from tiemchung.cases.rules import shown_ref
from tiemchung.core import clock
from tiemchung.core.actor import Actor, Role
from tiemchung.core.outbox import contact_key
from tiemchung.doses.reads import doses_of
from tiemchung.doses.rules import DoseState

__all__ = ["book_site", "lead", "phone_of_390", "photo", "site"]
pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
WHY = "Đã đối chiếu sổ tiêm trang 12"


@pytest.fixture
def desk_screen(browser: Browser, live_server: Any) -> Iterator[Page]:
    """Open a desk's screen of 1280 px."""
    context = browser.new_context(viewport={"width": 1280, "height": 844})
    yield context.new_page()
    context.close()


def at_the_desk(page: Page, actor: Actor, address: str) -> None:
    """Seat this member of staff and take the next case."""
    page.context.add_cookies([{"name": "sessionid", "value": staff_session(actor), "url": address}])
    page.goto(f"{address}/staff/phan-anh")
    with page.expect_navigation():
        page.locator("form[action$='/tiep'] button").click()


def settle_as_suggested(page: Page, title: str) -> None:
    """Press the suggestion of this title, give the grounds, and save."""
    first = page.locator(".tc-list__item").filter(has_text=title).first
    with page.expect_navigation():
        first.get_by_role("button").click()
    page.fill("#because", WHY)
    if page.locator("input[name=seen_paper]").count():
        page.locator("input[name=seen_paper]").check()
    with page.expect_navigation():
        page.locator("button[name=step][value=do]").click()
    expect(page.get_by_text("Đã giải quyết").first).to_be_visible()


def test_five_steps_end_as_solved_on_both_screens(
    browser: Browser, site: str, lead: Actor, photo: Path, desk_screen: Page
) -> None:
    phone = a_phone()
    person = a_person(NAME, dt.date(1988, 9, 1), identifiers=[("CCCD", "079188000123")], at=clock.now()).person_id
    a_lot("PFIZER", number="FA0123", at=clock.now())
    context = open_browser(browser, site, "vi")
    look = Looker(context.new_page(), "vi")
    tell_who_it_is(look.page, look, phone)
    look.page.locator("input[value=DOSE1_MISSING]").check()
    go_on(look.page, "/phan-anh/mui/1")
    tell_the_dose(look.page, look, photo)
    send_and_confirm(look.page, look, phone)
    case = Case.objects.get(contact_key=contact_key(phone))

    at_the_desk(desk_screen, lead, site)
    expect(desk_screen.get_by_role("heading", name=f"Phản ánh {shown_ref(case.ref)}")).to_be_visible()
    settle_as_suggested(desk_screen, "Ghi mũi tiêm còn thiếu")
    assert [(d.facts.lot_number, d.state) for d in doses_of([person])] == [("FA0123", DoseState.CONFIRMED)]

    page = look.page
    page.goto("/phan-anh/tra-cuu")
    page.fill("#ref", shown_ref(case.ref))
    page.fill("#phone", "0" + phone[3:])
    go_on(page, "/phan-anh/tien-do")
    expect(page.get_by_text("Đã giải quyết").first).to_be_visible()
    expect(page.get_by_text(PLACE).first).to_be_visible()
    look("9-solved")
    context.close()
    assert look.broken == {}


def test_a_self_declared_dose_is_verified_at_the_desk_and_then_counts(
    phone_of_390: Page, live_server: Any, desk_screen: Page, settings: Any, tmp_path: Path
) -> None:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    settings.ROOT_URLCONF = Doors  # a card whose signed content is not found is loaded anew, in the middle of a step
    page, person, address = phone_of_390, somebody(), live_server.url.replace("127.0.0.1", "localhost")
    at, station = clock.now(), a_facility(PLACE)
    keeper = a_staff_member(Role.FACILITY_LEAD, facility=station, at=at)
    a_nurse(station, at=at)
    given = dose(person, 90).facts.given_on - dt.timedelta(days=60)
    come_in(page, address)
    page.goto(f"/so/the/{person}")
    page.get_by_role("link", name="Thiếu mũi? Khai mũi chưa có").click()
    page.select_option("#product", "PFIZER")
    for part in ("day", "month", "year"):
        page.fill(f"#given-{part}", str(getattr(given, part)))
    _press(page, "Tiếp tục")
    page.fill("#q", "hoa ngau")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.get_by_label(PLACE).check()
    _press(page, "Tiếp tục")
    _press(page, "Gửi đề xuất")
    expect(page.get_by_text("Mũi tự khai đã hiện trên thẻ.")).to_be_visible()
    assert [d.counted for d in doses_of([person])] == [False, True]

    at_the_desk(desk_screen, keeper, address)
    expect(desk_screen.get_by_text(HERSELF).first).to_be_visible()
    settle_as_suggested(desk_screen, "Xác minh mũi tự khai")
    assert [(d.state, d.counted) for d in doses_of([person])] == [(DoseState.CONFIRMED, True)] * 2

    page.goto(f"/so/the/{person}")
    expect(page.get_by_text("Tự khai, chưa xác minh")).to_have_count(0)
    page.goto("/so/phan-anh")
    page.get_by_role("link", name=re.compile("Tự khai mũi tiêm")).click()
    expect(page.get_by_text("Đã giải quyết").first).to_be_visible()


def _press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("button", name=name, exact=True).click()

"""A citizen reports wrong data in five steps, closes the browser in between, and sees where the report stands.

With TIEMCHUNG_SCREENSHOTS=<folder> each state is also pictured there.
"""

import datetime as dt
import gzip
import os
import re
from pathlib import Path
from typing import Any

import pytest
import time_machine
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.builders import a_cccd, a_facility, a_lot, a_person, a_phone, a_staff_member
from tests.journeys.browser import faults_of, serve_plainly
from tiemchung.cases.actions import ask_back, claim_case
from tiemchung.cases.models import Case
from tiemchung.cases.rules import shown_ref
from tiemchung.certificates.actions import refresh_card
from tiemchung.core import clock
from tiemchung.core.actor import SYSTEM, Actor, Role
from tiemchung.core.models import OutboxMessage
from tiemchung.core.outbox import contact_key
from tiemchung.core.sealing import unseal
from tiemchung.doses.actions import record_dose
from tiemchung.doses.rules import DoseSource
from tiemchung.doses.values import DoseFacts

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

SHOTS = os.environ.get("TIEMCHUNG_SCREENSHOTS", "")
MOST_BYTES, MOST_REQUESTS = 75_000, 10
NAME = "Huỳnh Nguyễn Hoàng Phương Uyên Nhi"
PLACE = "Trạm Y tế Hoa Ngâu"


@pytest.fixture
def site(browser: Browser, live_server: Any, settings: Any, tmp_path: Path) -> str:
    serve_plainly(settings)
    settings.LENIENT_WORDS = False
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    return live_server.url.replace("127.0.0.1", "localhost")


@pytest.fixture
def lead() -> Actor:
    """Give the lead of the facility that gave the dose."""
    return a_staff_member(Role.FACILITY_LEAD, facility=a_facility(PLACE))


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """Give a photo of a paper as large as a phone takes it."""
    kept = tmp_path / "giay.jpg"
    noise = Image.effect_noise((1600, 1200), 40).convert("RGB")
    noise.resize((3200, 2400)).save(kept, "JPEG", quality=88)
    return kept


def open_browser(browser: Browser, site: str, lang: str, kept: Any = None, **more: Any) -> BrowserContext:
    """Open a browser in a language: a phone of 390 px in Vietnamese, a desk of 1280 px in English."""
    width = 390 if lang == "vi" else 1280
    context = browser.new_context(
        viewport={"width": width, "height": 844}, base_url=site, storage_state=kept, **more
    )
    context.add_cookies([{"name": "lang", "value": lang, "url": site}])
    return context


def newest_code(phone: str) -> str:
    """Give the newest code that is on its way to this phone."""
    for row in OutboxMessage.objects.filter(contact_key=contact_key(phone)).order_by("-created_at"):
        found = re.search(r"\b\d{6}\b", unseal("outbox.text", row.sealed_text, str(row.id)))
        if found:
            return found[0]
    raise AssertionError("no code was sent")


def go_on(page: Page, then: str) -> None:
    """Press the form's last button and wait for the page that answers."""
    page.locator("main form").last.locator("button[type=submit].nhsuk-button").last.click()
    page.wait_for_url(f"**{then}")


def fill_person(page: Page, phone: str, name: str = NAME) -> None:
    page.fill("#full_name", name)
    for part, value in (("day", "1"), ("month", "9"), ("year", "1988")):
        page.fill(f"#birth-{part}", value)
    page.locator("#sex").check()
    page.fill("#phone", "0" + phone[3:])
    page.fill("#number", "079188000123")
    page.fill("#workplace", "Công ty May Việt Thắng")


class Looker:
    """Looks at a page as axe does, at whether it scrolls sideways, and pictures it."""

    def __init__(self, page: Page, lang: str) -> None:
        self.page, self.lang, self.broken = page, lang, dict[str, Any]()

    def __call__(self, name: str) -> None:
        found = faults_of(self.page)
        wide = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if found or wide > 0:
            self.broken[name] = (found, wide)
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=f"{SHOTS}/{name}-{self.lang}.png", full_page=True, animations="disabled")


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_five_steps_with_a_closed_browser_in_between_then_the_status_page(
    browser: Browser, site: str, lead: Actor, photo: Path, lang: str
) -> None:
    phone = a_phone()
    first = open_browser(browser, site, lang)
    look = Looker(first.new_page(), lang)
    tell_who_it_is(look.page, look, phone)
    kept = first.storage_state()
    first.close()

    second = open_browser(browser, site, lang, kept)
    page = look.page = second.new_page()
    page.goto("/phan-anh")
    look("1-start-again")
    page.locator(".tc-callout button").first.click()
    page.wait_for_url("**/phan-anh/noi-dung")
    page.locator("input[value=DOSE1_MISSING]").check()
    go_on(page, "/phan-anh/mui/1")
    tell_the_dose(page, look, photo)
    send_and_confirm(page, look, phone)
    (case,) = Case.objects.filter(contact_key=contact_key(phone))
    expect(page.locator(".tc-reference")).to_have_text(shown_ref(case.ref))
    expect(page.get_by_text(PLACE)).to_be_visible()
    status_of_a_question(page, look, case.ref, phone, lead)
    second.close()
    assert look.broken == {}


def tell_who_it_is(page: Page, look: Looker, phone: str) -> None:
    """Walk from the front page to the question of what is wrong, with mistakes on the way."""
    page.goto("/")
    look("0-home")
    page.locator(".tc-report-entry").click()
    page.wait_for_url("**/phan-anh")
    look("1-start")
    go_on(page, "/phan-anh/nguoi")
    look("2-person")
    go_on(page, "/phan-anh/nguoi")
    look("2-person-errors")
    fill_person(page, phone, "Huynh Nguyen Uyen Nhi")
    go_on(page, "/phan-anh/nguoi")
    look("2-person-plain")
    fill_person(page, phone)
    go_on(page, "/phan-anh/noi-o")
    look("2-area")
    page.select_option("#province", label="Thành phố Hồ Chí Minh")
    go_on(page, "/phan-anh/noi-o?step=commune")
    look("2-area-commune")
    page.fill("#commune", "sai gon")
    go_on(page, "/phan-anh/noi-dung")
    look("2-kind")


def tell_the_dose(page: Page, look: Looker, photo: Path) -> None:
    """Fill in vaccine, day, lot, place and the paper, each after its mistake was shown."""
    look("3-dose")
    go_on(page, "/phan-anh/mui/1")
    look("3-dose-errors")
    page.locator("input[value=PFIZER]").check()
    for part, value in (("day", "14"), ("month", "8"), ("year", "2025")):
        page.fill(f"#given-{part}", value)
    page.fill("#lot_number", "FA0123")
    go_on(page, "/phan-anh/mui/1/noi-tiem")
    look("3-place")
    page.fill("#q", "hoa ngau")
    page.keyboard.press("Enter")
    page.get_by_label(PLACE).check()
    look("3-place-found")
    go_on(page, "/phan-anh/giay")
    look("3-paper")
    go_on(page, "/phan-anh/giay")
    look("3-paper-error")
    with page.expect_response("**/phan-anh/giay/them") as sent:
        page.set_input_files("#evidence", str(photo))
    assert sent.value.status == 201
    expect(page.locator("[data-list] li")).to_be_visible()
    look("3-paper-attached")
    go_on(page, "/phan-anh/kiem-tra")


def send_and_confirm(page: Page, look: Looker, phone: str) -> None:
    """Wait for the proof of work, send, and enter a wrong code before the right one."""
    expect(page.get_by_role("status").last).to_have_text(re.compile("Đã kiểm tra xong|check is done"))
    look("4-check")
    go_on(page, "/phan-anh/ma")
    look("5-code")
    page.fill("#code", "000000" if newest_code(phone) != "000000" else "000001")
    page.keyboard.press("Enter")
    expect(page.locator(".nhsuk-error-summary")).to_be_visible()
    look("5-code-wrong")
    page.fill("#code", newest_code(phone))
    page.keyboard.press("Enter")
    page.wait_for_url("**/phan-anh/da-gui")
    look("5-done")


def status_of_a_question(page: Page, look: Looker, ref: str, phone: str, lead: Actor) -> None:
    """Follow the report to its status page, where the desk has asked back, and answer."""
    file = claim_case(by=lead, at=clock.now(), ref=ref)
    ask_back(by=lead, at=clock.now(), ref=ref, version=file.version, text="Bạn tiêm mũi 1 ở bàn số mấy?")
    page.goto("/phan-anh/tra-cuu")
    look("6-find")
    page.fill("#ref", shown_ref(ref))
    page.fill("#phone", "0" + phone[3:])
    go_on(page, "/phan-anh/tien-do")
    question = page.get_by_text("Bạn tiêm mũi 1 ở bàn số mấy?").first
    expect(question).to_have_count(0)  # it may name a person or a dose
    look("6-progress")
    with time_machine.travel(clock.now() + dt.timedelta(minutes=2)):  # a minute must lie between two codes
        page.locator("button[value=again]").click()
        page.wait_for_url("**/phan-anh/tien-do/ma")
        look("6-progress-code")
    page.fill("#code", newest_code(phone))
    page.keyboard.press("Enter")
    page.wait_for_url("**/phan-anh/tien-do")
    expect(question).to_be_visible()
    look("6-progress-full")
    page.fill("#text", "Bàn số 2")
    page.locator("button[value=answer]").click()
    expect(page.get_by_text("Bàn số 2")).to_be_visible()
    look("6-progress-answered")


def test_every_step_works_without_javascript(browser: Browser, site: str, lead: Actor, photo: Path) -> None:
    phone = a_phone()
    context = open_browser(browser, site, "vi", java_script_enabled=False)
    page = context.new_page()
    page.goto("/phan-anh")
    go_on(page, "/phan-anh/nguoi")
    fill_person(page, phone)
    go_on(page, "/phan-anh/noi-o")
    page.select_option("#province", label="Thành phố Hồ Chí Minh")
    go_on(page, "/phan-anh/noi-o?step=commune")
    go_on(page, "/phan-anh/noi-dung")
    page.locator("input[value=DOSE1_MISSING]").check()
    go_on(page, "/phan-anh/mui/1")
    page.locator("input[value=PFIZER]").check()
    for part, value in (("day", "14"), ("month", "8"), ("year", "2025")):
        page.fill(f"#given-{part}", value)
    go_on(page, "/phan-anh/mui/1/noi-tiem")
    page.locator("input[value=other]").check()
    page.fill("#place_name", "Nhà văn hóa phường 5")
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/7-place-no-script.png", full_page=True)
    go_on(page, "/phan-anh/giay")
    page.set_input_files("#evidence", str(photo))
    page.get_by_role("button", name="Tải lên và xem lại").click()
    page.wait_for_url("**/phan-anh/giay")
    expect(page.locator("img.tc-thumb")).to_be_visible()
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/7-paper-no-script.png", full_page=True)
    go_on(page, "/phan-anh/kiem-tra")
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/7-check-no-script.png", full_page=True)
    go_on(page, "/phan-anh/ma")
    page.fill("#code", newest_code(phone))
    page.keyboard.press("Enter")
    page.wait_for_url("**/phan-anh/da-gui")
    assert Case.objects.filter(contact_key=contact_key(phone)).count() == 1
    context.close()


def test_a_holder_looks_the_certificate_up(browser: Browser, site: str) -> None:
    phone, at, day = a_phone(), clock.now(), clock.today() - dt.timedelta(days=40)
    number = a_cccd("FEMALE", dt.date(1988, 9, 1))
    kept = {"identifiers": [("CCCD", number)], "phones": [(phone, "OWN")]}
    person = a_person(NAME, dt.date(1988, 9, 1), sex="FEMALE", at=at, **kept).person_id
    lot = a_lot("PFIZER", at=at)
    record_dose(by=SYSTEM, at=at, key="one", profile_id=person, facts=DoseFacts("PFIZER", day, lot_number=lot.number),
                source=DoseSource.BACKLOG)  # fmt: skip
    refresh_card(person_id=person, at=at)
    context = open_browser(browser, site, "vi")
    page = context.new_page()
    look = Looker(page, "vi")
    page.goto("/tra-cuu")
    look("8-lookup")
    page.fill("#full_name", NAME)
    page.locator("#sex").check()
    page.fill("#number", number)
    for name, told in (("birth", dt.date(1988, 9, 1)), ("latest", day)):
        for part in ("day", "month", "year"):
            page.fill(f"#{name}-{part}", str(getattr(told, part)))
    go_on(page, "/tra-cuu/ma")
    look("8-lookup-code")
    page.fill("#code", "12")
    page.keyboard.press("Enter")
    expect(page.locator(".nhsuk-error-summary")).to_be_visible()
    look("8-lookup-code-error")
    page.fill("#code", newest_code(phone))
    page.keyboard.press("Enter")
    page.wait_for_url("**/tra-cuu/chung-nhan")
    expect(page.locator(".tc-card__qr svg")).to_be_visible()
    look("8-certificate")
    context.close()
    assert look.broken == {}


def test_the_first_load_of_each_page_stays_inside_its_budget(browser: Browser, site: str) -> None:
    begun = open_browser(browser, site, "vi")
    page = begun.new_page()
    page.goto("/phan-anh")
    go_on(page, "/phan-anh/nguoi")
    kept = begun.storage_state()
    begun.close()
    heavy = {}
    for address in ("/phan-anh", "/phan-anh/nguoi", "/phan-anh/tra-cuu", "/tra-cuu"):
        fresh = open_browser(browser, site, "vi", kept)
        page, answers = fresh.new_page(), []
        page.on("response", lambda answer, seen=answers: seen.append(answer))
        page.goto(address, wait_until="networkidle")
        sizes = {answer.url: _packed(answer, fresh) for answer in answers}
        if len(sizes) > MOST_REQUESTS or not 20_000 < sum(sizes.values()) <= MOST_BYTES:
            heavy[address] = sizes
        fresh.close()
    assert heavy == {}


def _packed(answer: Any, context: BrowserContext) -> int:
    """Give the bytes that travel: fonts are packed already, all else goes as gzip. A worker's script is asked anew."""
    body = context.request.get(answer.url).body() if "worker" in answer.url else answer.body()
    return len(body) if answer.url.endswith(".woff2") else len(gzip.compress(body, 6))


def test_no_page_breaks_the_content_security_policy(browser: Browser, site: str) -> None:
    context = open_browser(browser, site, "vi")
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    for address in ("/phan-anh", "/phan-anh/tra-cuu", "/tra-cuu"):
        page.goto(address, wait_until="networkidle")
    context.close()
    assert said == []

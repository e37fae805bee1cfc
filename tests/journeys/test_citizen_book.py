"""A citizen opens the health book on a phone, shows the card without a network, prints it, and leaves nothing behind.

With TIEMCHUNG_SCREENSHOTS=<folder> each state is also pictured there.
"""

import datetime as dt
import gzip
import os
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.journeys.browser import await_that, faults_of, serve_plainly
from tests.qr_codes import qr_codes
from tests.web.citizen.conftest import sign_in as sign_in_plainly
from tiemchung import urls
from tiemchung.certificates.actions import refresh_card
from tiemchung.certificates.models import CardByToken
from tiemchung.certificates.reads import card_of_person
from tiemchung.core import clock
from tiemchung.core.actor import SYSTEM, Actor, Kind
from tiemchung.core.models import OutboxMessage
from tiemchung.core.outbox import contact_key
from tiemchung.core.sealing import unseal
from tiemchung.doses.actions import declare_dose, record_dose, void_dose
from tiemchung.doses.rules import DoseSource
from tiemchung.doses.values import DoseFacts
from tiemchung.people.actions import prove_person, register_profile
from tiemchung.vaccines.actions import add_lot
from tiemchung.web.shared.gate import open_to_public

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

NAME, BORN = "Nguyễn Thị Minh Châu", dt.date(1984, 3, 5)
CHILD, CHILD_BORN = "Huỳnh Nguyễn Hoàng Phương Uyên Nhi", dt.date(2008, 9, 1)
PHONE = "+84900000731"
SHOTS = os.environ.get("TIEMCHUNG_SCREENSHOTS", "")
MOST_BYTES, MOST_REQUESTS = 75_000, 10


@open_to_public
def hot_card(request: HttpRequest, token: str) -> HttpResponse:
    """Answer as the hot route does; a test's server has no entry of its own for it."""
    row = CardByToken.objects.filter(token_hash=sha256(token.encode()).digest()).first()
    if row is None:
        return HttpResponse(b'{"code":"NO_SUCH_CARD"}', status=404, content_type="application/json")
    return HttpResponse(bytes(row.payload), content_type="application/json", headers={"ETag": f'"{row.etag}"'})


class Doors:
    """All the front doors, and the hot route beside them."""

    urlpatterns: ClassVar[list[Any]] = [path("c/<str:token>.json", hot_card), *urls.urlpatterns]
    handler404 = urls.handler404


@pytest.fixture
def site(browser: Browser, live_server: Any, settings: Any) -> str:
    settings.ROOT_URLCONF = Doors
    serve_plainly(settings)
    settings.LENIENT_WORDS = False
    return live_server.url.replace("127.0.0.1", "localhost")


@pytest.fixture
def phone_of_390(browser: Browser, site: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, base_url=site)
    yield context.new_page()
    context.close()


def somebody(name: str = NAME, born: dt.date = BORN) -> UUID:
    return register_profile(
        by=SYSTEM, at=clock.now(), key=str(uuid4()), full_name=name, birth_date=born, sex="FEMALE", source="DESK",
        phones=[(PHONE, "OWN")],
    ).person_id


def make_card(person_id: UUID) -> None:
    """Do what the follower of the ledger does, at once: it waits for every older transaction of the whole server."""
    refresh_card(person_id=person_id, at=clock.now())


def dose(person_id: UUID, days_ago: int, *, follow: bool = True) -> Any:
    at, number = clock.now(), f"FA{days_ago:04}"
    add_lot(product="PFIZER", number=number, expires_on=clock.today() + dt.timedelta(days=90), by=SYSTEM, at=at,
            key=str(uuid4()))
    facts = DoseFacts("PFIZER", clock.today() - dt.timedelta(days=days_ago), lot_number=number,
                      place_name="Trạm Y tế phường Bến Nghé")
    made = record_dose(by=SYSTEM, at=at, key=str(uuid4()), profile_id=person_id, facts=facts,
                       source=DoseSource.BACKLOG)
    if follow:
        make_card(person_id)
    return made.dose


def newest_code() -> str:
    message = OutboxMessage.objects.filter(contact_key=contact_key(PHONE)).order_by("-created_at").first()
    assert message is not None
    found = re.search(r"\b\d{6}\b", unseal("outbox.text", message.sealed_text, str(message.id)))
    assert found is not None
    return found[0]


def press_send(page: Page) -> None:
    """Press the page's first button and wait for the page that answers."""
    with page.expect_navigation():
        page.click("main button[type=submit]")


def sign_in(page: Page) -> None:
    page.goto("/so/dang-nhap")
    page.fill("#phone", "0" + PHONE[3:])
    press_send(page)
    page.wait_for_url("**/so/ma-xac-thuc")
    page.fill("#code", newest_code())
    page.keyboard.press("Enter")
    page.wait_for_url("**/so/xac-nhan")
    page.fill("#full_name", NAME)
    for part in ("day", "month", "year"):
        page.fill(f"#birth-{part}", str(getattr(BORN, part)))
    press_send(page)
    page.wait_for_url("**/so/")


def come_in(page: Page, site: str) -> None:
    """Give the browser a book that was opened a moment ago; how it is opened is walked by the tests that `sign_in`."""
    client = Client()
    assert sign_in_plainly(client, PHONE, NAME, BORN).status_code == 302
    page.context.add_cookies([{"name": one.key, "value": one.value, "url": site} for one in client.cookies.values()])


def script_runs(page: Page) -> None:
    """Wait for the page's own script, which comes late; it names the book's manifest first."""
    page.locator("link[rel=manifest]").wait_for(state="attached")


def kept(page: Page, count: int = 1) -> None:
    """Wait until the phone keeps this many cards."""
    ask = """async () => (await (await caches.open('tc-book-cards')).keys())
        .filter((request) => request.url.includes('/so/the/')).length"""
    await_that(page, lambda: page.evaluate(ask) == count, "the card was not kept")


def keep_a_card(page: Page, site: str) -> UUID:
    """Let the phone keep somebody's card of one dose, and give whose it is; its page is open."""
    person = somebody()
    dose(person, 90)
    come_in(page, site)
    page.goto(f"/so/the/{person}")
    kept(page)
    return person


def picture(page: Page, name: str) -> None:
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True, animations="disabled")


def test_from_the_front_page_to_a_card_that_works_without_a_network(phone_of_390: Page) -> None:
    page, person = phone_of_390, somebody()
    dose(person, 90)
    page.goto("/")
    page.get_by_role("link", name="Sổ sức khỏe của tôi").click()
    page.wait_for_url("**/so/dang-nhap")
    sign_in(page)
    page.get_by_role("link", name="Mở thẻ").click()
    expect(page.locator("#card-title")).to_have_text("Thẻ vàng: chưa đủ liều")
    expect(page.locator("[data-book=freshness]")).to_contain_text("Đã kiểm tra lúc")
    kept(page)
    before = page.locator(".tc-card").inner_text()
    code = page.locator(".tc-card__qr").inner_html()

    page.context.set_offline(True)
    page.goto(f"/so/the/{person}", wait_until="domcontentloaded")
    expect(page.locator(".tc-card__qr svg")).to_be_visible()
    assert page.locator(".tc-card").inner_text() == before
    assert page.locator(".tc-card__qr").inner_html() == code
    expect(page.locator("[data-book=freshness]")).to_contain_text("Không có mạng. Đây là bản lưu trên máy")
    picture(page, "card-offline-390")

    page.goto("/so/")
    expect(page.get_by_role("link", name=NAME)).to_be_visible()
    picture(page, "kept-390")
    page.get_by_role("link", name=NAME).click()
    expect(page.locator(".tc-card__qr svg")).to_be_visible()


def test_the_code_on_the_screen_reads_as_the_signed_text(phone_of_390: Page, site: str, tmp_path: Path) -> None:
    page, person = phone_of_390, somebody()
    dose(person, 90)
    dose(person, 60)
    come_in(page, site)
    page.goto(f"/so/the/{person}")
    page.locator(".tc-card__qr").screenshot(path=str(tmp_path / "qr.png"))
    with Image.open(tmp_path / "qr.png") as image:
        (found,) = qr_codes(image.convert("L"))
    card = card_of_person(SYSTEM, person, clock.now())
    assert card is not None
    assert found.text == card.hc1
    assert page.locator(".tc-card__qr").bounding_box()["width"] >= 300  # type: ignore[index]


def test_a_dose_being_signed_turns_into_a_card_by_itself(phone_of_390: Page, site: str) -> None:
    page, person = phone_of_390, somebody()
    dose(person, 90, follow=False)
    come_in(page, site)
    page.goto(f"/so/the/{person}")
    expect(page.get_by_text("Chứng nhận đang được ký")).to_be_visible()
    picture(page, "card-waiting-390")
    make_card(person)
    expect(page.locator(".tc-card__qr svg")).to_be_visible()
    expect(page.get_by_text("Chứng nhận đang được ký")).to_have_count(0)


def test_a_voided_dose_reaches_a_phone_that_keeps_the_old_card(phone_of_390: Page, site: str) -> None:
    page, person = phone_of_390, somebody()
    made = dose(person, 90)
    come_in(page, site)
    page.goto(f"/so/the/{person}")
    kept(page)
    void_dose(by=SYSTEM, at=clock.now(), key="void", profile_id=person, dose_id=made.id, version=made.version,
              because="Nhập nhầm sang người khác")
    make_card(person)
    page.reload()
    expect(page.locator("#card-title")).to_have_text("Chưa có mũi tiêm")
    expect(page.get_by_text("Nhập nhầm sang người khác")).to_be_visible()
    expect(page.locator(".tc-card__qr")).to_have_count(0)
    picture(page, "card-voided-390")


def test_after_the_session_has_ended_the_kept_card_opens_and_says_whether_it_still_holds(
    phone_of_390: Page, site: str
) -> None:
    page, person = phone_of_390, keep_a_card(phone_of_390, site)
    page.context.clear_cookies()
    page.goto(f"/so/the/{person}")
    expect(page.locator("[data-book=freshness]")).to_contain_text("không có thay đổi")
    dose(person, 60)
    page.goto(f"/so/the/{person}")
    expect(page.locator("[data-book=freshness]")).to_contain_text("Hãy đăng nhập lại để xem bản mới")


def test_signing_out_takes_the_cards_off_the_phone(phone_of_390: Page, site: str) -> None:
    page, person = phone_of_390, keep_a_card(phone_of_390, site)
    page.get_by_role("button", name="Đăng xuất").click()
    expect(page.get_by_role("heading", name="Bạn đã đăng xuất")).to_be_visible()
    picture(page, "signed-out-390")
    kept(page, 0)
    page.context.set_offline(True)
    page.goto(f"/so/the/{person}")
    expect(page.get_by_text("Máy này chưa lưu thẻ nào")).to_be_visible()


def test_signing_out_of_every_device_ends_the_others_and_takes_the_cards_off_this_one(
    phone_of_390: Page, browser: Browser, site: str
) -> None:
    page, person = phone_of_390, somebody()
    dose(person, 90)
    come_in(page, site)
    other = browser.new_context(base_url=site, storage_state=page.context.storage_state())
    elsewhere = other.new_page()
    elsewhere.goto("/so/")
    expect(elsewhere.get_by_role("link", name="Mở thẻ")).to_be_visible()
    page.goto(f"/so/the/{person}")
    kept(page)
    page.goto("/so/")
    page.get_by_role("button", name="Đăng xuất khỏi mọi thiết bị").click()
    expect(page.get_by_role("heading", name="Bạn đã đăng xuất")).to_be_visible()
    kept(page, 0)
    elsewhere.goto("/so/")
    elsewhere.wait_for_url("**/so/dang-nhap")
    other.close()


def test_a_shared_device_keeps_no_card(phone_of_390: Page) -> None:
    page, person = phone_of_390, somebody()
    dose(person, 90)
    page.goto("/so/dang-nhap")
    page.get_by_label("Đây là máy dùng chung").check()
    page.fill("#phone", "0" + PHONE[3:])
    press_send(page)
    page.fill("#code", newest_code())
    page.keyboard.press("Enter")
    page.wait_for_url("**/so/xac-nhan")
    page.fill("#full_name", NAME)
    for part in ("day", "month", "year"):
        page.fill(f"#birth-{part}", str(getattr(BORN, part)))
    press_send(page)
    page.get_by_role("link", name="Mở thẻ").click()
    expect(page.locator("[data-book=freshness]")).to_contain_text("Đã kiểm tra lúc")
    assert page.evaluate("async () => (await caches.keys()).length") == 0


def test_everything_works_without_javascript(browser: Browser, site: str) -> None:
    person = somebody()
    dose(person, 90)
    context = browser.new_context(viewport={"width": 390, "height": 844}, base_url=site, java_script_enabled=False)
    page = context.new_page()
    sign_in(page)
    page.get_by_role("link", name="Mở thẻ").click()
    expect(page.locator(".tc-card__qr svg")).to_be_visible()
    expect(page.get_by_text("Mũi 1: Pfizer")).to_be_visible()
    context.close()


def test_it_prints_on_one_page_with_a_code_of_35_to_60_millimetres(phone_of_390: Page, site: str) -> None:
    page, person = phone_of_390, somebody()
    dose(person, 90)
    dose(person, 60)
    come_in(page, site)
    page.goto(f"/so/the/{person}")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 559, "height": 794})
    picture(page, "print-A5")
    svg = page.locator(".tc-card__qr svg")
    side = svg.evaluate("s => s.viewBox.baseVal.width")
    code_mm = svg.bounding_box()["width"] * 25.4 / 96 * (side - 8) / side  # type: ignore[index]
    assert 35 <= code_mm <= 60
    assert page.locator(".tc-header").is_hidden()
    sheet = page.pdf(format="A4", path=f"{SHOTS}/print-A4.pdf" if SHOTS else None)
    assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1


def test_the_first_load_stays_inside_its_budget(browser: Browser, site: str) -> None:
    person = somebody()
    dose(person, 90)
    dose(person, 60)
    signed_in = browser.new_context(base_url=site)
    sign_in(signed_in.new_page())
    for address in ("/", f"/so/the/{person}"):
        fresh = browser.new_context(base_url=site, storage_state=signed_in.storage_state())
        page, answers = fresh.new_page(), []
        page.on("response", lambda answer, kept=answers: kept.append(answer))
        page.goto(address, wait_until="networkidle")
        sizes = {answer.url: _packed(answer) for answer in answers if answer.request.service_worker is None}
        assert len(sizes) <= MOST_REQUESTS, sorted(sizes)
        assert 20_000 < sum(sizes.values()) <= MOST_BYTES, sizes
        fresh.close()
    signed_in.close()


def _packed(answer: Any) -> int:
    """Give the bytes that travel: fonts are packed already, all else goes as gzip."""
    body = answer.body()
    return len(body) if answer.url.endswith(".woff2") else len(gzip.compress(body, 6))


def states(person: UUID, child: UUID, empty: UUID) -> dict[str, str]:
    return {"card-green": f"/so/the/{person}", "card-declared": f"/so/the/{child}", "card-none": f"/so/the/{empty}",
            "book": "/so/", "add": "/so/them-nguoi"}


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_no_page_in_any_state_breaks_a_rule_of_access(browser: Browser, site: str, lang: str) -> None:
    person, child, empty = somebody(), somebody(CHILD, CHILD_BORN), somebody("Lê Thị Sáu", dt.date(1950, 1, 2))
    for days in (400, 370):
        dose(person, days)
    own = Actor(kind=Kind.CITIZEN, person_ids=frozenset({child}))
    declare_dose(by=own, at=clock.now(), key="own", profile_id=child, facts=DoseFacts(
        "PFIZER", clock.today() - dt.timedelta(days=20), place_name="Bệnh viện huyện"))
    for one, born in ((CHILD, CHILD_BORN), ("Lê Thị Sáu", dt.date(1950, 1, 2))):
        prove_person(by=SYSTEM, at=clock.now(), contact_key=contact_key(PHONE), full_name=one, birth_date=born)
    context = browser.new_context(viewport={"width": 390, "height": 844}, base_url=site)
    context.add_cookies([{"name": "lang", "value": lang, "url": site}])
    page = context.new_page()
    broken: dict[str, Any] = {}
    look = Looker(page, lang, broken)
    look("home", "/")
    look("points", "/diem-tiem")
    look("points-none", "/diem-tiem?q=zzzqqq")
    look("kept-none", "/so/tren-may")
    _sign_in_with_errors(page, look)
    for name, address in states(person, child, empty).items():
        look(name, address)
    made = dose(person, 90)
    void_dose(by=SYSTEM, at=clock.now(), key="void", profile_id=person, dose_id=made.id, version=made.version,
              because="Nhập nhầm sang người khác")
    make_card(person)
    look("card-history", f"/so/the/{person}")
    page.goto("/so/them-nguoi")
    page.fill("#full_name", "Lê Văn Khác")
    page.fill("#birth-year", "1950")
    press_send(page)
    look("add-failed")
    look("signed-out", "/so/da-dang-xuat")
    context.close()
    assert broken == {}


def _sign_in_with_errors(page: Page, look: "Looker") -> None:
    look("phone", "/so/dang-nhap")
    page.fill("#phone", "0281 234 567")
    press_send(page)
    look("phone-error")
    page.fill("#phone", "0" + PHONE[3:])
    press_send(page)
    page.wait_for_url("**/so/ma-xac-thuc")
    look("code")
    page.fill("#code", "12")
    press_send(page)
    look("code-error")
    page.fill("#code", newest_code())
    page.keyboard.press("Enter")
    page.wait_for_url("**/so/xac-nhan")
    look("fact")
    page.fill("#full_name", "Lê Văn Khác")
    for part in ("day", "month", "year"):
        page.fill(f"#birth-{part}", str(getattr(BORN, part)))
    press_send(page)
    look("fact-failed")
    page.fill("#full_name", NAME)
    press_send(page)
    page.wait_for_url("**/so/")


class Looker:
    """Looks at a page as axe does, at three widths, and at whether it scrolls sideways."""

    def __init__(self, page: Page, lang: str, broken: dict[str, Any]) -> None:
        self.page, self.lang, self.broken = page, lang, broken

    def __call__(self, name: str, address: str = "") -> None:
        if address:
            self.page.goto(address)
        for width in (320, 390, 1280):
            self.page.set_viewport_size({"width": width, "height": 844})
            found = faults_of(self.page) if width != 390 else []  # laid out as at 320
            wide = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if found or wide > 0:
                self.broken[f"{name} {width}"] = (found, wide)
            if width != 320:
                picture(self.page, f"{name}-{self.lang}-{width}")
        self.page.set_viewport_size({"width": 390, "height": 844})


def test_no_page_breaks_the_content_security_policy(phone_of_390: Page) -> None:
    page, person = phone_of_390, somebody()
    dose(person, 90)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto("/")
    sign_in(page)
    page.goto(f"/so/the/{person}")
    kept(page)
    assert said == []


def test_another_code_may_be_asked_after_the_countdown(phone_of_390: Page) -> None:
    page = phone_of_390
    page.clock.install()
    page.goto("/so/dang-nhap")
    page.fill("#phone", "0" + PHONE[3:])
    press_send(page)
    again = page.locator("[data-book=again]")
    expect(again).to_be_disabled()
    expect(again).to_contain_text("Gửi lại mã sau")
    page.fill("#code", "123")
    script_runs(page)
    page.clock.run_for(61_000)
    expect(again).to_be_enabled()
    expect(again).to_have_text("Gửi lại mã")
    expect(page.locator("#code")).to_have_value("123")


def test_a_book_left_open_says_that_it_is_about_to_close(phone_of_390: Page, site: str) -> None:
    page, _ = phone_of_390, somebody()
    come_in(page, site)
    page.clock.install()
    page.goto("/so/")
    script_runs(page)
    warning = page.get_by_role("heading", name="Phiên sắp đóng")
    expect(warning).to_have_count(0)
    page.clock.run_for(28 * 60_000 + 1000)
    expect(warning).to_be_visible()
    assert faults_of(page) == []
    picture(page, "idle-390")

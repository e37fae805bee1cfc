"""A citizen's passport on a phone: the code reads, the name is confirmed, it opens in a plane, it prints, it is sent.

With TIEMCHUNG_SCREENSHOTS=<folder> each state is also pictured there.
"""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.builders import a_cccd, a_phone
from tests.certificates.passport_cast import (
    BORN,
    NAME,
    a_signed_person,
    await_step,
    issue_passport,
    lack,
    renew_passport,
    revoke_passport,
    sign_doses_of,
)
from tests.journeys.browser import await_that, faults_of, too_wide
from tests.journeys.test_citizen_book import (  # noqa: F401 - two are fixtures
    MOST_BYTES,
    MOST_REQUESTS,
    _packed,
    dose,
    phone_of_390,
    picture,
    press_send,
    sign_in,
    site,
    somebody,
)
from tests.qr_codes import qr_codes
from tests.web.portal.feedback_pages import newest_code
from tiemchung.certificates.formats import uvci
from tiemchung.certificates.rules import Lack, PassportState
from tiemchung.core import clock
from tiemchung.core.actor import SYSTEM
from tiemchung.core.models import OutboxMessage
from tiemchung.core.verdict import YES
from tiemchung.people.actions import amend_profile
from tiemchung.web.portal import holder_lookup

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
LONG = "Nguyễn Phúc Hoàng Công Tằng Tôn Nữ Thị Hồng Phương Thảo Nguyên Anh Thư Quỳnh Hươ"


def vaccinated(name: str = "") -> UUID:
    """Put somebody on the phone on record with two signed doses."""
    person = somebody(name) if name else somebody()
    for days in (130, 90):
        dose(person, days, follow=days == 90)
    sign_doses_of(person, at=clock.now())
    return person


def address(person: UUID) -> str:
    return f"/so/ho-so/{person}/ho-chieu"


def kept(page: Page, person: UUID) -> None:
    """Wait until the phone keeps the passport's page."""
    ask = "async (path) => Boolean(await caches.match(path, {cacheName: 'tc-book-cards'}))"
    await_that(page, lambda: page.evaluate(ask, address(person)), "the passport was not kept")


@pytest.fixture
def wide(browser: Browser, site: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=site)
    yield context.new_page()
    context.close()


WIDEST = uvci.PREFIX + "W" * 13  # numbers are drawn by lot: the widest of them fits, so all do


def test_from_the_book_to_a_code_that_reads_as_the_signed_text(phone_of_390: Page, tmp_path: Path) -> None:
    page, person = phone_of_390, vaccinated()
    made = issue_passport(person, at=clock.now())
    sign_in(page)
    page.get_by_role("link", name="Hộ chiếu vắc xin").click()
    page.wait_for_url(f"**{address(person)}")
    page.locator(".tc-card__qr").screenshot(path=str(tmp_path / "qr.png"))
    with Image.open(tmp_path / "qr.png") as image:
        (found,) = qr_codes(image.convert("L"))
    assert found.text == made.hc1
    assert found.ec_level == "Q"
    picture(page, "passport-390")
    page.get_by_role("button", name="Đúng tên tôi").click()
    expect(page.get_by_text("Bạn đã xác nhận họ tên này đúng.")).to_be_visible()


def test_it_opens_without_a_network_and_says_when_it_was_made(phone_of_390: Page) -> None:
    page, person = phone_of_390, vaccinated()
    issue_passport(person, at=clock.now())
    sign_in(page)
    page.goto(address(person))
    expect(page.locator("[data-book=freshness]")).to_contain_text("Đã kiểm tra lúc")
    kept(page, person)
    code = page.locator(".tc-card__qr").inner_html()
    page.context.set_offline(True)
    page.goto(address(person), wait_until="domcontentloaded")
    assert page.locator(".tc-card__qr").inner_html() == code
    expect(page.locator("[data-book=freshness]")).to_contain_text("Không có mạng. Đây là bản lưu trên máy")
    page.context.set_offline(False)
    page.get_by_role("button", name="Đăng xuất").click()
    expect(page.get_by_role("heading", name="Bạn đã đăng xuất")).to_be_visible()
    page.context.set_offline(True)
    page.goto(address(person))
    expect(page.get_by_text("Máy này chưa lưu thẻ nào")).to_be_visible()


def test_a_copy_whose_code_has_ended_since_says_so(phone_of_390: Page) -> None:
    page, person = phone_of_390, vaccinated()
    issue_passport(person, at=clock.now(), expires_at=clock.now() + dt.timedelta(days=20))
    sign_in(page)
    page.goto(address(person))
    kept(page, person)
    page.context.set_offline(True)
    page.clock.set_fixed_time(clock.now() + dt.timedelta(days=21))
    page.goto(address(person), wait_until="domcontentloaded")
    expect(page.locator("[data-book=freshness]")).to_contain_text("đã hết hạn")


def test_a_revoked_one_leaves_the_phone_that_kept_it(phone_of_390: Page) -> None:
    page, person = phone_of_390, vaccinated()
    issue_passport(person, at=clock.now())
    sign_in(page)
    page.goto(address(person))
    expect(page.locator("[data-book=freshness]")).to_contain_text("Đã kiểm tra lúc")
    revoke_passport(person, at=clock.now())
    page.reload()
    expect(page.locator(".tc-card__qr")).to_have_count(0)
    expect(page.get_by_text("Đã thu hồi", exact=True)).to_be_visible()
    picture(page, "passport-revoked-390")


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("standing", ["issued", "lacking", "waiting", "long"])
def test_every_standing_is_accessible_and_fits_both_screens(
    phone_of_390: Page, wide: Page, standing: str, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uvci, "new_uvci", lambda: next(numbers))
    numbers = (f"{WIDEST}#{letter}" for letter in "WMGQABCD")
    person, at = vaccinated(), clock.now()
    if standing == "issued":
        issue_passport(person, at=at - dt.timedelta(days=340))
        renew_passport(person, at=at)
    elif standing == "long":
        issue_passport(person, at=at)
    elif standing == "lacking":
        lack(person, Lack.DOSE_UNVERIFIED, Lack.IDENTITY_NOT_FOUND, Lack.BIRTH_INCOMPLETE, at=at)
    else:
        await_step(person, PassportState.FACILITY_SIGNED, at=at)
    sign_in(phone_of_390)
    if standing == "long":
        amend_profile(by=SYSTEM, at=at, profile_id=person, full_name=LONG, because="dài")
        revoke_passport(person, at=at)
        issue_passport(person, at=at)
    wide.context.add_cookies(phone_of_390.context.cookies())
    for page, width in ((phone_of_390, 390), (wide, 1280)):
        page.context.add_cookies([{"name": "lang", "value": lang, "url": phone_of_390.url}])
        page.goto(address(person))
        assert faults_of(page) == []
        assert too_wide(page) <= 0
        picture(page, f"passport-{standing}-{lang}-{width}")


def test_it_prints_with_code_and_fields(phone_of_390: Page) -> None:
    page, person = phone_of_390, vaccinated()
    issue_passport(person, at=clock.now())
    sign_in(page)
    page.goto(address(person))
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 794, "height": 1123})
    picture(page, "passport-print-A4")
    svg = page.locator(".tc-card__qr svg")
    side = svg.evaluate("s => s.viewBox.baseVal.width")
    assert svg.bounding_box()["width"] * 25.4 / 96 * (side - 8) / side >= 35  # type: ignore[index]
    assert page.get_by_text("Mã số của chứng nhận").is_visible()
    assert page.get_by_role("button", name="Đúng tên tôi").count() == 0
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) <= 2


def test_the_pdf_comes_by_a_tap(phone_of_390: Page) -> None:
    page, person = phone_of_390, vaccinated()
    issue_passport(person, at=clock.now())
    sign_in(page)
    page.goto(address(person))
    answer = page.request.get(page.get_by_role("link", name="Tải bản PDF khổ A4").get_attribute("href") or "")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF-1.7")


def test_everything_works_without_javascript(browser: Browser, site: str) -> None:
    person = vaccinated()
    issue_passport(person, at=clock.now())
    context = browser.new_context(viewport={"width": 390, "height": 844}, base_url=site, java_script_enabled=False)
    page = context.new_page()
    sign_in(page)
    page.goto(address(person))
    expect(page.locator(".tc-card__qr svg")).to_be_visible()
    page.get_by_role("button", name="Đúng tên tôi").click()
    expect(page.get_by_text("Bạn đã xác nhận họ tên này đúng.")).to_be_visible()
    context.close()


def test_the_first_load_stays_inside_its_budget(browser: Browser, site: str) -> None:
    person = vaccinated()
    issue_passport(person, at=clock.now())
    signed_in = browser.new_context(base_url=site)
    sign_in(signed_in.new_page())
    fresh = browser.new_context(base_url=site, storage_state=signed_in.storage_state())
    page, answers = fresh.new_page(), []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(address(person), wait_until="networkidle")
    sizes = {answer.url: _packed(answer) for answer in answers if answer.request.service_worker is None}
    assert len(sizes) <= MOST_REQUESTS, sorted(sizes)
    assert 20_000 < sum(sizes.values()) <= MOST_BYTES, sizes
    fresh.close()
    signed_in.close()


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_looked_up_by_five_facts_it_is_seen_on_the_screen_or_sent(
    phone_of_390: Page, wide: Page, lang: str, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.MAIL = "smtp://127.0.0.1:1?from=hochieu@tiemchung.example&tls=none"
    monkeypatch.setattr(holder_lookup, "judged", lambda *_, **__: YES)
    phone, number, at = a_phone(), a_cccd("FEMALE", BORN), clock.now()
    person = a_signed_person(phone=phone, number=number, at=at)
    issue_passport(person, at=at)
    latest = clock.local(at).date() - dt.timedelta(days=90)
    page = phone_of_390
    page.goto("/tra-cuu")
    page.context.add_cookies([{"name": "lang", "value": lang, "url": page.url}])
    page.reload()
    page.fill("#full_name", NAME)
    page.check("input[name=sex][value=FEMALE]")
    page.fill("#number", number)
    for name, day in (("birth", BORN), ("latest", latest)):
        for part in ("day", "month", "year"):
            page.fill(f"#{name}-{part}", str(getattr(day, part)))
    press_send(page)
    page.fill("#code", newest_code(phone))
    press_send(page)
    page.wait_for_url("**/tra-cuu/chung-nhan")
    for screen, width in ((page, 390), (wide, 1280)):
        wide.context.add_cookies(page.context.cookies())
        screen.goto("/tra-cuu/chung-nhan")
        screen.check("input[name=how][value=mail]")
        assert faults_of(screen) == []
        assert too_wide(screen) <= 0
        picture(screen, f"lookup-{lang}-{width}")
        screen.goto("/tra-cuu/ho-chieu")
        assert faults_of(screen) == []
        assert too_wide(screen) <= 0
        picture(screen, f"lookup-passport-{lang}-{width}")
    page.goto("/tra-cuu/chung-nhan")
    page.check("input[name=how][value=mail]")
    page.fill("#address", "khong-phai-dia-chi")
    press_send(page)
    assert faults_of(page) == []
    picture(page, f"lookup-wrong-{lang}-390")
    page.fill("#address", "chau@vidu.example")
    press_send(page)
    expect(page.get_by_role("alert")).to_be_visible()
    picture(page, f"lookup-sent-{lang}-390")
    assert OutboxMessage.objects.filter(kind="mail.passport").count() == 1

"""The lead of a station signs in, corrects a dose, voids it, and joins two profiles; in both languages."""

import datetime as dt
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import builders
from tests.journeys.browser import faults_of, serve_plainly, too_wide
from tiemchung.access import factors
from tiemchung.certificates import reads as certificates
from tiemchung.certificates import tasks
from tiemchung.core import clock
from tiemchung.core.actor import SYSTEM

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

WORD = "một mật khẩu rất dài"
PICTURES = os.environ.get("TIEMCHUNG_PICTURES", "")


@pytest.fixture(autouse=True)
def plain_site(settings: Any) -> None:
    """Serve the files by their plain names, over plain HTTP on this machine."""
    serve_plainly(settings)


@pytest.fixture
def station(live_server: Any) -> dict[str, Any]:
    """Make a station with its lead, and a person with a dose of today and a doubled profile."""
    at = clock.now()
    facility = builders.a_facility("Trạm Y tế Sài Gòn", at=at)
    nurse = builders.a_nurse(facility, at=at)
    builders.a_lead(facility, username="lan", password=WORD, at=at)
    person = builders.a_person("Nguyễn Thị An", dt.date(1985, 3, 5), at=at)
    twin = builders.a_person("Nguyễn Thị Ân", dt.date(1985, 5, 3), at=at, identifiers=())
    dose = builders.a_dose(person.profile_id, by=nurse, at=at).dose
    return {"address": live_server.url, "person": person, "twin": twin, "dose": dose}


class Walk:
    """A member of staff at a screen: every page walked over is looked at with axe, and pictured when asked."""

    def __init__(self, page: Page, address: str, lang: str, width: int) -> None:
        self.page, self.address, self.name = page, address, f"{lang}-{width}"
        self.complaints: list[str] = []
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)

    def look(self, name: str) -> None:
        """Check the page as it stands: no accessibility violation, nothing wider than the screen, nothing refused."""
        assert faults_of(self.page) == [], name
        assert too_wide(self.page) <= 0, f"{name} at {self.name}"
        if PICTURES:
            self.page.screenshot(path=Path(PICTURES) / f"staff-{name}-{self.name}.png", full_page=True)

    def press(self, words: str) -> None:
        """Press the button with these words and wait for the page that follows."""
        self.page.get_by_role("button", name=words, exact=True).click()
        self.page.wait_for_load_state("load")


@pytest.fixture(params=[("vi", 1280), ("en", 390)], ids=lambda p: f"{p[0]}-{p[1]}")
def walk(request: pytest.FixtureRequest, browser: Browser, station: dict[str, Any]) -> Iterator[Walk]:
    """Open a screen of each width, in each language."""
    lang, width = request.param
    context = browser.new_context(viewport={"width": width, "height": 844}, locale=lang)
    context.add_cookies([{"name": "lang", "value": lang, "url": station["address"]}])
    going = Walk(context.new_page(), station["address"], lang, width)
    yield going
    context.close()
    assert [words for words in going.complaints if "status of 4" not in words] == []


def sign_in(walk: Walk) -> None:
    """Sign in for the first time: password, the app set up, the codes put away."""
    page = walk.page
    page.goto(f"{walk.address}/staff/")
    walk.look("sign-in")
    page.fill("#username", "lan")
    page.fill("#password", WORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/enrol")
    walk.look("enrol")
    secret = page.locator("details .tc-code").text_content().replace(" ", "")
    page.fill("#code", factors.code_at(secret, clock.now()))
    page.keyboard.press("Enter")
    page.wait_for_url("**/recovery-codes")
    walk.look("recovery-codes")
    page.locator("main form button").click()
    page.wait_for_url("**/staff/")
    walk.look("home")


def next_card(person_id: UUID, before: certificates.CardView | None) -> certificates.CardView:
    """Give the card once the follower has made it anew; another test's open transaction may hold the follower back."""
    end = time.monotonic() + 600
    while time.monotonic() < end:
        tasks.follow_ledger(clock.now())
        card = certificates.card_of_person(SYSTEM, person_id, clock.now())
        if card is not None and (before is None or card.changed_at > before.changed_at):
            return card
        time.sleep(0.2)
    raise AssertionError("the card did not follow the ledger")


def test_a_dose_is_amended_and_the_card_follows(walk: Walk, station: dict[str, Any]) -> None:
    person, page = station["person"], walk.page
    before = next_card(person.person_id, None)
    sign_in(walk)
    page.goto(f"{walk.address}/authority/nguoi")
    page.fill("#text", "nguyen thi an 1985")
    page.select_option("#purpose", "CORRECT")
    page.locator("main form button").click()
    walk.look("people")
    page.get_by_role("link", name="Nguyễn Thị An", exact=True).click()
    page.wait_for_url(re.compile(r"/nguoi/[0-9a-f-]{36}$"))
    walk.look("person")
    page.locator("main .tc-list__title a").first.click()
    page.wait_for_url("**/mui/*")
    walk.look("dose")
    page.goto(f"{page.url}/sua")
    page.fill("#place_name", "Điểm tiêm Nhà văn hóa")
    page.select_option("#product", "MODERNA")
    page.fill("#lot_number", "039K20A")
    page.fill("#because", "Nhập nhầm vắc xin, đã xem sổ tiêm")
    page.fill("#evidence", "Sổ tiêm trang 12")
    walk.look("amend")
    page.locator("main form button").click()
    page.wait_for_load_state("load")
    expect(page.locator(".tc-differs").first).to_be_visible()
    walk.look("amend-check")
    page.locator("main form button[value=do]").click()
    page.wait_for_url(re.compile(r"/mui/[0-9a-f-]{36}$"))
    walk.look("dose-amended")
    after = next_card(person.person_id, before)
    assert before.hc1
    assert after.hc1 not in ("", before.hc1)


def test_a_dose_is_voided_and_two_profiles_are_joined_and_parted(walk: Walk, station: dict[str, Any]) -> None:
    person, twin, dose, page = station["person"], station["twin"], station["dose"], walk.page
    sign_in(walk)
    page.goto(f"{walk.address}/authority/nguoi/{person.person_id}/mui/{dose.id}/huy")
    page.locator("input[type=radio]").nth(1).check()
    page.locator("main form button").click()
    page.wait_for_load_state("load")
    page.goto(f"{walk.address}/authority/nguoi/{person.person_id}/mui/{dose.id}/huy")
    page.fill("#because", "Ghi nhầm người, đã gọi hỏi lại")
    walk.look("void")
    page.locator("main form button").click()
    page.wait_for_load_state("load")
    walk.look("void-check")
    page.locator("main form button[value=do]").click()
    page.wait_for_url(re.compile(r"/mui/[0-9a-f-]{36}$"))
    page.goto(f"{walk.address}/authority/nguoi/{person.person_id}/ghep/{twin.person_id}")
    page.locator("input[value=link]").check()
    page.fill("#because", "Cùng một người, đã xem căn cước")
    walk.look("compare")
    page.locator("main form button").click()
    page.wait_for_load_state("load")
    walk.look("compare-check")
    page.locator("main form button[value=do]").click()
    page.wait_for_url(re.compile(r"/nguoi/[0-9a-f-]{36}$"))
    walk.look("person-joined")
    page.locator("a[href*='/tach/']").first.click()
    page.fill("#because", "Xem lại thì là hai chị em")
    walk.look("undo")
    page.locator("main form button").click()
    page.wait_for_url(re.compile(r"/nguoi/[0-9a-f-]{36}$"))
    assert page.locator("a[href*='/tach/']").count() == 0
    for name in ("lo", "lo/them", "da-xem"):
        page.goto(f"{walk.address}/authority/{name}")
        walk.look(name.replace("/", "-"))
    page.goto(f"{walk.address}/staff/account")
    walk.look("account")


def test_a_passkey_is_added_and_opens_instead_of_the_code(walk: Walk, station: dict[str, Any]) -> None:
    page = walk.page
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    facts = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": {**facts, "automaticPresenceSimulation": True}})
    sign_in(walk)
    page.goto(f"{walk.address}/staff/account")
    page.fill("#passkey_name", "Máy tính phòng tiêm")
    page.locator("[data-tc-passkey] button").click()
    expect(page.locator(".tc-list__title")).to_have_text("Máy tính phòng tiêm")
    walk.look("account-passkey")
    page.locator("header form button").first.click()
    page.wait_for_url("**/sign-in")
    page.fill("#username", "lan")
    page.fill("#password", WORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in/code")
    walk.look("code")
    page.locator("[data-tc-passkey] button").click()
    page.wait_for_url("**/staff/")
    expect(page.locator("main h1")).to_contain_text("Lê Thị Lan")

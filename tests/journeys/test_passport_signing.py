"""A facility's lead clears the way, signs with the second factor given anew, and signs with a key of their own."""

import datetime as dt
import os
import threading
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests import builders
from tests.access.test_sign_ins import SECRET
from tests.certificates.central_cast import a_ministry_officer, a_passport, a_ready_person, a_vaccinated_person
from tests.certificates.passports.test_facility_signing import OwnKey
from tests.journeys.browser import faults_of, serve_plainly, too_wide
from tiemchung.access import factors
from tiemchung.access.actions import enrol_totp
from tiemchung.access.reads import postings_of, staff_account
from tiemchung.certificates.actions import make_facility_keys, refresh_passports
from tiemchung.certificates.agent.keys import OwnKey as AgentKey
from tiemchung.certificates.agent.server import Agent, make_server
from tiemchung.certificates.models import DoseSignature
from tiemchung.certificates.tasks.passports import work_facility_runs
from tiemchung.core import clock
from tiemchung.core.actor import Actor
from tiemchung.core.clock import local
from tiemchung.people.models import IdentityCheck
from tiemchung.web.facility import passport_own_key

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
PICTURES = os.environ.get("TIEMCHUNG_PICTURES", "")
WIDTHS = (1280, 390)


@pytest.fixture(autouse=True)
def plain_site(settings: Any) -> None:
    """Serve the files by their plain names, over plain HTTP on this machine."""
    serve_plainly(settings)


class Station:
    """A station in Sài Gòn with people on every step, its lead, and an officer of the ministry."""

    def __init__(self, address: str) -> None:
        self.address, self.at = address, clock.now() - dt.timedelta(minutes=10)
        self.facility = builders.a_facility("Trạm Y tế phường Bến Nghé", at=self.at)
        make_facility_keys(facility_ids=[self.facility.id], at=self.at)
        self.lead = builders.a_lead(self.facility, at=self.at)
        assert self.lead.id is not None
        moment = self.at - dt.timedelta(minutes=5)
        enrol_totp(at=moment, staff_id=self.lead.id, secret=SECRET, code=factors.code_at(SECRET, moment))
        here = {"facilities": [self.facility], "at": self.at}
        a_passport("Lê Minh Châu", **here)
        a_ready_person("Phạm Gia Hân", **here)
        for name in ("Nguyễn Thị Bích Ngọc", "Trần Văn Hùng"):
            a_vaccinated_person(name, **here)
        wrong = a_vaccinated_person("Đỗ Quốc Khánh", **here)
        IdentityCheck.objects.filter(person_id=wrong).update(state="MISMATCHED")
        short = builders.a_person("Hồ Ngọc Lan", at=self.at).person_id
        nurse = builders.a_nurse(self.facility, at=self.at)
        builders.a_dose(short, given_on=local(self.at).date() - dt.timedelta(days=40), by=nurse, at=self.at)
        refresh_passports(person_ids=[wrong, short], at=self.at)


def cookie_of(by: Actor, address: str) -> dict[str, str]:
    """Give the cookie of a session in which this member of staff proved both factors."""
    assert by.id is not None
    now, account = clock.now(), staff_account(by.id)
    assert account is not None
    posting = postings_of(by.id, local(now).date())[0]
    store = import_module(django_settings.SESSION_ENGINE).SessionStore()
    store.update({
        "_auth_user_id": str(by.id), "_auth_user_backend": "django.contrib.auth.backends.ModelBackend",
        "_auth_user_hash": account.auth_hash, "posting_id": str(posting.id), "second_factor": "TOTP", "trace": "t",
        "seen_at": now.isoformat(), "stepped_up_at": now.isoformat(),
    })  # fmt: skip
    store.create()
    return {"name": "sessionid", "value": str(store.session_key), "url": address}


class Screen:
    """A member of staff at a screen; every page is looked at with axe, and pictured when asked."""

    def __init__(self, context: BrowserContext, width: int) -> None:
        self.page: Page = context.new_page()
        self.width, self.complaints = width, []  # type: ignore[var-annotated]
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)

    def look(self, name: str) -> None:
        """Check the page as it stands: no fault of access, nothing wider than the screen."""
        assert faults_of(self.page) == [], name
        assert too_wide(self.page) <= 0, f"{name} at {self.width}"
        if PICTURES:
            self.page.screenshot(path=Path(PICTURES) / f"passports-{name}-{self.width}.png", full_page=True)

    def add_passkey(self, name: str) -> None:
        """Give this browser a device that holds passkeys, and add one of it on the account page."""
        device = self.page.context.new_cdp_session(self.page)
        device.send("WebAuthn.enable")
        facts = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True}
        device.send("WebAuthn.addVirtualAuthenticator", {"options": {**facts, "automaticPresenceSimulation": True}})
        self.page.goto("/staff/account")
        self.page.fill("#passkey_name", name)
        self.page.get_by_role("button", name="Thêm khóa truy cập").click()
        expect(self.page.get_by_text(f"Đã thêm khóa truy cập {name}")).to_be_visible()


@pytest.fixture(params=WIDTHS, ids=str)
def width(request: pytest.FixtureRequest) -> int:
    """Give a phone's and a desk's width."""
    return int(request.param)


@pytest.fixture
def station(live_server: Any) -> Station:
    """Give the station."""
    return Station(live_server.url)


def screen_of(browser: Browser, opened: list[BrowserContext], address: str, by: Actor, width: int) -> Screen:
    """Open a window in which this member of staff is signed in."""
    context = browser.new_context(viewport={"width": width, "height": 844}, locale="vi", base_url=address)
    context.add_cookies([cookie_of(by, address)])  # type: ignore[list-item]
    opened.append(context)
    return Screen(context, width)


def test_the_lead_clears_the_way_and_signs(
    browser: Browser, opened: list[BrowserContext], station: Station, width: int
) -> None:
    screen = screen_of(browser, opened, station.address, station.lead, width)
    page = screen.page
    page.goto("/staff/ho-chieu")
    screen.look("overview")
    page.get_by_role("link", name="Không khớp dữ liệu dân cư").click()
    expect(page.get_by_text("Đỗ Quốc Khánh").first).to_be_visible()
    screen.look("work")
    page.goto("/staff/ho-chieu")
    page.get_by_role("button", name="Xem và ký").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ký 4 mũi tiêm")
    page.get_by_role("button", name="Ký 4 mũi tiêm").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    screen.look("sign")
    page.get_by_label("Mã xác thực").fill(factors.code_at(SECRET, clock.now()))
    page.get_by_role("button", name="Ký 4 mũi tiêm").click()
    expect(page.get_by_text("Đang ký").first).to_be_visible()
    screen.look("run")
    while work_facility_runs(clock.now()):
        pass
    expect(page.get_by_text("4 trên 4 mũi")).to_be_visible()
    expect(page.get_by_text("Xong")).to_be_visible()
    screen.look("done")
    assert DoseSignature.objects.filter(signed_by=station.lead.id).count() == 4
    assert [c for c in screen.complaints if "422" not in c] == []


def test_a_passkey_signs_in_place_of_the_code(
    browser: Browser, opened: list[BrowserContext], station: Station, width: int
) -> None:
    screen = screen_of(browser, opened, station.address, station.lead, width)
    page = screen.page
    screen.add_passkey("Máy tính ở trạm")
    page.goto("/staff/account/step-up")
    screen.look("step-up-passkey")
    page.get_by_role("button", name="Dùng khóa truy cập thay cho mã").click()
    page.wait_for_url("**/staff/account")
    page.goto("/staff/ho-chieu/ky")
    screen.look("sign-passkey")
    page.get_by_role("button", name="Dùng khóa truy cập thay cho mã").click()
    expect(page.get_by_text("Đang ký").first).to_be_visible()
    while work_facility_runs(clock.now()):
        pass
    assert DoseSignature.objects.filter(signed_by=station.lead.id).count() == 4
    assert screen.complaints == []


def test_a_key_in_the_leads_own_hands_signs_through_the_browser(
    browser: Browser, opened: list[BrowserContext], station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, asked = OwnKey(station.lead), []
    agent = Agent(AgentKey(own.key), station.address, lambda told: bool(asked.append(told) or len(asked) > 1))
    server = make_server(agent, port=0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    where = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(passport_own_key, "AGENT", where)
    monkeypatch.setitem(passport_own_key._POLICY, "connect-src", ["'self'", where])
    try:
        screen = screen_of(browser, opened, station.address, station.lead, 1280)
        page = screen.page
        page.goto("/staff/ho-chieu/chung-thu")
        screen.look("own-key")
        page.get_by_role("button", name="Ký các mũi đang chờ").click()
        expect(page.get_by_text("Bạn đã từ chối")).to_be_visible()
        assert not DoseSignature.objects.filter(signed_by=station.lead.id).exists()
        page.get_by_role("button", name="Ký các mũi đang chờ").click()
        expect(page.get_by_text("Đã ký 4 mũi.")).to_be_visible()
        expect(page.get_by_text("Chưa có mũi tiêm nào chờ cơ sở ký.")).to_be_visible()
        expect(page.get_by_role("button", name="Ký các mũi đang chờ")).to_be_hidden()
        screen.look("own-key-done")
    finally:
        server.shutdown()
        server.server_close()
    assert DoseSignature.objects.filter(signed_by=station.lead.id).count() == 4
    assert {told["product"] for told in asked[1]} == {"PFIZER"}


def test_the_ministry_follows_it_down_to_the_facility(
    browser: Browser, opened: list[BrowserContext], station: Station, width: int
) -> None:
    screen = screen_of(browser, opened, station.address, a_ministry_officer(), width)
    page = screen.page
    page.goto("/authority/ho-chieu")
    screen.look("board")
    page.get_by_role("link", name="Thành phố Hồ Chí Minh", exact=True).click()
    page.get_by_role("link", name="Phường Sài Gòn", exact=True).click()
    expect(page.get_by_role("rowheader", name="Trạm Y tế phường Bến Nghé")).to_be_visible()
    screen.look("board-ward")
    page.get_by_role("link", name="4 mũi chờ cơ sở ký, Trạm Y tế phường Bến Nghé").click()
    page.wait_for_url("**/muc-dich")
    page.check("input[value=CHECK]")
    page.locator("main form button").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Mũi chờ cơ sở ký")
    expect(page.get_by_role("link", name="Trần Văn Hùng")).to_have_count(2)
    screen.look("board-people")
    assert screen.complaints == []

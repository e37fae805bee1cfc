"""A message about a dose that was never given: the link, one tap, a number; and the authority's list of such doses.

With TIEMCHUNG_SCREENSHOTS=<folder> each state is also pictured there.
"""

import datetime as dt
import os
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.builders import a_dose, a_facility, a_lead, a_nurse, a_person, a_phone, an_area, an_officer
from tests.following import unsettled_too
from tests.journeys.browser import faults_of, serve_plainly, too_wide
from tests.web.authority.conftest import enter_as
from tiemchung.cases import tasks
from tiemchung.cases.models import Case, CaseInbox
from tiemchung.cases.rules import shown_ref
from tiemchung.core import clock
from tiemchung.core.actor import SYSTEM, Actor, Role
from tiemchung.core.models import OutboxMessage
from tiemchung.core.outbox import contact_key
from tiemchung.core.sealing import unseal
from tiemchung.people.actions import amend_profile
from tiemchung.places.reads import FacilityView

WHY = "Đối chiếu sổ tiêm của trạm trang 14, có chữ ký"
pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("TIEMCHUNG_SCREENSHOTS", "")
MOST_REQUESTS = 10


@pytest.fixture
def site(browser: Browser, live_server: Any, settings: Any) -> str:
    """Give the address of the site; in the demonstration nobody waits for the morning."""
    serve_plainly(settings)
    settings.LENIENT_WORDS = False
    settings.DEMO = True
    address = live_server.url.replace("127.0.0.1", "localhost")
    settings.PUBLIC_ADDRESS = address
    return address


@pytest.fixture
def station(site: str) -> FacilityView:
    """Give a station with its lead."""
    facility = a_facility("Trạm Y tế Hoa Ngâu", at=clock.now())
    a_lead(facility, at=clock.now())
    return facility


def open_browser(browser: Browser, site: str, lang: str, width: int) -> BrowserContext:
    """Open a browser of a width in a language."""
    context = browser.new_context(viewport={"width": width, "height": 844}, base_url=site)
    context.add_cookies([{"name": "lang", "value": lang, "url": site}])
    return context


def look(page: Page, name: str) -> None:
    """See that axe finds nothing and nothing scrolls sideways, and picture the page."""
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True, animations="disabled")
    assert (faults_of(page), max(0, too_wide(page))) == ([], 0), name


def link_sent_to(phone: str) -> str:
    """Give the link of the message about a dose that is on its way to this phone."""
    (row,) = OutboxMessage.objects.filter(contact_key=contact_key(phone), kind="dose_given")
    text = unseal("outbox.text", row.sealed_text, str(row.id))
    found = re.search(r"http\S+$", text)
    assert found is not None
    return found[0]


def tell() -> None:
    """Let the worker tell of the new doses."""
    with unsettled_too():
        while tasks.tell_of_new_doses(clock.now()):
            pass


@pytest.mark.parametrize(("lang", "width"), [("vi", 390), ("en", 1280)])
def test_one_tap_in_the_message_is_a_report_with_a_number(
    browser: Browser, site: str, station: FacilityView, lang: str, width: int
) -> None:
    phone, at = a_phone(), clock.now()
    person = a_person("Nguyễn Thị Ánh Đào", phones=[(phone, "OWN")], at=at)
    a_dose(person.profile_id, by=a_nurse(station, at=at), at=at)
    tell()
    context = open_browser(browser, site, lang, width)
    page, loaded = context.new_page(), list[str]()
    page.on("response", lambda answer: loaded.append(answer.url))
    page.goto(link_sent_to(phone), wait_until="networkidle")
    assert (len(loaded) <= MOST_REQUESTS, "Đào" in page.content()) == (True, False)
    look(page, f"not-me-1-{lang}-{width}")
    page.get_by_role("button", name=re.compile("Không phải tôi|Not me")).click()
    expect(page.locator(".nhsuk-panel")).to_be_visible()
    (case,) = Case.objects.filter(contact_key=contact_key(phone))
    expect(page.locator("main")).to_contain_text(shown_ref(case.ref))
    look(page, f"not-me-2-{lang}-{width}")
    page.goto(link_sent_to(phone))
    expect(page.locator("main")).to_contain_text(shown_ref(case.ref))
    assert CaseInbox.objects.get(case_id=case.id).unit_id == station.id
    page.goto(f"/k/{'z' * 24}")
    look(page, f"not-me-3-{lang}-{width}")
    context.close()


@pytest.mark.parametrize(("lang", "width"), [("vi", 1280), ("en", 390)])
def test_the_authority_reads_the_reasons_makes_a_case_of_one_and_takes_another_off_the_list(
    browser: Browser, site: str, station: FacilityView, lang: str, width: int
) -> None:
    at = clock.now()
    today = clock.local(at).date()
    officer = an_officer(Role.COMMUNE_OFFICER, area=an_area(), at=at)
    nurse = a_nurse(station, at=at, full_name="Trần Văn Khánh")
    for n in range(3):
        person = a_person(at=at)
        a_dose(person.profile_id, given_on=today - dt.timedelta(days=2 + n), by=nurse, at=at)
        amend_profile(by=SYSTEM, at=at, profile_id=person.profile_id, because="Giấy chứng tử",
                      died_on=today - dt.timedelta(days=30))  # fmt: skip
    with unsettled_too():
        tasks.follow_for_ghosts(at)
    tasks.look_at_days(clock.now())
    context = open_browser(browser, site, lang, width)
    signed_in(context, officer, site)
    page = context.new_page()
    page.goto("/authority/mui-tiem-nghi-ngo")
    expect(page.locator("main")).to_contain_text("Trạm Y tế Hoa Ngâu")
    look(page, f"ghosts-1-{lang}-{width}")
    page.get_by_role("button", name=re.compile("Mở vụ việc|Open a case")).first.click()
    expect(page.locator(".nhsuk-notification-banner, [role=status], .tc-done").first).to_be_visible()
    look(page, f"ghosts-2-{lang}-{width}")
    (row,) = CaseInbox.objects.all()
    assert (row.unit_id, row.unit_level) == (officer.area_id, "COMMUNE")
    page.get_by_role("link", name=re.compile("Mũi tiêm có thật|The dose is real")).first.click()
    page.get_by_role("button", name=re.compile("Đưa ra khỏi|Take it off")).click()
    expect(page.locator(".nhsuk-error-summary")).to_be_visible()
    look(page, f"ghosts-clear-{lang}-{width}")
    page.fill("textarea", WHY)
    page.get_by_role("button", name=re.compile("Đưa ra khỏi|Take it off")).click()
    page.get_by_role("link", name=re.compile("các mũi đã xử lý|that are decided")).click()
    expect(page.locator("main")).to_contain_text(shown_ref(row.ref))
    expect(page.locator("main")).to_contain_text(WHY)
    look(page, f"ghosts-3-{lang}-{width}")
    context.close()


def signed_in(context: BrowserContext, officer: Actor, site: str) -> None:
    """Give the browser the session of an officer who has just proved both factors."""
    client = enter_as(officer)
    session = client.session
    session["seen_at"] = session["stepped_up_at"] = clock.now().isoformat()
    session.save()
    name = django_settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])

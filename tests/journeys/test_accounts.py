"""An administrator finds a nurse who lost the phone, resets the second factor and ends a posting; in both languages.

With TIEMCHUNG_SCREENSHOTS=<folder> each page is also pictured there.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from tests import builders
from tests.journeys.browser import faults_of, serve_plainly, too_wide
from tiemchung.access import factors
from tiemchung.access import reads as access
from tiemchung.access.actions import enrol_totp
from tiemchung.core import clock
from tiemchung.core.actor import Actor, Role

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("TIEMCHUNG_SCREENSHOTS", "")
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
WHY = "Đã gặp, đã xem căn cước: mất điện thoại"


def session_of(actor: Actor) -> str:
    """Give the cookie of a sign-in of now."""
    account, now = access.staff_account(actor.id), clock.now()
    session = Client().session
    session.update({
        "_auth_user_id": str(actor.id), "_auth_user_backend": "django.contrib.auth.backends.ModelBackend",
        "_auth_user_hash": account.auth_hash, "second_factor": "TOTP", "trace": "t", "seen_at": now.isoformat(),
        "posting_id": str(access.postings_of(actor.id, clock.today())[0].id), "stepped_up_at": now.isoformat(),
    })  # fmt: skip
    session.save()
    return str(session.session_key)


@pytest.fixture
def nurse(live_server: Any, settings: Any) -> Actor:
    """Give a nurse whose app is set up."""
    serve_plainly(settings)
    at = clock.now()
    found = builders.a_nurse(builders.a_facility("Trạm Y tế phường Sài Gòn", at=at), at=at)
    enrol_totp(at=at, staff_id=found.id, secret=SECRET, code=factors.code_at(SECRET, at))
    return found


@pytest.fixture(params=["vi", "en"])
def page(request: pytest.FixtureRequest, browser: Browser, live_server: Any, nurse: Actor) -> Iterator[Page]:
    """Open an administrator's screen in each language."""
    admin = builders.a_staff_member(Role.ADMIN, full_name="Phạm Quản Trị", at=clock.now())
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 900})
    cookies = {site.SESSION_COOKIE_NAME: session_of(admin), "lang": request.param}
    context.add_cookies([{"name": n, "value": v, "url": live_server.url} for n, v in cookies.items()])
    yield context.new_page()
    context.close()


def look(page: Page, name: str) -> None:
    """Check the page at a phone's and a desk's width."""
    lang = page.locator("html").get_attribute("lang")
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        assert too_wide(page) <= 0, f"{name} at {width}"
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"accounts-{name}-{lang}-{width}.png", full_page=True)
    assert faults_of(page) == [], name


def test_an_administrator_resets_a_lost_factor_and_ends_a_posting(page: Page, nurse: Actor) -> None:
    page.goto("/staff/")
    page.locator("main a[href='/staff/nhan-vien']").click()
    look(page, "find")
    page.fill("#text", nurse.name)
    page.keyboard.press("Enter")
    page.locator(f"a[href$='{nurse.id}']").wait_for()
    look(page, "found")
    page.locator(f"a[href$='{nurse.id}']").click()
    look(page, "account")
    page.locator("a[href$='/lop-bao-ve']").click()
    page.locator("form button.nhsuk-button--warning").click()
    look(page, "reset-refused")
    page.fill("#because", WHY)
    page.locator("form button.nhsuk-button--warning").click()
    page.wait_for_url(f"**/nhan-vien/{nurse.id}")
    assert not factors.factors_of(nurse.id).totp
    page.locator("a[href*='/phan-cong/']").click()
    look(page, "posting")
    page.fill("#because", WHY)
    page.locator("form button.nhsuk-button--warning").click()
    page.wait_for_url(f"**/nhan-vien/{nurse.id}")
    expect(page.locator("a[href*='/phan-cong/']")).to_have_count(0)
    look(page, "ended")
    assert access.postings_of(nurse.id, clock.today()) == []

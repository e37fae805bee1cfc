"""Somebody comes for a second dose, and the first lies under another record: seen and reported at the desk."""

import datetime as dt
import os
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from playwright.sync_api import Browser, expect

from tests.builders import a_dose, a_person
from tests.journeys.browser import faults_of, serve_plainly, too_wide
from tests.web.facility.conftest import a_station
from tests.web.facility.signing import session_of
from tiemchung.cases.models import Case
from tiemchung.core import clock

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

PICTURES = os.environ.get("TIEMCHUNG_PICTURES", "")
BORN = dt.date(1990, 5, 17)


@pytest.mark.parametrize("width", [390, 1280])
def test_a_first_dose_under_another_record_is_seen_and_reported(
    browser: Browser, live_server: Any, settings: Any, width: int
) -> None:
    settings.ROOT_URLCONF = "tests.web.facility.desk_urls"
    serve_plainly(settings)
    station, at = a_station(), clock.now()
    other = a_person("Do Thi Rao", BORN, identifiers=[("CMND9", "990000017")], at=at)
    a_dose(other.profile_id, given_on=dt.date(2021, 8, 23), at=at)
    here = a_person("Đỗ Thị Rảo", BORN, identifiers=(), at=at)
    context = browser.new_context(base_url=live_server.url, locale="vi-VN", viewport={"width": width, "height": 900})
    context.add_cookies(
        [{"name": site.SESSION_COOKIE_NAME, "value": session_of(station.nurse), "url": live_server.url}]
    )
    page = context.new_page()
    page.goto(f"/staff/ban-tiem/nguoi/{here.person_id}")
    expect(page.get_by_role("heading", name="Mũi 1 có thể đã ghi ở hồ sơ khác")).to_be_visible()
    page.get_by_text("Báo để nối hai hồ sơ").click()
    for part, value in (("day", "23"), ("month", "8"), ("year", "2021")):
        page.locator(f"#first-{part}").fill(value)
    assert faults_of(page) == []
    assert too_wide(page) <= 0
    pictured(page, f"elsewhere-{width}")
    page.get_by_role("button", name="Gửi phản ánh").click()
    expect(page.get_by_text("Đã gửi phản ánh số")).to_be_visible()
    pictured(page, f"elsewhere-sent-{width}")
    assert Case.objects.get().person_id == here.person_id
    context.close()


def pictured(page: Any, name: str) -> None:
    """Keep a picture of the page where pictures are asked for."""
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)

"""One report of two provinces: each desk saves its own part, and the citizen follows one case to one answer."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.browser import serve_plainly
from tests.journeys.test_case_desk import Walk, attach_slip, walk  # noqa: F401 - a fixture
from tests.web.cases.conftest import Office
from tests.web.cases.two_provinces import FIRST, SECOND, WHY, FarOffice
from tests.web.portal import feedback_pages
from tiemchung.cases import actions
from tiemchung.core import clock
from tiemchung.web.shared.words import say

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def plain_site(settings: Any, tmp_path: Path) -> None:
    """Serve the files by their plain names, with evidence in a folder of its own."""
    serve_plainly(settings)
    settings.EVIDENCE_DIR = tmp_path / "evidence"


@pytest.fixture
def far(live_server: Any) -> FarOffice:
    """Make both stations of today."""
    return FarOffice(Office(clock.now()))


def test_each_desk_saves_its_own_part_and_the_citizen_follows_one_case(
    walk: Walk,
    far: FarOffice,
) -> None:
    case, page = far.report(), walk.page
    attach_slip(case, clock.now())
    actions.claim_case(by=far.office.lead, at=clock.now(), ref=case.ref)
    walk.enter(far.office.lead)
    walk.go(f"/{case.ref}")
    expect(page.locator("ol.tc-list").first).to_contain_text("Trạm Y tế Hoàn Kiếm")
    walk.look("part-offered")
    walk.press("check")
    walk.look("part-check")
    page.locator("input[name=seen_paper]").check()
    walk.press("do")
    page.wait_for_url("**/phan-anh")
    walk.look("part-done")
    assert far.days() == [FIRST]

    follow(walk, case.ref, far.phone)
    expect(page.locator("main")).to_contain_text("Trạm Y tế Hoàn Kiếm")
    walk.look("part-followed")

    actions.claim_case(by=far.lead, at=clock.now(), ref=case.ref)
    walk.enter(far.lead)
    walk.go(f"/{case.ref}")
    walk.look("rest")
    walk.press("check")
    page.fill("#because", WHY)
    page.locator("input[name=seen_paper]").check()
    walk.press("do")
    walk.look("rest-settled")
    assert far.days() == [FIRST, SECOND]

    follow(walk, case.ref, far.phone)
    page.locator("form[action$='/ma'] button").click()
    page.wait_for_load_state("load")
    page.fill("#code", feedback_pages.newest_code(far.phone))
    page.locator("main form button").first.click()
    page.wait_for_url("**/tien-do")
    expect(page.locator("main")).to_contain_text("Trạm Y tế Bến Nghé")
    expect(page.locator("main")).to_contain_text(say("report.state.UPDATED", walk.lang))
    walk.look("whole-answer")


def follow(walk: Walk, ref: str, phone: str) -> None:
    """Open the status page by number and phone, as a citizen."""
    walk.page.context.clear_cookies(name="sessionid")
    walk.page.goto(f"{walk.address}/phan-anh/tra-cuu")
    walk.page.fill("#ref", ref)
    walk.page.fill("#phone", "0" + phone[3:])
    walk.page.locator("main form button").last.click()
    walk.page.wait_for_url("**/tien-do")

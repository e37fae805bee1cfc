"""An agent takes a call: a wrong proof shows nothing, a right one the record, a report is open three clicks later.

With TIEMCHUNG_PICTURES=<folder> each page is also pictured there.
"""

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import builders
from tests.journeys.browser import faults_of, serve_plainly, too_wide
from tests.web.authority.conftest import enter_as
from tiemchung.cases.models import CallBack, Case
from tiemchung.cases.rules import shown_ref
from tiemchung.core import clock
from tiemchung.core.actor import Role
from tiemchung.web.shared.words import say

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

PICTURES = os.environ.get("TIEMCHUNG_PICTURES", "")
NAME, BORN = "Nguyễn Thị An", dt.date(1985, 3, 5)


@pytest.fixture(autouse=True)
def plain_site(settings: Any) -> None:
    """Serve the files by their plain names, over plain HTTP on this machine."""
    serve_plainly(settings)
    settings.LENIENT_WORDS = False


class Walk:
    """An agent at a screen; every page is looked at with axe, for its width, and for personal data."""

    def __init__(self, page: Page, address: str, lang: str, width: int) -> None:
        self.page, self.address, self.lang, self.name = page, address, lang, f"{lang}-{width}"
        self.refused: list[str] = []
        page.on("console", lambda said: self.refused.append(said.text) if said.type == "error" else None)

    def look(self, name: str, *never: str) -> None:
        """Check the page as it stands: no accessibility violation, nothing too wide, none of these words."""
        assert faults_of(self.page) == [], name
        wide = too_wide(self.page)
        assert wide <= 0, f"{name} is {wide} px too wide"
        text = self.page.content()
        assert [one for one in never if one in text] == [], name
        if PICTURES:
            self.page.screenshot(path=Path(PICTURES) / f"hotline-{name}-{self.name}.png", full_page=True)

    def say(self, key: str, **facts: Any) -> str:
        """Give words in the language of this screen."""
        return say(key, self.lang, **facts)

    def press(self, key: str) -> None:
        """Press the button with these words and wait for the page that follows."""
        self.page.get_by_role("button", name=self.say(key), exact=True).first.click()
        self.page.wait_for_load_state("load")

    def fill_person(self, name: str, number: str) -> None:
        """Type what the caller says."""
        self.page.fill("#full_name", name)
        for part, value in (("day", "5"), ("month", "3"), ("year", "1985")):
            self.page.fill(f"#birth-{part}", value)
        self.page.fill("#number", number)


@pytest.fixture
def town(live_server: Any) -> dict[str, Any]:
    """Make a station with its lead, An with a dose there, and an agent."""
    at = clock.now()
    station = builders.a_facility("Trạm Y tế Bến Nghé", at=at)
    builders.a_lead(station, at=at)
    phone, number = builders.a_phone(), builders.a_cccd("FEMALE", BORN)
    person = builders.a_person(NAME, BORN, identifiers=[("CCCD", number)], phones=[(phone, "OWN")], at=at)
    builders.a_dose(person.profile_id, by=builders.a_nurse(station, at=at), at=at)
    agent = builders.a_staff_member(Role.HOTLINE_AGENT, full_name="Huỳnh Kim Thoa", at=at)
    return {"address": live_server.url, "phone": phone, "number": number, "agent": agent, "station": station}


@pytest.fixture(params=[("vi", 1280), ("en", 390)], ids=lambda p: f"{p[0]}-{p[1]}")
def walk(request: pytest.FixtureRequest, browser: Browser, town: dict[str, Any]) -> Iterator[Walk]:
    """Open the signed-in agent's screen in each width and language."""
    lang, width = request.param
    context = browser.new_context(viewport={"width": width, "height": 844}, locale=lang)
    client = enter_as(town["agent"])
    session = client.session
    session["seen_at"] = clock.now().isoformat()
    session.save()
    context.add_cookies([
        {"name": "lang", "value": lang, "url": town["address"]},
        {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": town["address"]},
    ])  # fmt: skip
    going = Walk(context.new_page(), town["address"], lang, width)
    yield going
    context.close()
    assert [words for words in going.refused if "status of 4" not in words] == []


def test_a_call_from_the_search_to_the_report_and_the_promise(walk: Walk, town: dict[str, Any]) -> None:
    page, secret = walk.page, ("Mũi 1", "Trạm Y tế Bến Nghé", town["number"], town["phone"][3:])
    page.goto(f"{walk.address}/staff/tong-dai")
    walk.look("console")
    page.fill("#text", "0" + town["phone"][3:])
    page.fill("#phone", "0" + town["phone"][3:])
    walk.press("hotline.console.begin")
    expect(page.get_by_text(walk.say("hotline.found.people", n=1))).to_be_visible()
    walk.look("asked", NAME, "Trạm Y tế Bến Nghé")

    walk.fill_person("Nguyễn Thị Ân", town["number"])
    walk.press("hotline.prove.go")
    expect(page.get_by_text(say("verdict.CALLER_NOT_PROVEN.text", walk.lang))).to_be_visible()
    walk.look("not-proved", "Trạm Y tế Bến Nghé", NAME)

    walk.fill_person(NAME, town["number"])
    walk.press("hotline.prove.go")
    page.wait_for_url("**/cuoc-goi")
    expect(page.locator(".tc-desk__person")).to_have_text(NAME)
    expect(page.locator("#record")).to_be_visible()
    walk.look("record", *secret[2:])

    page.get_by_role("link", name=walk.say("case.kind.NEVER_GIVEN.short"), exact=True).click()
    walk.look("case-form", *secret[2:])
    page.locator("input[name=dose_id]").first.check()
    walk.press("hotline.case.check")
    walk.look("case-check", *secret[2:])
    walk.press("hotline.case.go")
    page.wait_for_url("**/cuoc-goi")
    case = Case.objects.get()
    expect(page.get_by_text(walk.say("hotline.case.opened", ref=shown_ref(case.ref)))).to_be_visible()
    assert (case.door, case.unit_id) == ("HOTLINE", town["station"].id)
    walk.look("opened", *secret[2:])

    page.get_by_role("button", name=walk.say("hotline.end.open")).click()
    walk.look("end")
    page.select_option("#hours", "1")
    walk.press("hotline.end.go")
    expect(page.get_by_text(walk.say("hotline.end.done"))).to_be_visible()
    _call_back(walk)


def _call_back(walk: Walk) -> None:
    """Let the promise come due, take it, reach the caller, and find that nothing is shown before a new proof."""
    page = walk.page
    CallBack.objects.update(due_at=clock.now())
    page.goto(f"{walk.address}/staff/tong-dai")
    expect(page.get_by_text(walk.say("hotline.back.count_due", n=1))).to_be_visible()
    page.goto(f"{walk.address}/staff/tong-dai/goi-lai")
    walk.look("call-backs")
    page.get_by_role("button", name=walk.say("hotline.back.claim")).click()
    page.wait_for_load_state("load")
    walk.look("call-back")
    walk.press("hotline.back.outcome.REACHED")
    walk.look("called-back", NAME, "Trạm Y tế Bến Nghé")


def test_a_dose_declared_by_phone_is_on_the_card_before_the_call_ends(walk: Walk, town: dict[str, Any]) -> None:
    page, declares = walk.page, walk.say("case.kind.DOSE_DECLARED.short")
    page.goto(f"{walk.address}/staff/tong-dai")
    page.fill("#text", town["number"])
    page.fill("#phone", "0" + town["phone"][3:])
    walk.press("hotline.console.begin")
    expect(page.get_by_role("link", name=declares, exact=True)).to_have_count(0)
    walk.fill_person(NAME, town["number"])
    walk.press("hotline.prove.go")
    page.wait_for_url("**/cuoc-goi")

    page.get_by_role("link", name=declares, exact=True).click()
    page.select_option("#product_1", "MODERNA")
    day = clock.today() - dt.timedelta(days=70)
    for part, value in (("day", day.day), ("month", day.month), ("year", day.year)):
        page.fill(f"#given_1-{part}", str(value))
    page.fill("#words", "Điểm tiêm lưu động chợ Bến Thành")
    walk.look("declare-form", town["number"])
    walk.press("hotline.case.check")
    walk.look("declare-check", town["number"])
    walk.press("hotline.case.go")
    page.wait_for_url("**/cuoc-goi")
    case = Case.objects.get()
    assert (case.kind, case.door) == ("DOSE_DECLARED", "HOTLINE")
    expect(page.locator("#record").locator("..")).to_contain_text(walk.say("state.dose.DECLARED.label"))
    expect(page.locator("#record").locator("..")).to_contain_text("Điểm tiêm lưu động chợ Bến Thành")
    walk.look("declared", town["number"])


def test_answers_are_found_while_typing_and_the_wall_freshens_itself(walk: Walk) -> None:
    page = walk.page
    page.goto(f"{walk.address}/staff/tong-dai/tra-loi")
    walk.look("answers")
    page.locator("#words").press_sequentially("qr", delay=20)
    expect(page.locator("#found article")).not_to_have_count(30)
    expect(page.locator("#found article").first).to_be_visible()
    walk.look("answers-found")
    assert page.url.endswith("/tra-loi")
    page.clock.install()
    page.goto(f"{walk.address}/staff/tong-dai/bang")
    walk.look("wall")
    with page.expect_response("**/staff/tong-dai/bang") as fresh:
        page.clock.run_for(21_000)
    assert fresh.value.status == 200

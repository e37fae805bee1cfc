"""A lead settles identities that the register refused: by correcting, or by the police; then each one matches.

The register is the stand-in, a process of its own, asked as the worker asks it; the worker's turns are the test's.
"""

import datetime as dt
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests import builders
from tests.interop.population.conftest import AGREED, StandIn
from tests.journeys.browser import faults_of, serve_plainly, too_wide
from tests.journeys.test_passport_signing import cookie_of
from tiemchung.certificates.actions import make_facility_keys, refresh_passports
from tiemchung.certificates.models import Passport
from tiemchung.certificates.rules import PassportState
from tiemchung.certificates.tasks.passports import follow_people_for_passports
from tiemchung.core import clock
from tiemchung.interop.breaker import Breaker
from tiemchung.interop.population.register import ANSWERS, REQUESTS, GuardedRegister, HttpRegister
from tiemchung.interop.signature import derived_key
from tiemchung.people.models import IdentityCheck
from tiemchung.people.rules.kinds import IdentityState
from tiemchung.people.tasks import send_batch

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
PICTURES = os.environ.get("TIEMCHUNG_PICTURES", "")
BORN, TYPED = dt.date(1990, 5, 18), dt.date(1990, 5, 17)
MISMATCHED, MATCHED = IdentityState.MISMATCHED, IdentityState.MATCHED


@pytest.fixture(autouse=True)
def plain_site(settings: Any) -> None:
    """Serve the files by their plain names, over plain HTTP on this machine."""
    serve_plainly(settings)


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[StandIn, GuardedRegister]]:
    """Give the population register's stand-in, and the worker's way to it."""
    standin = StandIn(tmp_path_factory.mktemp("population"))
    keys = {"key": derived_key(AGREED, REQUESTS), "answers_key": derived_key(AGREED, ANSWERS)}
    inner = HttpRegister(f"{standin.address}/v1/checks", timeout_s=60.0, **keys)
    yield standin, GuardedRegister(inner, Breaker(first_pause_s=0.2))
    inner.close()
    standin.stop()


class Station:
    """A station whose lead has three people with two doses each; the register refuses each for another reason."""

    def __init__(self, address: str, standin: StandIn, register: GuardedRegister) -> None:
        self.address, self.standin, self.register = address, standin, register
        self.at = clock.now() - dt.timedelta(minutes=10)
        self.facility = builders.a_facility("Trạm Y tế phường Bến Nghé", at=self.at)
        make_facility_keys(facility_ids=[self.facility.id], at=self.at)
        self.lead, self.nurse = (make(self.facility, at=self.at) for make in (builders.a_lead, builders.a_nurse))
        self.numbers: dict[UUID, str] = {}
        self.right_number = builders.a_cccd("FEMALE", BORN)
        self.khanh = self.somebody("Đỗ Quốc Khánh", "MALE", TYPED, known={"birth_date": BORN.isoformat()})
        self.hong = self.somebody("Phạm Thị Hồng", "FEMALE", BORN, known={"full_name": "Phạm Thị Hông"})
        self.ngoc = self.somebody("Hồ Ngọc Lan", "FEMALE", BORN, known={"number": self.right_number})
        refresh_passports(person_ids=[self.khanh, self.hong, self.ngoc], at=self.at)

    def somebody(self, full_name: str, sex: str, born: dt.date, *, known: dict[str, str]) -> UUID:
        """Put somebody on record, and into the register with what it knows otherwise."""
        number = builders.a_cccd(sex, born)
        person = builders.a_person(full_name, born, sex=sex, identifiers=[("CCCD", number)], by=self.lead, at=self.at)
        for days in (120, 80):
            day = self.at.date() - dt.timedelta(days=days)
            builders.a_dose(person.profile_id, given_on=day, by=self.nurse, at=self.at)
        four = {"number": number, "full_name": full_name, "sex": sex, "birth_date": born.isoformat()}
        self.standin.put(four | known)
        self.numbers[person.person_id] = number
        return person.person_id

    def worker_turns(self, until: Callable[[], bool], at: dt.datetime | None = None) -> None:
        """Do what the worker does, until something holds; another test's open transaction may hold followers back."""
        end = time.monotonic() + 600
        while time.monotonic() < end:
            moment = at or clock.now()
            follow_people_for_passports(moment)
            while send_batch(self.register, moment):
                pass
            if until():
                return
            time.sleep(0.1)
        raise AssertionError("the register was not asked in time")

    def state(self, person_id: UUID) -> str:
        """Give where an identity stands."""
        return IdentityCheck.objects.get(person_id=person_id).state


@pytest.fixture(params=(1280, 390), ids=str)
def width(request: pytest.FixtureRequest) -> int:
    """Give a desk's and a phone's width."""
    return int(request.param)


@pytest.fixture
def station(live_server: Any, register: tuple[StandIn, GuardedRegister]) -> Station:
    """Give the station."""
    return Station(live_server.url, *register)


class Screen:
    """The lead at a screen; every page is looked at with axe, and pictured when asked."""

    def __init__(self, page: Page, width: int) -> None:
        self.page, self.width = page, width
        self.complaints: list[str] = []
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)

    def look(self, name: str) -> None:
        """Check the page as it stands."""
        assert faults_of(self.page) == [], name
        assert too_wide(self.page) <= 0, f"{name} at {self.width}"
        if PICTURES:
            self.page.screenshot(path=Path(PICTURES) / f"identity-{name}-{self.width}.png", full_page=True)

    def choose(self, name: str) -> None:
        """Open somebody from the list of what is to be reviewed."""
        self.page.goto("/staff/danh-tinh")
        self.page.get_by_role("link", name=name).first.click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text(name)

    def press(self, words: str) -> None:
        """Press a button and wait for the page that follows."""
        self.page.get_by_role("button", name=words, exact=True).click()
        self.page.wait_for_load_state("load")


@pytest.fixture
def screen(browser: Browser, opened: list[BrowserContext], station: Station, width: int) -> Screen:
    """Open a window in which the station's lead is signed in."""
    context = browser.new_context(viewport={"width": width, "height": 844}, locale="vi", base_url=station.address)
    context.add_cookies([cookie_of(station.lead, station.address)])  # type: ignore[list-item]
    opened.append(context)
    return Screen(context.new_page(), width)


def test_three_that_were_refused_are_settled_and_their_doses_come_up_for_signature(
    screen: Screen, station: Station
) -> None:
    three = [station.khanh, station.hong, station.ngoc]
    station.worker_turns(lambda: all(station.state(one) == MISMATCHED for one in three))
    screen.page.goto("/staff/danh-tinh")
    screen.look("list")
    correct_birth(screen, station)
    correct_number(screen, station)
    station.worker_turns(lambda: station.state(station.khanh) == station.state(station.ngoc) == MATCHED)
    let_police_confirm(screen, station)
    # The police mend their register; an hour after the minute it is asked again by itself.
    four = {"sex": "FEMALE", "birth_date": BORN.isoformat(), "full_name": "Phạm Thị Hồng"}
    station.standin.put(four | {"number": station.numbers[station.hong]})
    station.worker_turns(lambda: station.state(station.hong) == MATCHED, clock.now() + dt.timedelta(hours=2))
    screen.page.goto("/staff/danh-tinh")
    expect(screen.page.get_by_text("Không còn danh tính nào cần xem lại")).to_be_visible()
    screen.look("nothing-left")
    refresh_passports(person_ids=three, at=clock.now())
    assert set(Passport.objects.values_list("state", flat=True)) == {PassportState.ELIGIBLE}
    screen.page.goto("/staff/ho-chieu")
    expect(screen.page.get_by_text("Sẵn sàng ký: 6 mũi tiêm")).to_be_visible()
    assert [words for words in screen.complaints if "status of 4" not in words] == []


def correct_birth(screen: Screen, station: Station) -> None:
    """Correct a birth date after the card that the holder shows."""
    screen.choose("Đỗ Quốc Khánh")
    screen.look("person")
    page = screen.page
    page.get_by_role("button", name="Sửa họ tên, ngày sinh, giới tính").click()
    page.wait_for_url("**/muc-dich")
    page.check("input[value=CORRECT]")
    page.locator("main form button").first.click()
    page.fill("#birth-day", str(BORN.day))
    page.fill("#because", "Ngày sinh gõ sai, đã xem căn cước")
    screen.look("amend")
    page.locator("main form button[value=check]").click()
    page.locator("main form button[value=do]").click()
    page.wait_for_url("**/staff/danh-tinh")  # on with the list that it came from
    expect(page.get_by_text("Đã sửa hồ sơ của Đỗ Quốc Khánh")).to_be_visible()


def correct_number(screen: Screen, station: Station) -> None:
    """Correct the number of a card, at first with a digit too few."""
    screen.choose("Hồ Ngọc Lan")
    page = screen.page
    page.get_by_text("Sửa số giấy tờ").click()
    page.fill("#number-value", station.right_number[:-1])
    page.fill("#number-because", "Số căn cước gõ sai, đã xem thẻ")
    screen.press("Lưu số đúng")
    screen.look("number-wrong")
    page.fill("#number-value", station.right_number)
    screen.press("Lưu số đúng")
    expect(page.get_by_text("Đã lưu số mới của Hồ Ngọc Lan, hệ thống sẽ gửi đối chiếu lại")).to_be_visible()


def let_police_confirm(screen: Screen, station: Station) -> None:
    """Hand somebody whose record is right to the police, and write down what they confirmed."""
    screen.choose("Phạm Thị Hồng")
    screen.press("Chuyển công an xác minh")
    expect(screen.page.get_by_text("Đã chuyển công an xác minh")).to_be_visible()
    screen.choose("Phạm Thị Hồng")
    screen.look("review")
    assert station.state(station.hong) == IdentityState.LOCAL_REVIEW
    screen.press("Ghi xác nhận")
    screen.look("confirm-empty")
    screen.page.fill("#confirm-officer", "Thượng úy Lê Văn Tâm")
    screen.page.fill("#confirm-minute_ref", "12/BB-CAP")
    screen.press("Ghi xác nhận")
    expect(screen.page.get_by_text("Đã ghi xác nhận của công an")).to_be_visible()
    screen.look("confirmed")
    assert station.state(station.hong) == IdentityState.POLICE_CONFIRMED

"""A year in the life of a passport: told four weeks ahead, renewed by itself, the old code good to its own end.

The clock of the whole process is moved, server and worker with it; the browsers' clocks follow. With
TIEMCHUNG_SCREENSHOTS=<folder> each state is also pictured there.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
import time_machine
from django.test import Client
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.certificates.central_cast import a_passport, certificate_of
from tests.journeys.browser import faults_of, picture_of, too_wide
from tests.journeys.test_citizen_book import picture, site  # noqa: F401 - a fixture
from tests.journeys.test_verifier_app import again, lists_kept, result
from tests.journeys.verifier_stage import open_verifier, show_picture
from tests.qr_codes import qr_codes
from tests.web.citizen.conftest import sign_in as sign_in_plainly
from tests.web.portal.feedback_pages import texts_to
from tiemchung.certificates.models import Certificate
from tiemchung.certificates.rules import NOTICE, CertificateState, expiry
from tiemchung.core import clock
from tiemchung.core.worker import loops
from tiemchung.people.reads import holder_of, reach_of

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)


def work(*names: str) -> None:
    """Let the worker take its turns at these loops, each until it has nothing left to do."""
    ours = [loop for loop in loops() if loop.name.removeprefix("certificates.") in names]
    assert len(ours) == len(names)
    for loop in ours:
        while loop.turn(clock.now()):
            pass


class Reader:
    """The holder at home: a phone of 390 px, signed in anew at each visit, as after half an hour of rest."""

    def __init__(self, browser: Browser, address: str, person: UUID, windows: list[BrowserContext]) -> None:
        self.browser, self.address, self.person, self.windows = browser, address, person, windows
        holder, phone = holder_of(person), reach_of(person)
        assert phone is not None
        self.phone, self.name, self.born = phone, holder.full_name, holder.birth_date

    def visit(self) -> Page:
        """Open the passport's page at this moment."""
        client = Client()
        assert sign_in_plainly(client, self.phone, self.name, self.born).status_code == 302
        window = a_window(self.browser, self.windows)
        window.add_cookies([{"name": c.key, "value": c.value, "url": self.address} for c in client.cookies.values()])
        page = window.new_page()
        page.goto(f"{self.address}/so/ho-so/{self.person}/ho-chieu")
        return page

    def messages(self) -> list[str]:
        """Give what came about passports."""
        return [text for text in texts_to(self.phone) if "hộ chiếu" in text.lower()]


def a_window(browser: Browser, windows: list[BrowserContext]) -> BrowserContext:
    """Open a window whose clock says what the process's says."""
    window = browser.new_context(viewport={"width": 390, "height": 844}, locale="vi-VN")
    windows.append(window)
    window.clock.set_system_time(clock.now())
    return window


def code_on(page: Page, tmp_path: Path) -> str:
    """Read the code as a camera would."""
    page.locator(".tc-card__qr").screenshot(path=str(tmp_path / "qr.png"))
    with Image.open(tmp_path / "qr.png") as image:
        (found,) = qr_codes(image.convert("L"))
    return found.text


@contextmanager
def an_inspector(browser: Browser, address: str, windows: list[BrowserContext]) -> Iterator[Page]:
    """Give the verifier of somebody else in a tunnel, whose lists are of this moment."""
    window = a_window(browser, windows)
    page = open_verifier(window, address)
    lists_kept(page)
    window.set_offline(True)
    yield page
    window.close()


def judged(page: Page, code: Path, verdict: str, said: str) -> None:
    show_picture(page, code)
    result(page, verdict, said)
    again(page)


def look(page: Page, name: str) -> None:
    assert faults_of(page) == []
    assert too_wide(page) <= 0
    picture(page, name)


def taken_up_in_the_night(reader: Reader, at: dt.datetime) -> None:
    """Let the worker note the ending while people sleep: nobody is woken."""
    with time_machine.travel(at):
        work("endings", "tell_endings")
        assert reader.messages() == []


def test_a_passport_is_renewed_by_itself_and_the_old_code_holds_to_its_own_end(
    browser: Browser, opened: list[BrowserContext], site: str, tmp_path: Path
) -> None:
    issued_at = clock.now() - 334 * DAY
    with time_machine.travel(issued_at):
        person = a_passport("Lê Minh Châu", at=clock.now())
    first = certificate_of(person)
    ends = first.expires_at
    assert clock.now() + NOTICE < ends == expiry(first.issued_at, ends)
    reader, old = Reader(browser, site, person, opened), picture_of(first.hc1, tmp_path / "old.png")

    # Eleven months later nothing has happened yet.
    work("endings", "central", "renew")
    page = reader.visit()
    expect(page.locator("main")).to_contain_text("Đã cấp, đang có hiệu lực")
    assert (reader.messages(), code_on(page, tmp_path)) == ([], first.hc1)

    taken_up_in_the_night(reader, ends - NOTICE + HOUR)
    with time_machine.travel(ends - NOTICE + 9 * HOUR):
        work("tell_endings")
        (told,) = reader.messages()
        assert f"{clock.local(ends):%d/%m/%Y}" in told
        page = reader.visit()
        expect(page.locator("main")).to_contain_text("mã mới sắp được cấp")
        assert code_on(page, tmp_path) == first.hc1
        look(page, "passport-renewal-told")

    with time_machine.travel(ends - NOTICE + 10 * HOUR):
        work("endings", "tell_endings", "central", "renew", "publish_revocations")
        second = certificate_of(person)
        page = reader.visit()
        expect(page.locator("main")).to_contain_text(f"Mã trước ({first.uvci}) vẫn dùng được")
        text = code_on(page, tmp_path)
        assert (text, text != first.hc1, second.replaces_id) == (second.hc1, True, first.id)
        look(page, "passport-renewal-done")
        new = picture_of(text, tmp_path / "new.png")
        with an_inspector(browser, site, opened) as verifier:
            judged(verifier, new, "VALID", "Hộ chiếu vắc xin")
            judged(verifier, old, "VALID", "Hộ chiếu vắc xin")
        assert len(reader.messages()) == 1

    with time_machine.travel(ends - HOUR), an_inspector(browser, site, opened) as verifier:
        judged(verifier, old, "VALID", "Hộ chiếu vắc xin")

    with time_machine.travel(ends + HOUR):
        work("endings", "central", "renew", "publish_revocations")
        with an_inspector(browser, site, opened) as verifier:
            show_picture(verifier, old)
            result(verifier, "INVALID", "hết hạn")
            picture(verifier, "passport-renewal-old-code-expired")
            again(verifier)
            judged(verifier, new, "VALID", "Hộ chiếu vắc xin")
        page = reader.visit()
        assert code_on(page, tmp_path) == second.hc1
        assert "vẫn dùng được đến" not in page.locator("main").inner_text()
        look(page, "passport-renewal-a-year-later")
    states = Certificate.objects.filter(person_id=person, kind="PASSPORT").order_by("issued_at")
    assert [one.state for one in states] == [CertificateState.RENEWED, CertificateState.ISSUED]

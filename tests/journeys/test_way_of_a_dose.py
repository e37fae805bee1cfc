"""A dose goes all the way: from the nurse's desk to the citizen's phone to a stranger without a network."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.platform import Platform, running_platform

pytestmark = [
    pytest.mark.journey,
    pytest.mark.slow,
    pytest.mark.skipif("DATABASE_URL" in os.environ, reason="a home of its own needs the embedded server"),
]
SON = {"phone": "0900000018", "name": "Ngô Thanh Sơn", "day": "20", "month": "10", "year": "2000"}


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    with running_platform() as running:
        yield running


def until(done: Callable[[], object], patience_s: float = 120.0) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + patience_s
    while not done():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.2)


def staff_page(browser: Browser, platform: Platform, username: str) -> Page:
    """Sign in with password and second factor, once: a code opens once, and later tests find the session again."""
    kept = platform.sessions.get(username)
    page = browser.new_context(base_url=platform.web, locale="vi-VN", storage_state=kept).new_page()
    if kept:
        return page
    page.goto("/staff/sign-in")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", platform.password_of(username))
    page.keyboard.press("Enter")
    page.wait_for_selector("input[name=code]")
    page.fill("input[name=code]", platform.second_factor_of(username))
    with page.expect_navigation(url=lambda url: "sign-in" not in url):
        page.keyboard.press("Enter")
    platform.sessions[username] = page.context.storage_state()
    return page


def record(page: Page, phone: str) -> None:
    """Find by phone, then the three taps."""
    page.goto("/staff/ban-tiem")
    page.fill("input[name=text]", phone)
    page.keyboard.press("Enter")
    page.wait_for_url("**/nguoi/**")
    page.check("input[name=confirmed]")
    page.check("input[name=items][value=NONE]")
    page.get_by_role("button", name="Ghi mũi tiêm").click()
    page.wait_for_url("**/xong/**")


def citizen_page(browser: Browser, platform: Platform, person: dict[str, str]) -> Page:
    """Sign in by phone, code and one matched fact, on a phone's screen; later tests find the session again."""
    screen = {"width": 390, "height": 844}
    kept = platform.sessions.get(person["phone"])
    page = browser.new_context(
        base_url=platform.web, locale="vi-VN", viewport=screen, storage_state=kept
    ).new_page()  # fmt: skip
    if kept:
        page.goto("/so/")
        return page
    international = "+84" + person["phone"][1:]
    page.goto("/so/dang-nhap")
    page.locator("input[type=tel]").fill(person["phone"])
    page.get_by_role("button", name="Gửi mã").click()
    until(lambda: platform.code_sent_to(international))
    page.locator("input[autocomplete=one-time-code]").fill(platform.code_sent_to(international))
    page.keyboard.press("Enter")
    page.wait_for_url("**/xac-nhan")
    page.check("input[name=how][value=name]")
    page.fill("input[name=full_name]", person["name"])
    for part in ("day", "month", "year"):
        page.fill(f"input[name=birth_{part}]", person[part])
    page.get_by_role("button", name="Mở sổ sức khỏe").click()
    page.wait_for_url("**/so/")
    platform.sessions[person["phone"]] = page.context.storage_state()
    return page


def verdict_on(page: Page, image: Path) -> None:
    """Give the verifier a picture of a code."""
    page.locator("input[type=file]").set_input_files(str(image))
    expect(page.locator("[data-verify=result]")).to_be_visible()


def test_a_dose_from_the_desk_to_the_phone_to_a_stranger_offline(
    platform: Platform, browser: Browser, tmp_path: Path
) -> None:
    nurse = staff_page(browser, platform, "dung")
    record(nurse, SON["phone"])
    expect(nurse.get_by_text("Đã ghi mũi 1 của Ngô Thanh Sơn")).to_be_visible()

    citizen = citizen_page(browser, platform, SON)
    citizen.get_by_role("link", name="Mở thẻ").click()
    expect(citizen.get_by_text("Thẻ vàng").first).to_be_visible()
    code = citizen.locator(".tc-card__qr").first
    expect(code).to_be_visible()
    code.screenshot(path=tmp_path / "code.png")

    stranger = browser.new_context(base_url=platform.web, locale="vi-VN", viewport={"width": 390, "height": 844})
    door = stranger.new_page()
    door.goto("/verify")
    expect(door.locator("[data-verify=list]")).to_be_visible()
    door.keyboard.press("Shift")
    expect(door.locator("[data-verify=offline]")).to_have_attribute("data-ready", "true")
    stranger.set_offline(True)
    verdict_on(door, tmp_path / "code.png")
    expect(door.locator("[data-verify=title]")).to_contain_text("hợp lệ", ignore_case=True)
    expect(door.locator("[data-verify=holder]")).to_contain_text("Ngô Thanh Sơn")
    expect(door.locator("[data-verify=holder]")).to_contain_text("20/10/2000")

    # Amended by the desk, and everybody sees it: the dose is voided, the card follows, the old code is revoked.
    nurse.get_by_role("link", name="Hủy mũi tiêm này").click()
    nurse.locator("textarea").fill("Ghi nhầm người, đã đối chiếu lại giấy tờ")
    nurse.locator("main form button[type=submit]").last.click()
    nurse.wait_for_load_state()

    def voided() -> bool:
        citizen.reload()
        return citizen.get_by_text("Thẻ vàng").count() == 0

    until(voided)
    stranger.set_offline(False)
    door.reload()
    expect(door.locator("[data-verify=list]")).to_be_visible()
    verdict_on(door, tmp_path / "code.png")
    expect(door.locator("[data-verify=title]")).not_to_have_text("Chứng nhận hợp lệ")


def test_an_acknowledged_dose_survives_the_death_of_every_process(platform: Platform, browser: Browser) -> None:
    nurse = staff_page(browser, platform, "dung")
    record(nurse, SON["phone"])
    for pid in [*platform.pids_of("granian"), *platform.pids_of("manage.py work"), *platform.pids_of("postgres")]:
        os.kill(pid, signal.SIGKILL)

    def alive() -> bool:
        try:
            answer = nurse.goto("/staff/hom-nay", timeout=20_000)
        except Exception:
            return False
        return answer is not None and answer.ok

    until(alive, patience_s=300)
    expect(nurse.get_by_text("Ngô Thanh Sơn").first).to_be_visible()
    citizen = citizen_page(browser, platform, SON)
    citizen.get_by_role("link", name="Mở thẻ").click()
    expect(citizen.get_by_text("Thẻ vàng").first).to_be_visible()

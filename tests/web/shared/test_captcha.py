"""The puzzle in a captcha's place solves itself in a real browser, and shuts nobody out (M18)."""

import gzip
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from altcha import Challenge, Payload, solve_challenge
from django.test import Client
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.journeys.browser import faults_of
from tests.web.shared.test_kit_page import FLAGS
from tiemchung.access import rules
from tiemchung.web import shared

BUILT = Path(shared.__file__).parent / "static" / "tc"
DONE, FAILED = "Đã kiểm tra xong.", "Chưa kiểm tra được."


@pytest.fixture(autouse=True)
def forms(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Serve the guarded forms, with light puzzles."""
    settings.ROOT_URLCONF = "tests.web.shared.captcha_urls"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "sessionid", "csrftoken"
    monkeypatch.setattr(rules, "PUZZLE_TRIES", (20, 40))


def solved(client: Client) -> str:
    """Fetch a puzzle and give the library's solution."""
    challenge = Challenge.from_dict(client.get("/captcha").json())
    solution = solve_challenge(challenge)
    assert solution is not None
    return Payload(challenge, solution).to_base64()


def refused(client: Client, path: str = "/form", **sent: str) -> list[str]:
    """Post the form and give what refuses it."""
    return client.post(path, sent).json()["refused"]


@pytest.mark.django_db
def test_a_puzzle_is_handed_out_to_anybody_and_kept_by_no_cache(client: Client) -> None:
    answer = client.get("/captcha")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json()["parameters"]["algorithm"] == "PBKDF2/SHA-256"
    assert client.post("/captcha").status_code == 405


@pytest.mark.django_db
def test_a_form_passes_once_with_a_proof_and_never_without(client: Client) -> None:
    payload = solved(client)
    assert refused(client, captcha=payload) == []
    assert refused(client, captcha=payload) == ["CAPTCHA_SPENT"]
    assert refused(client) == ["CAPTCHA_WRONG"]
    assert refused(client, captcha="x\x00y" * 3000) == ["CAPTCHA_WRONG"]


@pytest.mark.django_db
def test_saying_that_scripts_are_off_helps_only_where_a_code_follows_and_thrice_an_hour(client: Client) -> None:
    assert refused(client, captcha_without="1") == ["CAPTCHA_WRONG"]
    said = [refused(client, "/form-before-a-code", captcha_without="1") for _ in range(4)]
    assert said == [[], [], [], ["CAPTCHA_NO_SCRIPT"]]
    assert refused(client, "/form-before-a-code", captcha=solved(client)) == []


@pytest.mark.django_db
def test_without_scripts_the_form_says_whom_to_call(client: Client) -> None:
    page = client.get("/form").content.decode()
    noscript = page.partition("<noscript>")[2].partition("</noscript>")[0]
    assert 'href="tel:19009095"' in noscript
    assert "captcha_without" not in page
    assert "captcha_without" in client.get("/form-before-a-code").content.decode()


def test_the_scripts_weigh_less_than_three_kilobytes() -> None:
    assert sum(len(gzip.compress((BUILT / name).read_bytes(), 9)) for name in ("proof.js", "proof-worker.js")) < 3000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start one browser."""
    path = os.environ.get("TIEMCHUNG_BROWSER", "/usr/bin/chromium")
    if not Path(path).exists():
        pytest.skip("no Chromium here: set TIEMCHUNG_BROWSER, or run `make test`")
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # the test asks the database beside the browser's loop
        running = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser, live_server: Any) -> Iterator[Page]:
    """Open a phone's page that fails the test on an error of a script or a breach of the security policy."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, base_url=live_server.url, locale="vi-VN")
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    yield opened
    context.close()
    assert faults == []


def answer_on(page: Page) -> str:
    """Give what the server said to the posted form."""
    expect(page.locator("body")).to_contain_text("refused")
    return page.inner_text("body")


@pytest.mark.journey
def test_the_browser_solves_while_its_reader_reads_and_the_form_passes(page: Page) -> None:
    page.goto("/form")
    expect(page.get_by_role("status")).to_have_text(DONE)
    assert faults_of(page) == []
    page.get_by_role("button", name="Gửi phản hồi").click()
    assert answer_on(page) == '{"refused": [], "pressed": "1"}'


@pytest.mark.journey
def test_a_form_sent_too_early_waits_and_goes_by_itself(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "PUZZLE_TRIES", (1500, 1501))
    page.goto("/form")
    expect(page.get_by_role("status")).to_contain_text("Bạn cứ điền tiếp")
    page.get_by_role("button", name="Gửi phản hồi").click()
    assert answer_on(page) == '{"refused": [], "pressed": "1"}'


@pytest.mark.journey
def test_coming_back_to_a_used_form_solves_anew(page: Page) -> None:
    page.goto("/form")
    expect(page.get_by_role("status")).to_have_text(DONE)
    first = page.input_value("[name=captcha]")
    page.get_by_role("button", name="Gửi phản hồi").click()
    assert '"refused": []' in answer_on(page)
    page.go_back()
    expect(page.get_by_role("status")).to_have_text(DONE)
    expect(page.locator("[name=captcha]")).not_to_have_value(first)
    expect(page.get_by_role("status")).to_have_text(DONE)
    page.get_by_role("button", name="Gửi phản hồi").click()
    assert '"refused": []' in answer_on(page)


@pytest.mark.journey
def test_a_proof_that_grows_old_is_renewed_before_it_is_too_old(page: Page) -> None:
    page.clock.install()
    page.goto("/form")
    expect(page.get_by_role("status")).to_have_text(DONE)
    first = page.input_value("[name=captcha]")
    page.clock.fast_forward("08:30")
    assert page.input_value("[name=captcha]") == first
    page.clock.fast_forward("00:45")
    expect(page.locator("[name=captcha]")).not_to_have_value(first)


@pytest.mark.journey
def test_after_a_lost_connection_the_reader_tries_again(page: Page) -> None:
    page.route("**/captcha", lambda route: route.abort())
    page.goto("/form")
    expect(page.get_by_role("status")).to_contain_text(FAILED)
    page.unroute("**/captcha")
    page.get_by_role("button", name="Thử lại").click()
    expect(page.get_by_role("status")).to_have_text(DONE)
    expect(page.get_by_role("button", name="Thử lại")).to_be_hidden()


@pytest.mark.journey
def test_a_device_that_cannot_solve_still_sends_where_a_code_follows(page: Page) -> None:
    page.add_init_script("delete window.Worker")
    page.goto("/form-before-a-code")
    expect(page.get_by_role("status")).to_contain_text("Bạn vẫn gửi được")
    page.get_by_role("button", name="Gửi phản hồi").click()
    assert '"refused": []' in answer_on(page)


@pytest.mark.journey
def test_with_scripts_off_the_form_goes_where_a_code_follows(browser: Browser, live_server: Any) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=live_server.url)
    page = context.new_page()
    page.goto("/form-before-a-code")
    assert "đang tắt JavaScript" in page.content()
    page.get_by_role("button", name="Gửi phản hồi").click()
    page.wait_for_load_state()
    assert '"refused": []' in page.content()
    context.close()

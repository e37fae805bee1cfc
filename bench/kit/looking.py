"""Every page and state under axe, on three widths and in two languages."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Error, Page, sync_playwright

from bench.kit.page_table import PAGES, path_of
from bench.kit.visitors import Visitors
from bench.kit.walks import WALKS
from bench.kit.whole_run import WholeRun

WIDTHS = (320, 390, 1280)
LANGUAGES = ("vi", "en")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
NO_SUCH_PAGE = "no such page"


@dataclass
class Seen:
    """What was looked at, and what was wrong: (page, language, width, rule, where)."""

    looks: int = 0
    states: set[str] = field(default_factory=set)
    wrong: list[tuple[str, str, int, str, str]] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


def look_at_everything(run: WholeRun, browser_path: str, visitors: Visitors) -> Seen:
    """Visit every page of the table and every state of the walks; nothing is raised for what is wrong."""
    seen = Seen()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=FLAGS)
        for lang in LANGUAGES:
            _look_at_pages(browser, run, visitors, lang, seen)
            _walk(browser, run, visitors, lang, seen)
        browser.close()
    return seen


def _look_at_pages(browser: Browser, run: WholeRun, visitors: Visitors, lang: str, seen: Seen) -> None:
    for line in PAGES:
        with _tab(browser, run, visitors.sessions[line.who], lang) as page:
            answer = page.goto(path_of(line, visitors))
            status = answer.status if answer else 0
            if status != (404 if line.name == NO_SUCH_PAGE else 200) or not page.url.endswith(path_of(line, visitors)):
                seen.broken.append(f"{line.name} ({lang}): {status} at {page.url.removeprefix(run.address)}")
                continue
            _look(page, line.name, lang, seen)


def _walk(browser: Browser, run: WholeRun, visitors: Visitors, lang: str, seen: Seen) -> None:
    for who, walk in WALKS:
        with _tab(browser, run, visitors.sessions[who], lang) as page:
            try:
                walk(page, lambda state, page=page: _look(page, state, lang, seen), run.sms_port)  # type: ignore[misc]
            except (Error, LookupError) as problem:
                page.screenshot(path=run.home / f"broken-{walk.__name__}-{lang}.png", full_page=True)
                where, words = page.url.removeprefix(run.address), str(problem).splitlines()[0]
                seen.broken.append(f"{walk.__name__} ({lang}) at {where}: {words}; screenshot in {run.home}")


@contextmanager
def _tab(browser: Browser, run: WholeRun, session: str, lang: str) -> Iterator[Page]:
    context = browser.new_context(base_url=run.address, reduced_motion="reduce")
    context.set_default_timeout(10_000)
    cookies: list[Any] = [{"name": "lang", "value": lang, "url": run.address}]
    if session:
        cookies.append({"name": "sessionid", "value": session, "url": run.address})
    context.add_cookies(cookies)
    try:
        yield context.new_page()
    finally:
        context.close()


def _look(page: Page, name: str, lang: str, seen: Seen) -> None:
    seen.states.add(name)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        seen.looks += 1
        for violation in Axe().run(page, options=RULES).response["violations"]:
            where = "; ".join(str(node["target"][0]) for node in violation["nodes"][:3])
            seen.wrong.append((name, lang, width, violation["id"], where))
        overflow = page.evaluate("document.scrollingElement.scrollWidth - document.documentElement.clientWidth")
        if overflow > 1:
            seen.wrong.append((name, lang, width, "wider-than-the-screen", f"{overflow} px"))

"""What every journey needs of a browser: Chromium with flags that suit a test, a plain site, axe's eye, a straw camera.

The fixtures `launch` and `browser` of this folder's conftest.py stand on it: one player a file of tests, since two of
them cannot run in one thread.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

Launch = Callable[..., Browser]
# How long a test waits for what has to come: what comes early costs nothing, and a build server may stand still.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
# The product gives a request at the door 2.5 s and then answers without it: what a network does that is there and slow
# is another test's promise (frontend/test), so here a machine that stands still is not taken for one.
PATIENT_PAGE = """{
  const timeout = globalThis.AbortSignal?.timeout;
  if (timeout) AbortSignal.timeout = (ms) => timeout.call(AbortSignal, 20 * ms);
}"""
AXE = Axe()
# What passes is not told: a page's hundreds of right elements took longer to write down than to look at.
AXE_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}


@contextmanager
def launching() -> Iterator[Launch]:
    """Give what starts Chromium with more flags, and end every one that it started; skip where there is none."""
    chromium = os.environ.get("TIEMCHUNG_BROWSER") or shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium on this machine; bin/browser installs one")
    running: list[Browser] = []
    # Playwright's loop runs in the test's thread, where Django then takes every query for an async one.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as player:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        patch.setattr(Browser, "new_context", _patient(Browser.new_context))

        def launch(*flags: str) -> Browser:
            running.append(player.chromium.launch(executable_path=chromium, args=[*FLAGS, *flags]))
            return running[-1]

        yield launch
        for browser in running:
            browser.close()


def _patient(new_context: Callable[..., BrowserContext]) -> Callable[..., BrowserContext]:
    """Make what opens windows open them with a test's patience."""

    def opening(browser: Browser, **more: Any) -> BrowserContext:
        context = new_context(browser, **more)
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(PATIENT_PAGE)
        return context

    return opening


def await_that(page: Page, done: Callable[[], object], missing: str = "it never came") -> None:
    """Wait until something is so, while the page goes on; raise AssertionError with what is missing if it never is."""
    end = time.monotonic() + PATIENCE_MS / 1000
    while not done():
        assert time.monotonic() < end, missing
        page.wait_for_timeout(50)


def serve_plainly(settings: Any) -> None:
    """Let the site name its files as they are and speak plain HTTP, as a test's server does."""
    settings.SECURE_HSTS_SECONDS = 0
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "sessionid", "csrftoken"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def faults_of(page: Page) -> list[str]:
    """Give what breaks a rule of access on the page once it has loaded, each with the elements at fault."""
    page.wait_for_load_state("load")
    if not page.evaluate("'axe' in globalThis"):
        page.evaluate(AXE.axe_script)
    found = page.evaluate("async (rules) => (await axe.run(rules)).violations", AXE_RULES)
    return [f"{fault['id']}: {[node['html'][:120] for node in fault['nodes']]}" for fault in found]


def too_wide(page: Page) -> int:
    """Give by how many px the page is wider than its screen once it has loaded, 0 or less when it fits."""
    page.wait_for_load_state("load")
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def picture_of(text: str, to: Path, *, size: tuple[int, int] | None = None) -> Path:
    """Draw a QR code on white; with `size` (width, height in px) centred in a picture of that size."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    drawn = memoryview(zxingcpp.write_barcode_to_image(code, scale=4))  # type: ignore[arg-type]
    image = Image.frombytes("L", (drawn.shape[1], drawn.shape[0]), drawn.tobytes())
    if size:
        ground = Image.new("L", size, 255)
        image.thumbnail((min(size) - 20, min(size) - 20))
        ground.paste(image, ((size[0] - image.width) // 2, (size[1] - image.height) // 2))
        image = ground
    image.convert("RGB").save(to)
    return to


def camera_flags(text: str, folder: Path) -> tuple[str, ...]:
    """Make a film of one QR code in a folder, and give the flags by which Chromium's camera sees nothing else."""
    shot = Image.open(picture_of(text, folder / "film.png", size=(640, 480))).convert("L").tobytes()
    frame = b"FRAME\n" + shot + b"\x80" * (640 * 480 // 2)
    film = folder / "film.y4m"
    film.write_bytes(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\n" + frame * 5)
    return (
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )

"""One player of browsers for each file of journeys, and the browser that most of them need."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.journeys.browser import Launch, launching


@pytest.fixture(scope="module")
def launch() -> Iterator[Launch]:
    """Give what starts Chromium with more flags; all of a file's browsers are closed at its end."""
    with launching() as start:
        yield start


@pytest.fixture(scope="module")
def browser(launch: Launch) -> Browser:
    """Give Chromium."""
    return launch()


@pytest.fixture
def opened(browser: Browser) -> Iterator[list[BrowserContext]]:
    """Keep the windows of a test, to be closed at its end."""
    windows: list[BrowserContext] = []
    yield windows
    for window in windows:
        window.close()

"""A real browser that fails the test when a page complains."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from tests.support.chromium import Chromium, find_chromium

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "reduced_motion": "reduce",
}
LOOPBACK_ONLY = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", LOOPBACK_ONLY]

DESK = {"viewport": {"width": 1280, "height": 860}, "reduced_motion": "reduce"}

PATIENCE = 30_000  # milliseconds: longer than a page needs on a machine with much else to do
expect.set_options(timeout=PATIENCE)

OpenPage = Callable[..., Page]

CONTEXTS = pytest.StashKey[list[BrowserContext]]()


@dataclass
class Complaints:
    """Script errors, console errors and violations of the content security policy."""

    allowed: tuple[str, ...]
    found: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self._add(str(error)))
        page.on("console", self._console)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._add(f"{message.text} ({message.location.get('url', '')})")

    def _add(self, text: str) -> None:
        if not any(re.search(pattern, text) for pattern in self.allowed):
            self.found.append(text)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "allow_console_errors(*patterns): what the browser may complain about in this test",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Close pages before any fixture stops the server that they may still be talking to."""
    for context in item.stash.get(CONTEXTS, []):
        context.close()


@pytest.fixture(scope="session")
def chromium() -> Chromium:
    """The browser's program; without one the test is skipped, or fails where all is required."""
    return find_chromium()


@pytest.fixture(scope="module")
def browser(chromium: Chromium) -> Iterator[Browser]:
    """A running browser for the tests of one module.

    Not one for the whole session: while Playwright runs, no other test of this thread could use
    `asyncio.run`.
    """
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=chromium.path,
            args=ARGUMENTS,
            env={**os.environ, **chromium.environment},
        )
        yield launched
        launched.close()


@pytest.fixture
def open_page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[OpenPage]:
    """Open pages with settings of their own, each as another person on another device:
    `open_page(locale="sv", color_scheme="dark", **PHONE)`."""
    marker = request.node.get_closest_marker("allow_console_errors")
    complaints = Complaints(marker.args if marker else ())
    contexts = request.node.stash[CONTEXTS] = []

    def open_one(**settings: Any) -> Page:
        context = browser.new_context(**settings)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        complaints.watch(page)
        return page

    yield open_one
    assert not complaints.found, "the browser complained:\n" + "\n".join(complaints.found)


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """One page on a phone."""
    return open_page(**PHONE)


@pytest.fixture
def phone(open_page: OpenPage) -> Page:
    return open_page(locale="en-GB", **PHONE)


@pytest.fixture
def desk(open_page: OpenPage) -> Page:
    return open_page(locale="en-GB", **DESK)

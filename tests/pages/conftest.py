"""Fixtures of the signing page's front end."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from countersign.pages import assets
from tests.pages.fake_signing_server import FakeSigning, running
from tests.support.browser import PHONE, OpenPage

DESK = {"viewport": {"width": 1280, "height": 860}, "reduced_motion": "reduce"}


@pytest.fixture(scope="session", autouse=True)
def built_pages() -> Path:
    """The scripts and styles that the build hook makes when the package is installed."""
    assert (assets.DIST / "signing.js").exists(), "build the pages first: make build"
    return assets.DIST


@pytest.fixture(scope="module")
def fake_server() -> Iterator[FakeSigning]:
    with running(FakeSigning()) as fake:
        yield fake


@pytest.fixture
def fake(fake_server: FakeSigning) -> FakeSigning:
    """One link, as if nobody had opened it yet."""
    fake_server.reset()
    return fake_server


@pytest.fixture
def phone(open_page: OpenPage) -> Page:
    return open_page(locale="en-GB", **PHONE)


@pytest.fixture
def desk(open_page: OpenPage) -> Page:
    return open_page(locale="en-GB", **DESK)

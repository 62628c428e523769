"""Fixtures of the signing page's front end."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from countersign.pages import assets
from tests.pages.fake_signing_server import FakeSigning, running


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

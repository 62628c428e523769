"""Gives every test the fixtures of `tests/support`."""

import sys
from pathlib import Path

import pytest
import structlog

# pytest empties what it captures in while workers of an installation in this process still write
# there, and Python 3.11 does not survive that. This one is captured below Python
structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.__stderr__))

pytest_plugins = [
    "tests.support.network",
    "tests.support.database",
    "tests.support.mail",
    "tests.support.object_store",
    "tests.support.webhooks",
    "tests.support.tsa",
    "tests.support.dns_server",
    "tests.support.softhsm",
    "tests.support.browser",
    "tests.support.server",
]

# A browser or a server of one's own takes seconds: `make test-fast` leaves them to `make test`
APART = {"test_pkcs11.py", "test_merchant_signing.py", "test_merchant_key.py"}
SLOW = {"browser", "running_server", "start_server"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if SLOW.intersection(getattr(item, "fixturenames", ())):
            item.add_marker("slow")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Only importing what the slow files use would take seconds. What loads the module of a token
    runs when it is named, as test_tokens_apart.py does."""
    if collection_path.name in APART:
        named = any(collection_path.name in argument for argument in config.args)
        return None if named else True
    if config.option.markexpr != "not slow" or collection_path.suffix != ".py":
        return None
    return "\npytestmark = pytest.mark.slow\n" in collection_path.read_text() or None


@pytest.fixture(autouse=True)
def logs_stay_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that a test calls in this process would set up logging for good, and tests after it
    would read no log."""
    monkeypatch.setattr("countersign.logs.set_up", lambda *_, **__: None)

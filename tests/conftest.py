"""Gives every test the fixtures of `tests/support`."""

from pathlib import Path

import pytest

pytest_plugins = [
    "tests.support.network",
    "tests.support.database",
    "tests.support.mail",
    "tests.support.object_store",
    "tests.support.webhooks",
    "tests.support.tsa",
    "tests.support.softhsm",
    "tests.support.browser",
    "tests.support.server",
]

# A browser or a server of one's own takes seconds: `make test-fast` leaves them to `make test`
SLOW = {"browser", "running_server", "start_server"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if SLOW.intersection(getattr(item, "fixturenames", ())):
            item.add_marker("slow")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Only importing what the slow files use would take seconds."""
    if config.option.markexpr != "not slow" or collection_path.suffix != ".py":
        return None
    return "\npytestmark = pytest.mark.slow\n" in collection_path.read_text() or None

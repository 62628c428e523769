"""Gives every test the fixtures of `tests/support`."""

import pytest

pytest_plugins = [
    "tests.support.network",
    "tests.support.database",
    "tests.support.mail",
    "tests.support.object_store",
    "tests.support.webhooks",
    "tests.support.tsa",
    "tests.support.browser",
    "tests.support.server",
]

# A browser or a server of one's own takes seconds: `make test-fast` leaves them to `make test`
SLOW = {"browser", "running_server", "start_server"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if SLOW.intersection(getattr(item, "fixturenames", ())):
            item.add_marker("slow")

"""Gives every test the fixtures of `tests/support`."""

pytest_plugins = [
    "tests.support.network",
    "tests.support.database",
    "tests.support.mail",
    "tests.support.object_store",
    "tests.support.webhooks",
    "tests.support.browser",
    "tests.support.server",
]

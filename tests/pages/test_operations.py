"""What an operator's tools are told while the database is away."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.testclient import TestClient

from countersign.domain.errors import Unavailable
from countersign.pages import operations


def away() -> Mapping[tuple[str, str], int]:
    raise Unavailable("database")


def test_a_database_that_is_away_is_told_and_no_fault_of_the_server() -> None:
    def ping() -> None:
        away()

    tools = TestClient(operations.build(ping, away, lambda: 0.5, token=""), client=("127.0.0.1", 1))
    told = {path: tools.get(path) for path in ("/healthz", "/readyz", "/metrics")}
    assert [one.status_code for one in told.values()] == [200, 503, 503]
    assert told["/metrics"].text == "the database does not answer"

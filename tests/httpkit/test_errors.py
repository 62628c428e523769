"""What goes wrong inside, and what is told of it."""

from starlette.testclient import TestClient
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from countersign.httpkit.unexpected import described


def test_an_expected_error_gets_the_dialects_shape_and_no_log_line(client: TestClient) -> None:
    with capture_logs() as lines:
        answer = client.get("/v1/clubs/full")
    assert (answer.status_code, answer.json()["code"], lines) == (409, "full", [])


def test_an_unexpected_error_is_the_dialects_500(client: TestClient) -> None:
    with capture_logs():
        answer = client.get("/v1/clubs/broken")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal error")


def test_an_unexpected_error_is_logged_with_its_place_and_without_what_it_said(
    client: TestClient,
) -> None:
    with capture_logs() as lines:
        client.get("/v1/clubs/broken?email=ada@example.org")
    (line,) = lines
    assert line["event"] == "unexpected_error"
    assert line["operation"] == "GET /v1/clubs/{club}"
    assert line["errors"] == ["builtins.ValueError"]
    assert line["frames"][-1].endswith("in read_club")
    assert "ada@example.org" not in repr(line)


def test_the_log_line_holds_the_request_id(client: TestClient) -> None:
    with capture_logs(processors=[merge_contextvars]) as lines:
        client.get("/v1/clubs/broken", headers={"x-request-id": "id-from-the-proxy"})
    assert [line["request_id"] for line in lines] == ["id-from-the-proxy"]


def test_the_next_request_works(client: TestClient) -> None:
    with capture_logs():
        client.get("/v1/clubs/broken")
    assert client.get("/v1/clubs/a").status_code == 200


def test_an_exception_that_is_its_own_cause_is_described_once() -> None:
    problem = ValueError("quoted")
    problem.__cause__ = problem
    assert described(problem)["errors"] == ["builtins.ValueError"]

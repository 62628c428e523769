import re

import pytest
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from countersign.httpkit import RequestId, request_id, text_response

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def test_every_answer_has_a_request_id_of_its_own(client: TestClient) -> None:
    answers = [client.get(path) for path in ("/v1/clubs", "/v1/clubs", "/nowhere")]
    ids = [answer.headers["x-request-id"] for answer in answers]
    assert len(set(ids)) == 3
    assert all(UUID.fullmatch(identity) for identity in ids)


def test_a_request_keeps_the_id_it_came_with(client: TestClient) -> None:
    answer = client.get("/v1/clubs", headers={"x-request-id": "abc-1.2:3"})
    assert answer.headers["x-request-id"] == "abc-1.2:3"


@pytest.mark.parametrize("strange", ["", "a b", "a\x1b[31m", "x" * 129, "<script>"])
def test_a_strange_id_is_replaced(client: TestClient, strange: str) -> None:
    answer = client.get("/v1/clubs", headers={"x-request-id": strange})
    assert UUID.fullmatch(answer.headers["x-request-id"])


def test_the_application_can_read_the_id_and_answer_another() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        headers = {"X-Request-Id": f"own-{request_id()}"}
        await text_response("", headers=headers)(scope, receive, send)

    answer = TestClient(RequestId(app)).get("/", headers={"x-request-id": "given"})
    assert answer.headers.get_list("x-request-id") == ["own-given"]
    assert request_id() == ""

"""The table of errors is total, and every failure is a problem with a code and a trace id."""

from __future__ import annotations

from typing import Any

import pytest

from countersign.dialects.signicat_v2.errors import PROBLEM, TABLE
from countersign.domain import errors

from .house import (
    BASE,
    COLLECTIONS,
    DOCUMENTS,
    LARGEST,
    SESSIONS,
    House,
    bearer,
    ok,
    request,
    token_of,
)

CODES = {
    "invalid_request_parameter": {400},
    "invalid_token": {401},
    "missing_permission": {403},
    "quota_exceeded": {403},
    "not_found": {404},
    "method_not_allowed": {405},
    "conflict": {409},
    "payload_too_large": {413},
    "unsupported_media_type": {415},
    "too_many_requests": {429},
    "internal_server_error": {500},
    "service_unavailable": {503},
}
MEMBERS = {"status", "title", "code", "traceId", "invalidParams", "detail"}


def assert_refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    """Returns the problem."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == PROBLEM
    problem: dict[str, Any] = answer.json()
    assert problem.keys() == MEMBERS
    assert (problem["status"], problem["code"]) == (status, code)
    assert status in CODES[code]
    assert problem["title"]
    assert problem["detail"]
    assert len(problem["traceId"]) == 32
    assert int(problem["traceId"], 16)
    return problem


def every(kind: type[errors.DomainError]) -> list[type[errors.DomainError]]:
    found = [one for child in kind.__subclasses__() for one in (child, *every(child))]
    return [one for one in found if one.__module__ == errors.__name__]


@pytest.mark.parametrize("kind", every(errors.DomainError))
def test_every_domain_error_has_a_status_a_code_and_a_title(
    kind: type[errors.DomainError],
) -> None:
    status, code, title, _ = TABLE[kind]
    assert status in CODES[code]
    assert title


def test_the_trace_id_is_the_requests_id(house: House) -> None:
    first = house.client.get(f"{SESSIONS}/nothing")
    assert first.json()["traceId"] == first.headers["x-request-id"].replace("-", "")
    own = {"X-Request-Id": "order-7"}
    traces = {house.client.get(f"{SESSIONS}/no", headers=own).json()["traceId"] for _ in range(2)}
    assert len(traces) == 1
    assert len(traces.pop()) == 32


@pytest.mark.parametrize("key", ["", "Bearer ", "Bearer a.b.c", "Basic abc", "x"])
def test_a_missing_or_invalid_token_is_a_401(house: House, key: str) -> None:
    answer = house.client.get(SESSIONS, headers={"Authorization": key})
    problem = assert_refused(answer, 401, "invalid_token")
    assert problem["title"] == "Invalid authentication token."
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_token_that_has_expired_is_a_401(house: House) -> None:
    token = bearer(token_of(house.account, house.ports))
    house.pass_time(minutes=11)
    assert_refused(house.client.get(SESSIONS, headers=token), 401, "invalid_token")


def test_a_permission_that_is_missing_is_named(house: House) -> None:
    allowed = ("sign:document:read", "sign:ordermanager:session:create")
    token = bearer(token_of(house.account, house.ports, permissions=allowed))
    place = house.collection()
    assert house.client.get(f"{DOCUMENTS}/{place[1]}", headers=token).status_code == 200
    assert house.ask(request(place), headers=token).status_code == 201
    answer = house.gather(place[1], headers=token)
    problem = assert_refused(answer, 403, "missing_permission")
    assert "sign:ordermanager:order:create" in problem["detail"]
    for method, path, permission in (
        ("GET", SESSIONS, "sign:ordermanager:session:read"),
        ("PATCH", f"{SESSIONS}/x", "sign:ordermanager:session:update"),
        ("DELETE", f"{COLLECTIONS}/x", "sign:ordermanager:order:delete"),
        ("POST", DOCUMENTS, "sign:document:create"),
        ("PATCH", f"{DOCUMENTS}/x/metadata", "sign:document:update"),
    ):
        problem = assert_refused(
            house.client.request(method, path, headers=token), 403, "missing_permission"
        )
        assert problem["detail"] == f"The client needs the permission {permission}."


def test_a_used_up_plan_is_a_403(house: House) -> None:
    token = bearer(token_of(house.account, house.ports, quota=1))
    document = house.document()
    assert house.gather(document, headers=token).status_code == 201
    assert_refused(house.gather(document, headers=token), 403, "quota_exceeded")


@pytest.mark.parametrize(
    "path", [f"{DOCUMENTS}/a/b/c", f"{COLLECTIONS}/a/b", f"{SESSIONS}/a/b", f"{SESSIONS}x"]
)
def test_a_path_that_is_not_there_is_a_404(house: House, path: str) -> None:
    if path.startswith((f"{DOCUMENTS}/", f"{COLLECTIONS}/", f"{SESSIONS}/")):
        assert_refused(house.client.get(path), 404, "not_found")
    else:
        assert house.client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", DOCUMENTS, {"POST"}),
        ("POST", f"{DOCUMENTS}/x", {"GET", "HEAD", "DELETE"}),
        ("PUT", f"{DOCUMENTS}/x/metadata", {"GET", "HEAD", "PATCH"}),
        ("GET", COLLECTIONS, {"POST"}),
        ("PATCH", f"{COLLECTIONS}/x", {"GET", "HEAD", "DELETE"}),
        ("DELETE", SESSIONS, {"GET", "HEAD", "POST"}),
        ("PUT", f"{SESSIONS}/x", {"GET", "HEAD", "PATCH", "DELETE"}),
    ],
)
def test_a_method_that_a_path_has_not_is_told_the_right_ones(
    house: House, method: str, path: str, allowed: set[str]
) -> None:
    answer = house.client.request(method, path)
    assert_refused(answer, 405, "method_not_allowed")
    assert set(answer.headers["allow"].split(", ")) == allowed


def test_head_answers_what_get_answers_without_a_body(house: House) -> None:
    answer = house.client.head(f"{DOCUMENTS}/{house.document('any')}")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("media", ["image/png", "application/zip", "", "nonsense"])
def test_an_upload_of_another_type_is_a_415(house: House, media: str) -> None:
    answer = house.client.post(DOCUMENTS, content=b"x", headers={"Content-Type": media})
    assert_refused(answer, 415, "unsupported_media_type")


def test_an_upload_may_have_parameters_in_its_type(house: House) -> None:
    answer = house.upload(**{"Content-Type": "Application/PDF; version=1.7"})
    assert ok(answer)["mimeType"] == "application/pdf"


def test_a_json_body_of_another_type_is_a_415(house: House) -> None:
    for method, path in (("POST", COLLECTIONS), ("POST", SESSIONS), ("PATCH", f"{SESSIONS}/x")):
        answer = house.client.request(method, path, data={"title": "x"})
        assert_refused(answer, 415, "unsupported_media_type")


def test_a_body_beyond_the_limit_is_a_413(house: House) -> None:
    assert_refused(house.upload(b"%PDF-" + b"x" * LARGEST), 413, "payload_too_large")
    answer = house.client.post(COLLECTIONS, json={"documents": "x" * (256 << 10)})
    assert_refused(answer, 413, "payload_too_large")
    assert_refused(house.ask(request(title="x" * (4 << 20))), 413, "payload_too_large")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 200 + b"]" * 200, b'"\\ud800"'])
def test_a_body_that_is_no_json_is_a_400(house: House, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    for path in (COLLECTIONS, SESSIONS):
        answer = house.client.post(path, content=body, headers=headers)
        assert_refused(answer, 400, "invalid_request_parameter")


def test_a_bug_is_a_500_that_tells_nothing(house: House) -> None:
    made = house.session(house.collection())
    with house.ports.unit_of_work() as uow:
        envelope = uow.envelopes.of_task(made["id"])
    for task in envelope.tasks:
        object.__setattr__(task, "extras", {})
    answer = house.client.get(f"{SESSIONS}/{made['id']}")
    problem = assert_refused(answer, 500, "internal_server_error")
    assert problem["title"] == "Internal server error"
    assert "session" not in answer.text


def test_no_browser_takes_an_error_for_a_page(house: House) -> None:
    answer = house.client.get(f"{SESSIONS}/<script>")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_other_paths_below_the_base_are_left_to_others(house: House) -> None:
    """Signing links of other vendors' form begin with it, too."""
    assert house.client.get(f"{BASE}/abc").headers["content-type"] != PROBLEM

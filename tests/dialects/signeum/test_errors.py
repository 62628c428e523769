"""The table of errors is total, and every failure is JSON with a code, a message and an id."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from countersign.dialects.signeum.errors import TABLE, UNFIT
from countersign.domain import errors
from countersign.httpkit import Allowed

from .house import BASE, House, bearer, key_of, opened_house, request

CODES = {
    "VALIDATION_ERROR": {400, 409},
    "UNAUTHORIZED": {401},
    "PAYMENT_REQUIRED": {402},
    "FORBIDDEN": {403},
    "NOT_FOUND": {404},
    "RATE_LIMITED": {429},
    "INTERNAL_ERROR": {500, 503},
}


def assert_refused(answer: Any, status: int, code: str, message: str, **fields: str) -> None:
    """A dot in a field's path is written as two underscores."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    error = answer.json()["error"]
    assert (error["code"], error["message"]) == (code, message)
    assert error["trackingId"] == answer.headers["x-request-id"]
    wrong = {path.replace("__", "."): text for path, text in fields.items()}
    assert error.get("details") == ({"fields": wrong} if wrong else None)


def every(kind: type[errors.DomainError]) -> list[type[errors.DomainError]]:
    found = [one for child in kind.__subclasses__() for one in (child, *every(child))]
    return [one for one in found if one.__module__ == errors.__name__]


@pytest.mark.parametrize("kind", every(errors.DomainError))
def test_every_domain_error_has_a_status_a_code_and_a_message(
    kind: type[errors.DomainError],
) -> None:
    status, code, message = TABLE[kind]
    assert status in CODES[code]
    assert message


def test_every_reason_for_an_unusable_file_has_a_message() -> None:
    documented = errors.UnusableFile.__doc__ or ""
    codes = documented.partition("`code`:")[2].replace(".", "").replace("\n", " ").split(",")
    assert {code.strip() for code in codes} <= UNFIT.keys()


def test_the_tracking_id_is_a_new_uuid(house: House) -> None:
    ids = {house.call("GET", "/nothing").json()["error"]["trackingId"] for _ in range(2)}
    assert len({UUID(id) for id in ids}) == 2


def test_the_tracking_id_is_the_callers_own_request_id_if_there_is_one(house: House) -> None:
    answer = house.call("GET", "/nothing", headers={"X-Request-Id": "order-7"})
    assert answer.json()["error"]["trackingId"] == answer.headers["x-request-id"] == "order-7"


@pytest.mark.parametrize("key", ["", "Bearer ", "Bearer ds_unknown", "Basic abc", "ds_unknown"])
def test_a_missing_or_invalid_key_is_a_401(house: House, key: str) -> None:
    answer = house.call("GET", "/projects", headers={"Authorization": key})
    assert_refused(answer, 401, "UNAUTHORIZED", "Missing or invalid API key")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_used_up_plan_is_a_402(house: House) -> None:
    key = bearer(key_of(house.account, house.ports, quota=1))
    assert house.post(headers=key).status_code == 201
    assert_refused(house.post(headers=key), 402, "PAYMENT_REQUIRED", "Payment method required")


@pytest.mark.parametrize(
    ("method", "path", "message"),
    [
        ("GET", "/projects/{id}", "Project not found"),
        ("PATCH", "/projects/{id}", "Project not found"),
        ("DELETE", "/projects/{id}", "Project not found"),
        ("GET", "/projects/{id}/documents", "Project not found"),
        ("POST", "/projects/{id}/documents", "Project not found"),
        ("GET", "/documents/{id}", "Document not found"),
        ("PUT", "/documents/{id}/cancel", "Document not found"),
        ("GET", "/documents/{id}/download", "Document not found"),
        ("GET", "/templates/{id}", "Template not found"),
        ("GET", "/nothing", "Not found"),
    ],
)
def test_what_is_not_there_is_named(house: House, method: str, path: str, message: str) -> None:
    body = request() if path.endswith("/documents") else {}
    for id in ("8f0b9a8e-5b3c-4d55-9d5e-1f2a3b4c5d6e", "no-id", "ö"):
        answer = house.call(method, path.replace("{id}", id), json=body)
        assert_refused(answer, 404, "NOT_FOUND", message)


def test_an_organization_that_is_not_there_is_a_404(house: House) -> None:
    answer = house.client.get(f"{BASE}/organizations/nobody/projects")
    assert_refused(answer, 404, "NOT_FOUND", "Organization not found")


def test_a_method_that_a_path_has_not_is_told_the_right_ones(house: House) -> None:
    answer = house.call("DELETE", "/projects")
    assert_refused(answer, 405, "VALIDATION_ERROR", "Method not allowed")
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}


def test_a_bug_is_a_500_that_tells_nothing(house: House) -> None:
    made = house.create()
    with house.ports.unit_of_work() as uow:
        envelope = uow.envelopes.get(made["document"]["id"])
    for task in envelope.tasks:
        object.__setattr__(task, "extras", {})
    answer = house.call("GET", f"/documents/{made['document']['id']}")
    assert_refused(answer, 500, "INTERNAL_ERROR", "Internal server error")


BODIES = [
    (b"{", "Malformed JSON"),
    (b"\xff", "Malformed JSON"),
    (b"[" * 200 + b"]" * 200, "JSON is nested too deeply"),
    (b'{"name":' + b'{"a":' * 150 + b"1" + b"}" * 151, "JSON is nested too deeply"),
]


@pytest.mark.parametrize(("body", "message"), BODIES)
def test_a_body_that_is_no_json_is_told_so(house: House, body: bytes, message: str) -> None:
    headers = {"Content-Type": "application/json"}
    for path in ("/projects", f"/projects/{house.standard}/documents"):
        answer = house.call("POST", path, content=body, headers=headers)
        assert_refused(answer, 400, "VALIDATION_ERROR", message)


@pytest.mark.parametrize("body", [b"[]", b"5", b'"name"', b"null"])
def test_a_body_of_a_wrong_kind_is_told_so(house: House, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = house.call("POST", "/projects", content=body, headers=headers)
    assert_refused(answer, 400, "VALIDATION_ERROR", "The body must be a JSON object")


def test_a_body_of_a_wrong_type_is_a_415(house: House) -> None:
    answer = house.call("POST", "/projects", data={"name": "Ours"})
    assert_refused(answer, 415, "VALIDATION_ERROR", "Content-Type must be application/json")


def test_a_body_beyond_the_limit_is_a_413(house: House) -> None:
    answer = house.call("POST", "/projects", json={"name": "x" * (1 << 20)})
    assert_refused(answer, 413, "VALIDATION_ERROR", "Request body too large")


def test_no_browser_takes_an_error_for_a_page(house: House) -> None:
    assert house.call("GET", "/<script>").headers["x-content-type-options"] == "nosniff"


def test_a_call_of_another_organization_counts_for_its_limit(tmp_path: Path) -> None:
    hits: list[str] = []

    def hit(key: str, limit: int, window_seconds: float) -> Allowed:
        hits.append(key)
        assert (limit, window_seconds) == (100, 60)
        return Allowed(remaining=limit - len(hits), reset=window_seconds)

    with opened_house(tmp_path / "staging", hit=hit) as house:
        house.call("GET", "/projects")
        house.client.get(f"{BASE}/organizations/nobody")
        house.call("GET", "/projects", headers={"Authorization": "Bearer ds_unknown"})
        house.client.get(f"{BASE}/openapi.json")
    assert len(hits) == 2
    assert len(set(hits)) == 1

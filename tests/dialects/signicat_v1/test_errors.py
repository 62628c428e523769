"""The table of errors is total, and every failure has the vendor's shape."""

from __future__ import annotations

from typing import Any

import pytest

from countersign.dialects.signicat_v1.errors import TABLE
from countersign.domain import errors

from .house import LARGEST, House, bearer, token_of
from .orders import BASE, DOCUMENTS, ORDERS, document, ok, order, task, wrong

NOWHERE = "01012026" + "a" * 50


def assert_refused(answer: Any, status: int) -> dict[str, Any]:
    """Returns the problem."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    problem: dict[str, Any] = answer.json()
    assert problem.keys() - {"violations"} == {"status", "type", "title", "detail"}
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    return problem


def every(kind: type[errors.DomainError]) -> list[type[errors.DomainError]]:
    found = [one for child in kind.__subclasses__() for one in (child, *every(child))]
    return [one for one in found if one.__module__ == errors.__name__]


@pytest.mark.parametrize("kind", every(errors.DomainError))
def test_every_domain_error_has_a_status_and_a_title(kind: type[errors.DomainError]) -> None:
    status, title, detail = TABLE[kind]
    assert 400 <= status < 600
    assert title
    assert detail


@pytest.mark.parametrize("key", ["", "Bearer ", "Bearer a.b.c", "Basic abc", "x"])
def test_without_a_good_token_there_is_nothing(house: House, key: str) -> None:
    answer = house.client.get(f"{ORDERS}/{NOWHERE}", headers={"Authorization": key})
    assert_refused(answer, 401)
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_permission_that_lacks_is_named(house: House) -> None:
    token = token_of(house.account, house.ports, permissions=("sign:document:create",))
    headers = bearer(token)
    answer = house.client.get(f"{ORDERS}/{NOWHERE}", headers=headers)
    assert "sign:ordermanager:order:read" in assert_refused(answer, 403)["detail"]
    assert house.upload(**headers).status_code == 201


@pytest.mark.parametrize(
    "path",
    [
        f"{DOCUMENTS}/{NOWHERE}",
        f"{DOCUMENTS}/nothing",
        f"{ORDERS}/{NOWHERE}",
        f"{ORDERS}/{NOWHERE}/tasks/1/status",
        f"{ORDERS}/nothing/packaging-tasks/1/status",
        f"{BASE}/archive-documents/{NOWHERE}",
        f"{BASE}/nothing",
        BASE,
    ],
)
def test_what_is_not_there_is_not_found(house: House, path: str) -> None:
    assert_refused(house.client.get(path), 404)


def test_an_order_is_found_by_its_whole_id_only(house: House) -> None:
    made = house.order()
    id = made["id"]
    assert len(id) == 58
    yesterday = f"{int(id[:2]) % 28 + 1:02}{id[2:]}"
    for other in (yesterday, id[:-1], f"{id[:-1]}{'b' if id[-1] == 'a' else 'a'}", id.upper()):
        assert_refused(house.client.get(f"{ORDERS}/{other}"), 404)
    assert ok(house.client.get(f"{ORDERS}/{id}")) == made


def test_parts_of_an_order_that_are_not_there(house: House) -> None:
    path = f"{ORDERS}/{house.order()['id']}"
    for rest in (
        "/tasks/2/status",
        "/tasks/1/documents/x/original",
        "/tasks/1/documents/doc-1/generated",
        "/tasks/1/documents/doc-1/result",
        "/packaging-tasks/1/status",
        "/packaging-tasks/1/result",
    ):
        assert_refused(house.client.get(f"{path}{rest}"), 404)


def test_methods_and_media_types_that_are_not_offered(house: House) -> None:
    answer = house.client.put(ORDERS)
    assert_refused(answer, 405)
    assert answer.headers["allow"] == "POST"
    assert_refused(house.upload(**{"Content-Type": "image/png"}), 415)
    assert_refused(house.client.post(ORDERS, content=b"<order/>"), 415)


def test_documents_that_cannot_be_signed(house: House) -> None:
    assert_refused(house.upload(b"no pdf"), 400)
    assert_refused(house.client.post(DOCUMENTS, headers={"Content-Type": "application/pdf"}), 400)
    assert_refused(house.upload(b"%PDF" + b"x" * LARGEST), 413)
    assert_refused(house.upload(b"\xff\xfe", **{"Content-Type": "text/plain"}), 400)


@pytest.mark.parametrize("body", [b"{", b"", b"\xff", b"[" * 200])
def test_a_body_that_is_no_json(house: House, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    assert_refused(house.client.post(ORDERS, content=body, headers=headers), 400)


@pytest.mark.parametrize("body", [[], "x", 1, {"tasks": {}}, {"tasks": [1]}])
def test_json_of_another_shape(house: House, body: Any) -> None:
    assert wrong(house.client.post(ORDERS, json=body))


def test_the_same_request_twice_makes_one_order(house: House) -> None:
    asked = task(document(house.ref()))
    headers = {"Idempotency-Key": "lease-7"}
    first, second = (house.ask(asked, headers=headers) for _ in range(2))
    assert ok(first) == ok(second)
    assert len(house.world.memory.state.envelopes) == 1
    assert_refused(house.ask({**asked, "language": "sv"}, headers=headers), 409)


def test_empty_values_are_missing_ones(house: House) -> None:
    asked = order(task(document(house.ref()), signText="", onTaskReject=None))
    made = ok(house.client.post(ORDERS, json=asked))
    assert "signText" not in made["tasks"][0]
    assert "onTaskReject" not in made["tasks"][0]


def test_head_answers_what_get_answers_without_a_body(house: House) -> None:
    made = house.order(task(document(house.ref())))
    answer = house.client.head(f"{ORDERS}/{made['id']}")
    assert (answer.status_code, answer.content) == (200, b"")

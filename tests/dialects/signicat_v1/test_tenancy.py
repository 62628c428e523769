"""One account never reaches another's: every route, with every wrong token."""

from __future__ import annotations

import re
from typing import Any

import pytest

from countersign.httpkit import Operation
from countersign.usecases.create_account import create_account
from tests.dialects.headers import assert_head_is_get_without_body

from .house import House, bearer, token_of
from .orders import BASE, DOCUMENTS, ORDERS, document, ok, order, package, task, wrong
from .test_errors import assert_refused


@pytest.fixture
def ids(house: House) -> dict[str, str]:
    """Things of the house's own account, by the names that they have in paths."""
    ref = house.ref()
    made = house.order(
        task(document(ref), id="task"),
        task(document(ref, sendResultToArchive=True), id="archived"),
        packagingTasks=[package(("task", "doc-1"))],
    )
    house.sign(made, "task")
    house.sign(made, "archived")
    house.work()
    archived = house.status(made, "archived")["documents"][0]["resultUri"]
    return {
        "upload": ref,
        "documentId": "doc-1",
        "orderId": made["id"],
        "taskId": "task",
        "packagingTaskId": "pack",
        "archiveId": archived.rpartition("/")[2],
    }


def call(house: House, operation: Operation, ids: dict[str, str], headers: dict[str, str]) -> Any:
    """Calls a route in the way that would succeed with the right token."""
    known = {**ids, "documentId": ids["upload"]} if DOCUMENTS in operation.path else ids
    path = re.sub(r"{(\w+)}", lambda name: known[name[1]], operation.path)
    if operation.path == DOCUMENTS:
        return house.upload(**headers)
    more = {"json": order(task(document(ids["upload"])))} if operation.bodies else {}
    return house.client.request(operation.method, path, headers=headers, **more)


def routes(house: House) -> list[Operation]:
    """Those that take something away come last."""
    found = [each for each in house.dialect.operations if not each.public]
    return sorted(found, key=lambda each: each.method == "DELETE")


def test_the_walk_covers_every_route(house: House) -> None:
    assert len(routes(house)) == 16


def test_every_route_answers_its_own_account(house: House, ids: dict[str, str]) -> None:
    for operation in routes(house):
        answer = call(house, operation, ids, {})
        if operation.path.endswith("/generated"):
            assert_refused(answer, 404)  # nothing was filled in
        else:
            wanted = operation.successes[0].status
            assert answer.status_code == wanted, (operation.title, answer.text)


def test_whoever_may_read_may_ask_for_the_headers_alone(house: House, ids: dict[str, str]) -> None:
    assert_head_is_get_without_body(routes(house), lambda each: call(house, each, ids, {}))


def test_no_route_answers_a_stranger(house: House, ids: dict[str, str]) -> None:
    for operation in routes(house):
        for key in ("", "Bearer no.such.token", f"Bearer {house.account.id}"):
            assert_refused(call(house, operation, ids, {"Authorization": key}), 401)


def test_no_route_opens_another_account(house: House, ids: dict[str, str]) -> None:
    other = create_account("Other Firm", "other@firm.example", house.ports)
    headers = bearer(token_of(other, house.ports))
    for operation in routes(house):
        answer = call(house, operation, ids, headers)
        if "{" in operation.path:
            assert_refused(answer, 404)
        elif operation.path == ORDERS:
            assert list(wrong(answer)) == ["tasks[0].documents[0].documentRef"]
        else:
            assert answer.status_code == 201
        assert not any(id in answer.text for id in (ids["upload"], ids["orderId"]))
    assert ok(house.client.get(f"{ORDERS}/{ids['orderId']}"))["id"] == ids["orderId"]
    assert house.client.get(f"{DOCUMENTS}/{ids['upload']}").status_code == 200
    assert house.client.get(f"{BASE}/archive-documents/{ids['archiveId']}").status_code == 200


def test_what_another_api_made_is_not_found(house: House, ids: dict[str, str]) -> None:
    for envelope in house.world.memory.state.envelopes.values():
        object.__setattr__(envelope, "origin", "another-api")
    for operation in routes(house):
        if "{orderId}" in operation.path:
            assert_refused(call(house, operation, ids, {}), 404)

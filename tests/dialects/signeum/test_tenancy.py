"""Nobody reaches another organization's things: every route, with every wrong key."""

from __future__ import annotations

import re
from typing import Any

import pytest

from countersign.dialects.signeum import DIALECT
from countersign.httpkit import Operation
from countersign.usecases.create_account import create_account
from countersign.usecases.create_credential import CreateCredential, create_credential

from .house import BASE, EMPLOYER, House, bearer, keep_template, key_of, request
from .test_errors import assert_refused

UNKNOWN_KEY = (401, "UNAUTHORIZED", "Missing or invalid API key")
FORBIDDEN = (403, "FORBIDDEN", "Access denied to the resource")
PNG = b"\x89PNG\r\n\x1a\n picture"
HOOK = "https://app.example/hook"


@pytest.fixture
def ids(house: House) -> dict[str, str]:
    """Things of the house's own organization, by the names that they have in paths."""
    made = house.create(house.project()["id"], callbackUrl=HOOK)
    house.open(made["participants"][0])
    house.work()
    document = made["document"]
    path = f"/documents/{document['id']}/webhooks"
    return {
        "orgId": house.account.id,
        "projectId": document["projectId"],
        "documentId": document["id"],
        "templateId": house.template(EMPLOYER).id,
        "deliveryId": house.get(path)["deliveries"][0]["id"],
    }


def call(house: House, operation: Operation, ids: dict[str, str], headers: dict[str, str]) -> Any:
    """Calls a route in the way that would succeed with the right key."""
    path = re.sub(r"{(\w+)}", lambda name: ids[name[1]], operation.path)
    more: dict[str, Any] = {}
    if path.endswith("/logo") and operation.method == "PUT":
        more = {"content": PNG}
        headers = headers | {"Content-Type": "image/png"}
    elif operation.bodies:
        more = {"json": request(callbackUrl=HOOK) | {"body": "Hello"}}
    return house.client.request(operation.method, path, headers=headers, **more)


def routes(house: House) -> list[Operation]:
    """Those that take something away come last."""
    found = [each for each in house.dialect.operations if not each.public]
    ends = ("/cancel", "DELETE")
    return sorted(found, key=lambda each: any(end in each.title for end in ends))


def test_the_walk_covers_every_route(house: House) -> None:
    assert len(routes(house)) == 22
    public = [each.path for each in house.dialect.operations if each.public]
    assert public == [f"{BASE}/openapi.json"]
    assert all(each.path.startswith(f"{BASE}/organizations/{{orgId}}") for each in routes(house))
    assert DIALECT.prefixes == (BASE,)


def test_every_route_answers_its_own_organization(house: House, ids: dict[str, str]) -> None:
    for operation in routes(house):
        answer = call(house, operation, ids, {})
        refusals = {"GET /download": 400, "DELETE /{projectId}": 400}
        key = f"{operation.method} /{operation.path.rpartition('/')[2]}"
        assert answer.status_code == refusals.get(key, operation.successes[0].status), (
            operation.title,
            answer.text,
        )


def test_no_route_answers_a_stranger(house: House, ids: dict[str, str]) -> None:
    strangers = [
        {"Authorization": ""},
        {"Authorization": "Bearer "},
        bearer("ds_no-such-key"),
        bearer(ids["documentId"]),
        bearer(house.account.id),
    ]
    for operation in routes(house):
        for headers in strangers:
            assert_refused(call(house, operation, ids, headers), *UNKNOWN_KEY)


def test_no_route_opens_another_organization(house: House, ids: dict[str, str]) -> None:
    """Neither with the ids as they are nor below the own organization's id."""
    other = create_account("Other Firm", "other@firm.example", house.ports)
    headers = bearer(key_of(other, house.ports))
    before = house.get(f"/documents/{ids['documentId']}")
    for operation in routes(house):
        assert_refused(call(house, operation, ids, headers), *FORBIDDEN)
        answer = call(house, operation, ids | {"orgId": other.id}, headers)
        if "Id}" in operation.path.partition("{orgId}")[2]:
            assert answer.status_code in (403, 404), (operation.title, answer.text)
        else:
            assert answer.status_code == operation.successes[0].status, operation.title
        assert not any(id in answer.text for id in ids.values()), operation.title
    assert house.get(f"/documents/{ids['documentId']}") == before
    assert house.get(f"/projects/{ids['projectId']}")["project"]["name"] == "Ours"


def test_another_organizations_template_is_not_found(house: House) -> None:
    other = create_account("Other Firm", "other@firm.example", house.ports)
    theirs = keep_template(other.id, (EMPLOYER,), house.ports)
    answer = house.post(document=None, templateId=theirs.id)
    assert_refused(answer, 404, "NOT_FOUND", "Template not found")


def test_a_credential_of_another_api_opens_nothing(house: House) -> None:
    command = CreateCredential(
        account_id=house.account.id, api="another-api", name="key", prefix="ds_"
    )
    headers = bearer(create_credential(command, house.ports).secret)
    assert_refused(house.call("GET", "/projects", headers=headers), *UNKNOWN_KEY)


def test_an_envelope_of_another_api_is_not_found(house: House, ids: dict[str, str]) -> None:
    with house.ports.unit_of_work() as uow:
        envelope = uow.envelopes.get(ids["documentId"])
    object.__setattr__(envelope, "origin", "another-api")
    for operation in routes(house):
        if "{documentId}" in operation.path:
            answer = call(house, operation, ids, {})
            assert_refused(answer, 404, "NOT_FOUND", "Document not found")

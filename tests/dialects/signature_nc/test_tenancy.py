"""Nobody reaches another account's things: every route, with every wrong credential."""

from __future__ import annotations

from typing import Any

import pytest

from countersign.dialects.signature_nc import DIALECT
from countersign.domain.account import PRODUCTION
from countersign.httpkit import Operation
from countersign.usecases.create_account import create_account
from countersign.usecases.create_credential import CreateCredential, create_credential

from .house import BASE, House, bearer, parts, signer, token_of

UNKNOWN_TOKEN = (401, "User not founded for this API Token")
FORBIDDEN = (401, "This action is unauthorized.")
NOT_HERE = {(400, "Submission unknown"), (400, "Submitter unknown")}
JSON_BODIES = {
    "/tokens": {"name": "CI"},
    "/webhooks/sent-webhook-url": {"url": "https://app.example/hook"},
    "/webhooks/signed-webhook-url": {"url": "https://app.example/hook"},
    "/webhooks/completed-webhook-url": {"url": "https://app.example/hook"},
}


def call(house: House, operation: Operation, uuid: str, headers: dict[str, str]) -> Any:
    """Calls a route in the way that would succeed with the right credential."""
    path = operation.path.replace("{uuid}", uuid)
    given: dict[str, Any] = {}
    if path.endswith("/signatures"):
        files, texts = parts()
        given = {"files": files, "data": texts}
    elif operation.method == "POST" and path.removeprefix(BASE) in JSON_BODIES:
        given = {"json": JSON_BODIES[path.removeprefix(BASE)]}
    return house.client.request(operation.method, path, headers=headers, **given)


def named(house: House, operation: Operation, made: dict[str, Any]) -> str:
    """The id of the first account's thing that a route is about."""
    if "/tokens/" in operation.path:
        return str(house.client.get(f"{BASE}/tokens").json()[1]["uuid"])
    if "/submitters/" in operation.path:
        return str(made["submitters"][0]["uuid"])
    return str(made["uuid"])


def routes(house: House) -> list[Operation]:
    return [each for each in house.dialect.operations if not each.public]


def test_the_walk_covers_every_route(house: House) -> None:
    assert len(routes(house)) == 15
    public = [each.path for each in house.dialect.operations if each.public]
    assert public == [f"{BASE}/openapi.json"]
    assert all(each.path.startswith(DIALECT.prefixes[0]) for each in house.dialect.operations)


@pytest.fixture
def made(house: House) -> dict[str, Any]:
    return house.create(signers=[signer(email="lea@ex.example")])


def test_no_route_answers_a_stranger(house: House, made: dict[str, Any]) -> None:
    link: str = made["submitters"][0]["signatureLink"]
    strangers = [
        {"Authorization": ""},
        {"Authorization": "Bearer "},
        {"Authorization": f"Basic {house.tokens['production']}"},
        {"Authorization": house.tokens["production"]},
        bearer("no-such-token"),
        bearer(link.rpartition("/")[2]),
        bearer(made["submitters"][0]["uuid"]),
    ]
    for operation in routes(house):
        for headers in strangers:
            answer = call(house, operation, named(house, operation, made), headers)
            assert (answer.status_code, answer.text) == UNKNOWN_TOKEN, operation.title
            assert answer.headers["www-authenticate"] == "Bearer"


def test_no_route_shows_another_accounts_things(house: House, made: dict[str, Any]) -> None:
    other = create_account("Other Firm", "other@firm.example", house.ports)
    headers = bearer(token_of(other, house.ports, PRODUCTION))
    for operation in routes(house):
        about = named(house, operation, made)
        answer = call(house, operation, about, headers)
        if "{uuid}" in operation.path:
            assert (answer.status_code, answer.text) == FORBIDDEN, operation.title
        else:
            assert answer.status_code == 200, operation.title
            assert made["uuid"] not in answer.text
            assert made["createdBy"]["email"] not in answer.text
    assert house.read(made["uuid"])["archivedAt"] is None
    house.client.get(f"{BASE}/tokens").raise_for_status()


def test_no_route_shows_the_other_environments_submissions(
    house: House, made: dict[str, Any]
) -> None:
    headers = bearer(house.tokens["test"])
    for operation in routes(house):
        if "/tokens" in operation.path or "/webhooks" in operation.path:
            continue  # of the account and of the calling token, not of an environment
        answer = call(house, operation, named(house, operation, made), headers)
        if "{uuid}" in operation.path:
            assert (answer.status_code, answer.text) in NOT_HERE, operation.title
        else:
            assert made["uuid"] not in answer.text


def test_a_credential_of_another_api_opens_nothing(house: House) -> None:
    command = CreateCredential(account_id=house.account.id, api="another-api", name="key")
    headers = bearer(create_credential(command, house.ports).secret)
    answer = house.client.get(f"{BASE}/tokens", headers=headers)
    assert (answer.status_code, answer.text) == UNKNOWN_TOKEN

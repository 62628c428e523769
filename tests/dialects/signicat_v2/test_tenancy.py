"""One account never reaches another's: every route, with every wrong token."""

from __future__ import annotations

import re
from typing import Any

import pytest

from countersign.dialects.signicat_v2.auth import API
from countersign.domain.merchant_key import KeyKind
from countersign.httpkit import Operation
from countersign.usecases.add_merchant_key import AddMerchantKey, add_merchant_key
from countersign.usecases.create_account import create_account
from tests.dialects.headers import assert_head_is_get_without_body

from .house import BASE, DOCUMENTS, NOBODY, SESSIONS, House, bearer, ok, request, token_of
from .test_bounds import wrong
from .test_errors import assert_refused


@pytest.fixture
def ids(house: House) -> dict[str, str]:
    """Things of the house's own account, by the names that they have in paths."""
    add_merchant_key(
        AddMerchantKey(
            account_id=house.account.id,
            vendor="NBID",
            kind=KeyKind.PKCS12,
            secret={"file": "", "password": ""},
        ),
        house.ports,
    )
    place = house.collection(package=False)
    archive = {"sendSignatureResultsToArchive": True, "retentionPeriod": "P1Y"}
    made = house.session(place, packageTo=["PADES_CONTAINER"], archive=archive)
    house.sign(made)
    house.work()
    (signature,) = house.read(made)["output"]["signatures"]
    return {
        "documentId": house.document("loose"),
        "documentCollectionId": place[0],
        "sessionId": house.session(place)["id"],
        "collected": place[1],
        "result": signature["resultDocumentId"],
        "archiveId": signature["archiveId"],
        "package": house.read(made)["output"]["packages"][0]["resultDocumentId"],
    }


def call(house: House, operation: Operation, ids: dict[str, str], headers: dict[str, str]) -> Any:
    """Calls a route in the way that would succeed with the right token."""
    path = re.sub(r"{(\w+)}", lambda name: ids[name[1]], operation.path)
    if operation.path == DOCUMENTS:
        return house.upload(**headers)
    bodies: dict[str, Any] = {
        "metadata": {"title": "Changed"},
        "document-collections": {"documents": [{"documentId": ids["collected"]}]},
        "signing-sessions": [request((ids["documentCollectionId"], ids["collected"]))],
        "{sessionId}": {"dueDate": house.ahead(days=1)},
        "merchant-signing": {
            "vendor": "NBID",
            "toBeSignedDocuments": [{"documentId": ids["collected"]}],
        },
    }
    body = bodies[operation.path.rpartition("/")[2]] if operation.bodies else None
    more = {} if body is None else {"json": body}
    return house.client.request(operation.method, path, headers=headers, **more)


def routes(house: House) -> list[Operation]:
    """Those that take something away come last, sessions first."""
    found = [each for each in house.dialect.operations if not each.public]
    return sorted(found, key=lambda each: (each.method == "DELETE", "session" not in each.path))


def test_the_walk_covers_every_route(house: House) -> None:
    assert len(routes(house)) == 15
    public = [each.path for each in house.dialect.operations if each.public]
    assert all(path.startswith(f"{BASE}/docs") for path in public)


def test_every_route_answers_its_own_account(house: House, ids: dict[str, str]) -> None:
    for operation in routes(house):
        answer = call(house, operation, ids, {})
        assert answer.status_code == operation.successes[0].status or (
            # the session that the walk has made is still to be signed
            operation.title.startswith("DELETE /sign/document-collections")
            and answer.status_code == 409
        ), (operation.title, answer.text)


def test_whoever_may_read_may_ask_for_the_headers_alone(house: House, ids: dict[str, str]) -> None:
    assert_head_is_get_without_body(routes(house), lambda each: call(house, each, ids, {}))


def test_no_route_answers_a_stranger(house: House, ids: dict[str, str]) -> None:
    link = ok(house.client.get(f"{SESSIONS}/{ids['sessionId']}"))["signatureUrl"]
    with house.ports.unit_of_work() as uow:
        (client, *_) = uow.credentials.of_account(house.account.id, API)
    strangers = [
        {"Authorization": ""},
        {"Authorization": "Bearer "},
        bearer("no.such.token"),
        bearer(link.rpartition("/")[2]),
        bearer(client.id),
        bearer(client.secret_hash),
        bearer(house.account.id),
    ]
    for operation in routes(house):
        for headers in strangers:
            assert_refused(call(house, operation, ids, headers), 401, "invalid_token")


def test_a_revoked_clients_token_opens_nothing(house: House, ids: dict[str, str]) -> None:
    token = bearer(token_of(house.account, house.ports))
    with house.ports.unit_of_work() as uow:
        newest = uow.credentials.of_account(house.account.id, API)[-1]
        for each in uow.credentials.of_account(house.account.id, API):
            if each.name != "client 0":
                uow.credentials.revoke(each.id, house.world.now)
        uow.commit()
    assert newest.revoked_at is None
    for operation in routes(house):
        assert_refused(call(house, operation, ids, token), 401, "invalid_token")


def test_no_route_opens_another_account(house: House, ids: dict[str, str]) -> None:
    other = create_account("Other Firm", "other@firm.example", house.ports)
    headers = bearer(token_of(other, house.ports))
    before = ok(house.client.get(SESSIONS))
    for operation in routes(house):
        for document in ("documentId", "collected", "result", "package"):
            answer = call(house, operation, ids | {"documentId": ids[document]}, headers)
            if "{" in operation.path:
                problem = assert_refused(answer, 404, "not_found")
                unknown = call(house, operation, dict.fromkeys(ids, NOBODY), headers).json()
                assert problem | {"traceId": ""} == unknown | {"traceId": ""}
            elif operation.method == "POST" and operation.path != DOCUMENTS:
                assert wrong(answer)
            else:
                assert answer.status_code == 200
            assert not any(id in answer.text for id in ids.values()), operation.title
    assert ok(house.client.get(SESSIONS, headers=headers))["total"] == 0
    assert ok(house.client.get(SESSIONS)) == before
    for document in ("documentId", "collected", "result", "package"):
        house.download(ids[document])


def test_an_expired_merchant_certificate_is_named(house: House, ids: dict[str, str]) -> None:
    house.pass_time(days=700)
    body = {"vendor": "NBID", "toBeSignedDocuments": [{"documentId": ids["documentId"]}]}
    answer = house.client.post(f"{BASE}/merchant-signing", json=body)
    problem = assert_refused(answer, 409, "conflict")
    assert problem["detail"] == "The certificate of the NBID key expired on 2028-01-01 00:00 UTC"


def test_nobody_waits_for_another_accounts_session(house: House, ids: dict[str, str]) -> None:
    other = create_account("Other Firm", "other@firm.example", house.ports)
    token = token_of(other, house.ports)
    theirs = house.client.headers["Authorization"]
    house.client.headers.update(bearer(token))
    place = house.collection()
    answer = house.ask(request(place, subsequentTo=[ids["sessionId"]]))
    assert wrong(answer) == {"[0].subsequentTo[0]": "no such signing session"}
    house.client.headers["Authorization"] = theirs


def test_what_another_api_made_is_not_found(house: House, ids: dict[str, str]) -> None:
    with house.ports.unit_of_work() as uow:
        envelope = uow.envelopes.get(ids["documentCollectionId"])
    object.__setattr__(envelope, "origin", "another-api")
    for operation in routes(house):
        if "ollectionId}" in operation.path or "{sessionId}" in operation.path:
            assert_refused(call(house, operation, ids, {}), 404, "not_found")
    assert house.listed() == []

"""Events in the vendor's form: who is told of what, in which order, and how it is proved."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest

from countersign.dialects.signicat_v2 import DIALECT
from countersign.domain.delivery import Delivery, WebhookEndpoint
from countersign.usecases.open_task import open_task

from .house import PADES, PHONE, House

SECRET = "s3cret"


@pytest.fixture
def told(house: House) -> House:
    """A house whose account has a receiver of everything."""
    endpoint = WebhookEndpoint(
        id="w1",
        account_id=house.account.id,
        api=DIALECT.name,
        url="https://app.example/hook",
        created_at=house.world.now,
        secret=SECRET,
    )
    with house.ports.unit_of_work() as uow:
        uow.webhooks.put_endpoint(endpoint)
        uow.commit()
    return house


BY_THE_SENDER = ("signing-session.created", "signing-session.deleted")


def heard(house: House) -> list[Delivery]:
    """What was called since the last time, but for what the sender did himself."""
    house.work()
    calls = [call for call in house.world.called if call.event not in BY_THE_SENDER]
    house.world.called.clear()
    return calls


def facts(house: House) -> list[tuple[str, dict[str, Any]]]:
    return [(call.event, json.loads(call.body)["eventData"]) for call in heard(house)]


def test_a_session_is_told_of_from_its_opening_to_its_packages(told: House) -> None:
    place = told.collection()
    made = told.session(place, packageTo=PADES, externalReference="lease 77")
    told.sign(made)
    session, collection = {"id": made["id"], "externalId": "lease 77"}, {"id": place[0]}
    found = facts(told)
    assert found[:2] == [
        ("signing-session.opened", session),
        ("signing-session.completed", session),
    ]
    assert sorted(found[2:], key=str) == sorted(
        [("package.completed", session), ("package.completed", collection)], key=str
    )


def test_an_event_has_the_vendors_members_and_a_proof(told: House) -> None:
    made = told.session(told.collection())
    open_task(made["id"], PHONE, told.ports)
    (call,) = heard(told)
    body = json.loads(call.body)
    assert body == {
        "id": body["id"],
        "timestamp": "2026-11-20T08:58:00.0000000Z",
        "sender": "signature-api",
        "eventName": "signing-session.opened",
        "eventData": {"id": made["id"], "externalId": None},
        "accountId": f"a-{told.account.id}",
        "organizationId": None,
        "expiresAt": "2026-11-21T08:58:00.0000000Z",
        "tags": [],
    }
    assert len(body["id"]) == 32
    proof = hmac.new(SECRET.encode(), call.body.encode(), hashlib.sha256).hexdigest()
    assert call.headers["X-Signicat-Signature"] == proof


def test_who_refuses_is_told_of_with_the_reason(told: House) -> None:
    made = told.session(told.collection())
    told.reject(made)
    about = {"id": made["id"], "externalId": None, "reason": "Wrong price"}
    assert facts(told) == [("signing-session.rejected", about)]


def test_a_due_date_that_passes_is_told_of_once(told: House) -> None:
    made = told.session(told.collection(), dueDate=told.ahead(days=1))
    assert facts(told) == []
    told.pass_time(days=1)
    about = {"id": made["id"], "externalId": None}
    assert facts(told) == [("signing-session.expired", about)]


def test_a_package_that_fails_is_told_of(told: House) -> None:
    made = told.session(told.collection(package=False), packageTo=PADES)
    told.sign(made)
    told.ports.engine.broken = True  # type: ignore[attr-defined]
    (*_, (event, about)) = facts(told)
    assert event == "package.failed"
    assert about["id"] == made["id"]
    assert about["reason"]


def test_a_session_of_several_collections_is_told_of_once(told: House) -> None:
    first, second = told.collection(package=False), told.collection(package=False)
    made = told.session(first, second)
    told.session(second, subsequentTo=[made["id"]])
    told.sign(made)
    names = [event for event, _ in facts(told)]
    assert names == ["signing-session.opened", "signing-session.completed"]


def test_a_new_deadline_and_the_end_of_a_collection_are_not_told(told: House) -> None:
    place = told.collection()
    made = told.session(place)
    told.put_off(made, told.ahead(days=1))
    told.remove(made)
    told.client.delete(f"/sign/document-collections/{place[0]}")
    assert facts(told) == []

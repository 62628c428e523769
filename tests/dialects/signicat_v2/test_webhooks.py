"""What programs are told of sessions and packages: real installation, real receiver."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from countersign.dialects.signicat_v2 import DIALECT
from countersign.domain.account import Account
from countersign.domain.delivery import WebhookEndpoint
from countersign.usecases.add_webhook import AddWebhook, add_webhook
from countersign.usecases.create_account import create_account
from countersign.usecases.create_credential import CreateCredential, create_credential
from countersign.usecases.list_deliveries import DeliveryRun, newest_deliveries
from countersign.usecases.ports import DeliveryQuery
from tests.pdf.samples import contract
from tests.support.installed import Installed, installed
from tests.support.processes import wait_until
from tests.support.webhooks import Answer, Received, WebhookReceiver

pytestmark = pytest.mark.slow

SECRET = "whsec_c2VjcmV0"
ENVELOPE = [
    "id",
    "timestamp",
    "sender",
    "eventName",
    "eventData",
    "accountId",
    "organizationId",
    "expiresAt",
    "tags",
]
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z")
Json = dict[str, Any]


@dataclass
class Client:
    """An integrator's program, and the receiver beside it."""

    house: Installed
    account: Account
    client_id: str
    secret: str
    receiver: WebhookReceiver

    def call(self, method: str, path: str, **more: Any) -> Any:
        """With a token of its own: the sandbox's clock may have been moved."""
        form = {"grant_type": "client_credentials", "scope": "signicat-api"}
        owner = (self.client_id, self.secret)
        answer = self.house.client.post("/auth/open/connect/token", data=form, auth=owner)
        headers = {"authorization": f"Bearer {answer.json()['access_token']}"}
        answer = self.house.client.request(
            method, f"/sign{path}", headers=headers | more.pop("headers", {}), **more
        )
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def collection(self, **more: Any) -> Json:
        headers = {"content-type": "application/pdf"}
        document = self.call("POST", "/documents", content=contract(), headers=headers)
        body = {"documents": [{"documentId": document["documentId"]}], **more}
        made: Json = self.call("POST", "/document-collections", json=body)
        return made

    def session(self, *collections: Json, **more: Any) -> Json:
        body = {
            "title": "Lease",
            "documents": [
                {
                    "documentCollectionId": each["id"],
                    "documentId": each["documents"][0]["documentId"],
                    "action": "SIGN",
                }
                for each in collections
            ],
            "signingSetup": [{"signingFlow": "AUTHENTICATION_BASED"}],
            "externalReference": "lease 7",
            **more,
        }
        (made,) = self.call("POST", "/signing-sessions", json=[body])
        session: Json = made
        return session

    def page(self, session: Json, action: str, body: Json | None = None) -> None:
        path = session["signatureUrl"].removeprefix(self.house.installation.settings.public_url)
        answer = self.house.client.post(f"{path}/{action}", json=body or {})
        assert answer.status_code < 300, answer.text

    def sign(self, session: Json) -> None:
        person = {"national_id": "198112189876", "name": "Åsa Öberg"}
        self.page(session, "identity/nbid", {"simulate": person})
        self.page(session, "complete", {"method": "nbid", "consent": True})

    def listen(self, *events: str, path: str = "/hook") -> WebhookEndpoint:
        command = AddWebhook(
            account_id=self.account.id,
            api=DIALECT.name,
            url=self.receiver.url + path,
            told=DIALECT.events,
            events=events,
            secret=SECRET,
        )
        return add_webhook(command, self.house.ports)

    def heard(self, count: int) -> list[Json]:
        """The bodies of so many calls, and there are no more."""
        wait_until(self._is_quiet, "all calls to be made")
        calls = self.receiver.wait_for(count)
        assert len(calls) == count, [call.json()["eventName"] for call in calls]
        return [call.json() for call in calls]

    def told(self, count: int) -> list[str]:
        return [body["eventName"] for body in self.heard(count)]

    def runs(self) -> list[DeliveryRun]:
        found = newest_deliveries(DeliveryQuery(account_id=self.account.id), self.house.ports)
        return list(found)

    def _is_quiet(self) -> bool:
        states = {state for _queue, state in self.house.installation.queue.counts()}
        return states <= {"later"}


@pytest.fixture
def client(tmp_path: Path, webhook_receiver: WebhookReceiver) -> Iterator[Client]:
    with installed(tmp_path) as house:
        account = create_account("Acme", "owner@acme.example", house.ports)
        command = CreateCredential(
            account_id=account.id, api="signicat", name="client", client_prefix="prod-"
        )
        made = create_credential(command, house.ports)
        yield Client(house, account, made.credential.id, made.secret, webhook_receiver)


def assert_enveloped(call: Received, client: Client) -> None:
    """All that is the same in every event."""
    body = call.json()
    assert list(body) == ENVELOPE
    assert re.fullmatch(r"[0-9a-f]{32}", body["id"])
    assert MOMENT.fullmatch(body["timestamp"]), body["timestamp"]
    assert body["sender"] == "signature-api"
    assert body["accountId"] == f"a-{client.account.id}"
    assert (body["organizationId"], body["tags"]) == (None, [])
    at, until = (datetime.fromisoformat(body[name]) for name in ("timestamp", "expiresAt"))
    assert abs(at - datetime.now(UTC)) < timedelta(days=40)
    assert until - at == timedelta(hours=24)
    assert call.headers["content-type"] == "application/json"
    proof = hmac.new(SECRET.encode(), call.body, hashlib.sha256).hexdigest()
    assert call.headers["x-signicat-signature"] == proof


def test_a_session_from_its_creation_to_its_packages(client: Client) -> None:
    client.listen()
    collection = client.collection(packageTo=["PADES_CONTAINER"])
    session = client.session(collection, packageTo=["PADES_CONTAINER"])
    client.page(session, "open")
    client.page(session, "open")
    client.sign(session)
    wait_until(lambda: len(client.receiver.requests) >= 5, "both packages")
    bodies = client.heard(5)
    of_session = {"id": session["id"], "externalId": "lease 7"}
    told = [(body["eventName"], body["eventData"]) for body in bodies]
    assert told[:3] == [
        ("signing-session.created", of_session),
        ("signing-session.opened", of_session),
        ("signing-session.completed", of_session),
    ]
    packages = [data for name, data in told[3:] if name == "package.completed"]
    assert of_session in packages
    assert {"id": collection["id"]} in packages
    assert len({body["id"] for body in bodies}) == 5
    for call in client.receiver.requests:
        assert_enveloped(call, client)


def test_what_was_told_is_true_when_it_is_told(client: Client) -> None:
    """Who fetches the package when it hears of it finds it."""
    client.listen("package.completed")
    collection = client.collection()
    session = client.session(collection, packageTo=["PADES_CONTAINER"])
    client.sign(session)
    (call,) = client.receiver.wait_for(1)
    read = client.call("GET", f"/signing-sessions/{call.json()['eventData']['id']}")
    assert len(read["output"]["packages"]) == 1


def test_a_refusal_is_told_with_its_reason(client: Client) -> None:
    client.listen("signing-session.rejected")
    session = client.session(client.collection())
    client.page(session, "decline", {"reason": "Wrong price"})
    (call,) = client.receiver.wait_for(1)
    assert_enveloped(call, client)
    assert call.json()["eventData"] == {
        "id": session["id"],
        "externalId": "lease 7",
        "reason": "Wrong price",
    }


def test_a_passed_due_date_is_told_once(client: Client) -> None:
    client.listen("signing-session.expired", "signing-session.deleted")
    due = datetime.now(UTC) + timedelta(days=20)
    session = client.session(client.collection(), dueDate=due.isoformat())
    client.house.advance(timedelta(days=21))
    (call,) = client.receiver.wait_for(1)
    assert_enveloped(call, client)
    assert call.json()["eventName"] == "signing-session.expired"
    assert call.json()["eventData"]["id"] == session["id"]
    assert client.told(1) == ["signing-session.expired"]


def test_a_deleted_session_is_told_whether_it_was_signed_or_not(client: Client) -> None:
    client.listen("signing-session.deleted")
    waiting, signed = (client.session(client.collection()) for _ in range(2))
    client.sign(signed)
    for number, session in enumerate((waiting, signed), start=1):
        client.call("DELETE", f"/signing-sessions/{session['id']}")
        client.receiver.wait_for(number)
    ids = [body["eventData"]["id"] for body in client.heard(2)]
    assert ids == [waiting["id"], signed["id"]]


def test_a_session_without_a_reference_has_none_in_its_events(client: Client) -> None:
    client.listen("signing-session.created")
    session = client.session(client.collection(), externalReference=None)
    (body,) = client.heard(1)
    assert body["eventData"] == {"id": session["id"], "externalId": None}


def test_a_session_over_several_collections_is_told_once(client: Client) -> None:
    client.listen()
    collections = [client.collection() for _ in range(2)]
    session = client.session(*collections)
    after = client.session(collections[1], subsequentTo=[session["id"]])
    client.page(session, "open")
    client.sign(session)
    bodies = client.heard(4)
    assert sorted((body["eventName"], body["eventData"]["id"]) for body in bodies) == sorted(
        [
            ("signing-session.created", session["id"]),
            ("signing-session.created", after["id"]),
            ("signing-session.opened", session["id"]),
            ("signing-session.completed", session["id"]),
        ]
    )


def test_each_endpoint_hears_of_the_events_that_it_names(client: Client) -> None:
    client.listen("signing-session.completed", path="/completed")
    client.listen("signing-session.created", "signing-session.completed", path="/both")
    client.sign(client.session(client.collection()))
    client.heard(3)
    told = [(call.path, call.json()["eventName"]) for call in client.receiver.requests]
    assert sorted(told) == [
        ("/both", "signing-session.completed"),
        ("/both", "signing-session.created"),
        ("/completed", "signing-session.completed"),
    ]


def test_a_failed_call_is_repeated_for_24_hours_under_the_same_id(client: Client) -> None:
    client.listen("signing-session.created")
    client.receiver.answer = Answer(503)
    client.session(client.collection())
    pauses = [1, 5, 15, 60, 180, 360, 360, 459]  # minutes
    assert sum(pauses) == 24 * 60
    for number, pause in enumerate(pauses, start=1):
        client.receiver.wait_for(number)
        wait_until(lambda tries=number: client.runs()[0].delivery.tries == tries, "the record")
        client.house.advance(timedelta(minutes=pause))
    calls = client.receiver.wait_for(9)
    wait_until(lambda: client.runs()[0].delivery.status == "given_up", "the end")
    client.house.advance(timedelta(days=30))
    client.heard(9)
    assert len({call.json()["id"] for call in calls}) == 1
    assert len({call.headers["webhook-id"] for call in calls}) == 1
    assert len({(call.body, call.headers["x-signicat-signature"]) for call in calls}) == 1
    (run,) = client.runs()
    assert [each.outcome for each in run.attempts] == ["503"] * 9


def test_a_call_that_succeeds_at_last_is_made_no_more(client: Client) -> None:
    client.listen("signing-session.created")
    client.receiver.next_answers = [Answer(500), Answer(204)]
    client.session(client.collection())
    client.receiver.wait_for(1)
    wait_until(lambda: client.runs()[0].delivery.tries == 1, "the record")
    client.house.advance(timedelta(minutes=1))
    client.receiver.wait_for(2)
    wait_until(lambda: client.runs()[0].delivery.status == "delivered", "the end")
    client.house.advance(timedelta(days=2))
    client.heard(2)


def test_another_accounts_webhook_hears_nothing(client: Client) -> None:
    other = create_account("Other", "o@other.example", client.house.ports)
    command = AddWebhook(
        account_id=other.id, api=DIALECT.name, url=client.receiver.url, told=DIALECT.events
    )
    add_webhook(command, client.house.ports)
    client.session(client.collection())
    client.heard(0)

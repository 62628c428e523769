"""Events in this vendor's words. Pure: event and envelope in, calls to make out.

| event | when |
|---|---|
| `signing-session.created`, `.deleted` | it was made, or taken back by the sender |
| `signing-session.opened` | somebody has opened the signature URL for the first time |
| `signing-session.completed`, `.rejected` | somebody has signed, or refused to |
| `signing-session.expired` | the due date has passed |
| `package.completed`, `.failed` | a package of a session or a collection is ready, or is not |
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from countersign.dialects.signicat_v2 import answers
from countersign.dialects.signicat_v2.translate import REQUEST
from countersign.domain.chat import ChatMessage
from countersign.domain.delivery import WebhookEndpoint
from countersign.domain.envelope import Envelope
from countersign.domain.events import Event, EventKind
from countersign.domain.task import Task
from countersign.httpkit import json_response
from countersign.usecases.outside_ports import Call, Links
from countersign.usecases.ports import Clock

SENDER = "signature-api"
SIGNATURE = "X-Signicat-Signature"
LIFETIME = timedelta(hours=24)
# Waited after each failed try, 24 hours in all; then it is given up
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 360, 459))
TOLD: Mapping[EventKind, str] = {
    EventKind.TASK_ADDED: "signing-session.created",
    EventKind.TASK_OPENED: "signing-session.opened",
    EventKind.TASK_COMPLETED: "signing-session.completed",
    EventKind.TASK_DECLINED: "signing-session.rejected",
    EventKind.TASK_EXPIRED: "signing-session.expired",
    EventKind.TASK_CANCELLED: "signing-session.deleted",
    EventKind.TASK_REMOVED: "signing-session.deleted",
    EventKind.PACKAGE_MADE: "package.completed",
    EventKind.PACKAGE_FAILED: "package.failed",
}
EVENTS = tuple(dict.fromkeys(TOLD.values()))


class Webhooks:
    """The dialect's WebhookTranslator. Its bodies hold no links."""

    kinds: Collection[EventKind] = TOLD.keys()

    def __init__(self, _links: Links, _clock: Clock, _lifetime: timedelta) -> None:
        pass

    def calls(
        self,
        event: Event,
        envelope: Envelope,
        endpoints: Sequence[WebhookEndpoint],
        _message: ChatMessage | None,
    ) -> Sequence[Call]:
        task = envelope.task(event.task_id) if event.task_id else None
        if task is not None and task.guest:
            return ()  # its home tells
        told = _told(TOLD[event.kind], event, envelope, task)
        body = bytes(json_response(told).body)
        return [_call(told["eventName"], body, endpoint) for endpoint in endpoints]


def test_call(endpoint: WebhookEndpoint, at: datetime) -> Call:
    """A mock event, of a name that the endpoint wants."""
    name = (endpoint.events or EVENTS)[0]
    told = _event(name, uuid4().hex, at, endpoint.account_id, {"id": str(uuid4())})
    mock: answers.Event = {**told, "tags": ["mock"], "isMockEvent": True}
    return _call(name, bytes(json_response(mock).body), endpoint)


def _call(name: str, body: bytes, endpoint: WebhookEndpoint) -> Call:
    return Call(
        endpoint=endpoint,
        event=name,
        body=body.decode(),
        headers=_headers(body, endpoint.secret),
        pauses=PAUSES,
    )


def _headers(body: bytes, secret: str) -> dict[str, str]:
    proof = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"Content-Type": "application/json", SIGNATURE: proof}


def _told(name: str, event: Event, envelope: Envelope, task: Task | None) -> answers.Event:
    """The id stays the same however often it is sent."""
    fact = f"{event.kind} {event.task_id} {event.at.isoformat()}"
    id = uuid5(UUID(envelope.id), fact).hex
    about = _about(event, envelope, task)
    return _event(name, id, event.at, envelope.account_id, about)


def _event(
    name: str, id: str, at: datetime, account_id: str, about: dict[str, Any]
) -> answers.Event:
    return {
        "id": id,
        "timestamp": _moment(at),
        "sender": SENDER,
        "eventName": name,
        "eventData": about,
        "accountId": f"a-{account_id}",
        "organizationId": None,
        "expiresAt": _moment(at + LIFETIME),
        "tags": [],
    }


def _about(event: Event, envelope: Envelope, task: Task | None) -> dict[str, Any]:
    about: dict[str, Any] = {"id": task.id if task else envelope.id}
    if task is not None:
        about["externalId"] = task.extras[REQUEST].get("externalReference")
    if "reason" in event.data:
        about["reason"] = event.data["reason"]
    return about


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")

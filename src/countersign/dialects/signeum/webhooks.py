"""Events in this vendor's words. Pure: event and envelope in, calls to make out.

| event | when |
|---|---|
| `document.viewed` | a participant has opened the document for the first time |
| `document.signed`, `document.reviewed` | a signer has signed, a reviewer reviewed |
| `document.declined` | a signer has declined, which ends the document |
| `document.completed` | all signers have signed, and the file was sealed and read back |
| `document.cancelled`, `document.expired` | it ended without them |
| `chat.message` | somebody has written |
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from countersign.dialects.signeum import answers
from countersign.dialects.signeum.present import role, timestamp
from countersign.domain.chat import ChatMessage
from countersign.domain.delivery import WebhookEndpoint
from countersign.domain.envelope import Envelope
from countersign.domain.events import Event, EventKind
from countersign.domain.task import Task
from countersign.usecases.outside_ports import Call, Links
from countersign.usecases.ports import Clock

# Waited after each failed try; after the last one it is given up
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 720))
EVENT, DELIVERY = "X-Signeum-Event", "X-Signeum-Delivery"

TOLD: Mapping[EventKind, answers.EventType] = {
    EventKind.TASK_OPENED: "document.viewed",
    EventKind.TASK_COMPLETED: "document.signed",
    EventKind.TASK_DECLINED: "document.declined",
    EventKind.ENVELOPE_COMPLETED: "document.completed",
    EventKind.ENVELOPE_CANCELLED: "document.cancelled",
    EventKind.ENVELOPE_EXPIRED: "document.expired",
    EventKind.CHAT_POSTED: "chat.message",
}
EVENTS: tuple[answers.EventType, ...] = (*TOLD.values(), "document.reviewed")


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
        message: ChatMessage | None,
    ) -> Sequence[Call]:
        task = envelope.task(event.task_id) if event.task_id else None
        name = _name(event.kind, task)
        if name is None:
            return ()
        body = _body(name, event, envelope, task, message).model_dump_json()
        headers = {"Content-Type": "application/json", EVENT: name}
        return [
            Call(
                endpoint=each,
                event=name,
                body=body,
                headers=headers,
                id_header=DELIVERY,
                pauses=PAUSES,
            )
            for each in endpoints
        ]


def _name(kind: EventKind, task: Task | None) -> answers.EventType | None:
    """A reviewer who declines ends nothing, so a document that goes on is not called declined."""
    if task is not None and not task.signs:
        if kind is EventKind.TASK_DECLINED:
            return None
        if kind is EventKind.TASK_COMPLETED:
            return "document.reviewed"
    return TOLD.get(kind)


def _body(
    name: answers.EventType,
    event: Event,
    envelope: Envelope,
    task: Task | None,
    message: ChatMessage | None,
) -> answers.Call:
    return answers.Call(
        eventType=name,
        timestamp=timestamp(event.at),
        documentId=envelope.id,
        organizationId=envelope.account_id,
        projectId=envelope.project_id or "",
        participant=_participant(task) if task else None,
        message=_message(message) if message else None,
    )


def _participant(task: Task) -> answers.CalledParticipant:
    return answers.CalledParticipant(
        name=task.person.name, email=task.person.email or "", role=role(task)
    )


def _message(message: ChatMessage) -> answers.CalledMessage:
    return answers.CalledMessage(
        id=message.id, body=message.text, createdAt=timestamp(message.created_at)
    )

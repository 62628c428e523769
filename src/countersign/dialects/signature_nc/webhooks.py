"""Events in this vendor's words. Pure: event and envelope in, calls to make out.

| event | when | goes to the URL for |
|---|---|---|
| `sent` | the submission was created | sent |
| `signed` | a signer has signed | signed |
| `refused` | a signer has refused | signed |
| `completed` | everybody has signed and the documents are sealed | completed |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from countersign.dialects.signature_nc import schemas
from countersign.dialects.signature_nc.translate import (
    Addresses,
    number,
    submission,
    submitters,
)
from countersign.domain.chat import ChatMessage
from countersign.domain.delivery import WebhookEndpoint
from countersign.domain.envelope import Envelope
from countersign.domain.events import Event, EventKind
from countersign.usecases.outside_ports import Call, Links
from countersign.usecases.ports import Clock

SENT, SIGNED, COMPLETED = "sent", "signed", "completed"  # the three URLs of a token
ANY_SLOT = ""  # of an endpoint that was added for the whole account
HEADERS = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Told:
    """An event's name here, and which of the three URLs is told."""

    event: str
    slot: str


TOLD: Mapping[EventKind, Told] = {
    EventKind.ENVELOPE_SENT: Told("sent", SENT),
    EventKind.TASK_COMPLETED: Told("signed", SIGNED),
    EventKind.TASK_DECLINED: Told("refused", SIGNED),
    EventKind.ENVELOPE_COMPLETED: Told("completed", COMPLETED),
}
EVENTS = tuple(told.event for told in TOLD.values())


class Webhooks:
    """The dialect's WebhookTranslator; links in a body live `lifetime` from now."""

    kinds = TOLD.keys()

    def __init__(self, links: Links, clock: Clock, lifetime: timedelta) -> None:
        self._addresses = Addresses(
            signing=links.signing,
            download=lambda envelope, document: links.download(
                envelope, document, clock() + lifetime
            ),
        )

    def calls(
        self,
        event: Event,
        envelope: Envelope,
        endpoints: Sequence[WebhookEndpoint],
        _message: ChatMessage | None = None,
    ) -> Sequence[Call]:
        told = TOLD[event.kind]
        return [
            Call(
                endpoint=endpoint,
                event=told.event,
                body=self._body(told.event, event, envelope, endpoint),
                headers=HEADERS,
            )
            for endpoint in endpoints
            if endpoint.slot in (told.slot, ANY_SLOT)
        ]

    def _body(self, name: str, event: Event, envelope: Envelope, endpoint: WebhookEndpoint) -> str:
        call = {
            "event": name,
            "userTokenId": number(envelope.credential_id),
            "submissionId": number(envelope.id),
            "webhookUrl": endpoint.url,
        }
        if event.task_id is None:
            about = submission(envelope, self._addresses).model_dump()
            return schemas.SubmissionCall.model_validate(call | about).model_dump_json()
        tasks = [envelope.task(event.task_id)]
        (signer,) = submitters(envelope, tasks, self._addresses)
        return schemas.SignerCall.model_validate(call | signer.model_dump()).model_dump_json()

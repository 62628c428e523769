"""Events in this vendor's words. Pure: event and envelope in, calls to make out.

| trigger | when |
|---|---|
| `case_created` | a case was created, also as a draft |
| `recipient_signed` | a recipient has signed |
| `case_signed` | all have signed, and the files were sealed and read back |
| `case_denied` | a recipient has denied, which ends the case |
| `case.reminder.sent` | a recipient was reminded |
| `case.expiry.7days` | the case expires in seven days |
| `case.expiry.expired` | the case has expired |
| `webflow.completed` | all have signed a case that somebody began at the public link of a form |
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from uuid import NAMESPACE_URL, uuid5

from countersign.dialects.nextsign import answers
from countersign.dialects.nextsign.present import Case, case, recipient, timestamp
from countersign.domain.chat import ChatMessage
from countersign.domain.delivery import WebhookEndpoint
from countersign.domain.envelope import Envelope
from countersign.domain.events import Event, EventKind
from countersign.domain.short_id import short_id
from countersign.usecases.outside_ports import Call, Links
from countersign.usecases.ports import Clock

# Waited after each failed try; after the last one it is given up
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 720))
DELIVERY = "X-NextSign-Delivery"
CREATED, WEBFLOW = "case_created", "webflow.completed"
TOLD: Mapping[EventKind, str] = {
    EventKind.ENVELOPE_DRAFTED: CREATED,
    EventKind.ENVELOPE_SENT: CREATED,
    EventKind.TASK_COMPLETED: "recipient_signed",
    EventKind.ENVELOPE_COMPLETED: "case_signed",
    EventKind.TASK_DECLINED: "case_denied",
    EventKind.TASK_REMINDED: "case.reminder.sent",
    EventKind.ENVELOPE_EXPIRES_SOON: "case.expiry.7days",
    EventKind.ENVELOPE_EXPIRED: "case.expiry.expired",
}
EVENTS = (*dict.fromkeys(TOLD.values()), WEBFLOW)


class Webhooks:
    """The dialect's WebhookTranslator."""

    kinds: Collection[EventKind] = TOLD.keys()

    def __init__(self, links: Links, clock: Clock, _lifetime: timedelta) -> None:
        self._links, self._clock = links, clock

    def calls(
        self,
        event: Event,
        envelope: Envelope,
        endpoints: Sequence[WebhookEndpoint],
        _message: ChatMessage | None,
    ) -> Sequence[Call]:
        return [
            self._call(trigger, event, envelope, endpoint)
            for trigger in _triggers(event, envelope)
            for endpoint in endpoints
        ]

    def _call(
        self, trigger: str, event: Event, envelope: Envelope, endpoint: WebhookEndpoint
    ) -> Call:
        return Call(
            endpoint=endpoint,
            event=trigger,
            body=self._body(trigger, event, envelope, endpoint),
            headers={"Content-Type": "application/json"},
            id_header=DELIVERY,
            pauses=PAUSES,
        )

    def _body(
        self, trigger: str, event: Event, envelope: Envelope, endpoint: WebhookEndpoint
    ) -> str:
        """`id` is the same for every try, as the header is."""
        found = Case(envelope, self._clock())
        fact = f"{envelope.id} {event.kind} {event.task_id} {event.at} {trigger} {endpoint.id}"
        task = envelope.task(event.task_id) if event.task_id else None
        person = recipient(found, task, self._links).model_dump(by_alias=True) if task else None
        return answers.Call(
            id=str(uuid5(NAMESPACE_URL, fact)),
            trigger=trigger,
            createdAt=timestamp(event.at),
            companyId=short_id(envelope.account_id),
            case=case(found, self._links).model_dump(by_alias=True),
            recipient=person,
        ).model_dump_json(exclude={"recipient"} if person is None else None)


def _triggers(event: Event, envelope: Envelope) -> Sequence[str]:
    if event.kind is EventKind.ENVELOPE_SENT and envelope.extras["draft"]:
        return ()  # it was created before
    trigger = TOLD[event.kind]
    if event.kind is EventKind.ENVELOPE_COMPLETED and envelope.extras.get("webflow"):
        return (trigger, WEBFLOW)
    return (trigger,)

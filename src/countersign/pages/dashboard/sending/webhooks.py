"""What programs are told of envelopes that were sent from the dashboard. Pure: event and envelope
in, calls to make out.

| event | when |
|---|---|
| `envelope.sent` | it went out |
| `person.opened`, `person.signed`, `person.declined` | somebody did so |
| `envelope.completed` | all have signed, and the files were sealed and read back |
| `envelope.declined`, `.expired`, `.cancelled`, `.failed` | it ended otherwise |

Calls are signed in the Standard Webhooks way, as all are.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence

from countersign.domain.chat import ChatMessage
from countersign.domain.delivery import WebhookEndpoint
from countersign.domain.envelope import Envelope
from countersign.domain.events import Event, EventKind
from countersign.domain.evidence import timestamp
from countersign.domain.task import Task
from countersign.usecases.outside_ports import Call

TOLD: Mapping[EventKind, str] = {
    EventKind.ENVELOPE_SENT: "envelope.sent",
    EventKind.TASK_OPENED: "person.opened",
    EventKind.TASK_COMPLETED: "person.signed",
    EventKind.TASK_DECLINED: "person.declined",
    EventKind.ENVELOPE_COMPLETED: "envelope.completed",
    EventKind.ENVELOPE_DECLINED: "envelope.declined",
    EventKind.ENVELOPE_EXPIRED: "envelope.expired",
    EventKind.ENVELOPE_CANCELLED: "envelope.cancelled",
    EventKind.ENVELOPE_FAILED: "envelope.failed",
}
EVENTS = tuple(TOLD.values())


class DashboardWebhooks:
    """The WebhookTranslator of the dashboard's envelopes."""

    kinds: Collection[EventKind] = TOLD.keys()

    def calls(
        self,
        event: Event,
        envelope: Envelope,
        endpoints: Sequence[WebhookEndpoint],
        message: ChatMessage | None,  # noqa: ARG002
    ) -> Sequence[Call]:
        name = TOLD[event.kind]
        task = envelope.task(event.task_id) if event.task_id else None
        body = json.dumps(_body(name, event, envelope, task))
        headers = {"Content-Type": "application/json"}
        return [Call(endpoint=each, event=name, body=body, headers=headers) for each in endpoints]


def _body(name: str, event: Event, envelope: Envelope, task: Task | None) -> dict[str, object]:
    about = {"id": envelope.id, "name": envelope.name, "status": str(envelope.status)}
    person = {"id": task.id, "name": task.person.name, "email": task.person.email} if task else None
    return {"event": name, "at": timestamp(event.at), "envelope": about, "person": person}

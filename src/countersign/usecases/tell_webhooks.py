"""Programs are told: an event becomes deliveries in the words of the envelope's dialect."""

from __future__ import annotations

from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from countersign.domain.delivery import Delivery
from countersign.domain.envelope import Envelope
from countersign.domain.events import Event
from countersign.domain.evidence import timestamp
from countersign.usecases.ports import Call, NewJob, Ports


def tell_webhooks(envelope_id: str, event: Event, ports: Ports) -> None:
    """Queues one delivery per call. The delivery's id follows from the fact and the endpoint, so
    that doing this twice queues it once."""
    with ports.unit_of_work() as uow:
        envelope = uow.envelopes.get(envelope_id)
        translator = ports.translators.get(envelope.origin)
        if translator is None:
            return
        endpoints = [
            endpoint
            for endpoint in uow.webhooks.endpoints(envelope.account_id, envelope.origin)
            if endpoint.credential_id in (None, envelope.credential_id)
        ]
        for call in translator.calls(event, envelope, endpoints):
            delivery = _delivery(call, envelope, event, ports.clock())
            if uow.webhooks.add_delivery(delivery):
                uow.jobs.add(_job(delivery))
        uow.commit()


def _delivery(call: Call, envelope: Envelope, event: Event, now: datetime) -> Delivery:
    fact = f"{envelope.id} {event.kind} {event.task_id} {timestamp(event.at)}"
    return Delivery(
        id=str(uuid5(NAMESPACE_URL, f"{fact} {call.event} {call.endpoint.id}")),
        endpoint_id=call.endpoint.id,
        envelope_id=envelope.id,
        event=call.event,
        url=call.endpoint.url,
        body=call.body,
        headers=dict(call.headers),
        created_at=now,
    )


def _job(delivery: Delivery) -> NewJob:
    return NewJob(kind="deliver_webhook", args={"delivery": delivery.id}, queue="webhook")

"""Programs are told: an event becomes deliveries in the words of the envelope's dialect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from countersign.domain.chat import ChatMessage
from countersign.domain.delivery import Delivery, WebhookEndpoint, callback_endpoint
from countersign.domain.envelope import Envelope
from countersign.domain.events import EventKind
from countersign.domain.evidence import Link
from countersign.usecases.outside_ports import Call, WebhookTranslator
from countersign.usecases.ports import NewJob, UnitOfWork

FIRST_FACT = 1  # before it, nothing of an envelope can wait


def tell_webhooks(
    envelope: Envelope,
    link: Link,
    translators: Mapping[str, WebhookTranslator],
    uow: UnitOfWork,
) -> Iterable[NewJob]:
    """Writes one delivery per call, in the transaction that records the event. The jobs returned
    are for those whose turn it is; any other is queued when the one before it has had its turn."""
    translator = translators.get(envelope.origin)
    if translator is None or link.event.kind not in translator.kinds:
        return
    endpoints = _endpoints(envelope, uow)
    if not endpoints:
        return
    for call in translator.calls(link.event, envelope, endpoints, _message(link, uow)):
        if not call.endpoint.wants(call.event):
            continue
        delivery = _delivery(call, link)
        waits = link.number > FIRST_FACT and uow.webhooks.first_waiting(
            delivery.envelope_id, delivery.endpoint_id
        )
        if uow.webhooks.add_delivery(delivery) and not waits:
            yield job_of(delivery)


def job_of(delivery: Delivery) -> NewJob:
    """The next try of `delivery`."""
    args = {"delivery": delivery.id, "number": delivery.tries + 1}
    return NewJob(kind="deliver_webhook", args=args, queue="webhook")


def delivery_of(call: Call, id: str, at: datetime) -> Delivery:
    """What is to be delivered, of no envelope."""
    return Delivery(
        id=id,
        endpoint_id=call.endpoint.id,
        envelope_id="",
        number=0,
        event=call.event,
        url=call.endpoint.url,
        body=call.body,
        headers={**call.headers, **({call.id_header: id} if call.id_header else {})},
        created_at=at,
        pauses=call.pauses,
    )


def _endpoints(envelope: Envelope, uow: UnitOfWork) -> Sequence[WebhookEndpoint]:
    """The account's, this credential's, and the envelope's own."""
    stored = [
        endpoint
        for endpoint in uow.webhooks.endpoints(envelope.account_id, envelope.origin)
        if endpoint.credential_id in (None, envelope.credential_id)
    ]
    own = callback_endpoint(envelope)
    return stored if own is None else [*stored, own]


def _message(link: Link, uow: UnitOfWork) -> ChatMessage | None:
    if link.event.kind is not EventKind.CHAT_POSTED:
        return None
    return uow.chat.get(link.event.data["message"])


def _delivery(call: Call, link: Link) -> Delivery:
    """Its id follows from the fact and the endpoint."""
    fact = f"{link.envelope_id} {link.number}"
    id = str(uuid5(NAMESPACE_URL, f"{fact} {call.event} {call.endpoint.id}"))
    made = delivery_of(call, id, link.event.at)
    return replace(made, envelope_id=link.envelope_id, number=link.number)

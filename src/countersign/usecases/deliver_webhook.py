"""One try of one webhook call, when its turn has come."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace

from countersign.domain.delivery import (
    Attempt,
    Delivery,
    DeliveryStatus,
    WebhookEndpoint,
    callback_endpoint,
)
from countersign.domain.envelope import Envelope
from countersign.domain.errors import NotFound
from countersign.usecases.ports import Ports, UnitOfWork
from countersign.usecases.set_webhook import secret_of
from countersign.usecases.tell_webhooks import job_of

REMOVED = "endpoint removed"


def deliver_webhook(delivery_id: str, number: int | None, ports: Ports) -> None:
    """Makes try `number`, records it and queues what comes next: another try after its pause, or
    the next delivery of the same envelope and endpoint. The pause is a waiting row: it holds no
    worker. Changes nothing when that try was made before, or when an earlier delivery waits. A job
    from before migration 0004 does not say which try it is: the next one."""
    with ports.unit_of_work() as uow:
        delivery = uow.webhooks.delivery(delivery_id)
        number = number or delivery.tries + 1
        if not _is_its_turn(delivery, number, uow):
            return
        endpoint = _endpoint(delivery, uow)
    now, started = ports.clock(), time.monotonic()
    outcome = REMOVED if endpoint is None else ports.webhooks.send(delivery, endpoint)
    attempt = Attempt(
        delivery_id=delivery.id,
        number=number,
        at=now,
        outcome=outcome,
        duration_ms=round((time.monotonic() - started) * 1000),
    )
    with ports.unit_of_work() as uow:
        # So that no event is recorded between the look for what comes next and the commit: it
        # would wait for a delivery that is over
        uow.envelopes.hold(delivery.envelope_id)
        _record(attempt, uow)
        uow.commit()


def _is_its_turn(delivery: Delivery, number: int, uow: UnitOfWork) -> bool:
    if delivery.status is not DeliveryStatus.WAITING or delivery.tries + 1 != number:
        return False
    first = uow.webhooks.first_waiting(delivery.envelope_id, delivery.endpoint_id)
    return first is None or first.number == delivery.number


def _endpoint(delivery: Delivery, uow: UnitOfWork) -> WebhookEndpoint | None:
    """Where it goes now, None when that was removed."""
    if delivery.is_for_callback:
        return _callback(uow.envelopes.get(delivery.envelope_id), uow)
    try:
        return uow.webhooks.endpoint(delivery.endpoint_id)
    except NotFound:
        return None


def _callback(envelope: Envelope, uow: UnitOfWork) -> WebhookEndpoint | None:
    """The envelope's own endpoint signs with the secret that every endpoint of its credential
    has."""
    own = callback_endpoint(envelope)
    with suppress(NotFound):
        secret = secret_of(uow.credentials.get(envelope.credential_id))
        own = own and replace(own, secret=secret)
    return own


def _record(attempt: Attempt, uow: UnitOfWork) -> None:
    found = uow.webhooks.delivery(attempt.delivery_id)
    if found.tries + 1 != attempt.number:
        return
    delivery = _after(attempt, found)
    uow.webhooks.add_attempt(attempt)
    uow.webhooks.save_delivery(delivery)
    if delivery.status is DeliveryStatus.WAITING:
        uow.jobs.add(replace(job_of(delivery), run_at=attempt.at + delivery.pause))
    elif following := uow.webhooks.first_waiting(delivery.envelope_id, delivery.endpoint_id):
        uow.jobs.add(job_of(following))


def _after(attempt: Attempt, delivery: Delivery) -> Delivery:
    tried = delivery.tried(attempt.outcome)
    if attempt.outcome == REMOVED:
        return replace(tried, status=DeliveryStatus.GIVEN_UP)
    return tried

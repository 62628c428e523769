"""The sender, or who runs the server, wants a webhook call made again."""

from __future__ import annotations

from dataclasses import replace

from countersign.domain.account import Caller
from countersign.domain.delivery import Delivery, DeliveryStatus
from countersign.usecases.owned import owned_envelope
from countersign.usecases.ports import Ports, UnitOfWork
from countersign.usecases.tell_webhooks import job_of


def resend_delivery(delivery_id: str, caller: Caller, origin: str, ports: Ports) -> Delivery:
    """Queues a new try at once, whatever came of the earlier ones; the delivery keeps its id and
    body. While an earlier delivery of the same envelope and endpoint waits, that one is tried at
    once and this one after it. Raises NotFound, Forbidden."""
    with ports.unit_of_work() as uow:
        envelope_id = uow.webhooks.delivery(delivery_id).envelope_id
        owned_envelope(envelope_id, caller, origin, uow)
        return _queued(delivery_id, uow)


def resend_any_delivery(delivery_id: str, ports: Ports) -> Delivery:
    """As `resend_delivery`, for who runs the server: of any account. Raises NotFound."""
    with ports.unit_of_work() as uow:
        return _queued(delivery_id, uow)


def _queued(delivery_id: str, uow: UnitOfWork) -> Delivery:
    uow.envelopes.hold(uow.webhooks.delivery(delivery_id).envelope_id)
    delivery = uow.webhooks.delivery(delivery_id)
    again = replace(delivery, status=DeliveryStatus.WAITING)
    uow.webhooks.save_delivery(again)
    first = uow.webhooks.first_waiting(delivery.envelope_id, delivery.endpoint_id)
    uow.jobs.add(job_of(first or again))
    uow.commit()
    return again

"""What programs were told, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from countersign.domain.account import Caller
from countersign.domain.delivery import Attempt, Delivery
from countersign.usecases.owned import owned_envelope
from countersign.usecases.ports import DeliveryQuery, Ports


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRun:
    """A delivery and its tries, first one first."""

    delivery: Delivery
    attempts: Sequence[Attempt]


def list_deliveries(
    envelope_id: str, caller: Caller, origin: str, ports: Ports
) -> Sequence[DeliveryRun]:
    """All of the envelope, in the order of its facts. Raises NotFound, Forbidden."""
    with ports.unit_of_work() as uow:
        owned_envelope(envelope_id, caller, origin, uow)
        deliveries = uow.webhooks.deliveries(envelope_id)
        attempts = uow.webhooks.attempts_of(envelope_id)
    return [
        DeliveryRun(
            delivery=delivery,
            attempts=[each for each in attempts if each.delivery_id == delivery.id],
        )
        for delivery in deliveries
    ]


def newest_deliveries(query: DeliveryQuery, ports: Ports) -> Sequence[DeliveryRun]:
    """For who runs the server: those of all accounts that match, newest first."""
    with ports.unit_of_work() as uow:
        return [
            DeliveryRun(delivery=delivery, attempts=uow.webhooks.attempts(delivery.id))
            for delivery in uow.webhooks.newest(query)
        ]

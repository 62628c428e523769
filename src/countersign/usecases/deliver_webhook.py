"""One try of one webhook call."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime

from countersign.domain.delivery import (
    Attempt,
    Delivery,
    DeliveryStatus,
    pause_before_try,
)
from countersign.domain.errors import NotFound
from countersign.usecases.ports import NewJob, Ports


def deliver_webhook(delivery_id: str, ports: Ports) -> None:
    """Calls, records the try, and queues the next one unless it was answered with 2xx or three
    days have passed. The pause is a waiting row: it holds no worker."""
    with ports.unit_of_work() as uow:
        delivery = uow.webhooks.delivery(delivery_id)
        try:
            endpoint = uow.webhooks.endpoint(delivery.endpoint_id)
        except NotFound:
            return
    if delivery.status is not DeliveryStatus.WAITING:
        return
    now = ports.clock()
    started = time.monotonic()
    outcome = ports.webhooks.send(delivery, endpoint)
    _record(delivery, outcome, round((time.monotonic() - started) * 1000), now, ports)


def _record(
    delivery: Delivery, outcome: str, duration_ms: int, now: datetime, ports: Ports
) -> None:
    tries = delivery.tries + 1
    pause = pause_before_try(tries)
    if outcome.isdigit() and 200 <= int(outcome) < 300:
        status = DeliveryStatus.DELIVERED
    else:
        status = DeliveryStatus.WAITING if pause else DeliveryStatus.GIVEN_UP
    with ports.unit_of_work() as uow:
        uow.webhooks.add_attempt(
            Attempt(
                delivery_id=delivery.id,
                number=tries,
                at=now,
                outcome=outcome,
                duration_ms=duration_ms,
            )
        )
        uow.webhooks.save_delivery(replace(delivery, tries=tries, status=status))
        if status is DeliveryStatus.WAITING and pause:
            again = {"delivery": delivery.id}
            uow.jobs.add(
                NewJob(kind="deliver_webhook", args=again, queue="webhook", run_at=now + pause)
            )
        uow.commit()

"""An endpoint is told of something that did not happen, so that its owner sees whether it hears."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from countersign.domain.delivery import Delivery, WebhookEndpoint
from countersign.usecases.outside_ports import Call
from countersign.usecases.ports import Ports
from countersign.usecases.tell_webhooks import delivery_of, job_of

MakeCall = Callable[[WebhookEndpoint, datetime], Call]


def send_test_event(endpoint: WebhookEndpoint, make_call: MakeCall, ports: Ports) -> Delivery:
    """Queues a call that says of itself that it is a test; it is tried as often as any other."""
    now = ports.clock()
    delivery = delivery_of(make_call(endpoint, now), str(uuid4()), now)
    with ports.unit_of_work() as uow:
        uow.webhooks.add_delivery(delivery)
        uow.jobs.add(job_of(delivery))
        uow.commit()
    return delivery

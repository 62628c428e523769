"""Members say where programs want to be told, and look at the calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from countersign.domain.delivery import WebhookEndpoint
from countersign.domain.errors import NotFound
from countersign.usecases.add_webhook import AddWebhook, add_webhook
from countersign.usecases.enter_dashboard import record
from countersign.usecases.list_deliveries import DeliveryRun, newest_deliveries
from countersign.usecases.member_ports import MemberPorts, Visit
from countersign.usecases.ports import DeliveryQuery
from countersign.usecases.resend_delivery import resend_any_delivery

RUNS = 50


@dataclass(frozen=True, slots=True)
class WebhookOverview:
    endpoints: Sequence[WebhookEndpoint]
    runs: Sequence[DeliveryRun]


def look_at_webhooks(apis: Sequence[str], visit: Visit, desk: MemberPorts) -> WebhookOverview:
    """The account's endpoints for these APIs, and the newest calls to any."""
    with desk.ports.unit_of_work() as uow:
        endpoints = [one for api in apis for one in uow.webhooks.endpoints(visit.account.id, api)]
    query = DeliveryQuery(account_id=visit.account.id, limit=RUNS)
    return WebhookOverview(endpoints, newest_deliveries(query, desk.ports))


def make_webhook(command: AddWebhook, visit: Visit, desk: MemberPorts) -> WebhookEndpoint:
    """Its secret is shown once. Raises Invalid."""
    made = add_webhook(command, desk.ports)
    with desk.ports.unit_of_work() as uow:
        record(visit.member, "added a webhook", visit.visitor, uow, desk, made.url)
        uow.commit()
    return made


def end_webhook(endpoint_id: str, visit: Visit, desk: MemberPorts) -> None:
    """Raises NotFound, also for another account's."""
    with desk.ports.unit_of_work() as uow:
        endpoint = uow.webhooks.endpoint(endpoint_id)
        if endpoint.account_id != visit.account.id:
            raise NotFound("webhook", endpoint_id)
        uow.webhooks.remove_endpoint(endpoint_id)
        record(visit.member, "removed a webhook", visit.visitor, uow, desk, endpoint.url)
        uow.commit()


def call_webhook_again(delivery_id: str, visit: Visit, desk: MemberPorts) -> None:
    """Raises NotFound, also for another account's."""
    with desk.ports.unit_of_work() as uow:
        delivery = uow.webhooks.delivery(delivery_id)
        envelope = uow.envelopes.get(delivery.envelope_id)
        if envelope.account_id != visit.account.id:
            raise NotFound("delivery", delivery_id)
        record(visit.member, "resent a webhook call", visit.visitor, uow, desk, delivery_id)
        uow.commit()
    resend_any_delivery(delivery_id, desk.ports)

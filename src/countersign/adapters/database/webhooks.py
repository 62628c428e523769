"""Where programs want to be told, the calls to make, and every try of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from countersign.adapters.database.tables import IN_A_SLOT, attempts, deliveries, endpoints
from countersign.adapters.database.transaction import AnyRow, Transaction
from countersign.domain.delivery import Attempt, Delivery, DeliveryStatus, WebhookEndpoint
from countersign.domain.errors import NotFound

_ENDPOINTS = (
    select(endpoints)
    .where(endpoints.c.account_id == bindparam("account_id"), endpoints.c.api == bindparam("api"))
    .order_by(endpoints.c.created_at, endpoints.c.id)
)
_ENDPOINT = select(endpoints).where(endpoints.c.id == bindparam("id"))
_REMOVE_ENDPOINT = delete(endpoints).where(endpoints.c.id == bindparam("id"))
_DELIVERY = select(deliveries).where(deliveries.c.id == bindparam("id"))
_DELIVERIES = (
    select(deliveries)
    .where(deliveries.c.envelope_id == bindparam("envelope_id"))
    .order_by(deliveries.c.created_at, deliveries.c.id)
)
_ATTEMPTS = (
    select(attempts)
    .where(attempts.c.delivery_id == bindparam("delivery_id"))
    .order_by(attempts.c.number)
)


class Webhooks:
    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def put_endpoint(self, endpoint: WebhookEndpoint) -> None:
        row = asdict(endpoint) | {"events": list(endpoint.events)}
        put = self._tx.insert(endpoints).on_conflict_do_update(
            index_elements=["credential_id", "slot"], index_where=IN_A_SLOT, set_=row
        )
        self._tx.write(_REMOVE_ENDPOINT, {"id": endpoint.id})
        self._tx.write(put, row)

    def endpoints(self, account_id: str, api: str) -> Sequence[WebhookEndpoint]:
        found = self._tx.read(_ENDPOINTS, {"account_id": account_id, "api": api})
        return [_endpoint(row) for row in found]

    def endpoint(self, endpoint_id: str) -> WebhookEndpoint:
        row = self._tx.read(_ENDPOINT, {"id": endpoint_id}).one_or_none()
        if row is None:
            raise NotFound("webhook", endpoint_id)
        return _endpoint(row)

    def remove_endpoint(self, endpoint_id: str) -> None:
        if self._tx.write(_REMOVE_ENDPOINT, {"id": endpoint_id}).rowcount != 1:
            raise NotFound("webhook", endpoint_id)

    def add_delivery(self, delivery: Delivery) -> bool:
        insert = self._tx.insert(deliveries).on_conflict_do_nothing(index_elements=["id"])
        return self._tx.write(insert, _delivery_row(delivery)).rowcount == 1

    def delivery(self, delivery_id: str) -> Delivery:
        row = self._tx.read(_DELIVERY, {"id": delivery_id}).one_or_none()
        if row is None:
            raise NotFound("delivery", delivery_id)
        return _delivery(row)

    def save_delivery(self, delivery: Delivery) -> None:
        change = update(deliveries).where(deliveries.c.id == delivery.id)
        if self._tx.write(change.values(**_delivery_row(delivery))).rowcount != 1:
            raise NotFound("delivery", delivery.id)

    def add_attempt(self, attempt: Attempt) -> None:
        self._tx.write(insert(attempts), asdict(attempt))

    def deliveries(self, envelope_id: str) -> Sequence[Delivery]:
        found = self._tx.read(_DELIVERIES, {"envelope_id": envelope_id})
        return [_delivery(row) for row in found]

    def attempts(self, delivery_id: str) -> Sequence[Attempt]:
        found = self._tx.read(_ATTEMPTS, {"delivery_id": delivery_id})
        return [Attempt(**row._mapping) for row in found]


def _endpoint(row: AnyRow) -> WebhookEndpoint:
    return WebhookEndpoint(**{**row._mapping, "events": tuple(row.events)})


def _delivery_row(delivery: Delivery) -> dict[str, Any]:
    return asdict(delivery) | {"status": delivery.status.value}


def _delivery(row: AnyRow) -> Delivery:
    return Delivery(**{**row._mapping, "status": DeliveryStatus(row.status)})

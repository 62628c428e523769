"""Where programs want to be told, the calls to make, and every try of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from countersign.adapters.database.prepared import Prepared
from countersign.adapters.database.tables import (
    IN_A_SLOT,
    attempts,
    deliveries,
    endpoints,
    envelopes,
)
from countersign.adapters.database.transaction import AnyRow, Transaction
from countersign.domain.delivery import Attempt, Delivery, DeliveryStatus, WebhookEndpoint
from countersign.domain.errors import NotFound
from countersign.usecases.ports import DeliveryQuery

_ENDPOINTS = Prepared(
    select(endpoints)
    .where(endpoints.c.account_id == bindparam("account_id"), endpoints.c.api == bindparam("api"))
    .order_by(endpoints.c.created_at, endpoints.c.id)
)
_ENDPOINT = Prepared(select(endpoints).where(endpoints.c.id == bindparam("id")))
_REMOVE_ENDPOINT = delete(endpoints).where(endpoints.c.id == bindparam("id"))
_ADD_DELIVERY = Prepared(
    lambda insert: insert(deliveries).on_conflict_do_nothing(index_elements=["id"])
)
_DELIVERY = Prepared(select(deliveries).where(deliveries.c.id == bindparam("id")))
_DELIVERIES = (
    select(deliveries)
    .where(deliveries.c.envelope_id == bindparam("envelope_id"))
    .order_by(deliveries.c.number, deliveries.c.id)
)
_FIRST_WAITING = Prepared(
    _DELIVERIES.where(deliveries.c.endpoint_id == bindparam("endpoint_id"))
    .where(deliveries.c.status == DeliveryStatus.WAITING.value)
    .limit(1)
)
_SAVE_DELIVERY = Prepared(
    update(deliveries)
    .where(deliveries.c.id == bindparam("of_id"))
    .values({column.name: bindparam(column.name) for column in deliveries.columns})
)
_ADD_ATTEMPT = Prepared(insert(attempts))
_ATTEMPTS = (
    select(attempts)
    .where(attempts.c.delivery_id == bindparam("delivery_id"))
    .order_by(attempts.c.number)
)
_ATTEMPTS_OF = (
    select(attempts)
    .join_from(attempts, deliveries, attempts.c.delivery_id == deliveries.c.id)
    .where(deliveries.c.envelope_id == bindparam("envelope_id"))
    .order_by(deliveries.c.number, deliveries.c.id, attempts.c.number)
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
        return [read_endpoint(row) for row in found]

    def endpoint(self, endpoint_id: str) -> WebhookEndpoint:
        row = self._tx.read(_ENDPOINT, {"id": endpoint_id}).one_or_none()
        if row is None:
            raise NotFound("webhook", endpoint_id)
        return read_endpoint(row)

    def remove_endpoint(self, endpoint_id: str) -> None:
        if self._tx.write(_REMOVE_ENDPOINT, {"id": endpoint_id}).rowcount != 1:
            raise NotFound("webhook", endpoint_id)

    def add_delivery(self, delivery: Delivery) -> bool:
        return self._tx.write(_ADD_DELIVERY, _delivery_row(delivery)).rowcount == 1

    def delivery(self, delivery_id: str) -> Delivery:
        row = self._tx.read(_DELIVERY, {"id": delivery_id}).one_or_none()
        if row is None:
            raise NotFound("delivery", delivery_id)
        return _delivery(row)

    def save_delivery(self, delivery: Delivery) -> None:
        row = _delivery_row(delivery) | {"of_id": delivery.id}
        if self._tx.write(_SAVE_DELIVERY, row).rowcount != 1:
            raise NotFound("delivery", delivery.id)

    def add_attempt(self, attempt: Attempt) -> None:
        self._tx.write(_ADD_ATTEMPT, asdict(attempt))

    def deliveries(self, envelope_id: str) -> Sequence[Delivery]:
        found = self._tx.read(_DELIVERIES, {"envelope_id": envelope_id})
        return [_delivery(row) for row in found]

    def newest(self, query: DeliveryQuery) -> Sequence[Delivery]:
        found = self._tx.read(_newest(query).limit(query.limit))
        return [_delivery(row) for row in found]

    def first_waiting(self, envelope_id: str, endpoint_id: str) -> Delivery | None:
        lane = {"envelope_id": envelope_id, "endpoint_id": endpoint_id}
        row = self._tx.read(_FIRST_WAITING, lane).one_or_none()
        return None if row is None else _delivery(row)

    def attempts(self, delivery_id: str) -> Sequence[Attempt]:
        found = self._tx.read(_ATTEMPTS, {"delivery_id": delivery_id})
        return [Attempt(**row._mapping) for row in found]

    def attempts_of(self, envelope_id: str) -> Sequence[Attempt]:
        found = self._tx.read(_ATTEMPTS_OF, {"envelope_id": envelope_id})
        return [Attempt(**row._mapping) for row in found]


def _newest(query: DeliveryQuery) -> Select[*tuple[Any, ...]]:
    ordered = select(deliveries).order_by(deliveries.c.created_at.desc(), deliveries.c.id)
    if query.endpoint_id is not None:
        ordered = ordered.where(deliveries.c.endpoint_id == query.endpoint_id)
    if query.envelope_id is not None:
        ordered = ordered.where(deliveries.c.envelope_id == query.envelope_id)
    if query.account_id is not None:
        ordered = ordered.where(_of_account(query.account_id))
    return ordered


def _of_account(account_id: str) -> ColumnElement[bool]:
    """By its envelope, or, where it is about none, by its endpoint."""
    envelope = select(envelopes.c.account_id).where(envelopes.c.id == deliveries.c.envelope_id)
    endpoint = select(endpoints.c.account_id).where(endpoints.c.id == deliveries.c.endpoint_id)
    owner = func.coalesce(envelope.scalar_subquery(), endpoint.scalar_subquery())
    return owner == account_id


def read_endpoint(row: AnyRow) -> WebhookEndpoint:
    return WebhookEndpoint(**{**row._asdict(), "events": tuple(row.events)})


def _delivery_row(delivery: Delivery) -> dict[str, Any]:
    """Pauses in seconds."""
    row = {column.name: getattr(delivery, column.name) for column in deliveries.columns}
    row["pauses"] = [pause.total_seconds() for pause in delivery.pauses]
    return row | {"status": delivery.status.value}


def _delivery(row: AnyRow) -> Delivery:
    pauses = tuple(timedelta(seconds=pause) for pause in row.pauses)
    status = DeliveryStatus(row.status)
    return Delivery(**{**row._asdict(), "status": status, "pauses": pauses})

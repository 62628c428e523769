"""The links of the hash chain. Rows are added and never changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, insert, select

from countersign.adapters.database.prepared import Prepared
from countersign.adapters.database.tables import evidence
from countersign.adapters.database.transaction import AnyRow, Transaction
from countersign.domain.events import Event, EventKind
from countersign.domain.evidence import Link

_ADD = Prepared(insert(evidence))
_OF_ENVELOPE = Prepared(
    select(evidence)
    .where(evidence.c.envelope_id == bindparam("envelope_id"))
    .order_by(evidence.c.number)
)


class Evidence:
    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def add(self, links: Sequence[Link]) -> None:
        if links:
            self._tx.write(_ADD, [_row(link) for link in links])

    def of_envelope(self, envelope_id: str) -> Sequence[Link]:
        found = self._tx.read(_OF_ENVELOPE, {"envelope_id": envelope_id})
        return [_link(row) for row in found]


def _row(link: Link) -> dict[str, Any]:
    return {
        "envelope_id": link.envelope_id,
        "number": link.number,
        "at": link.event.at,
        "kind": link.event.kind.value,
        "task_id": link.event.task_id,
        "document_id": link.event.document_id,
        "data": dict(link.event.data),
        "previous": link.previous,
        "hash": link.hash,
    }


def _link(row: AnyRow) -> Link:
    event = Event(
        kind=EventKind(row.kind),
        at=row.at,
        task_id=row.task_id,
        document_id=row.document_id,
        data=row.data,
    )
    return Link(
        envelope_id=row.envelope_id,
        number=row.number,
        event=event,
        previous=row.previous,
        hash=row.hash,
    )

"""Messages to people, and what the relay said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import bindparam, select, update

from countersign.adapters.database.tables import messages
from countersign.adapters.database.transaction import AnyRow, Transaction
from countersign.domain.delivery import Message, MessageStatus
from countersign.domain.errors import NotFound

_MESSAGE = select(messages).where(messages.c.id == bindparam("id"))
_NEWEST = select(messages).order_by(messages.c.created_at.desc(), messages.c.id)
_OF_ENVELOPE = (
    select(messages)
    .where(messages.c.envelope_id == bindparam("envelope_id"))
    .order_by(messages.c.created_at, messages.c.id)
)


class Messages:
    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def add(self, message: Message) -> bool:
        insert = self._tx.insert(messages).on_conflict_do_nothing(index_elements=["key"])
        return bool(self._tx.write(insert, _row(message)).rowcount == 1)

    def get(self, message_id: str) -> Message:
        row = self._tx.read(_MESSAGE, {"id": message_id}).one_or_none()
        if row is None:
            raise NotFound("message", message_id)
        return _message(row)

    def save(self, message: Message) -> None:
        change = update(messages).where(messages.c.id == message.id).values(**_row(message))
        if self._tx.write(change).rowcount != 1:
            raise NotFound("message", message.id)

    def newest(self, limit: int, recipient: str = "") -> Sequence[Message]:
        wanted = _NEWEST.where(messages.c.recipient == recipient) if recipient else _NEWEST
        return [_message(row) for row in self._tx.read(wanted.limit(limit))]

    def of_envelope(self, envelope_id: str) -> Sequence[Message]:
        found = self._tx.read(_OF_ENVELOPE, {"envelope_id": envelope_id})
        return [_message(row) for row in found]


def _row(message: Message) -> dict[str, Any]:
    return asdict(message) | {"status": message.status.value}


def _message(row: AnyRow) -> Message:
    return Message(**{**row._mapping, "status": MessageStatus(row.status)})

"""What people and senders wrote to each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import bindparam, func, insert, select

from countersign.adapters.database.tables import chat
from countersign.adapters.database.transaction import Transaction
from countersign.domain.chat import ChatMessage
from countersign.domain.errors import NotFound

_ADD = insert(chat)
_MESSAGE = select(chat).where(chat.c.id == bindparam("id"))
_OF_ENVELOPE = chat.c.envelope_id == bindparam("envelope_id")
_PAGE = (
    select(chat)
    .where(_OF_ENVELOPE)
    .order_by(chat.c.number)
    .offset(bindparam("skipped"))
    .limit(bindparam("most"))
)
_TOTAL = select(func.count()).where(_OF_ENVELOPE)
# Null-safe: the sender's messages have no task
_WRITTEN = _TOTAL.where(
    chat.c.task_id.is_not_distinct_from(bindparam("task_id")),
    chat.c.created_at > bindparam("since"),
)


class Chat:
    """The port of the same name. The unique number decides between two who write at once."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def add(self, message: ChatMessage) -> None:
        self._tx.write(_ADD, asdict(message))

    def get(self, message_id: str) -> ChatMessage:
        row = self._tx.read(_MESSAGE, {"id": message_id}).one_or_none()
        if row is None:
            raise NotFound("message", message_id)
        return ChatMessage(**row._mapping)

    def page_of(
        self, envelope_id: str, offset: int, limit: int
    ) -> tuple[Sequence[ChatMessage], int]:
        total = self._tx.read(_TOTAL, {"envelope_id": envelope_id}).scalar_one()
        page = {"envelope_id": envelope_id, "skipped": offset, "most": limit}
        return [ChatMessage(**row._mapping) for row in self._tx.read(_PAGE, page)], total

    def written(self, envelope_id: str, task_id: str | None, since: datetime) -> int:
        wanted = {"envelope_id": envelope_id, "task_id": task_id, "since": since}
        return int(self._tx.read(_WRITTEN, wanted).scalar_one())

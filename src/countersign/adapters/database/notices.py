"""Notices that wait for what they tell of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select

from countersign.adapters.database.notice_tables import notices
from countersign.adapters.database.prepared import Prepared
from countersign.adapters.database.transaction import AnyRow, Transaction
from countersign.domain.errors import NotFound
from countersign.domain.events import EventKind
from countersign.domain.notice import Channel, Notice, Slot

_ADD = Prepared(insert(notices))
_GET = Prepared(select(notices).where(notices.c.id == bindparam("id")))
_OF_ENVELOPE = Prepared(
    select(notices).where(notices.c.envelope_id == bindparam("envelope_id")).order_by(notices.c.id)
)
SECOND = timedelta(seconds=1)


class Notices:
    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def add(self, new: Sequence[Notice]) -> None:
        if new:
            self._tx.write(_ADD, [_row(notice) for notice in new])

    def get(self, notice_id: str) -> Notice:
        found = self._tx.read(_GET, {"id": notice_id}).one_or_none()
        if found is None:
            raise NotFound("notice", notice_id)
        return _notice(found)

    def of_envelope(self, envelope_id: str) -> Sequence[Notice]:
        return [_notice(row) for row in self._tx.read(_OF_ENVELOPE, {"envelope_id": envelope_id})]


def _row(notice: Notice) -> dict[str, Any]:
    return {
        "id": notice.id,
        "envelope_id": notice.envelope_id,
        "task_id": notice.task_id,
        "package_id": notice.package_id,
        "event": notice.on.value,
        "delay_s": notice.delay // SECOND,
        "name": notice.name,
        "channel": notice.channel.value,
        "recipient": notice.recipient,
        "sender": notice.sender,
        "subject": notice.subject,
        # A slot is what is no string
        "text": [{"slot": part} if isinstance(part, Slot) else part for part in notice.text],
        "layout": dict(notice.layout),
    }


def _notice(row: AnyRow) -> Notice:
    values = row._asdict()
    delay, on, channel = values.pop("delay_s"), values.pop("event"), values.pop("channel")
    text = values.pop("text")
    return Notice(
        **values,
        on=EventKind(on),
        channel=Channel(channel),
        delay=delay * SECOND,
        text=tuple(part if isinstance(part, str) else Slot(part["slot"]) for part in text),
    )

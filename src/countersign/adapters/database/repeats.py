"""Creating requests that were made before. The primary key decides between two at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from countersign.adapters.database.prepared import Prepared
from countersign.adapters.database.tables import repeats
from countersign.adapters.database.transaction import Transaction
from countersign.domain.errors import IdempotencyMismatch, NotFound, StaleState
from countersign.usecases.outside_ports import Secrets
from countersign.usecases.ports import Repeatable

_CLAIM = Prepared(lambda insert: insert(repeats).on_conflict_do_nothing())
_REPEAT = Prepared(
    select(repeats).where(
        repeats.c.credential_id == bindparam("of_credential"), repeats.c.key == bindparam("of_key")
    )
)
# The first answer is the one that counts
_KEEP_ANSWER = update(repeats).where(
    repeats.c.credential_id == bindparam("of_credential"),
    repeats.c.key == bindparam("of_key"),
    repeats.c.answer.is_(None),
)


class Repeats:
    def __init__(self, transaction: Transaction, secrets: Secrets) -> None:
        self._tx, self._secrets = transaction, secrets

    def claim(self, request: Repeatable, resource_id: str, at: datetime) -> str:
        """On PostgreSQL this waits for another transaction that is claiming the same key."""
        row = {
            "credential_id": request.credential_id,
            "key": request.key,
            "fingerprint": request.fingerprint,
            "resource_id": resource_id,
            "created_at": at,
        }
        if self._tx.write(_CLAIM, row).rowcount == 1:
            return resource_id
        earlier = self.find(request)
        if earlier is None:
            raise StaleState()
        return earlier

    def find(self, request: Repeatable) -> str | None:
        row = self._row(request)
        return row.resource_id if row else None

    def answer(self, request: Repeatable) -> bytes | None:
        row = self._row(request)
        return self._secrets.open(row.answer) if row and row.answer is not None else None

    def keep_answer(self, request: Repeatable, answer: bytes) -> None:
        if self._row(request) is None:
            raise NotFound("request", request.key)
        closed = self._secrets.close(answer)
        self._tx.write(_KEEP_ANSWER.values(answer=closed), _key(request))

    def _row(self, request: Repeatable) -> Any:
        row = self._tx.read(_REPEAT, _key(request)).one_or_none()
        if row is not None and row.fingerprint != request.fingerprint:
            raise IdempotencyMismatch()
        return row


def _key(request: Repeatable) -> dict[str, str]:
    return {"of_credential": request.credential_id, "of_key": request.key}

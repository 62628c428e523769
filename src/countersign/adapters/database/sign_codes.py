"""Which task a short code leads to."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from countersign.adapters.database.prepared import Prepared
from countersign.adapters.database.tables import sign_codes
from countersign.adapters.database.transaction import Transaction
from countersign.domain.errors import NotFound

_TASK = Prepared(
    select(sign_codes.c.task_id).where(sign_codes.c.code_hash == bindparam("code_hash"))
)
_CLAIM = Prepared(lambda insert: insert(sign_codes).on_conflict_do_nothing())


class SignCodes:
    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def claim(self, code_hash: str, task_id: str) -> str:
        self._tx.write(_CLAIM, {"code_hash": code_hash, "task_id": task_id})
        return self.task_id(code_hash)

    def task_id(self, code_hash: str) -> str:
        found: str | None = self._tx.read(_TASK, {"code_hash": code_hash}).scalar_one_or_none()
        if found is None:
            raise NotFound("code")
        return found

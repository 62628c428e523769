"""Prepared uploads that envelopes share."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from countersign.adapters.database.prepared import Prepared
from countersign.adapters.database.tables import bases
from countersign.adapters.database.transaction import Transaction
from countersign.domain.document import Base, FileRef

_BASE = Prepared(select(bases).where(bases.c.key == bindparam("key")))
_ADD = Prepared(lambda insert: insert(bases).on_conflict_do_nothing())


class Bases:
    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def get(self, key: str) -> Base | None:
        row = self._tx.read(_BASE, {"key": key}).one_or_none()
        if row is None:
            return None
        return Base(key=row.key, file=FileRef(row.sha256, row.size), state=row.state)

    def add(self, base: Base) -> Base:
        row = {
            "key": base.key,
            "sha256": base.file.sha256,
            "size": base.file.size,
            "state": base.state,
        }
        self._tx.write(_ADD, row)
        return self.get(base.key) or base

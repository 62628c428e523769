"""Prepared uploads that envelopes share."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from countersign.adapters.database.prepared import Prepared
from countersign.adapters.database.tables import bases
from countersign.adapters.database.transaction import AnyRow, Transaction
from countersign.domain.document import Base, FileRef

_BASE = Prepared(select(bases).where(bases.c.key == bindparam("key")))
# Whoever is about to erase its last document waits, and then sees ours
_HELD = Prepared(
    select(bases).where(bases.c.key == bindparam("key")).with_for_update(read=True, key_share=True)
)
_ADD = Prepared(lambda insert: insert(bases).on_conflict_do_nothing())


class Bases:
    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def get(self, key: str) -> Base | None:
        return _base(self._tx.read(_BASE, {"key": key}).one_or_none())

    def add(self, base: Base) -> Base:
        if held := self._held(base.key):
            return held
        row = {
            "key": base.key,
            "sha256": base.file.sha256,
            "size": base.file.size,
            "state": base.state,
        }
        self._tx.write(_ADD, row)
        return self._held(base.key) or base

    def _held(self, key: str) -> Base | None:
        return _base(self._tx.write(_HELD, {"key": key}).one_or_none())


def _base(row: AnyRow | None) -> Base | None:
    if row is None:
        return None
    return Base(key=row.key, file=FileRef(row.sha256, row.size), state=row.state)

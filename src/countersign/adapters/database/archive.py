"""The archive of accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from countersign.adapters.database.prepared import Prepared
from countersign.adapters.database.stored_file_tables import archived_files
from countersign.adapters.database.transaction import AnyRow, Transaction
from countersign.domain.archive import ArchivedFile
from countersign.domain.document import FileRef
from countersign.domain.errors import NotFound

_ADD = Prepared(insert(archived_files))
_OF_ACCOUNT = select(archived_files).where(archived_files.c.account_id == bindparam("account_id"))
_IS_THERE = archived_files.c.removed_at.is_(None)
_GET = Prepared(_OF_ACCOUNT.where(archived_files.c.id == bindparam("id"), _IS_THERE))
_ALL = Prepared(_OF_ACCOUNT.order_by(archived_files.c.archived_at, archived_files.c.id))


class Archive:
    """The port of the same name."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def add(self, file: ArchivedFile) -> None:
        self._tx.write(_ADD, _row(file))

    def get(self, account_id: str, file_id: str) -> ArchivedFile:
        found = self._tx.read(_GET, {"account_id": account_id, "id": file_id}).one_or_none()
        if found is None:
            raise NotFound("archived file", file_id)
        return _file(found)

    def remove(self, file: ArchivedFile) -> None:
        left = update(archived_files).where(archived_files.c.id == file.id, _IS_THERE)
        if self._tx.write(left.values(**_row(file))).rowcount != 1:
            raise NotFound("archived file", file.id)

    def of_account(self, account_id: str) -> Sequence[ArchivedFile]:
        return [_file(row) for row in self._tx.read(_ALL, {"account_id": account_id})]


def _row(file: ArchivedFile) -> dict[str, Any]:
    return {**asdict(file), "parts": [[part.sha256, part.size] for part in file.parts]}


def _file(row: AnyRow) -> ArchivedFile:
    values = row._asdict()
    parts = tuple(FileRef(sha256, size) for sha256, size in values["parts"])
    return ArchivedFile(**{**values, "parts": parts})

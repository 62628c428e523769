"""Stored files, where they are used, and packages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from countersign.adapters.database.prepared import Prepared
from countersign.adapters.database.stored_file_tables import file_uses, packages, stored_files
from countersign.adapters.database.transaction import AnyRow, Transaction
from countersign.domain.document import FileRef, PageSize
from countersign.domain.errors import NotFound
from countersign.domain.package import Package, PackageStatus
from countersign.domain.stored_file import StoredFile, StoredFileKind

_ADD = Prepared(insert(stored_files))
_GET = Prepared(
    select(stored_files).where(
        stored_files.c.account_id == bindparam("account_id"), stored_files.c.id == bindparam("id")
    )
)
_USE = Prepared(insert(file_uses))
_USES = Prepared(select(file_uses).where(file_uses.c.envelope_id == bindparam("envelope_id")))
_USED_IN = Prepared(
    select(file_uses.c.envelope_id).where(file_uses.c.file_id == bindparam("file_id"))
)
_ADD_PACKAGE = Prepared(insert(packages))
_PACKAGES = Prepared(
    select(packages)
    .where(packages.c.envelope_id == bindparam("envelope_id"))
    .order_by(packages.c.created_at, packages.c.id)
)


class StoredFiles:
    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def add(self, file: StoredFile) -> None:
        self._tx.write(_ADD, _row(file))

    def get(self, account_id: str, file_id: str) -> StoredFile:
        found = self._tx.read(_GET, {"account_id": account_id, "id": file_id}).one_or_none()
        if found is None:
            raise NotFound("stored file", file_id)
        return read_stored_file(found)

    def save(self, file: StoredFile) -> None:
        change = update(stored_files).where(stored_files.c.id == file.id).values(**_row(file))
        if self._tx.write(change).rowcount != 1:
            raise NotFound("stored file", file.id)

    def remove(self, file: StoredFile) -> None:
        if self._tx.write(delete(stored_files).where(stored_files.c.id == file.id)).rowcount != 1:
            raise NotFound("stored file", file.id)

    def drop_expired(self, file_id: str, now: datetime) -> Sequence[FileRef]:
        expired = (
            delete(stored_files)
            .where(stored_files.c.id == file_id, stored_files.c.expires_at <= now)
            .returning(stored_files.c.parts)
        )
        return [FileRef(*part) for row in self._tx.write(expired).all() for part in row.parts]

    def use(self, file_id: str, envelope_id: str, document_id: str) -> None:
        row = {"file_id": file_id, "envelope_id": envelope_id, "document_id": document_id}
        self._tx.write(_USE, row)

    def uses(self, envelope_id: str) -> Mapping[str, str]:
        found = self._tx.read(_USES, {"envelope_id": envelope_id})
        return {row.file_id: row.document_id for row in found}

    def used_in(self, file_id: str) -> Sequence[str]:
        return [row.envelope_id for row in self._tx.read(_USED_IN, {"file_id": file_id})]


class Packages:
    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def add(self, package: Package) -> None:
        self._tx.write(_ADD_PACKAGE, _package_row(package))

    def of_envelope(self, envelope_id: str) -> Sequence[Package]:
        found = self._tx.read(_PACKAGES, {"envelope_id": envelope_id})
        return [_package(row) for row in found]

    def of_tasks(self, task_ids: Sequence[str]) -> Sequence[Package]:
        wanted = select(packages).where(packages.c.task_id.in_(task_ids))
        ordered = wanted.order_by(packages.c.created_at, packages.c.id)
        return [_package(row) for row in self._tx.read(ordered)]

    def save(self, package: Package) -> None:
        values = {
            "status": package.status.value,
            "file_id": package.file_id,
            "ready_at": package.ready_at,
        }
        self._tx.write(update(packages).where(packages.c.id == package.id).values(**values))


def _row(file: StoredFile) -> dict[str, Any]:
    return {
        "id": file.id,
        "account_id": file.account_id,
        "kind": file.kind.value,
        "media_type": file.media_type,
        "parts": [[part.sha256, part.size] for part in file.parts],
        "sha256": file.sha256,
        "created_at": file.created_at,
        "pages": [[page.width, page.height] for page in file.pages],
        "filename": file.filename,
        "title": file.title,
        "description": file.description,
        "expires_at": file.expires_at,
    }


def read_stored_file(row: AnyRow) -> StoredFile:
    """What a row says."""
    values = row._asdict()
    values["kind"] = StoredFileKind(values["kind"])
    values["parts"] = tuple(FileRef(sha256, size) for sha256, size in values["parts"])
    values["pages"] = tuple(PageSize(width, height) for width, height in values["pages"])
    return StoredFile(**values)


def _package_row(package: Package) -> dict[str, Any]:
    parts = [list(part) for part in package.parts]
    return {**asdict(package), "status": package.status.value, "parts": parts}


def _package(row: AnyRow) -> Package:
    values = row._asdict()
    parts = tuple((task_id, document_id) for task_id, document_id in values["parts"])
    return Package(**{**values, "status": PackageStatus(values["status"]), "parts": parts})

"""Envelopes that were erased, and erasing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import BindParameter, bindparam, delete, exists, insert, or_, select

from countersign.adapters.database.access_tables import envelope_access
from countersign.adapters.database.draft_tables import draft_documents
from countersign.adapters.database.form_tables import form_documents
from countersign.adapters.database.identity_tables import identity_attempts, identity_proofs
from countersign.adapters.database.keeping_tables import content_uses
from countersign.adapters.database.notice_tables import deletions, notices
from countersign.adapters.database.prepared import Prepared
from countersign.adapters.database.project_tables import templates
from countersign.adapters.database.stored_file_tables import file_uses, packages, stored_files
from countersign.adapters.database.tables import (
    attempts,
    bases,
    chat,
    deliveries,
    documents,
    evidence,
    messages,
    segments,
    sign_codes,
    tasks,
)
from countersign.adapters.database.transaction import AnyRow, Transaction
from countersign.domain.document import FileRef
from countersign.domain.erasing import Deletion
from countersign.domain.errors import NotFound

_ADD = Prepared(insert(deletions))
_GET = Prepared(select(deletions).where(deletions.c.envelope_id == bindparam("envelope_id")))
_ALL = select(deletions).order_by(deletions.c.deleted_at, deletions.c.envelope_id)
OF_ENVELOPE = [
    evidence,
    messages,
    notices,
    packages,
    file_uses,
    chat,
    envelope_access,
]
OF_TASKS = [identity_attempts, identity_proofs, sign_codes]
_SHA: BindParameter[str] = bindparam("sha256")
_USED = select(
    or_(
        exists().where(documents.c.upload_sha256 == _SHA),
        exists().where(documents.c.base_sha256 == _SHA),
        exists().where(documents.c.blank_sha256 == _SHA),
        exists().where(segments.c.sha256 == _SHA),
        exists().where(bases.c.sha256 == _SHA),
        exists().where(tasks.c.image_sha256 == _SHA),
        exists().where(content_uses.c.sha256 == _SHA),
        exists().where(stored_files.c.sha256 == _SHA),
        exists().where(templates.c.upload_sha256 == _SHA),
        exists().where(form_documents.c.upload_sha256 == _SHA),
        exists().where(draft_documents.c.upload_sha256 == _SHA),
    )
)


class Deletions:
    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def add(self, deletion: Deletion) -> None:
        files = {
            name: [[file.sha256, file.size] for file in getattr(deletion, name)]
            for name in ("removed", "kept")
        }
        self._tx.write(_ADD, {**asdict(deletion), "tasks": list(deletion.tasks), **files})

    def get(self, envelope_id: str) -> Deletion:
        found = self._tx.read(_GET, {"envelope_id": envelope_id}).one_or_none()
        if found is None:
            raise NotFound("deletion", envelope_id)
        return read_deletion(found)

    def of_account(self, account_id: str) -> Sequence[Deletion]:
        found = self._tx.read(_ALL.where(deletions.c.account_id == account_id))
        return [read_deletion(row) for row in found]

    def erase(self, envelope_id: str, task_ids: Sequence[str], base_keys: Sequence[str]) -> None:
        self._tx.write(delete(content_uses).where(content_uses.c.owner_id == envelope_id))
        told = select(deliveries.c.id).where(deliveries.c.envelope_id == envelope_id)
        self._tx.write(delete(attempts).where(attempts.c.delivery_id.in_(told)))
        self._tx.write(delete(deliveries).where(deliveries.c.envelope_id == envelope_id))
        for table in OF_ENVELOPE:
            self._tx.write(delete(table).where(table.c.envelope_id == envelope_id))
        for table in OF_TASKS:
            self._tx.write(delete(table).where(table.c.task_id.in_(task_ids)))
        self._tx.write(select(bases.c.key).where(bases.c.key.in_(base_keys)).with_for_update())
        in_use = exists().where(documents.c.base_key == bases.c.key)
        self._tx.write(delete(bases).where(bases.c.key.in_(base_keys), ~in_use))

    def is_used(self, sha256: str) -> bool:
        return bool(self._tx.read(_USED, {"sha256": sha256}).scalar())


def read_deletion(row: AnyRow) -> Deletion:
    """What a row says."""
    values = row._asdict()
    files = {
        name: tuple(FileRef(sha256, size) for sha256, size in values[name])
        for name in ("removed", "kept")
    }
    return Deletion(**{**values, "tasks": tuple(values["tasks"]), **files})

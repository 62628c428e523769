"""What is kept how long: uses of contents, holds, retention rules, exports, lists of deletions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, desc, insert, or_, select, update

from countersign.adapters.database.accounts import read_credential
from countersign.adapters.database.deletions import read_deletion
from countersign.adapters.database.keeping_tables import (
    content_uses,
    exports,
    holds,
    retention_rules,
)
from countersign.adapters.database.key_usage import StoredOldSecrets, StoredUsage
from countersign.adapters.database.notice_tables import deletions
from countersign.adapters.database.stored_file_tables import stored_files
from countersign.adapters.database.stored_files import read_stored_file
from countersign.adapters.database.tables import accounts, credentials, endpoints, envelopes
from countersign.adapters.database.transaction import AnyRow, Transaction
from countersign.adapters.database.webhooks import read_endpoint
from countersign.domain.account import Credential
from countersign.domain.delivery import WebhookEndpoint
from countersign.domain.document import FileRef
from countersign.domain.erasing import Deletion
from countersign.domain.errors import Held, NotFound
from countersign.domain.keeping import Hold, RetentionRules
from countersign.domain.stored_file import StoredFile
from countersign.usecases import keeping_ports as ports
from countersign.usecases.keeping_ports import Export, ExportStatus, Spot


class StoredContents:
    """The port Contents."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def use(self, owner_id: str, files: Iterable[FileRef]) -> None:
        names = sorted({file.sha256 for file in files})
        if names:
            new = self._tx.insert(content_uses).on_conflict_do_nothing()
            self._tx.write(new, [{"sha256": one, "owner_id": owner_id} for one in names])

    def drop(self, owner_id: str) -> None:
        self._tx.write(delete(content_uses).where(content_uses.c.owner_id == owner_id))


class StoredHolds:
    """The port Holds. The account's row keeps those who erase and those who set holds apart; it is
    locked for nothing else. SQLite has one writer."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def check(self, account_id: str, envelope_id: str = "") -> None:
        own = select(accounts.c.id).where(accounts.c.id == account_id)
        self._tx.write(own.with_for_update(read=True))
        stands = holds.c.account_id == account_id, holds.c.envelope_id.in_(["", envelope_id])
        if self._tx.read(select(holds.c.account_id).where(*stands)).first() is not None:
            raise Held(envelope_id)

    def add(self, hold: Hold) -> None:
        own = select(accounts.c.id).where(accounts.c.id == hold.account_id)
        self._tx.write(own.with_for_update(key_share=True))
        self._tx.write(delete(holds).where(*_same(hold.account_id, hold.envelope_id)))
        self._tx.write(insert(holds), asdict(hold))

    def remove(self, account_id: str, envelope_id: str) -> None:
        if self._tx.write(delete(holds).where(*_same(account_id, envelope_id))).rowcount != 1:
            raise NotFound("hold", envelope_id)

    def of_account(self, account_id: str) -> Sequence[Hold]:
        order = (holds.c.envelope_id != "", desc(holds.c.set_at), holds.c.envelope_id)
        wanted = select(holds).where(holds.c.account_id == account_id).order_by(*order)
        return [Hold(**row._mapping) for row in self._tx.read(wanted)]


def _same(account_id: str, envelope_id: str) -> tuple[ColumnElement[bool], ...]:
    return holds.c.account_id == account_id, holds.c.envelope_id == envelope_id


class StoredRules:
    """The port Rules."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def get(self, account_id: str) -> RetentionRules:
        wanted = select(retention_rules).where(retention_rules.c.account_id == account_id)
        row = self._tx.read(wanted).one_or_none()
        return RetentionRules(**row._mapping) if row else RetentionRules(account_id=account_id)

    def put(self, rules: RetentionRules) -> None:
        new = self._tx.insert(retention_rules).values(**asdict(rules))
        values = {name: value for name, value in asdict(rules).items() if name != "account_id"}
        self._tx.write(new.on_conflict_do_update(index_elements=["account_id"], set_=values))

    def saw(self, rules: RetentionRules, last: Spot) -> None:
        table = retention_rules.c
        same = update(retention_rules).where(
            table.account_id == rules.account_id,
            table.completed_days.is_not_distinct_from(rules.completed_days),
            table.unfinished_days.is_not_distinct_from(rules.unfinished_days),
        )
        self._tx.write(same.values(seen_at=last.created_at, seen_id=last.id))


class StoredWalk:
    """The port Walk."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def envelopes(
        self, account_id: str, behind: Spot | None, until: datetime, limit: int
    ) -> Sequence[Spot]:
        at, id = envelopes.c.created_at, envelopes.c.id
        wanted = select(at, id).where(envelopes.c.account_id == account_id, at <= until)
        if behind is not None:
            later = or_(at > behind.created_at, and_(at == behind.created_at, id > behind.id))
            # The first half is for the index; databases don't see it in the second
            wanted = wanted.where(at >= behind.created_at, later)
        return [Spot(*row) for row in self._tx.read(wanted.order_by(at, id).limit(limit))]

    def credentials(self, account_id: str) -> Sequence[Credential]:
        order = credentials.c.api, credentials.c.created_at, credentials.c.id
        wanted = select(credentials).where(credentials.c.account_id == account_id)
        return [read_credential(row._asdict()) for row in self._tx.read(wanted.order_by(*order))]

    def endpoints(self, account_id: str) -> Sequence[WebhookEndpoint]:
        order = endpoints.c.api, endpoints.c.created_at, endpoints.c.id
        wanted = select(endpoints).where(endpoints.c.account_id == account_id)
        return [read_endpoint(row) for row in self._tx.read(wanted.order_by(*order))]

    def stored_files(self, account_id: str, behind: str, limit: int) -> Sequence[StoredFile]:
        own = stored_files.c.account_id == account_id, stored_files.c.id > behind
        wanted = select(stored_files).where(*own).order_by(stored_files.c.id).limit(limit)
        return [read_stored_file(row) for row in self._tx.read(wanted)]


class StoredExports:
    """The port Exports."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def add(self, export: Export) -> None:
        self._tx.write(insert(exports), _export_row(export))

    def get(self, account_id: str, export_id: str) -> Export:
        own = exports.c.account_id == account_id, exports.c.id == export_id
        row = self._tx.read(select(exports).where(*own)).one_or_none()
        if row is None:
            raise NotFound("export", export_id)
        return _export(row)

    def save(self, export: Export) -> None:
        change = update(exports).where(exports.c.id == export.id)
        self._tx.write(change.values(**_export_row(export)))

    def of_account(self, account_id: str) -> Sequence[Export]:
        order = desc(exports.c.asked_at), exports.c.id
        wanted = select(exports).where(exports.c.account_id == account_id).order_by(*order)
        return [_export(row) for row in self._tx.read(wanted)]


def _export_row(export: Export) -> dict[str, Any]:
    file = export.file
    values = {**asdict(export), "status": export.status.value}
    del values["file"]
    return {**values, "sha256": file and file.sha256, "size": file and file.size}


def _export(row: AnyRow) -> Export:
    values = row._asdict()
    sha256, size = values.pop("sha256"), values.pop("size")
    file = FileRef(sha256, size) if sha256 else None
    return Export(**{**values, "status": ExportStatus(values["status"]), "file": file})


class StoredDeletionList:
    """The port DeletionList."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def page(self, account_id: str, behind: Deletion | None, limit: int) -> Sequence[Deletion]:
        at, id = deletions.c.deleted_at, deletions.c.envelope_id
        wanted = select(deletions).where(deletions.c.account_id == account_id)
        if behind is not None:
            same = and_(at == behind.deleted_at, id < behind.envelope_id)
            wanted = wanted.where(at <= behind.deleted_at, or_(at < behind.deleted_at, same))
        wanted = wanted.order_by(desc(at), desc(id)).limit(limit)
        return [read_deletion(row) for row in self._tx.read(wanted)]


class StoredKeeping(ports.Keeping):
    """The port Keeping."""

    def __init__(self, transaction: Transaction) -> None:
        self.contents: ports.Contents = StoredContents(transaction)
        self.holds: ports.Holds = StoredHolds(transaction)
        self.rules: ports.Rules = StoredRules(transaction)
        self.walk: ports.Walk = StoredWalk(transaction)
        self.usage: ports.Usage = StoredUsage(transaction)
        self.old_secrets: ports.OldSecrets = StoredOldSecrets(transaction)
        self.exports: ports.Exports = StoredExports(transaction)
        self.deletions: ports.DeletionList = StoredDeletionList(transaction)

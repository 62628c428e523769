"""Batches and their rows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, func, insert, select, true, update

from countersign.adapters.database.access import is_seen_by
from countersign.adapters.database.batch_tables import batch_rows, batches
from countersign.adapters.database.tables import envelopes, tasks
from countersign.adapters.database.transaction import AnyRow, Transaction
from countersign.domain.batch import (
    Batch,
    BatchRow,
    BatchStatus,
    Problem,
    RowStatus,
    SourceKind,
)
from countersign.domain.errors import NotFound, StaleState
from countersign.domain.task import Visitor
from countersign.usecases.outside_ports import Secrets

GONE = b""
_FOUND = (
    update(batch_rows)
    .where(
        batch_rows.c.batch_id == bindparam("of_batch"), batch_rows.c.number == bindparam("of_row")
    )
    .values(problems=bindparam("said"), is_wrong=bindparam("wrong"))
)


class StoredBatches:
    """The port Batches."""

    def __init__(self, transaction: Transaction, secrets: Secrets) -> None:
        self._tx, self._secrets = transaction, secrets

    def add(self, batch: Batch, rows: Sequence[BatchRow]) -> None:
        self._tx.write(insert(batches), _batch_row(batch))
        values = [self._row_values(batch.id, row) for row in rows]
        if values:
            self._tx.write(insert(batch_rows), values)

    def get(self, account_id: str, batch_id: str) -> Batch:
        batch = self.by_id(batch_id)
        if batch.account_id != account_id:
            raise NotFound("batch", batch_id)
        return batch

    def by_id(self, batch_id: str) -> Batch:
        found = self._tx.read(select(batches).where(batches.c.id == batch_id)).one_or_none()
        if found is None:
            raise NotFound("batch", batch_id)
        return _batch(found)

    def all(self, account_id: str, limit: int) -> Sequence[Batch]:
        wanted = select(batches).where(batches.c.account_id == account_id)
        newest = wanted.order_by(batches.c.created_at.desc(), batches.c.id.desc()).limit(limit)
        return [_batch(row) for row in self._tx.read(newest)]

    # -------------------------------------------------------------- what becomes of a batch

    def replan(self, batch: Batch, found: Mapping[int, Sequence[Problem]]) -> None:
        plan = {"mapping": dict(batch.mapping), "title": batch.title, "language": batch.language}
        self._change_draft(batch, plan)
        changed = [
            {
                "of_batch": batch.id,
                "of_row": number,
                "said": _problems_json(problems),
                "wrong": bool(problems),
            }
            for number, problems in found.items()
        ]
        if changed:
            self._tx.write(_FOUND, changed)

    def start(self, batch: Batch) -> None:
        self._change_draft(
            batch,
            {
                "status": BatchStatus.SENDING,
                "sender": asdict(batch.sender),
                "started_at": batch.started_at,
            },
        )

    def end(self, batch_id: str, at: datetime) -> None:
        going = (batches.c.id == batch_id, batches.c.status == BatchStatus.SENDING)
        self._tx.write(update(batches).where(*going).values(status=BatchStatus.ENDED, ended_at=at))

    def remove_draft(self, account_id: str, batch_id: str) -> None:
        batch = self.get(account_id, batch_id)
        if batch.status is not BatchStatus.DRAFT:
            raise NotFound("batch", batch_id)
        self._change_draft(batch, {"status": BatchStatus.ENDED})
        self._remove(batch_id)

    def forget(self, batch_id: str) -> None:
        if self.by_id(batch_id).status is BatchStatus.DRAFT:
            self._remove(batch_id)
            return
        own = batch_rows.c.batch_id == batch_id
        self._tx.write(update(batch_rows).where(own).values(cells=GONE))

    def _remove(self, batch_id: str) -> None:
        self._tx.write(delete(batch_rows).where(batch_rows.c.batch_id == batch_id))
        self._tx.write(delete(batches).where(batches.c.id == batch_id))

    def _change_draft(self, batch: Batch, values: dict[str, Any]) -> None:
        draft = (batches.c.id == batch.id, batches.c.status == BatchStatus.DRAFT)
        if self._tx.write(update(batches).where(*draft).values(**values)).rowcount != 1:
            raise StaleState(f"batch {batch.id}")

    # -------------------------------------------------------------- rows

    def rows(
        self,
        batch_id: str,
        *,
        status: RowStatus | None = None,
        wrong: bool = False,
        after: int = 0,
        limit: int | None = None,
    ) -> Sequence[BatchRow]:
        wanted = [batch_rows.c.batch_id == batch_id, batch_rows.c.number > after]
        if status is not None:
            wanted.append(batch_rows.c.status == status)
        if wrong:
            wanted.append(batch_rows.c.is_wrong == true())
        asked = select(batch_rows).where(*wanted).order_by(batch_rows.c.number).limit(limit)
        return [self._row(row) for row in self._tx.read(asked)]

    def counts(self, batch_ids: Sequence[str]) -> Mapping[str, Mapping[RowStatus, int]]:
        wanted = (
            select(batch_rows.c.batch_id, batch_rows.c.status, func.count())
            .where(batch_rows.c.batch_id.in_(batch_ids))
            .group_by(batch_rows.c.batch_id, batch_rows.c.status)
        )
        found: dict[str, dict[RowStatus, int]] = {}
        for batch_id, status, number in self._tx.read(wanted):
            found.setdefault(batch_id, {})[RowStatus(status)] = number
        return found

    def wrong(self, batch_id: str) -> int:
        own = (batch_rows.c.batch_id == batch_id, batch_rows.c.is_wrong == true())
        return int(self._tx.read(select(func.count()).where(*own)).scalar_one())

    def settle(
        self, batch_id: str, number: int, status: RowStatus, problem: str, envelope_id: str
    ) -> bool:
        waits = (*_waiting(batch_id), batch_rows.c.number == number)
        values: dict[str, Any] = {"status": status, "envelope_id": envelope_id}
        if problem:
            values |= {"problems": _problems_json([Problem(problem)]), "is_wrong": True}
        if status is RowStatus.SENT:
            values["cells"] = GONE
        return self._tx.write(update(batch_rows).where(*waits).values(**values)).rowcount == 1

    def settle_all(self, batch_id: str, status: RowStatus, *, wrong: bool = False) -> int:
        wanted = _waiting(batch_id)
        if wrong:
            wanted = (*wanted, batch_rows.c.is_wrong == true())
        return self._tx.write(update(batch_rows).where(*wanted).values(status=status)).rowcount

    def recipients(
        self, batch_id: str, numbers: Sequence[int], viewers: Sequence[str] = ()
    ) -> Mapping[int, str]:
        seen = [is_seen_by(viewers, self._tx)] if viewers else []
        wanted = (
            select(batch_rows.c.number, tasks.c.email)
            .join(tasks, tasks.c.envelope_id == batch_rows.c.envelope_id)
            .join(envelopes, envelopes.c.id == batch_rows.c.envelope_id)
            .where(
                batch_rows.c.batch_id == batch_id,
                batch_rows.c.number.in_(numbers),
                tasks.c.position == 0,
                *seen,
            )
        )
        return {row.number: row.email for row in self._tx.read(wanted) if row.email}

    def _row_values(self, batch_id: str, row: BatchRow) -> dict[str, Any]:
        return {
            "batch_id": batch_id,
            "number": row.number,
            "status": row.status,
            "cells": self._secrets.close(json.dumps(row.cells).encode()),
            "problems": _problems_json(row.problems),
            "is_wrong": bool(row.problems),
            "envelope_id": row.envelope_id,
        }

    def _row(self, row: AnyRow) -> BatchRow:
        cells = json.loads(self._secrets.open(row.cells)) if row.cells else ()
        return BatchRow(
            number=row.number,
            cells=tuple(cells),
            status=RowStatus(row.status),
            problems=tuple(Problem(text, column) for text, column in row.problems),
            envelope_id=row.envelope_id,
        )


def _waiting(batch_id: str) -> tuple[ColumnElement[bool], ...]:
    return (batch_rows.c.batch_id == batch_id, batch_rows.c.status == RowStatus.WAITING)


def _problems_json(problems: Sequence[Problem]) -> list[list[Any]]:
    return [[one.text, one.column] for one in problems]


def _batch_row(batch: Batch) -> dict[str, Any]:
    values = {name: getattr(batch, name) for name in batches.c.keys()}  # noqa: SIM118
    return values | {
        "columns": list(batch.columns),
        "mapping": dict(batch.mapping),
        "sender": asdict(batch.sender),
    }


def _batch(row: AnyRow) -> Batch:
    values = dict(row._mapping)
    return Batch(
        **values
        | {
            "kind": SourceKind(values["kind"]),
            "status": BatchStatus(values["status"]),
            "columns": tuple(values["columns"]),
            "sender": Visitor(**values["sender"]),
        }
    )

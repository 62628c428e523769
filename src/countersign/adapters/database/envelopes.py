"""Envelopes with their documents, tasks and evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Executable,
    Table,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from countersign.adapters.database import envelope_rows as shape
from countersign.adapters.database.differences import Difference
from countersign.adapters.database.evidence import Evidence
from countersign.adapters.database.listing import IDS, Listing
from countersign.adapters.database.names import Names
from countersign.adapters.database.prepared import Prepared
from countersign.adapters.database.projects import Counts
from countersign.adapters.database.tables import (
    documents,
    envelopes,
    segments,
    task_documents,
    tasks,
)
from countersign.adapters.database.task_counts import TaskCounts
from countersign.adapters.database.transaction import AnyRow, Transaction
from countersign.domain.envelope import Envelope
from countersign.domain.errors import NotFound, StaleState
from countersign.domain.events import Event
from countersign.domain.evidence import GENESIS, Link, chain
from countersign.usecases.outside_ports import Secrets
from countersign.usecases.ports import EnvelopeHead, EnvelopeQuery

Statement = Executable | Prepared
Recorded = Callable[[Envelope, Sequence[Link]], None]
# What `EnvelopeRows` holds, each after what it refers to
CHILDREN: Mapping[str, Table] = {
    "documents": documents,
    "segments": segments,
    "tasks": tasks,
    "task_documents": task_documents,
}


@dataclass(frozen=True, slots=True)
class _Reading:
    """Three statements at most read any number of envelopes. The first and the last say which
    version they saw, so that a write between them is noticed."""

    with_documents: Statement
    segments: Statement
    with_tasks: Statement
    always_segments: bool = False

    @classmethod
    def where(
        cls,
        wanted: Callable[[ColumnElement[str]], ColumnElement[bool]],
        ready: Callable[[Executable], Statement],
    ) -> _Reading:
        with_documents = (
            select(envelopes, documents)
            .select_from(envelopes)
            .outerjoin(documents, documents.c.envelope_id == envelopes.c.id)
            .where(wanted(envelopes.c.id))
            .order_by(documents.c.position)
        )
        parts = (
            select(documents.c.envelope_id, segments)
            .join_from(segments, documents, segments.c.document_id == documents.c.id)
            .where(wanted(documents.c.envelope_id))
            .order_by(segments.c.document_id, segments.c.number)
        )
        with_tasks = (
            select(envelopes.c.id, envelopes.c.version, tasks, task_documents)
            .select_from(envelopes)
            .outerjoin(tasks, tasks.c.envelope_id == envelopes.c.id)
            .outerjoin(task_documents, task_documents.c.task_id == tasks.c.id)
            .where(wanted(envelopes.c.id))
            .order_by(tasks.c.position, task_documents.c.position)
        )
        return cls(ready(with_documents), ready(parts), ready(with_tasks))


# A list of ids is written into the statement at each call, which takes longer than running it
_ONE = _Reading.where(lambda id: id == bindparam("id"), Prepared)
# While it is saved the row tells how many segments there will be
_SAVED = replace(_ONE, always_segments=True)
_SOME = _Reading.where(lambda id: id.in_(IDS), lambda composed: composed)
_HOME_OF_TASK = Prepared(select(tasks.c.envelope_id).where(tasks.c.id == bindparam("id")))
_GUESTED = Prepared(
    select(tasks.c.envelope_id)
    .where(tasks.c.guest_of == bindparam("id"))
    .order_by(tasks.c.envelope_id)
)
# FOR NO KEY UPDATE, which is what writing the row takes; SQLite has one writer at a time anyway
_HOLD = Prepared(
    select(envelopes.c.id).where(envelopes.c.id == bindparam("id")).with_for_update(key_share=True)
)
_HEAD = Prepared(
    select(
        envelopes.c.version,
        envelopes.c.chain_length,
        envelopes.c.chain_head,
        envelopes.c.status,
        envelopes.c.begun,
        envelopes.c.name,
    ).where(envelopes.c.id == bindparam("id"))
)


def _columns(table: Table) -> dict[str, BindParameter[Any]]:
    return {column.name: bindparam(column.name) for column in table.columns}


def _is_row(table: Table) -> list[ColumnElement[bool]]:
    return [column == bindparam(f"of_{column.name}") for column in table.primary_key]


_ADD = Prepared(insert(envelopes))
_SAVE = Prepared(
    update(envelopes)
    .where(envelopes.c.id == bindparam("of_id"), envelopes.c.version == bindparam("of_version"))
    .values(_columns(envelopes))
)
_INSERT = {table: Prepared(insert(table)) for table in CHILDREN.values()}
_UPDATE = {t: Prepared(update(t).where(*_is_row(t)).values(_columns(t))) for t in _INSERT}
_DELETE = {t: Prepared(delete(t).where(*_is_row(t))) for t in _INSERT}


class Envelopes:
    """The port of the same name. `recorded` is told what was written to the evidence, so
    that it adds the jobs that follow; `names_wait` adds the one that indexes names."""

    def __init__(
        self,
        transaction: Transaction,
        secrets: Secrets,
        task_counts: TaskCounts,
        recorded: Recorded,
        names_wait: Callable[[], None],
    ) -> None:
        self._tx, self._secrets, self._task_counts = transaction, secrets, task_counts
        self._evidence = Evidence(transaction)
        self._listing, self._counts = Listing(transaction), Counts(transaction)
        self._recorded = recorded
        self._names, self._names_wait = Names(transaction), names_wait

    def add(self, envelope: Envelope, events: Iterable[Event]) -> None:
        links = chain(envelope.id, 0, GENESIS, events)
        row = shape.envelope_row(envelope) | _chain_row(0, GENESIS, links)
        row["version"] = envelope.version
        self._tx.write(_ADD, row)
        rows = shape.to_rows(envelope)
        for name, table in CHILDREN.items():
            self._insert(table, list(getattr(rows, name).values()))
        self._task_counts.changed(envelope, (), rows.tasks.values())
        if envelope.project_id is not None:
            self._counts.added(envelope)
            self._named(self._names.add(envelope))
        self._record(envelope, links)

    def save(self, envelope: Envelope, events: Iterable[Event]) -> None:
        found = self._tx.read(_HEAD, {"id": envelope.id}).one_or_none()
        if found is None:
            raise NotFound("envelope", envelope.id)
        if found.version != envelope.version:
            raise StaleState()
        links = chain(envelope.id, found.chain_length, found.chain_head, events)
        chained = _chain_row(found.chain_length, found.chain_head, links)
        self._compare_and_set(envelope, chained)
        self._save_rows(envelope)
        if envelope.project_id is not None:
            self._counts.moved(envelope, found.status, found.begun)
            if found.name != envelope.name:
                self._named(self._names.change(envelope))
        self._record(envelope, links)

    def hold(self, envelope_id: str) -> None:
        self._tx.write(_HOLD, {"id": envelope_id})

    def get(self, envelope_id: str) -> Envelope:
        found = self._one(envelope_id, _ONE)
        if found is None:
            raise NotFound("envelope", envelope_id)
        return shape.from_rows(*found)

    def of_task(self, task_id: str) -> Envelope:
        home = self._tx.read(_HOME_OF_TASK, {"id": task_id}).scalar_one_or_none()
        if home is None:
            raise NotFound("task", task_id)
        return self.get(home)

    def holding(self, task_id: str) -> Sequence[Envelope]:
        home = self.of_task(task_id)
        others = self._tx.read(_GUESTED, {"id": task_id}).all()
        return [home, *(self.get(row.envelope_id) for row in others)]

    def find(self, query: EnvelopeQuery) -> tuple[Sequence[Envelope], int]:
        ids, total = self._listing.ids(query)
        found = {row["id"]: (row, rows) for row, rows in self._rows(_SOME, {"ids": ids})}
        return [shape.from_rows(*found[id]) for id in ids], total

    def heads(self, query: EnvelopeQuery) -> tuple[Sequence[EnvelopeHead], int]:
        return self._listing.heads(query)

    def evidence(self, envelope_id: str) -> Sequence[Link]:
        return self._evidence.of_envelope(envelope_id)

    def index_names(self) -> bool:
        return self._names.index()

    # -------------------------------------------------------------- writing

    def _named(self, many_wait: bool) -> None:
        if many_wait:
            self._names_wait()

    def _insert(self, table: Table, rows: Sequence[shape.Row]) -> None:
        if rows:
            self._tx.write(_INSERT[table], [self._closed(row) for row in rows])

    def _compare_and_set(self, envelope: Envelope, chained: shape.Row) -> None:
        row = shape.envelope_row(envelope) | chained | {"version": envelope.version + 1}
        key = {"of_id": envelope.id, "of_version": envelope.version}
        if self._tx.write(_SAVE, row | key).rowcount != 1:
            raise StaleState()

    def _save_rows(self, envelope: Envelope) -> None:
        """The version is ours now, so nobody else changes these rows before the commit."""
        found = self._one(envelope.id, _SAVED)
        before = found[1] if found else shape.EnvelopeRows()
        after = shape.to_rows(envelope)
        self._task_counts.changed(envelope, before.tasks.values(), after.tasks.values())
        differences = [
            (table, Difference.between(getattr(before, name), getattr(after, name)))
            for name, table in CHILDREN.items()
        ]
        for table, difference in reversed(differences):
            self._remove(table, difference.removed)
        for table, difference in differences:
            self._insert(table, difference.added)
            self._update(table, difference.changed)

    def _remove(self, table: Table, rows: Sequence[shape.Row]) -> None:
        for row in rows:
            self._tx.write(_DELETE[table], _key(table, row))

    def _update(self, table: Table, rows: Sequence[shape.Row]) -> None:
        for row in rows:
            self._tx.write(_UPDATE[table], self._closed(row) | _key(table, row))

    def _closed(self, row: shape.Row) -> shape.Row:
        """The row as it is stored: a national id only closed."""
        if (plain := row.get("national_id")) is None:
            return row
        return row | {"national_id": self._secrets.close(plain.encode())}

    def _record(self, envelope: Envelope, links: Sequence[Link]) -> None:
        self._evidence.add(links)
        self._recorded(envelope, links)

    # -------------------------------------------------------------- reading

    def _one(
        self, envelope_id: str, reading: _Reading
    ) -> tuple[shape.Row, shape.EnvelopeRows] | None:
        return next(iter(self._rows(reading, {"id": envelope_id})), None)

    def _open(self, rows: shape.EnvelopeRows) -> None:
        for task in rows.tasks.values():
            if (closed := task["national_id"]) is not None:
                task["national_id"] = self._secrets.open(closed).decode()

    def _rows(
        self, reading: _Reading, wanted: Mapping[str, Any]
    ) -> Sequence[tuple[shape.Row, shape.EnvelopeRows]]:
        """Reads again when somebody wrote between the first statement and the last."""
        while True:
            with_documents = self._tx.read(reading.with_documents, wanted).all()
            found = _with_documents(with_documents)
            parts = self._segments(reading, wanted, found)
            with_tasks = self._tx.read(reading.with_tasks, wanted).all()
            if {(id, row["version"]) for id, (row, _) in found.items()} == {
                (row[0], row[1]) for row in with_tasks
            }:
                _add_segments(found, parts)
                _add_tasks(found, with_tasks)
                for _, below in found.values():
                    self._open(below)
                return list(found.values())

    def _segments(
        self, reading: _Reading, wanted: Mapping[str, Any], found: Found
    ) -> Sequence[AnyRow]:
        """What nobody has signed yet has none: those envelopes are read most."""
        if reading.always_segments or any(row["segment_count"] for row, _ in found.values()):
            return self._tx.read(reading.segments, wanted).all()
        return []


def _chain_row(length: int, head: str, links: Sequence[Link]) -> shape.Row:
    return {
        "chain_length": length + len(links),
        "chain_head": links[-1].hash if links else head,
    }


def _key(table: Table, row: shape.Row) -> shape.Row:
    return {f"of_{column.name}": row[column.name] for column in table.primary_key}


# ------------------------------------------------------------------ rows of joined tables

Found = dict[str, tuple[shape.Row, shape.EnvelopeRows]]
ENVELOPE, DOCUMENT, SEGMENT, TASK, TASK_DOCUMENT = (
    table.columns.keys() for table in (envelopes, documents, segments, tasks, task_documents)
)


def _named(names: Sequence[str], row: AnyRow, start: int) -> shape.Row | None:
    """One table's columns of a joined row; None where the join found nothing."""
    values = row[start : start + len(names)]
    return None if values[0] is None else dict(zip(names, values, strict=True))


def _with_documents(rows: Sequence[AnyRow]) -> Found:
    found: Found = {}
    for row in rows:
        if row[0] not in found:
            own = _named(ENVELOPE, row, 0) or {}
            found[row[0]] = (own, shape.EnvelopeRows())
        if document := _named(DOCUMENT, row, len(ENVELOPE)):
            found[row[0]][1].documents[document["id"]] = document
    return found


def _add_segments(found: Found, rows: Sequence[AnyRow]) -> None:
    for row in rows:
        if segment := _named(SEGMENT, row, 1):
            key = (segment["document_id"], segment["number"])
            found[row[0]][1].segments[key] = segment


def _add_tasks(found: Found, rows: Sequence[AnyRow]) -> None:
    for row in rows:
        below = found[row[0]][1]
        if task := _named(TASK, row, 2):
            below.tasks.setdefault(task["id"], task)
        if link := _named(TASK_DOCUMENT, row, 2 + len(TASK)):
            below.task_documents[link["task_id"], link["position"]] = link

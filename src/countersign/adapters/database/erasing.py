"""Deleting for good. Every table that tells of an envelope or of its people is named here."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import delete, exists, insert, select

from countersign.adapters.database.form_tables import form_documents
from countersign.adapters.database.identity_tables import identity_attempts, identity_proofs
from countersign.adapters.database.project_tables import envelope_names, templates
from countersign.adapters.database.projects import Counts
from countersign.adapters.database.stored_file_tables import (
    deletions,
    file_uses,
    packages,
    stored_files,
)
from countersign.adapters.database.tables import (
    attempts,
    bases,
    chat,
    deliveries,
    documents,
    envelopes,
    evidence,
    messages,
    segments,
    task_documents,
    tasks,
)
from countersign.adapters.database.task_counts import TaskCounts
from countersign.adapters.database.transaction import Transaction
from countersign.domain.deletion import DeletedBy, Deletion
from countersign.domain.document import FileRef
from countersign.domain.envelope import Envelope
from countersign.domain.errors import NotFound

# With their own column of the envelope's id, each before what it refers to
OF_ENVELOPE = (
    task_documents,
    tasks,
    documents,
    evidence,
    messages,
    chat,
    file_uses,
    packages,
    envelope_names,
)
OF_TASK = (identity_attempts, identity_proofs)


class Deletions:
    def __init__(self, transaction: Transaction, task_counts: TaskCounts) -> None:
        self._tx, self._task_counts = transaction, task_counts
        self._counts = Counts(transaction)

    def erase(self, envelope: Envelope, deletion: Deletion) -> None:
        self._erase_tries(envelope.id)
        people = [task.id for task in envelope.tasks]
        for table in OF_TASK:
            self._tx.write(delete(table).where(table.c.task_id.in_(people)))
        papers = select(documents.c.id).where(documents.c.envelope_id == envelope.id)
        self._tx.write(delete(segments).where(segments.c.document_id.in_(papers)))
        self._uncount(envelope)
        for table in OF_ENVELOPE:
            self._tx.write(delete(table).where(table.c.envelope_id == envelope.id))
        self._tx.write(delete(envelopes).where(envelopes.c.id == envelope.id))
        self._tx.write(insert(deletions), asdict(deletion))

    def get(self, envelope_id: str) -> Deletion:
        wanted = select(deletions).where(deletions.c.envelope_id == envelope_id)
        found = self._tx.read(wanted).one_or_none()
        if found is None:
            raise NotFound("deletion", envelope_id)
        return Deletion(**{**found._mapping, "deleted_by": DeletedBy(found.deleted_by)})

    def uses(self, file: FileRef) -> bool:
        places = (
            documents.c.upload_sha256,
            templates.c.upload_sha256,
            form_documents.c.upload_sha256,
            stored_files.c.sha256,
        )
        return any(self._there_is(place == file.sha256) for place in places)

    def uses_base(self, key: str) -> bool:
        return self._there_is(documents.c.base_key == key)

    def forget_base(self, key: str) -> None:
        self._tx.write(delete(bases).where(bases.c.key == key))

    def _there_is(self, wanted: object) -> bool:
        return bool(self._tx.read(select(exists().where(wanted))).scalar_one())  # type: ignore[arg-type]

    def _erase_tries(self, envelope_id: str) -> None:
        told = select(deliveries.c.id).where(deliveries.c.envelope_id == envelope_id)
        self._tx.write(delete(attempts).where(attempts.c.delivery_id.in_(told)))
        self._tx.write(delete(deliveries).where(deliveries.c.envelope_id == envelope_id))

    def _uncount(self, envelope: Envelope) -> None:
        rows = self._tx.read(select(tasks).where(tasks.c.envelope_id == envelope.id)).all()
        self._task_counts.changed(envelope, [dict(row._mapping) for row in rows], ())
        if envelope.project_id is not None:
            self._counts.removed(envelope)

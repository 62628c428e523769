"""An envelope as rows and back. Pure: what `to_rows` makes, `from_rows` reads. A national id stands
in these rows as it is; whoever writes them closes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from countersign.adapters.database.settings_rows import settings, settings_json
from countersign.adapters.database.task_rows import action_rows, task, task_row, visitor_json
from countersign.domain.document import Document, FileRef, PageSize, Segment, SegmentKind
from countersign.domain.envelope import (
    Envelope,
    EnvelopeStatus,
)
from countersign.domain.task import Action, Task, Visitor

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class EnvelopeRows:
    """The rows below an envelope's own, by their keys."""

    documents: dict[str, Row] = field(default_factory=dict)
    segments: dict[tuple[str, int], Row] = field(default_factory=dict)
    tasks: dict[str, Row] = field(default_factory=dict)
    task_documents: dict[tuple[str, int], Row] = field(default_factory=dict)


# ------------------------------------------------------------------ to rows


def envelope_row(envelope: Envelope) -> Row:
    """Without `version` and the chain, which belong to whoever writes."""
    return {
        "id": envelope.id,
        "account_id": envelope.account_id,
        "credential_id": envelope.credential_id,
        "origin": envelope.origin,
        "environment": envelope.environment,
        "project_id": envelope.project_id,
        "folder": envelope.folder,
        "name": envelope.name,
        "folded_name": envelope.name.casefold(),
        "sender_name": envelope.sender_name,
        "created_at": envelope.created_at,
        "updated_at": envelope.updated_at,
        "status": envelope.status.value,
        "begun": envelope.begun,
        "segment_count": sum(len(document.segments) for document in _documents(envelope)),
        "settings": settings_json(envelope.settings),
        "sender": visitor_json(envelope.sender),
        "due_at": envelope.due_at,
        "completed_at": envelope.completed_at,
        "failure": envelope.failure,
        "extras": envelope.extras,
        "restricted": envelope.restricted,
    }


def to_rows(envelope: Envelope) -> EnvelopeRows:
    documents = _documents(envelope)
    rows = [_document_row(envelope.id, number, doc) for number, doc in enumerate(documents)]
    if envelope.audit:
        rows[-1]["is_audit"] = True
    parts = [_segment_row(doc.id, *found) for doc in documents for found in enumerate(doc.segments)]
    home = [task_row(envelope, *found) for found in enumerate(envelope.tasks)]
    links = [row for task in envelope.tasks for row in action_rows(envelope.id, task)]
    return EnvelopeRows(
        documents={row["id"]: row for row in rows},
        segments={(row["document_id"], row["number"]): row for row in parts},
        tasks={row["id"]: row for row in home},
        task_documents={(row["task_id"], row["position"]): row for row in links},
    )


def _documents(envelope: Envelope) -> Sequence[Document]:
    """The audit document comes last."""
    return (*envelope.documents, *filter(None, [envelope.audit]))


def _document_row(envelope_id: str, position: int, document: Document) -> Row:
    return {
        "id": document.id,
        "envelope_id": envelope_id,
        "position": position,
        "is_audit": False,
        "name": document.name,
        "media_type": document.media_type,
        "upload_sha256": document.upload.sha256,
        "upload_size": document.upload.size,
        "pages": [[page.width, page.height] for page in document.pages],
        "base_key": document.base_key,
        "base_sha256": document.base.sha256 if document.base else None,
        "base_size": document.base.size if document.base else None,
        "blank_sha256": document.blank.sha256 if document.blank else None,
        "blank_size": document.blank.size if document.blank else None,
    }


def _segment_row(document_id: str, number: int, segment: Segment) -> Row:
    return {
        "document_id": document_id,
        "number": number,
        "kind": segment.kind.value,
        "task_id": segment.task_id,
        "sha256": segment.file.sha256,
        "size": segment.file.size,
        "chain": segment.chain,
        "facts": segment.facts,
    }


# ------------------------------------------------------------------ from rows


def from_rows(row: Row, rows: EnvelopeRows) -> Envelope:
    parts: dict[str, list[Segment]] = {}
    for (document_id, _), found in rows.segments.items():
        parts.setdefault(document_id, []).append(_segment(found))
    actions: dict[str, dict[str, Action]] = {}
    for found in rows.task_documents.values():
        actions.setdefault(found["task_id"], {})[found["document_id"]] = Action(found["action"])
    documents = {
        id: _document(found, tuple(parts.get(id, ()))) for id, found in rows.documents.items()
    }
    audits = [documents.pop(id) for id, found in rows.documents.items() if found["is_audit"]]
    tasks = tuple(task(found, actions.get(id, {})) for id, found in rows.tasks.items())
    return _envelope(row, tuple(documents.values()), tasks, next(iter(audits), None))


def _envelope(
    row: Row, documents: tuple[Document, ...], tasks: tuple[Task, ...], audit: Document | None
) -> Envelope:
    return Envelope(
        id=row["id"],
        account_id=row["account_id"],
        credential_id=row["credential_id"],
        origin=row["origin"],
        environment=row["environment"],
        project_id=row["project_id"],
        folder=row["folder"],
        name=row["name"],
        sender_name=row["sender_name"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        status=EnvelopeStatus(row["status"]),
        settings=settings(row["settings"]),
        sender=Visitor(**row["sender"]),
        due_at=row["due_at"],
        completed_at=row["completed_at"],
        failure=row["failure"],
        extras=row["extras"],
        restricted=row["restricted"],
        version=row["version"],
        documents=documents,
        tasks=tasks,
        audit=audit,
    )


def _document(row: Row, segments: tuple[Segment, ...]) -> Document:
    return Document(
        id=row["id"],
        name=row["name"],
        media_type=row["media_type"],
        upload=FileRef(row["upload_sha256"], row["upload_size"]),
        pages=tuple(PageSize(width, height) for width, height in row["pages"]),
        base_key=row["base_key"],
        base=_file(row["base_sha256"], row["base_size"]),
        blank=_file(row["blank_sha256"], row["blank_size"]),
        segments=segments,
    )


def _file(sha256: str | None, size: int) -> FileRef | None:
    return None if sha256 is None else FileRef(sha256, size)


def _segment(row: Row) -> Segment:
    return Segment(
        kind=SegmentKind(row["kind"]),
        file=FileRef(row["sha256"], row["size"]),
        chain=row["chain"],
        facts=row["facts"],
        task_id=row["task_id"],
    )

"""An envelope as rows and back. Pure: what `to_rows` makes, `from_rows` reads. A national id stands
in these rows as it is; whoever writes them closes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

from countersign.adapters.database.settings_rows import settings, settings_json
from countersign.adapters.database.types import EPOCH, MICROSECOND
from countersign.domain.archive import Archiving, Period
from countersign.domain.document import Document, FileRef, PageSize, Segment, SegmentKind
from countersign.domain.envelope import Envelope, EnvelopeStatus
from countersign.domain.task import (
    Act,
    Action,
    Area,
    Field,
    FieldKind,
    Person,
    Task,
    TaskStatus,
    Visitor,
)

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
        "sender": _visitor_json(envelope.sender),
        "due_at": envelope.due_at,
        "completed_at": envelope.completed_at,
        "failure": envelope.failure,
        "extras": envelope.extras,
    }


def to_rows(envelope: Envelope) -> EnvelopeRows:
    documents = _documents(envelope)
    rows = [_document_row(envelope.id, number, doc) for number, doc in enumerate(documents)]
    if envelope.audit:
        rows[-1]["is_audit"] = True
    parts = [_segment_row(doc.id, *found) for doc in documents for found in enumerate(doc.segments)]
    home = [_task_row(envelope, *found) for found in enumerate(envelope.tasks)]
    links = [row for task in envelope.tasks for row in _action_rows(envelope.id, task)]
    return EnvelopeRows(
        documents={row["id"]: row for row in rows},
        segments={(row["document_id"], row["number"]): row for row in parts},
        tasks={row["id"]: row for row in home},
        task_documents={(row["task_id"], row["position"]): row for row in links},
    )


def _documents(envelope: Envelope) -> Sequence[Document]:
    """The audit document comes last."""
    return (*envelope.documents, *filter(None, [envelope.audit]))


def _visitor_json(visitor: Visitor) -> Row:
    return {"ip": visitor.ip, "user_agent": visitor.user_agent, "locale": visitor.locale}


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


def _row_id(envelope_id: str, task: Task) -> str:
    """A guest's row has an id of its own, which follows from the envelope and the task."""
    return str(uuid5(UUID(envelope_id), task.id)) if task.guest else task.id


def _task_row(envelope: Envelope, position: int, task: Task) -> Row:
    return {
        "id": _row_id(envelope.id, task),
        "guest_of": task.id if task.guest else None,
        "envelope_id": envelope.id,
        "account_id": envelope.account_id,
        "position": position,
        "title": task.title,
        "folded_title": task.title.casefold(),
        "created_at": task.created_at,
        "link_expires_at": task.link_expires_at,
        "sign_text": task.sign_text,
        "message": task.message,
        "packaged": task.packaged,
        "archiving": _archiving_json(task.archiving) if task.archiving else None,
        "is_text": task.is_text,
        "removed": task.removed,
        "redirects": task.redirects,
        "identity_choice": list(task.identity_choice),
        "name": task.person.name,
        "email": task.person.email,
        "phone": task.person.phone,
        "person_title": task.person.title,
        "fields": [_field_json(box) for box in task.fields],
        "after": list(task.after),
        "methods": list(task.methods),
        "identity": list(task.identity),
        "identified": list(task.identified),
        "language": task.language,
        "status": task.status.value,
        "due_at": task.due_at,
        "opened_at": task.opened_at,
        "completed_at": task.completed_at,
        "reminded_at": task.reminded_at,
        "declined_reason": task.declined_reason,
        "act": _act_json(task.act) if task.act else None,
        "extras": task.extras,
        "optional": task.optional,
        "national_id": task.person.national_id,
    }


def _archiving_json(archiving: Archiving) -> Row:
    period = archiving.keep_for
    kept = [period.months, period.rest // MICROSECOND] if period else None
    return {"documents": list(archiving.documents), "keep_for": kept}


def _field_json(box: Field) -> Row:
    return {
        "id": box.id,
        "document_id": box.document_id,
        "kind": box.kind.value,
        "name": box.name,
        "area": _area_json(box.area),
        "required": box.required,
    }


def _area_json(area: Area) -> Row:
    return {"page": area.page, "x": area.x, "y": area.y, "w": area.w, "h": area.h}


def _act_json(act: Act) -> Row:
    return {
        "method": act.method,
        "consent": act.consent,
        "visitor": _visitor_json(act.visitor),
        "at_us": (act.at - EPOCH) // MICROSECOND,
        "image": [act.image.sha256, act.image.size] if act.image else None,
        "text": act.text,
        "values": dict(act.values),
    }


def _action_rows(envelope_id: str, task: Task) -> Iterable[Row]:
    for position, (document_id, action) in enumerate(task.actions.items()):
        yield {
            "task_id": _row_id(envelope_id, task),
            "position": position,
            "document_id": document_id,
            "envelope_id": envelope_id,
            "action": action.value,
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


def task(row: Row, actions: Mapping[str, Action]) -> Task:
    return Task(
        id=row["guest_of"] or row["id"],
        guest=row["guest_of"] is not None,
        title=row["title"],
        created_at=row["created_at"],
        link_expires_at=row["link_expires_at"],
        sign_text=row["sign_text"],
        message=row["message"],
        packaged=row["packaged"],
        archiving=_archiving(row["archiving"]) if row["archiving"] else None,
        is_text=row["is_text"],
        removed=row["removed"],
        redirects=row["redirects"],
        identity_choice=tuple(row["identity_choice"]),
        person=_person(row),
        actions=actions,
        fields=tuple(_field(values) for values in row["fields"]),
        after=tuple(row["after"]),
        methods=tuple(row["methods"]),
        identity=tuple(row["identity"]),
        identified=tuple(row["identified"]),
        language=row["language"],
        status=TaskStatus(row["status"]),
        due_at=row["due_at"],
        opened_at=row["opened_at"],
        completed_at=row["completed_at"],
        reminded_at=row["reminded_at"],
        declined_reason=row["declined_reason"],
        act=_act(row["act"]) if row["act"] else None,
        extras=row["extras"],
        optional=row["optional"],
    )


def _person(row: Row) -> Person:
    return Person(
        name=row["name"],
        email=row["email"],
        phone=row["phone"],
        title=row["person_title"],
        national_id=row["national_id"],
    )


def _archiving(values: Row) -> Archiving:
    months, rest = values["keep_for"] or (0, 0)
    period = Period(months, rest * MICROSECOND) if values["keep_for"] else None
    return Archiving(tuple(values["documents"]), period)


def _field(values: Row) -> Field:
    return Field(**{**values, "kind": FieldKind(values["kind"]), "area": Area(**values["area"])})


def _act(values: Row) -> Act:
    return Act(
        method=values["method"],
        consent=values["consent"],
        visitor=Visitor(**values["visitor"]),
        at=EPOCH + values["at_us"] * MICROSECOND,
        image=FileRef(*values["image"]) if values["image"] else None,
        text=values["text"],
        values=values["values"],
    )

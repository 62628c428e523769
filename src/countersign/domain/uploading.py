"""Documents whose file somebody's task is to bring."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from countersign.domain.document import Document, FileRef, PageSize
from countersign.domain.envelope import Envelope
from countersign.domain.errors import IdentityRequired, Invalid
from countersign.domain.events import Event, EventKind
from countersign.domain.task import Task, Visitor
from countersign.domain.turns import check_may_act


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """A file that can become a document: the PDF, and what it was when it came (SHA-256 in hex,
    bytes), which for a picture is another file."""

    name: str
    upload: FileRef
    pages: tuple[PageSize, ...]
    came_as: FileRef
    media_type: str


def check_uploads(envelope: Envelope) -> None:
    """Raises Invalid unless each document without a file is brought by exactly one task, and all
    others that touch it wait for that one."""
    for document in envelope.documents:
        bringers = [task for task in envelope.tasks if document.id in task.uploads]
        if not document.awaited and bringers:
            raise Invalid("this document is there already", {"actions": document.id})
        if document.awaited and len(bringers) != 1:
            raise Invalid("one task has to bring each file", {"actions": document.id})
        for bringer in bringers:
            _check_waiting(envelope, document, bringer)


def _check_waiting(envelope: Envelope, document: Document, bringer: Task) -> None:
    for task in envelope.tasks:
        touches = document.id in task.actions and task.id != bringer.id
        if touches and bringer.id not in _awaited_by(envelope, task):
            raise Invalid("a task must wait for the file that it is about", {"after": task.id})


def _awaited_by(envelope: Envelope, task: Task) -> set[str]:
    """The tasks that must be completed before, those included that they wait for."""
    tasks = {one.id: one for one in envelope.tasks}
    found, look_at = set[str](), list[str](task.after)
    while look_at:
        id = look_at.pop()
        if id not in found:
            found.add(id)
            look_at.extend(tasks[id].after)
    return found


def check_may_upload(envelope: Envelope, task_id: str, document_id: str, now: datetime) -> Task:
    """The task. Raises what `check_may_act` raises, IdentityRequired, and Invalid when it is not
    the one that brings this document."""
    task = envelope.task(task_id)
    check_may_act(envelope, task, now)
    if task.identity_due:
        raise IdentityRequired(task.identity_due)
    if document_id not in task.uploads:
        raise Invalid("this document is not to be uploaded", {"document": "not an upload"})
    return task


def upload_document(
    envelope: Envelope,
    task_id: str,
    document_id: str,
    brought: Brought,
    visitor: Visitor,
    now: datetime,
) -> tuple[Envelope, list[Event]]:
    """The document gets its file, in place of one that was brought before; the same file again
    changes nothing. Raises what `check_may_upload` raises."""
    check_may_upload(envelope, task_id, document_id, now)
    before = envelope.document(document_id)
    if before.upload == brought.upload:
        return envelope, []
    document = replace(
        before, upload=brought.upload, pages=brought.pages, base_key="", base=None, segments=()
    )
    uploaded = Event(
        kind=EventKind.DOCUMENT_UPLOADED,
        at=now,
        task_id=task_id,
        document_id=document_id,
        data={
            "name": brought.name,
            **_facts(brought.upload),
            "came_as": {**_facts(brought.came_as), "media_type": brought.media_type},
            "replaced": before.upload.sha256 or None,
            "ip": visitor.ip,
            "user_agent": visitor.user_agent,
        },
    )
    return replace(envelope.with_document(document), updated_at=now), [uploaded]


def _facts(file: FileRef) -> dict[str, object]:
    return {"sha256": file.sha256, "size": file.size}

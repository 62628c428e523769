"""What a signer may know of an envelope, as the JSON of `GET /s/{token}/state`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from countersign.domain.chat import may_read
from countersign.domain.document import Document
from countersign.domain.envelope import Envelope
from countersign.domain.evidence import timestamp
from countersign.domain.forwarding import may_forward
from countersign.domain.identity import TICKET
from countersign.domain.task import Field, FieldKind, Task, TaskStatus
from countersign.pages import i18n
from countersign.pages.signing.branding import shown_after, shown_branding


def signing_state(
    envelope: Envelope,
    task: Task,
    base: str,
    *,
    chosen: str,
    skip_intro: bool,
    simulated: bool,
    upload_limit: int,
    hidden: Sequence[str] = (),
) -> dict[str, Any]:
    """Only this task's own fields and documents: nothing of the other people in the envelope, and
    nothing that stands in the fields before the documents may be seen. `base` is the path of the
    signing link, `chosen` the eID that the person has chosen, if any; `simulated` tells of the
    first proof that is due; `upload_limit` is in bytes; buttons that are `hidden` don't show."""
    due = chosen_first(task, chosen)
    return {
        "envelope": {
            "id": envelope.id,
            "name": task.title or envelope.name,
            "status": str(envelope.status),
        },
        "task": _task(envelope, task, hidden),
        "hidden": list(hidden),
        "documents": [
            shown_document(envelope.document(id), str(action), task)
            for id, action in task.actions.items()
        ],
        "fields": [_field(field, task) for field in task.fields],
        "methods": list(task.methods),
        "identity": {
            "due": list(due),
            "choice": [method for method in due if method in _choice(task)],
            "before": _before(task),
            "chosen": chosen in due,
            "done": list(task.identified),
            "simulated": simulated,
        },
        "languages": list(i18n.available_languages()),
        "branding": shown_branding(envelope, base),
        "skip_intro": skip_intro or envelope.settings.skip_intro,
        "upload_limit": upload_limit,
        "after": shown_after(envelope.settings.after),
    }


def chosen_first(task: Task, chosen: str) -> tuple[str, ...]:
    """The proofs that are due next. Where one of several is enough, the one that was chosen comes
    before the others; a ticket, which nobody can get here, last."""
    wanted = task.identity_due or task.signing_due
    due = tuple(sorted(wanted, key=lambda method: method == TICKET))
    if chosen not in due or chosen not in _choice(task):
        return due
    return (chosen, *(method for method in due if method != chosen))


def _choice(task: Task) -> tuple[str, ...]:
    """Of which one is enough."""
    return task.identity_choice if task.identity_due else task.signing_due


def _before(task: Task) -> str | None:
    """What has to wait for the proofs that are due."""
    if task.identity_due:
        return "reading"
    return "signing" if task.signing_due else None


def _task(envelope: Envelope, task: Task, hidden: Sequence[str]) -> dict[str, Any]:
    due = task.due_at or envelope.due_at or task.link_expires_at
    return {
        "id": task.id,
        "status": str(task.status),
        "name": task.person.name,
        "language": task.language,
        "deadline": timestamp(due) if due else None,
        "sign_text": task.sign_text or None,
        "sign_entries": list(task.sign_entries.values()),
        "dialog": asdict(task.dialog) if task.dialog else None,
        "may": [one for one in _may(envelope, task) if one not in hidden],
    }


def _may(envelope: Envelope, task: Task) -> list[str]:
    return [
        *(["decline"] if task.status is TaskStatus.READY else []),
        *(["forward"] if task.status is TaskStatus.READY and may_forward(task) else []),
        *(["postpone"] if task.status is TaskStatus.READY and task.redirect("cancel") else []),
        *(["chat"] if may_read(envelope, task) else []),
    ]


def shown_document(document: Document, action: str, task: Task) -> dict[str, Any]:
    """`awaited`: it has no file yet. `to_view`: it must be looked at to its end before the task can
    be completed. `version` is another one when somebody brings another file."""
    return {
        "id": document.id,
        "name": document.name,
        "action": action,
        "media_type": document.media_type,
        "pages": [{"width": page.width, "height": page.height} for page in document.pages],
        "done": task.status is TaskStatus.COMPLETED,
        "awaited": document.awaited,
        "to_view": document.id in task.views_due,
        "version": document.upload.sha256[:12],
    }


def may_see(task: Task) -> bool:
    """Whether it is this person's turn, and they have proved what is asked of them."""
    return task.status is not TaskStatus.BLOCKED and not task.identity_due


def _field(field: Field, task: Task) -> dict[str, Any]:
    values: Mapping[str, str] = task.act.values if task.act else {}
    area = field.area
    return {
        "id": field.id,
        "document_id": field.document_id,
        "type": str(field.kind),
        "name": field.name,
        "page": area.page,
        "x": area.x,
        "y": area.y,
        "w": area.w,
        "h": area.h,
        "required": field.required and field.kind is not FieldKind.DATE,
        "value": (field.stands(values) or None) if may_see(task) else None,
        "excludes": [other.id for other in task.fields if field.excludes(other)],
        "options": [shown for _, shown in field.options] if _is_choice(field) else [],
    }


def _is_choice(field: Field) -> bool:
    return field.kind is FieldKind.TEXT

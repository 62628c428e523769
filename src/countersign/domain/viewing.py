"""Documents that somebody has to look at."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from countersign.domain.envelope import Envelope
from countersign.domain.errors import IdentityRequired, NotFound
from countersign.domain.events import Event, EventKind
from countersign.domain.task import Action, Visitor
from countersign.domain.turns import check_may_act


def view_document(
    envelope: Envelope, task_id: str, document_id: str, visitor: Visitor, now: datetime
) -> tuple[Envelope, list[Event]]:
    """Somebody looked at a document to its end; a second look changes nothing. Raises what
    `check_may_act` raises, IdentityRequired, and NotFound for a document that the task has not
    to look at."""
    task = envelope.task(task_id)
    check_may_act(envelope, task, now)
    if task.identity_due:
        raise IdentityRequired(task.identity_due)
    if task.actions.get(document_id) is not Action.VIEW:
        raise NotFound("document", document_id)
    if document_id in task.viewed:
        return envelope, []
    document = envelope.document(document_id)
    viewed = Event(
        kind=EventKind.DOCUMENT_VIEWED,
        at=now,
        task_id=task_id,
        document_id=document_id,
        data={
            "shown": [part.sha256 for part in document.shown],
            "ip": visitor.ip,
            "user_agent": visitor.user_agent,
        },
    )
    task = replace(task, viewed=(*task.viewed, document_id))
    return replace(envelope.with_task(task), updated_at=now), [viewed]

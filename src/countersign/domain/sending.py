"""Sending an envelope."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from countersign.domain.envelope import Envelope, EnvelopeStatus
from countersign.domain.errors import Conflict, Invalid
from countersign.domain.events import Event, EventKind
from countersign.domain.turns import check_order, unblock
from countersign.domain.uploading import check_uploads


def send(envelope: Envelope, now: datetime) -> tuple[Envelope, list[Event]]:
    """Opens a draft. Raises Invalid when it has no document, nobody to act, a field outside its
    document or an impossible order, and Conflict when it was sent before."""
    if envelope.status is not EnvelopeStatus.DRAFT:
        raise Conflict("it was sent before")
    _check(envelope)
    opened = replace(envelope, status=EnvelopeStatus.OPEN, updated_at=now)
    opened, ready = unblock(opened, now)
    return opened, [sent(envelope, now), *ready]


def keep_draft(envelope: Envelope, now: datetime) -> tuple[Envelope, list[Event]]:
    """Nobody is told of it before it is sent. Raises Invalid as `send`."""
    _check(envelope)
    kept = Event(kind=EventKind.ENVELOPE_DRAFTED, at=now, data=_sent_facts(envelope))
    return envelope, [kept]


def _check(envelope: Envelope) -> None:
    _check_complete(envelope)
    check_order(envelope.tasks)
    check_uploads(envelope)
    for task in envelope.tasks:
        for field in task.fields:
            _check_field(envelope, field.document_id, field.area.page)


def sent(envelope: Envelope, now: datetime) -> Event:
    """The event with which an envelope is opened."""
    return Event(kind=EventKind.ENVELOPE_SENT, at=now, data=_sent_facts(envelope))


def _check_complete(envelope: Envelope) -> None:
    if not envelope.documents:
        raise Invalid("an envelope needs a document", {"documents": "at least one is needed"})
    if not envelope.tasks:
        raise Invalid("an envelope needs a task", {"tasks": "at least one is needed"})


def _check_field(envelope: Envelope, document_id: str, page: int) -> None:
    if not 0 <= page < len(envelope.document(document_id).pages):
        raise Invalid("a field is on a page that does not exist", {"page": str(page)})


def _sent_facts(envelope: Envelope) -> dict[str, object]:
    """What the first link of the chain says: which files, sent by whom, to how many."""
    return {
        "name": envelope.name,
        "documents": [
            {
                "id": doc.id,
                "name": doc.name,
                "sha256": doc.upload.sha256 or None,
                "size": doc.upload.size,
            }
            for doc in envelope.documents
        ],
        "tasks": [task.id for task in envelope.tasks],
        "sender": {"ip": envelope.sender.ip, "user_agent": envelope.sender.user_agent},
    }

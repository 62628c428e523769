"""An envelope is erased: nothing is left of it but a record that says what went, when, and at whose
wish."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from countersign.domain.document import Document, FileRef
from countersign.domain.envelope import Envelope, EnvelopeSettings, EnvelopeStatus
from countersign.domain.events import Event, EventKind
from countersign.domain.task import Visitor

RETENTION = "retention"  # erased because its time was over


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """`by` is the id of the credential that asked for it, or RETENTION. `tasks` are the ids of the
    tasks that there were, `removed` and `kept` the files, `kept` those that are in the archive.
    `chain_head` is the hash of the last of `chain_length` links of its evidence, which says the
    same: whoever has a copy of the evidence can compare. Times are UTC."""

    envelope_id: str
    account_id: str
    origin: str
    created_at: datetime
    deleted_at: datetime
    by: str
    tasks: tuple[str, ...]
    removed: tuple[FileRef, ...]
    kept: tuple[FileRef, ...]
    chain_length: int
    chain_head: str


def erase(
    envelope: Envelope, by: str, removed: Iterable[FileRef], kept: Iterable[FileRef], now: datetime
) -> tuple[Envelope, list[Event]]:
    """The envelope without all that it held, and the last link of its evidence."""
    emptied = replace(
        envelope,
        status=EnvelopeStatus.DELETED,
        name="",
        sender_name="",
        sender=Visitor(),
        documents=(),
        tasks=(),
        audit=None,
        settings=EnvelopeSettings(),
        extras={},
        failure=None,
        updated_at=now,
    )
    data = {
        "by": by,
        "removed": [file.sha256 for file in removed],
        "kept": [file.sha256 for file in kept],
    }
    return emptied, [Event(kind=EventKind.ENVELOPE_DELETED, at=now, data=data)]


def may_erase(envelope: Envelope) -> bool:
    """Whether it is to be erased one day, and the time until then has begun."""
    settings = envelope.settings
    if settings.days_kept is None:
        return False
    return settings.erases_unended or not any(task.status.pending for task in envelope.tasks)


def changed_last(envelope: Envelope) -> datetime:
    """When it ended; while it has not, its last change."""
    return envelope.completed_at or envelope.updated_at


def files_of(envelope: Envelope) -> Iterator[FileRef]:
    """Everything that is stored of it, some of it more than once."""
    for document in (*envelope.documents, *filter(None, [envelope.audit])):
        yield from _files_of(document)
    for task in envelope.tasks:
        if task.act is not None and task.act.image is not None:
            yield task.act.image


def _files_of(document: Document) -> Iterator[FileRef]:
    if not document.awaited:
        yield document.upload
    yield from filter(None, [document.blank, document.base])
    yield from (segment.file for segment in document.segments)

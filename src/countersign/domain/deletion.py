"""What stays of an envelope of which everything else was deleted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from countersign.domain.document import FileRef
from countersign.domain.envelope import Envelope


class DeletedBy(StrEnum):
    SENDER = "sender"
    SETTINGS = "settings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """The record of a deletion. Nothing in it tells of people or contents: `last_hash` is the head
    of the evidence, by which somebody who kept a copy can show that it was whole. Times are UTC."""

    envelope_id: str
    account_id: str
    origin: str
    created_at: datetime
    deleted_at: datetime
    deleted_by: DeletedBy
    status: str
    events: int
    last_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftovers:
    """Files behind a deleted envelope: those that were its `own`, those that others may have put
    or use as well (`shared`), and the keys of its `bases`."""

    own: tuple[FileRef, ...] = ()
    shared: tuple[FileRef, ...] = ()
    bases: tuple[str, ...] = ()


def leftovers(envelope: Envelope) -> Leftovers:
    """What is stored for an envelope. Segments hold its id, so they are nobody else's."""
    documents = [*envelope.documents, *filter(None, [envelope.audit])]
    images = [task.act.image for task in envelope.tasks if task.act and task.act.image]
    return Leftovers(
        own=tuple(segment.file for each in documents for segment in each.segments),
        shared=(*dict.fromkeys((*(each.upload for each in documents), *images)),),
        bases=tuple(_bases(envelope)),
    )


def _bases(envelope: Envelope) -> Iterator[str]:
    yield from dict.fromkeys(each.base_key for each in envelope.documents if each.base_key)

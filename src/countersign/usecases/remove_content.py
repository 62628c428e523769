"""Bytes that nobody uses any more leave the file store.

Whoever drops a content queues the question, and it is asked when everybody who had read that the
content is there has said so in the database, or given up. Decision record 80.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from countersign.domain.document import FileRef
from countersign.usecases.ports import NewJob, Ports

# Whoever keeps the same content at this moment has said so in the database by then
GRACE = timedelta(hours=1)
LOOK_AGAIN = timedelta(days=1)  # at what is under a legal hold


def removing(file: FileRef, now: datetime) -> NewJob:
    return NewJob(kind="remove_content", args=_named(file), run_at=now + GRACE)


def remove_content(file: FileRef, ports: Ports) -> None:
    """Removes bytes that nobody uses. What somebody has just stored again may be about to be used,
    and is looked at again."""
    if _is_used(file, ports):
        return
    is_removed = ports.files.remove(file, GRACE)
    now = ports.clock()
    settling = NewJob(kind="settle_content", args=_named(file), run_at=now + GRACE)
    with ports.unit_of_work() as uow:
        uow.jobs.add(settling if is_removed else removing(file, now))
        uow.commit()


def settle_content(file: FileRef, ports: Ports) -> None:
    """What was stored again in the instant of its removal comes back; the rest is gone."""
    ports.files.settle(file, is_used=_is_used(file, ports))


def _is_used(file: FileRef, ports: Ports) -> bool:
    with ports.unit_of_work() as uow:
        return uow.deletions.is_used(file.sha256)


def _named(file: FileRef) -> dict[str, Any]:
    return {"sha256": file.sha256, "size": file.size}

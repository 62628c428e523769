"""Bytes that nobody needs any more leave the file store.

What an envelope had alone goes at once. What others may have put as well goes when nothing refers
to it, and only when nobody put or renewed it for an hour: whoever is sending at this moment has
done so, and will refer to it within seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from countersign.domain.deletion import Leftovers
from countersign.domain.document import FileRef
from countersign.usecases.ports import NewJob, Ports

PAUSE = timedelta(hours=1)


def removal_job(left: Leftovers, at: datetime | None) -> NewJob:
    """The job that removes what is left."""
    args = {
        "own": [[file.sha256, file.size] for file in left.own],
        "shared": [[file.sha256, file.size] for file in left.shared],
        "bases": list(left.bases),
    }
    return NewJob(kind="remove_files", args=args, run_at=at)


def remove_files(args: Mapping[str, Any], ports: Ports) -> None:
    """Removes what can go, and looks after the rest in an hour. May be done twice."""
    for file in _files(args["own"]):
        ports.files.remove(file)
    left = Leftovers(
        shared=tuple(file for file in _files(args["shared"]) if not _removed(file, ports)),
        bases=tuple(key for key in args["bases"] if not _base_removed(key, ports)),
    )
    if left != Leftovers():
        with ports.unit_of_work() as uow:
            uow.jobs.add(removal_job(left, ports.clock() + PAUSE))
            uow.commit()


def _files(pairs: Iterable[tuple[str, int]]) -> list[FileRef]:
    return [FileRef(sha256, size) for sha256, size in pairs]


def _removed(file: FileRef, ports: Ports) -> bool:
    """Whether there is nothing left to do."""
    with ports.unit_of_work() as uow:
        if uow.deletions.uses(file):
            return True
    return ports.files.remove(file, PAUSE.total_seconds())


def _base_removed(key: str, ports: Ports) -> bool:
    """Whether there is nothing left to do. The row goes first: one without a file would fail
    whoever finds it."""
    with ports.unit_of_work() as uow:
        base = uow.bases.get(key)
        if base is None or uow.deletions.uses_base(key):
            return True
        if ports.files.idle(base.file) < PAUSE.total_seconds():
            return False
        uow.deletions.forget_base(key)
        uow.commit()
    ports.files.remove(base.file, PAUSE.total_seconds())
    return True

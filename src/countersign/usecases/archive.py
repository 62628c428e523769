"""The archive: what is put into it is kept, whatever becomes of where it came from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid5

from countersign.domain.account import Caller
from countersign.domain.archive import ArchivedFile, Period, check_removable, removed
from countersign.domain.errors import Held, NotFound
from countersign.domain.stored_file import StoredFile
from countersign.usecases.ports import NewJob, Ports, UnitOfWork
from countersign.usecases.remove_content import LOOK_AGAIN, removing


def archived_id(file_id: str) -> str:
    """The id under which a stored file is in the archive. It follows from the file's."""
    return str(uuid5(UUID(file_id), "archive"))


def put_into_archive(
    file: StoredFile, keep_for: Period | None, at: datetime, uow: UnitOfWork
) -> Iterable[NewJob]:
    """Keeps it from now on; the job returned takes it out at the end of its time."""
    archived = ArchivedFile(
        id=archived_id(file.id),
        account_id=file.account_id,
        media_type=file.media_type,
        parts=file.parts,
        filename=file.filename,
        archived_at=at,
        keep_until=keep_for.after(at) if keep_for else None,
    )
    uow.archive.add(archived)
    uow.keeping.contents.use(archived.id, archived.parts)
    if archived.keep_until is not None:
        yield _ending(archived, archived.keep_until)


def _ending(file: ArchivedFile, at: datetime) -> NewJob:
    args = {"account": file.account_id, "file": file.id}
    return NewJob(kind="end_archived", args=args, run_at=at)


def read_archived(file_id: str, caller: Caller, ports: Ports) -> ArchivedFile:
    """Raises NotFound, also for another account's and for one that is not kept any more."""
    with ports.unit_of_work() as uow:
        return uow.archive.get(caller.account.id, file_id)


def remove_archived(file_id: str, caller: Caller, ports: Ports) -> None:
    """Raises NotFound, Held, and Conflict before the end of its time."""
    _remove(read_archived(file_id, caller, ports), ports)


def end_archived(account_id: str, file_id: str, ports: Ports) -> None:
    """Removes what has been kept long enough; what is gone stays gone."""
    with ports.unit_of_work() as uow:
        try:
            file = uow.archive.get(account_id, file_id)
        except NotFound:
            return
    try:
        _remove(file, ports)
    except Held:
        with ports.unit_of_work() as uow:
            uow.jobs.add(_ending(file, ports.clock() + LOOK_AGAIN))
            uow.commit()


def _remove(file: ArchivedFile, ports: Ports) -> None:
    now = ports.clock()
    check_removable(file, now)
    digest = hashlib.sha256()
    for block in ports.files.stream(file.parts):
        digest.update(block)
    with ports.unit_of_work() as uow:
        uow.keeping.holds.check(file.account_id)
        uow.archive.remove(removed(file, digest.hexdigest(), now))
        uow.keeping.contents.drop(file.id)
        for part in file.parts:
            uow.jobs.add(removing(part, now))
        uow.commit()

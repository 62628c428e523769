"""What an account does with the files that it stored."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import uuid4

from countersign.domain.account import Caller
from countersign.domain.document import PDF, FileRef, PageSize
from countersign.domain.errors import Conflict, Held
from countersign.domain.form import DOCX
from countersign.domain.stored_file import StoredFile, StoredFileKind, describe
from countersign.usecases.file_ports import Staged
from countersign.usecases.outside_ports import FileDownload
from countersign.usecases.ports import NewJob, Ports, Repeatable, UnitOfWork
from countersign.usecases.receive_file import InspectedFile, inspect_file, keep_file
from countersign.usecases.remove_content import LOOK_AGAIN, removing


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreFile:
    """An upload; `media_type` without parameters. `id` may be the sender's choice; unless it is
    used before, the file is gone after `lifetime`."""

    caller: Caller
    staged: Staged
    media_type: str
    id: str = ""
    filename: str = ""
    lifetime: timedelta | None = None
    repeatable: Repeatable | None = None


def store_file(command: StoreFile, ports: Ports) -> StoredFile:
    """Keeps an upload that can be signed, or returns what the same request made before. Raises
    UnusableFile, IdempotencyMismatch."""
    received = keep_file(_inspected(command, ports), ports)
    file = _upload(command, received.upload, received.pages, ports)
    with ports.unit_of_work() as uow:
        uow.stored_files.add(file)
        if command.repeatable is not None:
            made = uow.repeats.claim(command.repeatable, file.id, file.created_at)
            if made != file.id:
                return uow.stored_files.get(file.account_id, made)
        if file.expires_at is not None:
            uow.jobs.add(_dropping(file))
        uow.commit()
    return file


def _inspected(command: StoreFile, ports: Ports) -> InspectedFile:
    if command.media_type == PDF:
        return inspect_file(command.staged, "", ports)
    if command.media_type == DOCX:
        ports.docx.tags(command.staged.read())
        return InspectedFile(name="", staged=command.staged, pages=())
    pages = ports.engine.inspect_text(command.staged, command.media_type).pages
    return InspectedFile(name="", staged=command.staged, pages=pages)


def _upload(
    command: StoreFile, content: FileRef, pages: tuple[PageSize, ...], ports: Ports
) -> StoredFile:
    now = ports.clock()
    return StoredFile(
        id=command.id or str(uuid4()),
        account_id=command.caller.account.id,
        kind=StoredFileKind.UPLOAD,
        media_type=command.media_type,
        parts=(content,),
        sha256=content.sha256,
        created_at=now,
        pages=pages,
        expires_at=now + command.lifetime if command.lifetime else None,
        filename=command.filename,
    )


def _dropping(file: StoredFile) -> NewJob:
    args = {"file": file.id, "account": file.account_id}
    return NewJob(kind="drop_upload", args=args, run_at=file.expires_at)


def drop_upload(file_id: str, account_id: str, ports: Ports) -> None:
    """Removes an upload that nobody used in time; while the account is held, looks again later."""
    now = ports.clock()
    with ports.unit_of_work() as uow:
        try:
            uow.keeping.holds.check(account_id)
        except Held:
            args = {"file": file_id, "account": account_id}
            uow.jobs.add(NewJob(kind="drop_upload", args=args, run_at=now + LOOK_AGAIN))
        else:
            for file in uow.stored_files.drop_expired(file_id, now):
                uow.jobs.add(removing(file, now))
        uow.commit()


def read_stored_file(file_id: str, caller: Caller, ports: Ports) -> StoredFile:
    """Raises NotFound, also for another account's."""
    with ports.unit_of_work() as uow:
        return uow.stored_files.get(caller.account.id, file_id).present_at(ports.clock())


def linked_file(download: FileDownload, ports: Ports) -> StoredFile:
    """What a link was made to. Raises NotFound when it was removed since."""
    with ports.unit_of_work() as uow:
        found = uow.stored_files.get(download.account_id, download.file_id)
    return found.present_at(ports.clock())


def sha256_of(file: StoredFile, ports: Ports) -> str:
    """Hex; of a result it is found out when somebody asks."""
    if file.sha256:
        return file.sha256
    digest = hashlib.sha256()
    for block in ports.files.stream(file.parts):
        digest.update(block)
    return digest.hexdigest()


class Words(Protocol):
    """New words about a file; None leaves what is there."""

    filename: str | None
    title: str | None
    description: str | None


def describe_stored_file(file_id: str, words: Words, caller: Caller, ports: Ports) -> StoredFile:
    """Raises NotFound, Invalid."""
    with ports.unit_of_work() as uow:
        file = describe(
            uow.stored_files.get(caller.account.id, file_id),
            filename=words.filename,
            title=words.title,
            description=words.description,
        )
        uow.stored_files.save(file)
        uow.commit()
    return file


def remove_stored_file(file_id: str, caller: Caller, ports: Ports) -> None:
    """Raises NotFound, Held, and Conflict while somebody is still to act on it."""
    with ports.unit_of_work() as uow:
        file = uow.stored_files.get(caller.account.id, file_id)
        if _is_waited_for(file, uow):
            raise Conflict("somebody is still to act on this document")
        _remove(file, ports.clock(), uow)
        uow.commit()


def drop_stored_file(file_id: str, caller: Caller, ports: Ports) -> None:
    """As `remove_stored_file`, whoever is still to act on it. Raises NotFound, Held."""
    with ports.unit_of_work() as uow:
        file = uow.stored_files.get(caller.account.id, file_id).present_at(ports.clock())
        _remove(file, ports.clock(), uow)
        uow.commit()


def _remove(file: StoredFile, now: datetime, uow: UnitOfWork) -> None:
    uow.keeping.holds.check(file.account_id)
    uow.stored_files.remove(file)
    uow.keeping.contents.drop(file.id)
    for part in file.parts:
        uow.jobs.add(removing(part, now))


def _is_waited_for(file: StoredFile, uow: UnitOfWork) -> bool:
    for envelope_id in uow.stored_files.used_in(file.id):
        document_id = uow.stored_files.uses(envelope_id)[file.id]
        tasks = uow.envelopes.get(envelope_id).tasks
        if any(document_id in task.actions and task.status.pending for task in tasks):
            return True
    return False

"""What came of an act, as files that a program can fetch one by one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid5

from countersign.domain.envelope import Envelope
from countersign.domain.package import Package
from countersign.domain.stored_file import StoredFile, StoredFileKind
from countersign.domain.task import Task
from countersign.usecases.archive import put_into_archive
from countersign.usecases.ports import NewJob, UnitOfWork

SIGNED_TEXT = "application/xml"


def result_id(task_id: str, envelope_id: str, file_id: str) -> str:
    """The id of what a task left in a stored file that is a document of an envelope. It follows
    from the three, so nobody looks it up."""
    return str(uuid5(UUID(task_id), f"{envelope_id} {file_id}"))


def keep_results(envelope: Envelope, task: Task, at: datetime, uow: UnitOfWork) -> Iterable[NewJob]:
    """Each document that the task signed, as it is now, also in the archive where the task says
    so; in the transaction of the act."""
    if not task.signs:
        return
    for file_id, document_id in uow.stored_files.uses(envelope.id).items():
        if document_id in task.signs:
            result = _result(envelope, task, file_id, document_id, at)
            uow.stored_files.add(result)
            if task.archiving and document_id in task.archiving.documents:
                yield from put_into_archive(result, task.archiving.keep_for, at, uow)


def _result(
    envelope: Envelope, task: Task, file_id: str, document_id: str, at: datetime
) -> StoredFile:
    document = envelope.document(document_id)
    parts, media_type = document.parts, document.media_type
    if document.is_text:
        parts, media_type = (document.segments[-1].file,), SIGNED_TEXT
    return StoredFile(
        id=result_id(task.id, envelope.id, file_id),
        account_id=envelope.account_id,
        kind=StoredFileKind.RESULT,
        media_type=media_type,
        parts=parts,
        sha256="",
        created_at=at,
        filename=document.name,
    )


def ask_for_package(
    envelope: Envelope, task_id: str | None, at: datetime, uow: UnitOfWork
) -> Iterable[NewJob]:
    """A package of one task's documents, or of all of the envelope; made by the job returned."""
    package = Package(
        id=str(uuid5(UUID(task_id or envelope.id), "package")),
        account_id=envelope.account_id,
        envelope_id=envelope.id,
        task_id=task_id,
        created_at=at,
    )
    uow.packages.add(package)
    args = {"envelope": envelope.id, "package": package.id}
    yield NewJob(kind="make_package", args=args, queue="pdf")

"""A signer brings the file that a document waits for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from countersign.domain import uploading
from countersign.domain.document import PDF, FileRef
from countersign.domain.envelope import Envelope
from countersign.domain.errors import UnusableFile
from countersign.domain.task import Visitor
from countersign.domain.uploading import Brought
from countersign.usecases.file_ports import Staged
from countersign.usecases.held_task import seen_by
from countersign.usecases.ports import Ports
from countersign.usecases.prepare_documents import on_kept_bases, prepare_documents
from countersign.usecases.receive_file import inspect_file, keep_file
from countersign.usecases.retrying import on_stale_state


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadDocument:
    """`staged` is a PDF or a picture, whatever `media_type` says of it; `name` what the person's
    device calls it."""

    task_id: str
    document_id: str
    staged: Staged
    name: str
    media_type: str
    visitor: Visitor


def upload_document(command: UploadDocument, ports: Ports) -> Envelope:
    """Makes it the document, prepared for those who sign it later; a picture becomes a page. May be
    done again until the task is completed. Returns the envelope as the person sees it.

    Raises NotFound, what `uploading.check_may_upload` raises, and UnusableFile; then what was
    brought before is still there.
    """
    with ports.unit_of_work() as uow:
        held_by = uow.envelopes.holding(command.task_id)
    _check(command, held_by, ports)
    brought = _brought(command, ports)
    return on_stale_state(lambda: _upload(command, brought, ports))


def _check(command: UploadDocument, held_by: Sequence[Envelope], ports: Ports) -> None:
    """Nobody's file is kept, or even opened, for a document that it can't become."""
    holder = _holder(command, held_by)
    uploading.check_may_upload(holder, command.task_id, command.document_id, ports.clock())


def _holder(command: UploadDocument, held_by: Sequence[Envelope]) -> Envelope:
    """The envelope that the document is in; the task's home when it is in none."""
    touching = (
        held for held in held_by if command.document_id in held.task(command.task_id).actions
    )
    return next(touching, held_by[0])


def _upload(command: UploadDocument, brought: Brought, ports: Ports) -> Envelope:
    with ports.unit_of_work() as uow:
        held_by = uow.envelopes.holding(command.task_id)
    holder = _holder(command, held_by)
    changed, events = uploading.upload_document(
        holder, command.task_id, command.document_id, brought, command.visitor, ports.clock()
    )
    if not events:
        return seen_by(command.task_id, held_by)
    changed, bases = prepare_documents(changed, ports)
    with ports.unit_of_work() as uow:
        kept = on_kept_bases(changed, [uow.bases.add(base) for base in bases])
        uow.envelopes.save(kept, events)
        uow.keeping.contents.use(kept.id, [brought.upload, brought.came_as])
        uow.commit()
    return seen_by(command.task_id, [kept if held is holder else held for held in held_by])


def _brought(command: UploadDocument, ports: Ports) -> Brought:
    staged = command.staged
    came_as = FileRef(staged.sha256, staged.size)
    try:
        received = keep_file(inspect_file(staged, command.name, ports), ports)
        upload, pages, media_type = received.upload, received.pages, PDF
    except UnusableFile as problem:
        if problem.code != "not_pdf":
            raise
        upload, pages = ports.engine.picture_page(staged)
        media_type = command.media_type
    return Brought(
        name=command.name, upload=upload, pages=pages, came_as=came_as, media_type=media_type
    )

"""Files come into drafts: PDF, DOCX, pictures."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from countersign.domain.draft import DraftDocument, check_room
from countersign.domain.errors import UnusableFile
from countersign.domain.template import FormField
from countersign.usecases.file_ports import Staged
from countersign.usecases.member_ports import MemberPorts, Visit
from countersign.usecases.ports import Ports
from countersign.usecases.receive_file import (
    ReceivedFile,
    StagedBytes,
    inspect_file,
    keep_file,
)
from countersign.usecases.remove_content import removing
from countersign.usecases.write_draft import own_draft

ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddFile:
    """`document_id` is the sender's choice: what arrives twice is there once."""

    draft_id: str
    document_id: str
    staged: Staged
    name: str


def add_file(command: AddFile, visit: Visit, desk: MemberPorts) -> DraftDocument:
    """What it is, its content tells. Raises NotFound, UnusableFile (also with the codes of
    docx_port.py), Unavailable, Conflict when there are too many."""
    with desk.ports.unit_of_work() as uow:
        draft = own_draft(command.draft_id, visit, uow)
    check_room(draft, command.name)
    document = _document(command, desk.ports)
    with desk.ports.unit_of_work() as uow:
        document = uow.dashboard.drafts.add_document(draft, document)
        uow.commit()
    return document


def remove_file(draft_id: str, document_id: str, visit: Visit, desk: MemberPorts) -> None:
    """Twice is once. Raises NotFound for the draft."""
    with desk.ports.unit_of_work() as uow:
        draft = own_draft(draft_id, visit, uow)
        for document in draft.documents:
            if document.id == document_id:
                uow.dashboard.drafts.remove_document(draft, document_id)
                uow.jobs.add(removing(document.upload, desk.ports.clock()))
        uow.commit()


def _document(command: AddFile, ports: Ports) -> DraftDocument:
    staged, name = command.staged, command.name
    if begins_like_docx(staged):
        staged = StagedBytes(ports.converter.to_pdf(staged.read(), name))
    received = _received(staged, name, ports)
    form: tuple[FormField, ...] = ()
    with suppress(UnusableFile):  # a form that can't be read can't be proposed, and no more
        form = tuple(ports.engine.form_fields(StagedBytes(ports.files.read(received.upload))))
    return DraftDocument(
        id=command.document_id,
        name=name,
        upload=received.upload,
        pages=received.pages,
        form=form,
    )


def begins_like_docx(staged: Staged) -> bool:
    """As every ZIP archive."""
    if staged.in_memory:
        return staged.read()[:4] == ZIP
    with staged.path.open("rb") as file:
        return file.read(4) == ZIP


def _received(staged: Staged, name: str, ports: Ports) -> ReceivedFile:
    try:
        return keep_file(inspect_file(staged, name, ports), ports)
    except UnusableFile as problem:
        if problem.code != "not_pdf":
            raise
        return _picture(staged, name, ports, problem)


def _picture(staged: Staged, name: str, ports: Ports, problem: UnusableFile) -> ReceivedFile:
    """Raises `problem` for what is no picture, either."""
    try:
        upload, pages = ports.engine.picture_page(staged)
    except UnusableFile:
        raise problem from None
    return ReceivedFile(name=name, upload=upload, pages=pages)

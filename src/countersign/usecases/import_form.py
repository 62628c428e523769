"""Files become a form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from countersign.domain.document import PDF
from countersign.domain.errors import UnusableFile
from countersign.domain.form import DOCX, Form, FormDocument, Tag, check_form
from countersign.domain.short_id import new_short_id
from countersign.usecases.ports import Ports
from countersign.usecases.receive_file import StagedBytes, inspect_file, keep_file


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportForm:
    """`files` are names and contents, PDF or DOCX; `tags` None: those that the files have. For the
    rest see `Form`."""

    account_id: str
    origin: str
    name: str
    files: tuple[tuple[str, bytes], ...]
    tags: tuple[Tag, ...] | None = None
    folder: str = ""
    is_public: bool = False
    defaults: Mapping[str, Any] = field(default_factory=dict)


def import_form(command: ImportForm, ports: Ports) -> Form:
    """Raises NotFound for the account, UnusableFile, Unavailable, and Invalid as `check_form`."""
    with ports.unit_of_work() as uow:
        account = uow.accounts.get(command.account_id)
    documents, found = documents_and_tags(command.files, ports)
    now = ports.clock()
    form = Form(
        id=new_short_id(),
        account_id=account.id,
        origin=command.origin,
        name=command.name.strip(),
        documents=documents,
        tags=found if command.tags is None else command.tags,
        created_at=now,
        updated_at=now,
        folder=command.folder,
        is_public=command.is_public,
        defaults=command.defaults,
    )
    check_form(form)
    with ports.unit_of_work() as uow:
        uow.forms.add(form)
        uow.commit()
    return form


def documents_and_tags(
    files: tuple[tuple[str, bytes], ...], ports: Ports
) -> tuple[tuple[FormDocument, ...], tuple[Tag, ...]]:
    """What files, by name and content, are in a form, and their tags, as texts. Raises
    UnusableFile, Unavailable."""
    names = tuple(dict.fromkeys(tag for file in files for tag in _tags(file, ports)))
    return tuple(_document(file, ports) for file in files), _as_text(names)


def _as_text(names: tuple[str, ...]) -> tuple[Tag, ...]:
    return tuple(Tag(id=new_short_id(), name=name, label=name) for name in names)


def _is_pdf(data: bytes) -> bool:
    """Readers look for the header in the first kilobyte (ISO 32000-1, annex H.3)."""
    return b"%PDF-" in data[:1024]


def _tags(file: tuple[str, bytes], ports: Ports) -> tuple[str, ...]:
    name, data = file
    if _is_pdf(data):
        return ()
    try:
        return ports.docx.tags(data)
    except UnusableFile as problem:
        raise UnusableFile(problem.code, problem.message, name) from None


def _document(file: tuple[str, bytes], ports: Ports) -> FormDocument:
    """A DOCX without tags is the same each time, so it is converted once."""
    name, data = file
    if not _is_pdf(data) and _tags(file, ports):
        return FormDocument(name=name, media_type=DOCX, upload=ports.files.put(data))
    pdf = data if _is_pdf(data) else ports.converter.to_pdf(data, name)
    received = keep_file(inspect_file(StagedBytes(pdf), name, ports), ports)
    return FormDocument(name=name, media_type=PDF, upload=received.upload, pages=received.pages)

"""Stored files become the documents of an envelope that waits for people to act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from countersign.domain.account import Caller
from countersign.domain.document import Document
from countersign.domain.envelope import Envelope, EnvelopeSettings, OnDecline
from countersign.domain.errors import Invalid, NotFound
from countersign.domain.stored_file import StoredFile
from countersign.domain.task import Visitor
from countersign.usecases.ports import Ports, Repeatable, UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class GatherDocuments:
    """`files` are ids of stored files; people are added later (add_tasks.py)."""

    caller: Caller
    origin: str
    files: tuple[str, ...]
    packaged: bool
    sender: Visitor
    extras: Mapping[str, Any] = field(default_factory=dict)
    repeatable: Repeatable | None = None


def gather_documents(command: GatherDocuments, ports: Ports) -> Envelope:
    """A draft, or the one that the same request made before. Raises Invalid for a file that is not
    there or comes twice (`documents[n]` says which), IdempotencyMismatch, QuotaExceeded."""
    now = ports.clock()
    with ports.unit_of_work() as uow:
        files = _files(command, uow)
        envelope = _draft(command, files, now)
        uow.envelopes.add(envelope, [])
        for file, document in zip(files, envelope.documents, strict=True):
            uow.stored_files.use(file.id, envelope.id, document.id)
        if command.repeatable is not None:
            made = uow.repeats.claim(command.repeatable, envelope.id, now)
            if made != envelope.id:
                return uow.envelopes.get(made)
        uow.credentials.count_use(command.caller.credential.id)
        uow.commit()
    return envelope


def _files(command: GatherDocuments, uow: UnitOfWork) -> list[StoredFile]:
    found: list[StoredFile] = []
    wrong: dict[str, str] = {}
    for number, id in enumerate(command.files):
        try:
            found.append(uow.stored_files.get(command.caller.account.id, id))
        except NotFound:
            wrong[f"documents[{number}]"] = "no such document"
        if id in command.files[:number]:
            wrong[f"documents[{number}]"] = "this document is there already"
    if wrong:
        raise Invalid("a document can't be used", wrong)
    return found


def _draft(command: GatherDocuments, files: list[StoredFile], now: datetime) -> Envelope:
    documents = tuple(_document(number, file) for number, file in enumerate(files, start=1))
    caller = command.caller
    return Envelope(
        id=str(uuid4()),
        account_id=caller.account.id,
        credential_id=caller.credential.id,
        environment=caller.environment,
        origin=command.origin,
        name=documents[0].name,
        created_at=now,
        updated_at=now,
        sender_name=caller.account.name,
        documents=documents,
        tasks=(),
        settings=_settings(command.packaged),
        sender=command.sender,
        extras=command.extras,
    )


def _settings(packaged: bool) -> EnvelopeSettings:
    """It closes when it is to be packaged; otherwise people may come as long as it is there."""
    return EnvelopeSettings(
        send_invitations=False,
        on_decline=OnDecline.KEEP_OPEN,
        takes_new_tasks=True,
        closes_when_signed=packaged,
        keeps_results=True,
        packaged=packaged,
    )


def _document(number: int, file: StoredFile) -> Document:
    return Document(
        id=str(uuid4()),
        name=file.name or f"Document {number}",
        media_type=file.media_type,
        upload=file.parts[0],
        pages=file.pages,
    )

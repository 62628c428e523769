"""A sender sends documents to people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from countersign.domain import sending
from countersign.domain.account import Caller
from countersign.domain.document import Document
from countersign.domain.envelope import Envelope, EnvelopeSettings
from countersign.domain.events import Event
from countersign.domain.signing import identity_needed
from countersign.domain.task import Action, Area, Field, FieldKind, Person, Task, Visitor
from countersign.usecases.ports import Ports, Repeatable, UnitOfWork
from countersign.usecases.prepare_documents import on_kept_bases, prepare_documents
from countersign.usecases.receive_file import ReceivedFile


@dataclass(frozen=True, slots=True, kw_only=True)
class NewField:
    """`document` is the index into the command's documents."""

    document: int
    kind: FieldKind
    name: str
    area: Area
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask:
    """`actions` says what to do with each of the command's documents, by index; `after` are
    indexes into the command's tasks; `identity` are the methods to be passed before, of
    `identity_choice` one. `message` is the sender's own word to this person. Without `id` it gets
    a new one."""

    person: Person
    actions: Mapping[int, Action]
    id: str = ""
    fields: tuple[NewField, ...] = ()
    after: tuple[int, ...] = ()
    methods: tuple[str, ...] = ("drawn", "typed")
    identity: tuple[str, ...] = ()
    identity_choice: tuple[str, ...] = ()
    optional: bool = False
    message: str = ""
    redirects: Mapping[str, str] = field(default_factory=dict)
    language: str = ""
    extras: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendEnvelope:
    """What a sender asks for; behaviour that vendors differ in is in `settings`. Without `id` it
    gets a new one. A `draft` waits to be sent (send_draft.py)."""

    caller: Caller
    id: str = ""
    draft: bool = False
    folder: str = ""
    origin: str
    name: str
    documents: tuple[ReceivedFile, ...]
    tasks: tuple[NewTask, ...]
    sender_name: str
    settings: EnvelopeSettings = field(default_factory=EnvelopeSettings)
    sender: Visitor = field(default_factory=Visitor)
    due_at: datetime | None = None
    project_id: str | None = None
    extras: Mapping[str, Any] = field(default_factory=dict)
    repeatable: Repeatable | None = None


def send_envelope(command: SendEnvelope, ports: Ports) -> Envelope:
    """Opens the envelope, or keeps it as a draft, or returns the one that the same request made
    before.

    Raises QuotaExceeded, Invalid, UnusableFile, IdempotencyMismatch, and NotFound for a project
    that is not the account's.
    """
    now = ports.clock()
    draft, bases = prepare_documents(_draft(command, now), ports)
    envelope, events = _begun(command, draft, now)
    with ports.unit_of_work() as uow:
        envelope = on_kept_bases(envelope, [uow.bases.add(base) for base in bases])
        uow.envelopes.add(envelope, events)
        # Last, as their rows are what requests with the same credential wait for
        if earlier := _earlier(command, envelope, now, uow):
            return earlier
        uow.credentials.count_use(command.caller.credential.id)
        uow.commit()
    return envelope


def _begun(command: SendEnvelope, draft: Envelope, now: datetime) -> tuple[Envelope, list[Event]]:
    return sending.keep_draft(draft, now) if command.draft else sending.send(draft, now)


def _earlier(
    command: SendEnvelope, envelope: Envelope, now: datetime, uow: UnitOfWork
) -> Envelope | None:
    if command.repeatable is None:
        return None
    made = uow.repeats.claim(command.repeatable, envelope.id, now)
    return None if made == envelope.id else uow.envelopes.get(made)


def _draft(command: SendEnvelope, now: datetime) -> Envelope:
    documents = tuple(
        Document(
            id=str(uuid4()),
            name=received.name,
            media_type="application/pdf",
            upload=received.upload,
            pages=received.pages,
        )
        for received in command.documents
    )
    return Envelope(
        id=command.id or str(uuid4()),
        account_id=command.caller.account.id,
        credential_id=command.caller.credential.id,
        environment=command.caller.environment,
        project_id=command.project_id,
        folder=command.folder,
        origin=command.origin,
        name=command.name,
        created_at=now,
        updated_at=now,
        sender_name=command.sender_name,
        documents=documents,
        tasks=_tasks(command, documents),
        settings=command.settings,
        sender=command.sender,
        due_at=command.due_at,
        extras=command.extras,
    )


def _tasks(command: SendEnvelope, documents: tuple[Document, ...]) -> tuple[Task, ...]:
    ids = [new.id or str(uuid4()) for new in command.tasks]
    return tuple(
        Task(
            id=id,
            person=new.person,
            actions={documents[index].id: action for index, action in new.actions.items()},
            fields=tuple(_field(made, documents) for made in new.fields),
            after=tuple(ids[index] for index in new.after),
            methods=new.methods,
            identity=_identity(new),
            identity_choice=new.identity_choice,
            optional=new.optional,
            message=new.message,
            redirects=new.redirects,
            language=new.language,
            extras=new.extras,
        )
        for id, new in zip(ids, command.tasks, strict=True)
    )


def _identity(new: NewTask) -> tuple[str, ...]:
    signs = Action.SIGN in new.actions.values()
    return identity_needed(new.identity, new.methods) if signs else new.identity


def _field(new: NewField, documents: tuple[Document, ...]) -> Field:
    return Field(
        id=str(uuid4()),
        document_id=documents[new.document].id,
        kind=new.kind,
        name=new.name,
        area=new.area,
        required=new.required,
    )

"""A sender sends documents to people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from countersign.domain import sending
from countersign.domain.account import Caller
from countersign.domain.archive import Archiving
from countersign.domain.document import NO_FILE, PDF, Document
from countersign.domain.envelope import Envelope, EnvelopeSettings
from countersign.domain.events import Event
from countersign.domain.reaching import check_sms
from countersign.domain.signing import identity_needed
from countersign.domain.task import (
    Action,
    Area,
    Dialog,
    Field,
    FieldKind,
    Person,
    Task,
    Visitor,
)
from countersign.usecases.ports import Ports, Repeatable, UnitOfWork
from countersign.usecases.prepare_documents import on_kept_bases, prepare_documents
from countersign.usecases.receive_file import AwaitedFile, ReceivedFile


@dataclass(frozen=True, slots=True, kw_only=True)
class NewField:
    """As `Field`; `document` is the index into the command's documents."""

    document: int
    kind: FieldKind
    name: str
    area: Area
    required: bool = True
    value: str = ""
    options: tuple[tuple[str, str], ...] = ()
    form_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask:
    """As `Task`. `actions` says what to do with each of the command's documents, by index, and
    `sign_entries` are by index too; `after` are indexes into the command's tasks; `identity` are
    the methods to be passed before; who `reads_first` is not asked for the eID that is the only way
    to sign before he signs. `id` may be chosen, a UUID."""

    person: Person
    actions: Mapping[int, Action]
    id: str = ""
    fields: tuple[NewField, ...] = ()
    after: tuple[int, ...] = ()
    methods: tuple[str, ...] = ("drawn", "typed")
    identity: tuple[str, ...] = ()
    identity_choice: tuple[str, ...] = ()
    optional: bool = False
    sign_text: str = ""
    sign_entries: Mapping[int, str] = field(default_factory=dict)
    dialog: Dialog | None = None
    interface: str = ""
    number_by: tuple[str, ...] = ()
    names_by: tuple[str, ...] = ()
    must_view: bool = False
    may_forward: bool = False
    message: str = ""
    redirects: Mapping[str, str] = field(default_factory=dict)
    due_at: datetime | None = None
    archived: tuple[int, ...] = ()
    reads_first: bool = False
    language: str = ""
    extras: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendEnvelope:
    """What a sender asks for; behaviour that vendors differ in is in `settings`. `id` may be
    chosen, a UUID; `beside` is done in the same transaction, before the envelope is there. A
    `draft` waits to be sent (send_draft.py)."""

    caller: Caller
    id: str = ""
    draft: bool = False
    restricted: bool = False
    folder: str = ""
    origin: str
    name: str
    documents: tuple[ReceivedFile | AwaitedFile, ...]
    tasks: tuple[NewTask, ...]
    sender_name: str
    settings: EnvelopeSettings = field(default_factory=EnvelopeSettings)
    sender: Visitor = field(default_factory=Visitor)
    due_at: datetime | None = None
    project_id: str | None = None
    extras: Mapping[str, Any] = field(default_factory=dict)
    repeatable: Repeatable | None = None
    beside: Callable[[Envelope, UnitOfWork], None] | None = None


def send_envelope(command: SendEnvelope, ports: Ports) -> Envelope:
    """Opens the envelope, or keeps it as a draft, or returns the one that the same request made
    before.

    Raises QuotaExceeded, Invalid (also for an SMS that nothing would send), UnusableFile,
    IdempotencyMismatch, and NotFound for a project
    that is not the account's.
    """
    now = ports.clock()
    draft = envelope_of(command, now)
    check_sms(draft.tasks, ports.mailer.channels)
    draft, bases = prepare_documents(draft, ports)
    envelope, events = _begun(command, draft, now)
    with ports.unit_of_work() as uow:
        envelope = on_kept_bases(envelope, [uow.bases.add(base) for base in bases])
        if command.beside is not None:
            command.beside(envelope, uow)
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


def envelope_of(command: SendEnvelope, now: datetime) -> Envelope:
    """As it would be sent, its documents not prepared."""
    documents = tuple(map(_document, command.documents))
    return Envelope(
        id=command.id or str(uuid4()),
        account_id=command.caller.account.id,
        credential_id=command.caller.credential.id,
        environment=command.caller.environment,
        project_id=command.project_id,
        folder=command.folder,
        restricted=command.restricted,
        origin=command.origin,
        name=command.name,
        created_at=now,
        updated_at=now,
        sender_name=command.sender_name,
        documents=documents,
        tasks=_tasks(command, documents, now),
        settings=command.settings,
        sender=command.sender,
        due_at=command.due_at,
        extras=command.extras,
    )


def _document(received: ReceivedFile | AwaitedFile) -> Document:
    if isinstance(received, AwaitedFile):
        return Document(id=str(uuid4()), name=received.name, media_type=PDF, upload=NO_FILE)
    return Document(
        id=str(uuid4()),
        name=received.name,
        media_type=received.media_type,
        upload=received.upload,
        pages=received.pages,
        blank=received.blank,
    )


def _tasks(
    command: SendEnvelope, documents: tuple[Document, ...], now: datetime
) -> tuple[Task, ...]:
    ids = [new.id or str(uuid4()) for new in command.tasks]
    return tuple(
        _task(id, new, tuple(ids[index] for index in new.after), documents, now)
        for id, new in zip(ids, command.tasks, strict=True)
    )


def _task(
    id: str, new: NewTask, after: tuple[str, ...], documents: tuple[Document, ...], now: datetime
) -> Task:
    return Task(
        id=id,
        person=new.person,
        actions={documents[index].id: action for index, action in new.actions.items()},
        fields=tuple(_field(made, documents) for made in new.fields),
        after=after,
        methods=new.methods,
        identity=_identity(new),
        identity_choice=new.identity_choice,
        optional=new.optional,
        sign_text=new.sign_text,
        sign_entries={documents[index].id: line for index, line in new.sign_entries.items()},
        dialog=new.dialog,
        interface=new.interface,
        number_by=new.number_by,
        names_by=new.names_by,
        must_view=new.must_view,
        may_forward=new.may_forward,
        message=new.message,
        redirects=new.redirects,
        created_at=now,
        due_at=new.due_at,
        archiving=_archiving(new, documents),
        language=new.language,
        extras=new.extras,
    )


def _archiving(new: NewTask, documents: tuple[Document, ...]) -> Archiving | None:
    """Until somebody removes it."""
    if not new.archived:
        return None
    return Archiving(tuple(documents[index].id for index in new.archived))


def _identity(new: NewTask) -> tuple[str, ...]:
    signs = Action.SIGN in new.actions.values() and not new.reads_first
    return identity_needed(new.identity, new.methods) if signs else new.identity


def _field(new: NewField, documents: tuple[Document, ...]) -> Field:
    return Field(
        id=str(uuid4()),
        document_id=documents[new.document].id,
        kind=new.kind,
        name=new.name,
        area=new.area,
        required=new.required,
        value=new.value,
        options=new.options,
        form_name=new.form_name,
    )

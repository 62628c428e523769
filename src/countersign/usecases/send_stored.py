"""A sender sends stored files to people: everything in one go, or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from countersign.domain import growing
from countersign.domain.account import Caller
from countersign.domain.document import Document
from countersign.domain.envelope import Envelope, EnvelopeSettings, OnDecline
from countersign.domain.errors import Invalid, NotFound
from countersign.domain.events import EventKind
from countersign.domain.notice import AT_ONCE, Channel, Notice, Slot
from countersign.domain.package import Package
from countersign.domain.stored_file import StoredFile
from countersign.domain.task import Action, Person, Task, Visitor
from countersign.usecases.ports import Ports, Repeatable, UnitOfWork
from countersign.usecases.prepare_documents import on_kept_bases, prepare_documents


@dataclass(frozen=True, slots=True, kw_only=True)
class SentTask:
    """As `Task`. `key` is what the sender calls it, `after` holds keys; `actions` are by the ids of
    stored files."""

    key: str
    person: Person
    actions: Mapping[str, Action]
    after: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    identity: tuple[str, ...] = ()
    identity_choice: tuple[str, ...] = ()
    language: str = ""
    sign_text: str = ""
    due_at: datetime | None = None
    redirects: Mapping[str, str] = field(default_factory=dict)
    extras: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentPackage:
    """What `parts` (key of a task, id of a stored file) left, in one file."""

    key: str
    parts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SentNotice:
    """As `Notice`; `task` and `package` are keys."""

    key: str
    channel: Channel
    recipient: str
    text: tuple[str | Slot, ...]
    on: EventKind
    delay: timedelta = AT_ONCE
    task: str | None = None
    package: str | None = None
    subject: str = ""
    sender: str = ""
    layout: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendStored:
    """`id` becomes the envelope's, a UUID; `files` holds ids of stored files with the names that
    people are shown. Keys are unique among tasks, and among packages."""

    id: str
    caller: Caller
    origin: str
    name: str
    files: Mapping[str, str]
    tasks: tuple[SentTask, ...]
    packages: tuple[SentPackage, ...] = ()
    notices: tuple[SentNotice, ...] = ()
    days_kept: int | None = None
    sender: Visitor = field(default_factory=Visitor)
    extras: Mapping[str, Any] = field(default_factory=dict)
    repeatable: Repeatable | None = None


def task_id(envelope_id: str, key: str) -> str:
    """Follows from what the sender calls it, so nobody looks it up."""
    return str(uuid5(UUID(envelope_id), f"task {key}"))


def package_id(envelope_id: str, key: str) -> str:
    return str(uuid5(UUID(envelope_id), f"package {key}"))


def document_id(envelope_id: str, file_id: str) -> str:
    return str(uuid5(UUID(envelope_id), f"document {file_id}"))


def send_stored(command: SendStored, ports: Ports) -> Envelope:
    """An open envelope, or the one that the same request made before. The files are kept as long as
    it is. Raises Invalid (`files` says which are not there, by their ids; `after` for a circle),
    UnusableFile, IdempotencyMismatch, QuotaExceeded."""
    now = ports.clock()
    with ports.unit_of_work() as uow:
        if command.repeatable and (earlier := uow.repeats.find(command.repeatable)):
            return uow.envelopes.get(earlier)
        files = _files(command, now, uow)
    tasks = [_task(command.id, new, now) for new in command.tasks]
    envelope, events = growing.add_tasks(_draft(command, files, now), tasks, now)
    envelope, bases = prepare_documents(envelope, ports)
    with ports.unit_of_work() as uow:
        envelope = on_kept_bases(envelope, [uow.bases.add(base) for base in bases])
        _add_beside(command, now, uow)
        uow.envelopes.add(envelope, events)
        _use(files, envelope, uow)
        if made := _earlier(command, now, uow):
            return made
        uow.credentials.count_use(command.caller.credential.id)
        uow.commit()
    return envelope


def _files(command: SendStored, now: datetime, uow: UnitOfWork) -> list[StoredFile]:
    found: list[StoredFile] = []
    missing: dict[str, str] = {}
    for id in command.files:
        try:
            found.append(uow.stored_files.get(command.caller.account.id, id).present_at(now))
        except NotFound:
            missing[id] = "no such document"
    if missing:
        raise Invalid("a document can't be used", missing)
    return found


def _use(files: Sequence[StoredFile], envelope: Envelope, uow: UnitOfWork) -> None:
    """Raises Invalid for a file that went away meanwhile."""
    for file, document in zip(files, envelope.documents, strict=True):
        uow.stored_files.use(file.id, envelope.id, document.id)
        if file.expires_at is None:
            continue
        try:
            uow.stored_files.save(replace(file, expires_at=None))
        except NotFound:
            raise Invalid("a document can't be used", {file.id: "no such document"}) from None


def _earlier(command: SendStored, now: datetime, uow: UnitOfWork) -> Envelope | None:
    if command.repeatable is None:
        return None
    made = uow.repeats.claim(command.repeatable, command.id, now)
    return None if made == command.id else uow.envelopes.get(made)


def _draft(command: SendStored, files: Sequence[StoredFile], now: datetime) -> Envelope:
    caller = command.caller
    return Envelope(
        id=command.id,
        account_id=caller.account.id,
        credential_id=caller.credential.id,
        environment=caller.environment,
        origin=command.origin,
        name=command.name,
        created_at=now,
        updated_at=now,
        sender_name=caller.account.name,
        documents=tuple(_document(command, file) for file in files),
        tasks=(),
        settings=_settings(command),
        sender=command.sender,
        extras=command.extras,
    )


def _settings(command: SendStored) -> EnvelopeSettings:
    """Who refuses ends his own part only."""
    return EnvelopeSettings(
        on_decline=OnDecline.KEEP_OPEN,
        has_notices=bool(command.notices),
        has_packages=bool(command.packages),
        days_kept=command.days_kept,
    )


def _document(command: SendStored, file: StoredFile) -> Document:
    return Document(
        id=document_id(command.id, file.id),
        name=command.files[file.id],
        media_type=file.media_type,
        upload=file.parts[0],
        pages=file.pages,
    )


def _task(envelope_id: str, new: SentTask, now: datetime) -> Task:
    return Task(
        id=task_id(envelope_id, new.key),
        person=new.person,
        actions={document_id(envelope_id, id): action for id, action in new.actions.items()},
        after=tuple(task_id(envelope_id, key) for key in new.after),
        methods=new.methods,
        identity=new.identity,
        identity_choice=new.identity_choice,
        language=new.language,
        sign_text=new.sign_text,
        created_at=now,
        due_at=new.due_at,
        redirects=new.redirects,
        extras=new.extras,
    )


def _add_beside(command: SendStored, now: datetime, uow: UnitOfWork) -> None:
    """Before the envelope, as its first events look for them."""
    for package in _packages(command, now):
        uow.packages.add(package)
    uow.notices.add(
        [_notice(command.id, number, new) for number, new in enumerate(command.notices)]
    )


def _packages(command: SendStored, now: datetime) -> Iterator[Package]:
    for new in command.packages:
        yield Package(
            id=package_id(command.id, new.key),
            account_id=command.caller.account.id,
            envelope_id=command.id,
            created_at=now,
            name=new.key,
            parts=tuple(
                (task_id(command.id, task), document_id(command.id, file))
                for task, file in new.parts
            ),
        )


def _notice(envelope_id: str, number: int, new: SentNotice) -> Notice:
    return Notice(
        id=str(uuid5(UUID(envelope_id), f"notice {number}")),
        envelope_id=envelope_id,
        name=new.key,
        channel=new.channel,
        recipient=new.recipient,
        text=new.text,
        on=new.on,
        delay=new.delay,
        task_id=new.task and task_id(envelope_id, new.task),
        package_id=new.package and package_id(envelope_id, new.package),
        subject=new.subject,
        sender=new.sender,
        layout=new.layout,
    )

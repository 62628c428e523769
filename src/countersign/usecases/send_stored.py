"""A sender sends stored files to people, with what is to be packaged and who is to be told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from countersign.domain.envelope import Envelope
from countersign.domain.errors import Invalid, NotFound
from countersign.domain.events import EventKind
from countersign.domain.notice import AT_ONCE, Channel, Notice, Slot
from countersign.domain.package import Package
from countersign.domain.stored_file import StoredFile
from countersign.usecases.ports import Ports, UnitOfWork
from countersign.usecases.receive_file import ReceivedFile
from countersign.usecases.send_envelope import SendEnvelope, send_envelope


@dataclass(frozen=True, slots=True, kw_only=True)
class SentPackage:
    """What `parts` (key of a task, index of a document) left, in one file. `key` is what the sender
    calls it."""

    key: str
    parts: tuple[tuple[str, int], ...]
    archived: bool = False


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
    """`envelope` has an id, and its tasks have those of `task_id`; `files` are the stored files
    that it uses, by the indexes of its documents. Keys are unique among packages."""

    envelope: SendEnvelope
    files: Mapping[int, StoredFile]
    packages: tuple[SentPackage, ...] = ()
    notices: tuple[SentNotice, ...] = ()
    days_kept: int | None = None


def task_id(envelope_id: str, key: str) -> str:
    """Follows from what the sender calls it, so nobody looks it up."""
    return str(uuid5(UUID(envelope_id), f"task {key}"))


def package_id(envelope_id: str, key: str) -> str:
    return str(uuid5(UUID(envelope_id), f"package {key}"))


def received(file: StoredFile, name: str) -> ReceivedFile:
    """A stored file as a document of an envelope."""
    return ReceivedFile(
        name=name, upload=file.parts[0], pages=file.pages, media_type=file.media_type
    )


def send_stored(command: SendStored, ports: Ports) -> Envelope:
    """As `send_envelope`: all of it or nothing. Uploads that are used stay as long as they would
    not otherwise: until the last envelope that uses them is erased. Raises what that raises, and
    Invalid for one that has gone meanwhile."""
    settings = replace(
        command.envelope.settings,
        has_notices=bool(command.notices),
        has_packages=bool(command.packages),
        days_kept=command.days_kept,
    )

    def beside(envelope: Envelope, uow: UnitOfWork) -> None:
        for package in _packages(command, envelope, ports.clock()):
            uow.packages.add(package)
        numbered = enumerate(command.notices)
        uow.notices.add([_notice(envelope.id, number, new) for number, new in numbered])
        _keep(command.files, envelope, uow)

    return send_envelope(replace(command.envelope, settings=settings, beside=beside), ports)


def _keep(files: Mapping[int, StoredFile], envelope: Envelope, uow: UnitOfWork) -> None:
    for place, file in files.items():
        try:
            uow.stored_files.save(replace(file, expires_at=None))
        except NotFound:
            raise Invalid("a document can't be used", {file.id: "no such document"}) from None
        uow.stored_files.use(file.id, envelope.id, envelope.documents[place].id)


def _packages(command: SendStored, envelope: Envelope, now: datetime) -> Iterator[Package]:
    for new in command.packages:
        yield Package(
            id=package_id(envelope.id, new.key),
            account_id=envelope.account_id,
            envelope_id=envelope.id,
            created_at=now,
            name=new.key,
            archived=new.archived,
            parts=tuple(
                (task_id(envelope.id, task), envelope.documents[place].id)
                for task, place in new.parts
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

"""What came of an envelope, task by task and package by package."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from countersign.domain.account import Caller
from countersign.domain.document import Document, FileRef
from countersign.domain.envelope import Envelope
from countersign.domain.errors import NotFound
from countersign.domain.evidence import Link
from countersign.domain.identity import TICKET
from countersign.domain.package import Package
from countersign.domain.stored_file import StoredFile
from countersign.domain.task import Task, TaskStatus
from countersign.usecases.collections import owned_collection
from countersign.usecases.keep_results import SIGNED_TEXT
from countersign.usecases.ports import Ports, UnitOfWork
from countersign.usecases.ticket import issue_ticket


@dataclass(frozen=True, slots=True)
class Content:
    """Bytes that are `parts`, one after the other."""

    parts: tuple[FileRef, ...]
    media_type: str
    name: str


@dataclass(frozen=True, slots=True)
class Story:
    """All that happened to an envelope, in order; its packages, and what its notices are called, by
    their ids."""

    links: Sequence[Link]
    packages: Mapping[str, Package]
    notices: Mapping[str, str]


def stored_among(ids: Collection[str], caller: Caller, ports: Ports) -> Mapping[str, StoredFile]:
    """Those of the ids that are files of the caller's account."""
    found: dict[str, StoredFile] = {}
    with ports.unit_of_work() as uow:
        for id in ids:
            with suppress(NotFound):
                file = uow.stored_files.get(caller.account.id, id)
                found[id] = file.present_at(ports.clock())
    return found


def read_sent(envelope_id: str, caller: Caller, origin: str, ports: Ports) -> Envelope:
    """Raises NotFound, also for what was removed, and Forbidden."""
    with ports.unit_of_work() as uow:
        return owned_collection(envelope_id, caller, origin, uow)


def read_story(envelope_id: str, caller: Caller, origin: str, ports: Ports) -> Story:
    """Raises what `read_sent` raises."""
    with ports.unit_of_work() as uow:
        owned_collection(envelope_id, caller, origin, uow)
        packages = {package.id: package for package in uow.packages.of_envelope(envelope_id)}
        notices = {notice.id: notice.name for notice in uow.notices.of_envelope(envelope_id)}
        return Story(uow.envelopes.evidence(envelope_id), packages, notices)


def read_package(
    envelope_id: str, package_id: str, caller: Caller, origin: str, ports: Ports
) -> Package:
    """Raises what `read_sent` raises, and NotFound."""
    with ports.unit_of_work() as uow:
        owned_collection(envelope_id, caller, origin, uow)
        return _package(envelope_id, package_id, uow)


def package_content(package: Package, caller: Caller, ports: Ports) -> Content:
    """Raises NotFound before it is ready."""
    if package.file_id is None:
        raise NotFound("package", package.id)
    with ports.unit_of_work() as uow:
        file = uow.stored_files.get(caller.account.id, package.file_id)
    return Content(file.parts, file.media_type, f"{package.name or package.id}.pdf")


def _package(envelope_id: str, package_id: str, uow: UnitOfWork) -> Package:
    for package in uow.packages.of_envelope(envelope_id):
        if package.id == package_id:
            return package
    raise NotFound("package", package_id)


def original_content(document: Document) -> Content:
    """As it was uploaded, or brought. Raises NotFound while it is awaited."""
    if document.awaited:
        raise NotFound("document", document.id)
    return Content((document.blank or document.upload,), document.media_type, document.name)


def result_content(document: Document, task: Task) -> Content:
    """What this task's signature made of it; of a text, the signature with the text in it. Raises
    NotFound before that, and for what it does not sign."""
    signed = document.as_left_by([task.id]) if task.status is TaskStatus.COMPLETED else None
    if signed is None or document.id not in task.signs:
        raise NotFound("result", document.id)
    return _signed_content(signed)


def _signed_content(signed: Document) -> Content:
    if signed.is_text:
        return Content((signed.segments[-1].file,), SIGNED_TEXT, signed.name)
    return Content(signed.parts, signed.media_type, signed.name)


def tickets_for(envelope: Envelope, ports: Ports) -> str:
    """One ticket for all tasks that take one; "" when none does."""
    tasks = [task.id for task in envelope.tasks if TICKET in task.identity_choice]
    if not tasks:
        return ""
    with ports.unit_of_work() as uow:
        ticket = issue_ticket(tasks, ports, uow)
        uow.commit()
    return ticket

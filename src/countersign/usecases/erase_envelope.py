"""An envelope is erased, at the sender's wish or because its time is over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from countersign.domain import erasing
from countersign.domain.account import Caller
from countersign.domain.document import FileRef
from countersign.domain.envelope import Envelope, EnvelopeStatus
from countersign.domain.erasing import RETENTION, Deletion
from countersign.domain.errors import NotFound
from countersign.domain.events import Event, EventKind
from countersign.domain.evidence import Link
from countersign.domain.package import Package
from countersign.usecases.archive import archived_id
from countersign.usecases.collections import owned_collection
from countersign.usecases.keep_results import result_id
from countersign.usecases.ports import NewJob, Ports, UnitOfWork
from countersign.usecases.retrying import on_stale_state

# Whoever keeps the same content at this moment has said so in the database by then
GRACE = timedelta(hours=1)


def erase_sent(envelope_id: str, caller: Caller, origin: str, ports: Ports) -> None:
    """Raises NotFound, also when it was done before, and Forbidden."""

    def attempt() -> None:
        with ports.unit_of_work() as uow:
            envelope = owned_collection(envelope_id, caller, origin, uow)
            _erase(envelope, caller.credential.id, ports.clock(), uow)
            uow.commit()

    on_stale_state(attempt)


def erase_in_time(envelope_id: str, ports: Ports) -> None:
    """Erases it when its last task ended as long ago as it was to be kept; else nothing. Of one
    that changed meanwhile, and counts from there, looks again."""

    def attempt() -> None:
        with ports.unit_of_work() as uow:
            envelope = uow.envelopes.get(envelope_id)
            if envelope.status is EnvelopeStatus.DELETED or not erasing.may_erase(envelope):
                return
            due = erasing.changed_last(envelope) + _span(envelope)
            if envelope.settings.erases_unended and due > ports.clock():
                uow.jobs.add(_erasing(envelope.id, due))
            else:
                _erase(envelope, RETENTION, ports.clock(), uow)
            uow.commit()

    on_stale_state(attempt)


def erasing_due(envelope: Envelope, event: Event) -> Iterable[NewJob]:
    """With the end of its last task, or its last change, the time begins that it is kept."""
    if erasing.may_erase(envelope):
        yield _erasing(envelope.id, event.at + _span(envelope))


def _span(envelope: Envelope) -> timedelta:
    return timedelta(days=envelope.settings.days_kept or 0)


def _erasing(envelope_id: str, due: datetime) -> NewJob:
    args = {"envelope": envelope_id}
    return NewJob(kind="erase_in_time", args=args, run_at=due, unique=f"erase:{envelope_id}")


def read_deletion(envelope_id: str, caller: Caller, origin: str, ports: Ports) -> Deletion:
    """What is known of an envelope that was erased. Raises NotFound, also for another account's."""
    with ports.unit_of_work() as uow:
        deletion = uow.deletions.get(envelope_id)
        envelope = uow.envelopes.get(envelope_id)
    whose = (envelope.account_id, envelope.origin, envelope.environment)
    if whose != (caller.account.id, origin, caller.environment):
        raise NotFound("envelope", envelope_id)
    return deletion


def _erase(envelope: Envelope, by: str, now: datetime, uow: UnitOfWork) -> None:
    packages = uow.packages.of_envelope(envelope.id)
    links = uow.envelopes.evidence(envelope.id)
    kept = _archived(envelope, packages, uow)
    everything = [*erasing.files_of(envelope), *_brought(links), *_packaged(packages, uow)]
    removed = [file for file in dict.fromkeys(everything) if file not in kept]
    emptied, events = erasing.erase(envelope, by, removed, kept, now)
    uow.envelopes.save(emptied, events)
    last = uow.envelopes.evidence(envelope.id)[-1]
    task_ids = tuple(task.id for task in envelope.tasks)
    uow.deletions.add(
        Deletion(
            envelope_id=envelope.id,
            account_id=envelope.account_id,
            origin=envelope.origin,
            created_at=envelope.created_at,
            deleted_at=now,
            by=by,
            tasks=task_ids,
            removed=tuple(removed),
            kept=tuple(kept),
            chain_length=last.number,
            chain_head=last.hash,
        )
    )
    bases = [each.base_key for each in envelope.documents if each.base_key]
    uow.deletions.erase(envelope.id, task_ids, bases)
    for file in removed:
        uow.jobs.add(removing(file, now))


def _archived(envelope: Envelope, packages: Sequence[Package], uow: UnitOfWork) -> list[FileRef]:
    results = [
        result_id(task.id, envelope.id, document_id)
        for task in envelope.tasks
        for document_id in (task.archiving.documents if task.archiving else ())
    ]
    made = [package.file_id for package in packages if package.file_id and package.archived]
    found: list[FileRef] = []
    for id in (*results, *made):
        with suppress(NotFound):
            found += uow.archive.get(envelope.account_id, archived_id(id)).parts
    return list(dict.fromkeys(found))


def _packaged(packages: Sequence[Package], uow: UnitOfWork) -> list[FileRef]:
    found: list[FileRef] = []
    for package in packages:
        if package.file_id is not None:
            with suppress(NotFound):
                file = uow.stored_files.get(package.account_id, package.file_id)
                uow.stored_files.remove(file)
                found += file.parts
    return found


def _brought(links: Sequence[Link]) -> list[FileRef]:
    """What people brought, as it came: a picture became a PDF, and a first try was replaced."""
    brought = [link.event.data for link in links if link.event.kind is EventKind.DOCUMENT_UPLOADED]
    came = [data["came_as"] for data in brought]
    made = [FileRef(data["sha256"], data["size"]) for data in brought]
    return [*made, *(FileRef(each["sha256"], each["size"]) for each in came)]


# ------------------------------------------------------------------ contents


def removing(file: FileRef, now: datetime) -> NewJob:
    args = {"sha256": file.sha256, "size": file.size}
    return NewJob(kind="remove_content", args=args, run_at=now + GRACE)


def remove_content(file: FileRef, ports: Ports) -> None:
    """Removes bytes that nobody uses. What somebody has just stored again stays: whoever drops that
    comes here again."""
    with ports.unit_of_work() as uow:
        if uow.deletions.is_used(file.sha256):
            return
    ports.files.remove(file, GRACE)

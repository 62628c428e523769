"""An envelope is erased, at the sender's wish or because its time is over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from countersign.domain import erasing
from countersign.domain.account import Caller
from countersign.domain.document import FileRef
from countersign.domain.envelope import Envelope, EnvelopeStatus
from countersign.domain.erasing import RETENTION, Deletion
from countersign.domain.errors import Held, NotFound
from countersign.domain.events import Event, EventKind
from countersign.domain.evidence import Link
from countersign.domain.package import Package
from countersign.usecases.archive import archived_id
from countersign.usecases.collections import owned_collection
from countersign.usecases.keep_results import result_id
from countersign.usecases.ports import NewJob, Ports, UnitOfWork
from countersign.usecases.remove_content import LOOK_AGAIN, removing
from countersign.usecases.retrying import on_stale_state


def erase_sent(envelope_id: str, caller: Caller, origin: str, ports: Ports) -> None:
    """Raises NotFound, also when it was done before, Forbidden, and Held."""

    def attempt() -> None:
        with ports.unit_of_work() as uow:
            envelope = owned_collection(envelope_id, caller, origin, uow)
            erase(envelope, caller.credential.id, ports.clock(), uow)
            uow.commit()

    on_stale_state(attempt)


def erase_in_time(envelope_id: str, ports: Ports) -> None:
    """Erases it when its last task ended as long ago as it was to be kept; else nothing. Of one
    that changed meanwhile, and counts from there, or that is under a legal hold, looks again."""

    def attempt() -> None:
        with ports.unit_of_work() as uow:
            envelope = uow.envelopes.get(envelope_id)
            if envelope.status is EnvelopeStatus.DELETED or not erasing.may_erase(envelope):
                return
            due = erasing.changed_last(envelope) + _span(envelope)
            if envelope.settings.erases_unended and due > ports.clock():
                uow.jobs.add(_erasing(envelope.id, due))
            else:
                erase(envelope, RETENTION, ports.clock(), uow)
            uow.commit()

    try:
        on_stale_state(attempt)
    except Held:
        with ports.unit_of_work() as uow:
            uow.jobs.add(_erasing(envelope_id, ports.clock() + LOOK_AGAIN))
            uow.commit()


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


def erase(envelope: Envelope, by: str, now: datetime, uow: UnitOfWork) -> None:
    """All of it goes in this transaction, its bytes later. Raises Held."""
    uow.keeping.holds.check(envelope.account_id, envelope.id)
    packages = uow.packages.of_envelope(envelope.id)
    links = uow.envelopes.evidence(envelope.id)
    kept = _archived(envelope, packages, uow)
    beside = [*_packaged(packages, uow), *_stored(envelope, uow)]
    everything = [*erasing.files_of(envelope), *_brought(links), *beside]
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


def _packaged(packages: Sequence[Package], uow: UnitOfWork) -> Iterator[FileRef]:
    for package in packages:
        if package.file_id is not None:
            yield from _dropped(package.account_id, package.file_id, uow)


def _stored(envelope: Envelope, uow: UnitOfWork) -> Iterator[FileRef]:
    """Results that its account could fetch one by one, and uploads that are in no other one."""
    for file_id in uow.stored_files.uses(envelope.id):
        for task in envelope.tasks:
            result = result_id(task.id, envelope.id, file_id)
            yield from _dropped(envelope.account_id, result, uow)
        if set(uow.stored_files.used_in(file_id)) == {envelope.id}:
            yield from _dropped(envelope.account_id, file_id, uow)


def _dropped(account_id: str, file_id: str, uow: UnitOfWork) -> tuple[FileRef, ...]:
    try:
        file = uow.stored_files.get(account_id, file_id)
    except NotFound:
        return ()
    uow.stored_files.remove(file)
    uow.keeping.contents.drop(file.id)
    return file.parts


def _brought(links: Sequence[Link]) -> list[FileRef]:
    """What people brought, as it came: a picture became a PDF, and a first try was replaced."""
    brought = [link.event.data for link in links if link.event.kind is EventKind.DOCUMENT_UPLOADED]
    came = [data["came_as"] for data in brought]
    made = [FileRef(data["sha256"], data["size"]) for data in brought]
    return [*made, *(FileRef(each["sha256"], each["size"]) for each in came)]

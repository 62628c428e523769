"""What was signed is combined into one sealed file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid5

from countersign.domain.document import Document, FileRef
from countersign.domain.envelope import Envelope
from countersign.domain.errors import NotFound
from countersign.domain.events import Event, EventKind
from countersign.domain.package import Package, PackageStatus
from countersign.domain.stored_file import StoredFile, StoredFileKind
from countersign.usecases.archive import put_into_archive
from countersign.usecases.file_ports import VerificationFailed
from countersign.usecases.ports import Ports, UnitOfWork
from countersign.usecases.retrying import on_stale_state


@dataclass(frozen=True, slots=True)
class _Part:
    """A document as it is to be packaged, and the envelope that it is in."""

    envelope: Envelope
    document: Document


def make_package(envelope_id: str, package_id: str, ports: Ports) -> None:
    """Makes it, or says why it can't be made; a second call changes nothing. Raises Unavailable
    when no timestamp authority answers: the job is tried again."""
    on_stale_state(lambda: _make(envelope_id, package_id, ports))


def _make(envelope_id: str, package_id: str, ports: Ports) -> None:
    with ports.unit_of_work() as uow:
        package = _package(envelope_id, package_id, uow)
        envelope = uow.envelopes.get(envelope_id)
        parts = _parts(envelope, package, uow)
    if package.status is not PackageStatus.WAITING:
        return
    data: dict[str, object] = {"package": package.id}
    try:
        file = _file(package, _content(envelope, parts, ports), ports)
    except VerificationFailed as refusal:
        made, kind = replace(package, status=PackageStatus.FAILED), EventKind.PACKAGE_FAILED
        data["reason"] = str(refusal)
    else:
        made = replace(
            package, status=PackageStatus.READY, file_id=file.id, ready_at=file.created_at
        )
        kind = EventKind.PACKAGE_MADE
    event = Event(kind=kind, at=ports.clock(), task_id=package.task_id, data=data)
    with ports.unit_of_work() as uow:
        uow.envelopes.save(envelope, [event])
        uow.packages.save(made)
        if kind is EventKind.PACKAGE_MADE:
            uow.stored_files.add(file)
            uow.keeping.contents.use(file.id, file.parts)
            for job in (
                put_into_archive(file, None, file.created_at, uow) if package.archived else ()
            ):
                uow.jobs.add(job)
        uow.commit()


def _package(envelope_id: str, package_id: str, uow: UnitOfWork) -> Package:
    for package in uow.packages.of_envelope(envelope_id):
        if package.id == package_id:
            return package
    raise NotFound("package", package_id)


def _parts(envelope: Envelope, package: Package, uow: UnitOfWork) -> list[_Part]:
    if package.parts:
        return [_Part(envelope, document) for document in _chosen(envelope, package)]
    if package.task_id is None:
        return [_Part(envelope, document) for document in envelope.documents if document.segments]
    return [
        _Part(held, signed)
        for held in uow.envelopes.holding(package.task_id)
        for id in held.task(package.task_id).signs
        if (signed := held.document(id).as_left_by([package.task_id]))
    ]


def _chosen(envelope: Envelope, package: Package) -> Iterator[Document]:
    """Each once, as the last of its chosen signers left it."""
    signers: dict[str, list[str]] = {}
    for task_id, document_id in package.parts:
        signer = envelope.in_place_of(envelope.task(task_id))
        signers.setdefault(document_id, []).append(signer.id)
    for document_id, task_ids in signers.items():
        if signed := envelope.document(document_id).as_left_by(task_ids):
            yield signed


def _content(envelope: Envelope, parts: Sequence[_Part], ports: Ports) -> tuple[FileRef, ...]:
    """Each is sealed and verified; several are put into one more sealed file."""
    sealed = [_sealed(part, ports) for part in parts]
    if len(sealed) == 1 and not sealed[0].is_text:
        return sealed[0].parts
    with ports.unit_of_work() as uow:
        links = uow.envelopes.evidence(envelope.id)
    return (ports.engine.container(envelope, sealed, links, ports.clock()),)


def _sealed(part: _Part, ports: Ports) -> Document:
    """A copy that is closed; the document itself may still get signatures."""
    document = part.document
    with ports.unit_of_work() as uow:
        base = uow.bases.get(document.base_key)
    if base is None:
        raise VerificationFailed("the prepared base is gone")
    if not document.sealed:
        document = document.append(*ports.engine.seal(document, base, ports.clock()))
    ports.engine.verify(part.envelope, document, base)
    return document


def _file(package: Package, parts: tuple[FileRef, ...], ports: Ports) -> StoredFile:
    return StoredFile(
        id=str(uuid5(UUID(package.id), "file")),
        account_id=package.account_id,
        kind=StoredFileKind.RESULT,
        media_type="application/pdf",
        parts=parts,
        sha256="",
        created_at=ports.clock(),
    )

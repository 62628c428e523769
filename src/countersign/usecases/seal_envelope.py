"""Everybody has signed: the platform closes each document with its seal and timestamp."""

from __future__ import annotations

from countersign.domain import sealing
from countersign.domain.document import Base, Document, Segment
from countersign.domain.envelope import EnvelopeStatus
from countersign.domain.errors import NotFound
from countersign.usecases.ports import Ports
from countersign.usecases.retrying import on_stale_state


def seal_envelope(envelope_id: str, ports: Ports) -> None:
    """Seals what is not sealed yet; a second call changes nothing. Raises Unavailable when no
    timestamp authority answers: the job is tried again."""
    on_stale_state(lambda: _seal(envelope_id, ports))


def _seal(envelope_id: str, ports: Ports) -> None:
    with ports.unit_of_work() as uow:
        envelope = uow.envelopes.get(envelope_id)
        open_documents = sealing.unsealed(envelope)
        bases = {document.id: uow.bases.get(document.base_key) for document in open_documents}
    if envelope.status is not EnvelopeStatus.SEALING or not open_documents:
        return
    seals = {
        document.id: _seal_one(document, bases[document.id], ports) for document in open_documents
    }
    envelope, events = sealing.seal(envelope, seals, ports.clock())
    with ports.unit_of_work() as uow:
        uow.envelopes.save(envelope, events)
        uow.commit()


def _seal_one(document: Document, base: Base | None, ports: Ports) -> tuple[Segment, ...]:
    if base is None:
        raise NotFound("base", document.base_key)
    return ports.engine.seal(document, base, ports.clock())

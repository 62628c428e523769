"""Reading and removing what `gather_documents` made."""

from __future__ import annotations

from collections.abc import Sequence

from countersign.domain import closing
from countersign.domain.account import Caller
from countersign.domain.envelope import Envelope, EnvelopeStatus
from countersign.domain.errors import Conflict, NotFound
from countersign.domain.package import Package
from countersign.usecases.owned import owned_envelope
from countersign.usecases.ports import Ports, UnitOfWork
from countersign.usecases.retrying import on_stale_state


def read_collection(
    envelope_id: str, caller: Caller, origin: str, ports: Ports
) -> tuple[Envelope, Sequence[Package]]:
    """With all packages in it. Raises NotFound, Forbidden."""
    with ports.unit_of_work() as uow:
        envelope = owned_collection(envelope_id, caller, origin, uow)
        return envelope, uow.packages.of_envelope(envelope_id)


def remove_collection(envelope_id: str, caller: Caller, origin: str, ports: Ports) -> None:
    """What was signed is kept. Raises NotFound, Forbidden, and Conflict while somebody is still to
    act."""

    def attempt() -> None:
        with ports.unit_of_work() as uow:
            envelope = owned_collection(envelope_id, caller, origin, uow)
            if any(task.status.pending for task in envelope.tasks):
                raise Conflict("somebody is still to act on its documents")
            envelope, events = closing.remove(envelope, ports.clock())
            uow.envelopes.save(envelope, events)
            uow.commit()

    on_stale_state(attempt)


def owned_collection(envelope_id: str, caller: Caller, origin: str, uow: UnitOfWork) -> Envelope:
    """Raises NotFound, also for what was removed, and Forbidden."""
    envelope = owned_envelope(envelope_id, caller, origin, uow)
    if envelope.status is EnvelopeStatus.DELETED:
        raise NotFound("document collection", envelope_id)
    return envelope

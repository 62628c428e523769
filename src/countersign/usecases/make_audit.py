"""The audit document: the evidence chain as a sealed PDF that anybody can read."""

from __future__ import annotations

from countersign.domain import sealing
from countersign.domain.envelope import EnvelopeStatus
from countersign.usecases.ports import Ports
from countersign.usecases.retrying import on_stale_state


def make_audit(envelope_id: str, ports: Ports) -> None:
    """Makes it once the envelope is completed; a second call changes nothing."""
    on_stale_state(lambda: _make(envelope_id, ports))


def _make(envelope_id: str, ports: Ports) -> None:
    with ports.unit_of_work() as uow:
        envelope = uow.envelopes.get(envelope_id)
        links = uow.envelopes.evidence(envelope_id)
    if envelope.status is not EnvelopeStatus.COMPLETED or envelope.audit is not None:
        return
    audit = ports.engine.audit(envelope, links, ports.clock())
    envelope, events = sealing.attach_audit(envelope, audit, ports.clock())
    with ports.unit_of_work() as uow:
        uow.envelopes.save(envelope, events)
        uow.commit()

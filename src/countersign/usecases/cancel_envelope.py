"""The sender withdraws an envelope."""

from __future__ import annotations

from countersign.domain import closing
from countersign.domain.account import Caller
from countersign.domain.envelope import Envelope
from countersign.usecases.owned import owned_envelope
from countersign.usecases.ports import Ports
from countersign.usecases.retrying import on_stale_state


def cancel_envelope(
    envelope_id: str, caller: Caller, origin: str, ports: Ports, reason: str = ""
) -> Envelope:
    """Pending links stop at once; what was signed is kept. Cancelling twice changes nothing.
    `reason` goes into the evidence. Raises NotFound, Forbidden, AlreadyCompleted, Gone."""

    def attempt() -> Envelope:
        with ports.unit_of_work() as uow:
            envelope = owned_envelope(envelope_id, caller, origin, uow)
            envelope, events = closing.cancel(envelope, ports.clock(), reason)
            if events:
                uow.envelopes.save(envelope, events)
                uow.commit()
        return envelope

    return on_stale_state(attempt)

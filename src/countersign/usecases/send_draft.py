"""A draft goes out."""

from __future__ import annotations

from dataclasses import replace

from countersign.domain import sending
from countersign.domain.envelope import Envelope
from countersign.usecases.ports import Ports
from countersign.usecases.retrying import on_stale_state


def send_draft(envelope_id: str, ports: Ports) -> Envelope:
    """For who runs the server. A deadline counts from now on. Raises NotFound, Invalid, and
    Conflict for what was sent before."""

    def attempt() -> Envelope:
        with ports.unit_of_work() as uow:
            draft, now = uow.envelopes.get(envelope_id), ports.clock()
            if draft.due_at is not None:
                draft = replace(draft, due_at=now + (draft.due_at - draft.created_at))
            envelope, events = sending.send(draft, now)
            uow.envelopes.save(envelope, events)
            uow.commit()
        return envelope

    return on_stale_state(attempt)

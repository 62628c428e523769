"""A deadline passes."""

from __future__ import annotations

from countersign.domain import closing
from countersign.usecases.ports import Ports
from countersign.usecases.retrying import on_stale_state


def expire_envelope(envelope_id: str, ports: Ports) -> None:
    """Ends the envelope when its deadline has passed and it is still open."""

    def attempt() -> None:
        with ports.unit_of_work() as uow:
            envelope, events = closing.expire(uow.envelopes.get(envelope_id), ports.clock())
            if events:
                uow.envelopes.save(envelope, events)
                uow.commit()

    on_stale_state(attempt)

"""A deadline comes near."""

from __future__ import annotations

from countersign.domain import closing
from countersign.usecases.ports import Ports
from countersign.usecases.retrying import on_stale_state


def warn_of_deadline(envelope_id: str, ports: Ports) -> None:
    """Tells programs that an open envelope will expire; an ended one is left as it is."""

    def attempt() -> None:
        with ports.unit_of_work() as uow:
            envelope = uow.envelopes.get(envelope_id)
            if events := closing.warn(envelope, ports.clock()):
                uow.envelopes.save(envelope, events)
                uow.commit()

    on_stale_state(attempt)

"""The days have passed after which somebody is to be reminded."""

from __future__ import annotations

from countersign.domain import closing
from countersign.usecases.ports import Ports
from countersign.usecases.retrying import on_stale_state


def remind_unasked(envelope_id: str, task_id: str, number: int, ports: Ports) -> None:
    """Reminds somebody who could have acted and has not, for the `number`th time; otherwise changes
    nothing."""

    def attempt() -> None:
        with ports.unit_of_work() as uow:
            envelope = uow.envelopes.get(envelope_id)
            envelope, events = closing.remind_unasked(envelope, task_id, ports.clock(), number)
            if events:
                uow.envelopes.save(envelope, events)
                uow.commit()

    on_stale_state(attempt)

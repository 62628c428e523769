"""The sender reminds somebody."""

from __future__ import annotations

from countersign.domain import closing
from countersign.domain.account import Caller
from countersign.domain.envelope import Envelope
from countersign.usecases.owned import owned_envelope
from countersign.usecases.ports import Ports
from countersign.usecases.retrying import on_stale_state


def remind_task(task_id: str, caller: Caller, origin: str, ports: Ports) -> Envelope:
    """The mail goes out as a job of the recorded event. Raises NotFound, Forbidden, Gone,
    AlreadyCompleted, NotYourTurn, Invalid (no address), TooSoon."""

    def attempt() -> Envelope:
        with ports.unit_of_work() as uow:
            home = uow.envelopes.of_task(task_id)
            envelope = owned_envelope(home.id, caller, origin, uow)
            envelope, events = closing.remind(envelope, task_id, ports.clock())
            uow.envelopes.save(envelope, events)
            uow.commit()
        return envelope

    return on_stale_state(attempt)

"""A signer refuses to sign."""

from __future__ import annotations

from countersign.domain import closing
from countersign.domain.envelope import Envelope
from countersign.domain.errors import Invalid
from countersign.domain.task import Visitor
from countersign.usecases.ports import Ports
from countersign.usecases.retrying import on_stale_state

LONGEST_REASON = 2000


def decline_task(task_id: str, reason: str, visitor: Visitor, ports: Ports) -> Envelope:
    """Raises NotFound, Gone, NotYourTurn, AlreadyCompleted, Invalid (reason too long)."""
    if len(reason) > LONGEST_REASON:
        raise Invalid("the reason is too long", {"reason": f"at most {LONGEST_REASON} characters"})

    def attempt() -> Envelope:
        with ports.unit_of_work() as uow:
            envelope = uow.envelopes.of_task(task_id)
            envelope, events = closing.decline_task(
                envelope, task_id, reason.strip(), visitor, ports.clock()
            )
            uow.envelopes.save(envelope, events)
            uow.commit()
        return envelope

    return on_stale_state(attempt)

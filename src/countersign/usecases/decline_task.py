"""A signer refuses to sign."""

from __future__ import annotations

from countersign.domain import closing
from countersign.domain.envelope import Envelope
from countersign.domain.errors import Invalid
from countersign.domain.task import Visitor
from countersign.usecases.held_task import change_task
from countersign.usecases.ports import Ports
from countersign.usecases.retrying import on_stale_state

LONGEST_REASON = 2048


def decline_task(task_id: str, reason: str, visitor: Visitor, ports: Ports) -> Envelope:
    """Raises NotFound, Gone, NotYourTurn, AlreadyCompleted, Invalid (reason too long)."""
    if len(reason) > LONGEST_REASON:
        raise Invalid("the reason is too long", {"reason": f"at most {LONGEST_REASON} characters"})

    def attempt() -> Envelope:
        with ports.unit_of_work() as uow:
            now = ports.clock()
            envelope = change_task(
                task_id,
                lambda held: closing.decline_task(held, task_id, reason.strip(), visitor, now),
                uow,
            )
            uow.commit()
        return envelope

    return on_stale_state(attempt)

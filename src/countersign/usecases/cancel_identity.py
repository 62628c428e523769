"""A signer breaks off an eID's order."""

from __future__ import annotations

from countersign.usecases.ports import Ports
from countersign.usecases.start_identity import break_off


def cancel_identity(task_id: str, method: str, ports: Ports) -> None:
    """Changes nothing when none is going on. Raises NotFound."""
    with ports.unit_of_work() as uow:
        envelope = uow.envelopes.of_task(task_id)
        attempt = uow.identity.attempt(task_id, method)
        if attempt is None or not attempt.reference:
            return
        uow.identity.end(attempt)
        uow.commit()
    break_off(attempt, ports.identity.of_account(envelope.account_id))

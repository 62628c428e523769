"""A ticket that stands for a login: whoever the sender let in need not prove who they are again."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta

from countersign.domain import identity
from countersign.domain.errors import Invalid
from countersign.domain.identity import TICKET
from countersign.usecases.held_task import change_task
from countersign.usecases.ports import Ports, UnitOfWork
from countersign.usecases.retrying import on_stale_state

LIFETIME = timedelta(seconds=30)


def issue_ticket(task_ids: Sequence[str], ports: Ports, uow: UnitOfWork) -> str:
    """256 bits that are good for 30 seconds and once for each of the tasks, in this transaction,
    which the caller commits; one from before is good no longer. Only its keyed hash is kept. Raises
    TooManyTries, StaleState."""
    ticket, now = secrets.token_urlsafe(32), ports.clock()
    for task_id in task_ids:
        before = uow.identity.attempt(task_id, TICKET)
        attempt = identity.next_attempt(before, task_id, TICKET, identity.ORDER_PACE, now)
        uow.identity.begin(identity.with_code(attempt, ticket, ports.code_key))
    return ticket


def use_ticket(task_id: str, ticket: str, ports: Ports) -> None:
    """Identifies the task by the method `artifact`. Raises NotFound, what `identity.check_offered`
    raises, Invalid when it is not the ticket, too old, or used."""
    on_stale_state(lambda: _use(task_id, ticket, ports))


def _use(task_id: str, ticket: str, ports: Ports) -> None:
    now = ports.clock()
    with ports.unit_of_work() as uow:
        envelope = uow.envelopes.of_task(task_id)
        task = identity.check_offered(envelope, task_id, TICKET, (TICKET,), now)
        if TICKET in task.identified:
            return
        found = uow.identity.attempt(task_id, TICKET)
        attempt = identity.check_code_is_good(found, now, LIFETIME)
        identity.check_code(attempt, ticket, ports.code_key)
        if not uow.identity.end(attempt):
            raise Invalid("this ticket was used", {"code": "expired"})
        change_task(task_id, lambda held: identity.prove(held, task_id, TICKET, None, now), uow)
        uow.commit()

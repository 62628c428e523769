"""A signer asks for a one-time code."""

from __future__ import annotations

import secrets

from countersign.domain import identity
from countersign.domain.envelope import Envelope
from countersign.domain.errors import Invalid
from countersign.domain.identity import IdentityAttempt
from countersign.domain.task import Task
from countersign.usecases.ports import Ports, UnitOfWork
from countersign.usecases.retrying import on_stale_state
from countersign.usecases.write_message import queue_message


def send_code(task_id: str, method: str, ports: Ports) -> Task:
    """Mails a new code, also when nothing else is mailed; the one before is good no longer. Who is
    identified already gets none. Returns the task.

    Raises NotFound, what `identity.check_offered` raises, Invalid (no address), TooManyTries.
    """
    return on_stale_state(lambda: _send(task_id, method, ports))


def _send(task_id: str, method: str, ports: Ports) -> Task:
    now = ports.clock()
    with ports.unit_of_work() as uow:
        envelope = uow.envelopes.of_task(task_id)
        task = identity.check_offered(envelope, task_id, method, identity.CODE_METHODS, now)
        if not task.person.email:
            raise Invalid("this person has no e-mail address", {"email": "missing"})
        if method not in task.identified:
            before = uow.identity.attempt(task_id, method)
            attempt = identity.next_attempt(before, task_id, method, identity.CODE_PACE, now)
            _begin(attempt, envelope, ports, uow)
            uow.commit()
    return task


def _begin(attempt: IdentityAttempt, envelope: Envelope, ports: Ports, uow: UnitOfWork) -> None:
    code = f"{secrets.randbelow(10**identity.CODE_DIGITS):0{identity.CODE_DIGITS}}"
    uow.identity.begin(identity.with_code(attempt, code, ports.code_key))
    task = envelope.task(attempt.task_id)
    written = ports.invitations.code(envelope, task, code)
    queue_message(f"code:{attempt.number}", envelope, task, written, ports, uow)

"""Short codes that lead to a task."""

from __future__ import annotations

from countersign.domain.errors import NotFound
from countersign.domain.sign_code import code_of, hash_of
from countersign.domain.task import Task
from countersign.domain.turns import is_overdue
from countersign.usecases.ports import Ports, UnitOfWork


def sign_code(task_id: str, ports: Ports, uow: UnitOfWork) -> str:
    """The task's code, the same each time; made known in this transaction, which the caller
    commits. One that another task has already is passed over."""
    for number in range(100):
        code = code_of(task_id, number, ports.code_key)
        if uow.sign_codes.claim(hash_of(code, ports.code_key) or "", task_id) == task_id:
            return code
    raise AssertionError("a hundred codes of 50 bits are taken")


def find_by_code(typed: str, ports: Ports) -> Task:
    """The pending task that a code leads to. Raises NotFound, the same for a code that there is not
    and for one whose task is over: it tells nothing to whoever guesses."""
    hashed = hash_of(typed, ports.code_key)
    if hashed is None:
        raise NotFound("code")
    with ports.unit_of_work() as uow:
        task_id = uow.sign_codes.task_id(hashed)
        envelope = uow.envelopes.of_task(task_id)
    task = envelope.task(task_id)
    if not task.status.pending or is_overdue(envelope, task, ports.clock()):
        raise NotFound("code")
    return task

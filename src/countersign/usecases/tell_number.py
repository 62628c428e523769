"""A signer types in their national identity number."""

from __future__ import annotations

from countersign.domain import identity
from countersign.domain.errors import Invalid
from countersign.domain.task import Task
from countersign.usecases.held_task import change_task
from countersign.usecases.ports import Ports, UnitOfWork
from countersign.usecases.retrying import on_stale_state


def tell_number(task_id: str, method: str, text: str, ports: Ports) -> None:
    """Identifies the task when the number is the one that it names; a task that names none takes
    any that can exist. It is kept closed, and its digest nowhere: there are too few numbers to hide
    one behind its digest.

    Each comparison counts and is committed, so that nobody goes through all numbers of a day.
    Raises NotFound, what `identity.check_offered` raises, Invalid (no number, somebody else's),
    TooManyTries.
    """
    number = identity.check_number(text)
    if not on_stale_state(lambda: _tell(task_id, method, number, ports)):
        raise Invalid("this number is another person's", {"national_id": "somebody else"})


def _tell(task_id: str, method: str, number: str, ports: Ports) -> bool:
    now = ports.clock()
    with ports.unit_of_work() as uow:
        envelope = uow.envelopes.of_task(task_id)
        task = identity.check_offered(envelope, task_id, method, identity.NUMBER_METHODS, now)
        if method in task.identified:
            return True
        before = uow.identity.attempt(task_id, method)
        uow.identity.begin(
            identity.next_attempt(before, task_id, method, identity.NUMBER_PACE, now)
        )
        if is_right := identity.is_person(task, method, number):
            _keep(task, method, number, ports, uow)
        else:
            events = [identity.refuse(task_id, method, "another person", now)]
            uow.envelopes.save(envelope, events)
        uow.commit()
    return is_right


def _keep(task: Task, method: str, number: str, ports: Ports, uow: UnitOfWork) -> None:
    now = ports.clock()
    uow.identity.keep_proof(task.id, method, number.encode(), now)
    change_task(task.id, lambda held: identity.prove(held, task.id, method, None, now), uow)

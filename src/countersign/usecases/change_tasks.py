"""What a sender does with one task: reads it, takes it back, gives it another deadline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from countersign.domain import growing
from countersign.domain.account import Caller
from countersign.domain.envelope import Envelope
from countersign.domain.errors import NotFound
from countersign.domain.package import Package
from countersign.domain.task import Task
from countersign.usecases.held_task import change_task
from countersign.usecases.library_ports import TaskQuery
from countersign.usecases.owned import owned_envelope
from countersign.usecases.ports import Ports, UnitOfWork
from countersign.usecases.retrying import on_stale_state

Packages = Sequence[Package]


def read_task(task_id: str, caller: Caller, origin: str, ports: Ports) -> tuple[Task, Packages]:
    """With its own packages. Raises NotFound, Forbidden."""
    with ports.unit_of_work() as uow:
        task = _home(task_id, caller, origin, uow).task(task_id)
        return task, uow.packages.of_tasks([task_id])


def list_tasks(query: TaskQuery, ports: Ports) -> tuple[Sequence[Task], Packages, int]:
    """One page, the packages of its tasks, and the number of all that match."""
    with ports.unit_of_work() as uow:
        tasks, total = uow.tasks.find(query)
        return tasks, uow.packages.of_tasks([task.id for task in tasks]), total


def remove_task(task_id: str, caller: Caller, origin: str, ports: Ports) -> None:
    """Its link stops at once. Raises NotFound, Forbidden."""
    _change(task_id, caller, origin, ports, growing.remove_task)


def change_due(task_id: str, due_at: datetime, caller: Caller, origin: str, ports: Ports) -> None:
    """Raises NotFound, Forbidden, Conflict when the task has ended."""
    _change(
        task_id,
        caller,
        origin,
        ports,
        lambda envelope, id, now: growing.change_due(envelope, id, due_at, now),
    )


def expire_task(task_id: str, ports: Ports) -> None:
    """Ends the task when its deadline has passed and it is still pending."""

    def attempt() -> None:
        with ports.unit_of_work() as uow:
            now = ports.clock()
            change_task(task_id, lambda held: growing.expire_task(held, task_id, now), uow)
            uow.commit()

    on_stale_state(attempt)


def _change(
    task_id: str, caller: Caller, origin: str, ports: Ports, change: growing.Change
) -> None:
    def attempt() -> None:
        with ports.unit_of_work() as uow:
            now = ports.clock()
            _home(task_id, caller, origin, uow)
            change_task(task_id, lambda held: change(held, task_id, now), uow)
            uow.commit()

    on_stale_state(attempt)


def _home(task_id: str, caller: Caller, origin: str, uow: UnitOfWork) -> Envelope:
    envelope = owned_envelope(uow.envelopes.of_task(task_id).id, caller, origin, uow)
    task = envelope.task(task_id)
    if task.removed or not task.title:
        raise NotFound("task", task_id)
    return envelope

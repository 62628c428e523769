"""A signer opens their link."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from countersign.domain import signing
from countersign.domain.envelope import Envelope, EnvelopeStatus
from countersign.domain.task import Task, TaskStatus, Visitor
from countersign.domain.turns import is_overdue
from countersign.usecases.held_task import change_task, seen_by
from countersign.usecases.ports import Ports
from countersign.usecases.retrying import on_stale_state


def open_task(task_id: str, visitor: Visitor, ports: Ports) -> Envelope:
    """Records the first opening. Opening again, or too early, or after the end changes nothing.
    Raises NotFound."""
    return on_stale_state(lambda: _open(task_id, visitor, ports))


def _open(task_id: str, visitor: Visitor, ports: Ports) -> Envelope:
    with ports.unit_of_work() as uow:
        now = ports.clock()
        envelope = change_task(
            task_id, lambda held: signing.open_task(held, task_id, visitor, now), uow
        )
        uow.commit()
    return envelope


def look_at_task(task_id: str, ports: Ports) -> Envelope:
    """The envelope behind a signing link, with all documents of the task. Raises NotFound."""
    with ports.unit_of_work() as uow:
        return seen_by(task_id, uow.envelopes.holding(task_id))


Ending = Literal["declined", "expired", "cancelled", "forwarded"]
ENDINGS: Mapping[TaskStatus, Ending] = {
    TaskStatus.DECLINED: "declined",
    TaskStatus.EXPIRED: "expired",
    TaskStatus.CANCELLED: "cancelled",
}


def is_over(envelope: Envelope, task_id: str, ports: Ports) -> Ending | None:
    """The final status that a signer has to be told of, or None while the link is good.

    A deadline that has passed counts at once, before the sweep has recorded it. Who was asked for
    a review that nobody waited for may read what became of the document.
    """
    task = envelope.task(task_id)
    if task.forwarded_to:
        return "cancelled" if task.removed else "forwarded"
    if task.status in ENDINGS and not was_spared(envelope, task):
        return ENDINGS[task.status]
    if task.status.pending and is_overdue(envelope, task, ports.clock()):
        return "expired"
    return None


def was_spared(envelope: Envelope, task: Task) -> bool:
    """Whether everybody signed before somebody with an optional task did his part."""
    done = envelope.status in (EnvelopeStatus.SEALING, EnvelopeStatus.COMPLETED)
    return task.optional and task.status is TaskStatus.CANCELLED and done

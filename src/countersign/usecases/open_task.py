"""A signer opens their link."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from countersign.domain import signing
from countersign.domain.envelope import Envelope, EnvelopeStatus
from countersign.domain.task import Task, TaskStatus, Visitor
from countersign.usecases.ports import Ports
from countersign.usecases.retrying import on_stale_state


def open_task(task_id: str, visitor: Visitor, ports: Ports) -> Envelope:
    """Records the first opening. Opening again, or too early, or after the end changes nothing.
    Raises NotFound."""
    return on_stale_state(lambda: _open(task_id, visitor, ports))


def _open(task_id: str, visitor: Visitor, ports: Ports) -> Envelope:
    with ports.unit_of_work() as uow:
        envelope = uow.envelopes.of_task(task_id)
        envelope, events = signing.open_task(envelope, task_id, visitor, ports.clock())
        if events:
            uow.envelopes.save(envelope, events)
            uow.commit()
    return envelope


def look_at_task(task_id: str, ports: Ports) -> Envelope:
    """The envelope behind a signing link. Raises NotFound."""
    with ports.unit_of_work() as uow:
        return uow.envelopes.of_task(task_id)


Ending = Literal["declined", "expired", "cancelled"]
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
    if task.status in ENDINGS and not was_spared(envelope, task):
        return ENDINGS[task.status]
    deadlines = [due for due in (envelope.due_at, task.due_at) if due is not None]
    if task.status.pending and any(due <= ports.clock() for due in deadlines):
        return "expired"
    return None


def was_spared(envelope: Envelope, task: Task) -> bool:
    """Whether everybody signed before somebody with an optional task did his part."""
    done = envelope.status in (EnvelopeStatus.SEALING, EnvelopeStatus.COMPLETED)
    return task.optional and task.status is TaskStatus.CANCELLED and done

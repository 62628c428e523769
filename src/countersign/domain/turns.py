"""Who may act when."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from countersign.domain.envelope import Envelope, EnvelopeStatus
from countersign.domain.errors import AlreadyCompleted, Conflict, Gone, Invalid, NotYourTurn
from countersign.domain.events import Event, EventKind
from countersign.domain.task import Task, TaskStatus


def unblock(envelope: Envelope, now: datetime) -> tuple[Envelope, list[Event]]:
    """Makes every blocked task ready whose predecessors are all completed."""
    done = {task.id for task in envelope.tasks if task.status is TaskStatus.COMPLETED}
    events = []
    for task in envelope.tasks:
        if task.status is TaskStatus.BLOCKED and done.issuperset(task.after):
            envelope = envelope.with_task(replace(task, status=TaskStatus.READY))
            events.append(Event(kind=EventKind.TASK_READY, at=now, task_id=task.id))
    return envelope, events


def check_order(tasks: tuple[Task, ...]) -> None:
    """Raises Invalid when a task waits for an unknown one or, in a circle, for itself."""
    waiting = {task.id: set(task.after) for task in tasks}
    unknown = {id for after in waiting.values() for id in after} - waiting.keys()
    if unknown:
        raise Invalid("a task waits for one that is not there", {"after": ", ".join(unknown)})
    while free := {id for id, after in waiting.items() if not after}:
        waiting = {id: after - free for id, after in waiting.items() if id not in free}
    if waiting:
        raise Invalid("tasks wait for each other in a circle", {"after": ", ".join(waiting)})


def check_may_act(envelope: Envelope, task: Task, now: datetime) -> None:
    """Raises AlreadyCompleted, Gone or NotYourTurn unless it is this task's turn."""
    if task.status is TaskStatus.COMPLETED:
        raise AlreadyCompleted()
    if not task.status.pending:
        raise Gone(task.status)
    if envelope.status is not EnvelopeStatus.OPEN:
        raise _closed(envelope.status)
    if is_overdue(envelope, task, now):
        raise Gone("expired")
    if task.status is TaskStatus.BLOCKED:
        raise NotYourTurn()


def is_overdue(envelope: Envelope, task: Task, now: datetime) -> bool:
    """The deadline counts from the second it passes, not from the next sweep."""
    deadlines = [due for due in (envelope.due_at, task.due_at) if due is not None]
    return any(due <= now for due in deadlines)


def _closed(status: EnvelopeStatus) -> Conflict | Gone:
    if status in (EnvelopeStatus.SEALING, EnvelopeStatus.COMPLETED, EnvelopeStatus.FAILED):
        return AlreadyCompleted()
    return Gone(status)

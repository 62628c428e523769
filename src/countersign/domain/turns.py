"""Who may act when."""

from __future__ import annotations

from collections.abc import Sequence
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
            if not task.guest:  # its home tells
                events.append(Event(kind=EventKind.TASK_READY, at=now, task_id=task.id))
    return envelope, events


def end_pending(
    envelope: Envelope, status: TaskStatus, kind: EventKind, now: datetime
) -> tuple[Envelope, list[Event]]:
    """Ends every task that is pending. Each event says what it `was`: who was ready had been told
    of the task, who was blocked had not."""
    events = []
    for task in envelope.tasks:
        if task.status.pending:
            envelope = envelope.with_task(replace(task, status=status))
            was = {"was": str(task.status)}
            events.append(Event(kind=kind, at=now, task_id=task.id, data=was))
    return envelope, events


def after_orders(
    orders: Sequence[int], optional: Sequence[bool] = ()
) -> tuple[tuple[int, ...], ...]:
    """Signing orders as what `after` is made of: for each task the indexes of those it waits for.

    Equal numbers act side by side; a higher one waits for the next lower number that somebody
    has whose task is not `optional` (all False by default), who in turn waits for the one below.
    """
    spared = [*optional, *[False] * (len(orders) - len(optional))]
    needed = [index for index, spare in enumerate(spared) if not spare]

    def awaited(order: int) -> tuple[int, ...]:
        before = max((orders[index] for index in needed if orders[index] < order), default=None)
        return tuple(index for index in needed if orders[index] == before)

    return tuple(awaited(order) for order in orders)


def check_order(tasks: tuple[Task, ...]) -> None:
    """Raises Invalid when all tasks are optional, or when one waits for an unknown task, for an
    optional one or, in a circle, for itself."""
    if all(task.optional for task in tasks):
        raise Invalid("somebody has to act", {"tasks": "at least one must not be optional"})
    spared = {task.id for task in tasks if task.optional}
    if any(spared.intersection(task.after) for task in tasks):
        raise Invalid("a task waits for an optional one", {"after": ", ".join(sorted(spared))})
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
        raise Gone("forwarded" if task.forwarded_to else task.status)
    if envelope.status is not EnvelopeStatus.OPEN:
        raise _closed(envelope.status)
    if is_overdue(envelope, task, now):
        raise Gone("expired")
    if task.status is TaskStatus.BLOCKED:
        raise NotYourTurn()


def is_overdue(envelope: Envelope, task: Task, now: datetime) -> bool:
    """The deadline counts from the second it passes, not from the next sweep."""
    deadlines = (envelope.due_at, task.due_at, task.link_expires_at)
    return any(due is not None and due <= now for due in deadlines)


def _closed(status: EnvelopeStatus) -> Conflict | Gone:
    if status in (EnvelopeStatus.SEALING, EnvelopeStatus.COMPLETED, EnvelopeStatus.FAILED):
        return AlreadyCompleted()
    return Gone(status)

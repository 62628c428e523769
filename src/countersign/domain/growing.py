"""Envelopes whose tasks come one after the other, and end one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from countersign.domain.envelope import Envelope, EnvelopeStatus
from countersign.domain.errors import Conflict
from countersign.domain.events import Event, EventKind
from countersign.domain.sending import sent
from countersign.domain.signing import close_if_done
from countersign.domain.task import Task, TaskStatus
from countersign.domain.turns import check_order, unblock

Change = Callable[[Envelope, str, datetime], tuple[Envelope, list[Event]]]
PLACES = 5  # blocks on one evidence page
MOST_SIGNERS = 1000  # of one document


def places_for(signers: int) -> int:
    """How many signers a document has room for, when it was prepared for so many: its last
    evidence page is full of blocks."""
    return -(-signers // PLACES) * PLACES


def add_tasks(
    envelope: Envelope, tasks: Sequence[Task], now: datetime
) -> tuple[Envelope, list[Event]]:
    """More people to act; the first ones open the envelope. Raises Conflict when it takes none any
    more or has no room, Invalid for an impossible order."""
    if envelope.status not in (EnvelopeStatus.DRAFT, EnvelopeStatus.OPEN):
        raise Conflict("nobody can be added any more")
    opening = [sent(envelope, now)] if envelope.status is EnvelopeStatus.DRAFT else []
    before, everybody = envelope, (*envelope.tasks, *tasks)
    envelope = replace(envelope, status=EnvelopeStatus.OPEN, tasks=everybody, updated_at=now)
    check_order(envelope.tasks)
    _check_room(before, envelope)
    added = [
        Event(kind=EventKind.TASK_ADDED, at=now, task_id=task.id, data=_facts(task))
        for task in tasks
    ]
    envelope, ready = unblock(envelope, now)
    return envelope, [*opening, *added, *ready]


def _check_room(before: Envelope, envelope: Envelope) -> None:
    """Nothing can be added to the pages of a document that somebody signed."""
    for document in before.documents:
        signers = len(envelope.signers_of(document.id))
        if signers > MOST_SIGNERS:
            raise Conflict(f"more than {MOST_SIGNERS} people can't sign one document")
        places = places_for(len(before.signers_of(document.id)))
        if document.segments and signers > places:
            raise Conflict(f"a document that was signed has no room for more than {places} people")


def _facts(task: Task) -> dict[str, object]:
    return {"documents": {id: str(action) for id, action in task.actions.items()}}


def remove_task(envelope: Envelope, task_id: str, now: datetime) -> tuple[Envelope, list[Event]]:
    """The sender takes one task back; the others stay, and so does what was signed."""
    task = envelope.task(task_id)
    if task.removed:
        return envelope, []
    event = Event(
        kind=EventKind.TASK_CANCELLED if task.status.pending else EventKind.TASK_REMOVED,
        at=now,
        task_id=task_id,
        data={"was": str(task.status)},
    )
    if task.status.pending:
        task = replace(task, status=TaskStatus.CANCELLED, after=())
    envelope = _without_idle_guests(envelope.with_task(replace(task, removed=True)))
    envelope = replace(envelope, updated_at=now)
    return close_if_done(envelope, [event], now) if _is_open(envelope) else (envelope, [event])


def _without_idle_guests(envelope: Envelope) -> Envelope:
    """Who only was waited for is nobody's concern here when nobody waits any more."""
    awaited = {id for task in envelope.tasks for id in task.after}
    kept = tuple(task for task in envelope.tasks if task.actions or task.id in awaited)
    return replace(envelope, tasks=kept)


def _is_open(envelope: Envelope) -> bool:
    return envelope.status is EnvelopeStatus.OPEN


def change_due(
    envelope: Envelope, task_id: str, due_at: datetime, now: datetime
) -> tuple[Envelope, list[Event]]:
    """Another deadline for one task. Raises Conflict when the task has ended."""
    task = envelope.task(task_id)
    if not task.status.pending or _has_passed(task, now):
        raise Conflict("this task has ended")
    envelope = replace(envelope.with_task(replace(task, due_at=due_at)), updated_at=now)
    return envelope, [Event(kind=EventKind.TASK_DUE_CHANGED, at=now, task_id=task_id)]


def expire_task(envelope: Envelope, task_id: str, now: datetime) -> tuple[Envelope, list[Event]]:
    """Ends a task whose own deadline has passed; otherwise changes nothing."""
    task = envelope.task(task_id)
    if not task.status.pending or not _has_passed(task, now):
        return envelope, []
    event = Event(kind=EventKind.TASK_EXPIRED, at=now, task_id=task_id)
    expired = envelope.with_task(replace(task, status=TaskStatus.EXPIRED, after=()))
    return replace(_without_idle_guests(expired), updated_at=now), [event]


def _has_passed(task: Task, now: datetime) -> bool:
    return task.due_at is not None and task.due_at <= now

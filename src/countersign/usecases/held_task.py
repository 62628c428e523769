"""A task may be held by several envelopes: what happens to it happens in all of them at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from countersign.domain.envelope import Envelope
from countersign.domain.events import Event
from countersign.domain.task import Action, Task
from countersign.usecases.ports import UnitOfWork

Change = Callable[[Envelope], tuple[Envelope, Sequence[Event]]]


def change_task(task_id: str, change: Change, uow: UnitOfWork) -> Envelope:
    """Changes every envelope that holds the task, and saves those to which something happened;
    committing is left to the caller. Returns the task's home. Raises NotFound, StaleState, and what
    `change` raises; then nothing has changed."""
    changed = [change(envelope) for envelope in uow.envelopes.holding(task_id)]
    for envelope, events in changed:
        if events:
            uow.envelopes.save(envelope, events)
    return changed[0][0]


def seen_by(task_id: str, held_by: Sequence[Envelope]) -> Envelope:
    """The task's home as the person sees it: with the documents of all envelopes that hold the
    task. Nothing that may be saved."""
    home = held_by[0]
    if len(held_by) == 1:
        return home
    task = home.task(task_id)
    documents = [document for envelope in held_by for document in envelope.documents]
    whole = replace(home, documents=tuple(documents))
    viewed = tuple(id for envelope in held_by for id in envelope.task(task_id).viewed)
    return whole.with_task(replace(task, actions=_actions(task, held_by), viewed=viewed))


def _actions(task: Task, held_by: Sequence[Envelope]) -> dict[str, Action]:
    return {
        id: action for envelope in held_by for id, action in envelope.task(task.id).actions.items()
    }

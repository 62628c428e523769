"""A person hands a task to somebody else; a sender corrects the address of one."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from countersign.domain.envelope import Envelope
from countersign.domain.errors import Conflict, IdentityRequired, Invalid, NotYourTurn
from countersign.domain.events import Event, EventKind
from countersign.domain.identity import SMS_CODE
from countersign.domain.task import Person, Task, TaskStatus, Visitor
from countersign.domain.turns import check_may_act


def may_forward(task: Task) -> bool:
    """Whether the sender lets it be handed on. Who got it that way keeps it, and so does whoever
    has to prove to be one particular person, or to have one particular phone."""
    proofs = (*task.identity, *task.identity_choice, *task.methods)
    named = task.person.national_id is not None or SMS_CODE in proofs
    return task.may_forward and not task.forwarded_from and not named


def forward_task(
    envelope: Envelope,
    task_id: str,
    new_id: str,
    to: Person,
    by: Mapping[str, str],
    visitor: Visitor,
    now: datetime,
) -> tuple[Envelope, list[Event]]:
    """A new task takes the place of this one in all that it does and in all that waits for it; its
    person begins afresh. `by` says who hands it on (`name`, `email`), as far as the sender did not.
    Raises what `check_may_act` raises, IdentityRequired, Conflict when it may not be forwarded,
    Invalid without a name or an address."""
    task = envelope.task(task_id)
    check_may_act(envelope, task, now)
    if task.identity_due:
        raise IdentityRequired(task.identity_due)
    if not may_forward(task):
        raise Conflict("this may not be passed on")
    _check_person(task, to)
    new = _taken_over(task, new_id, to, now)
    old = replace(
        task, status=TaskStatus.CANCELLED, person=_known(task.person, by), forwarded_to=new_id
    )
    envelope = replace(envelope, tasks=_in_place(envelope, old, new), updated_at=now)
    return envelope, _events(old, new, visitor, now)


def correct_address(
    envelope: Envelope, task_id: str, new_id: str, email: str, now: datetime
) -> tuple[Envelope, list[Event]]:
    """The same person at another address. A new task takes the place of this one, so that nothing
    that the old address was told of is good for anything: link, codes, half a proof. The sender
    sees the new one only. Doing the same again changes nothing. Raises AlreadyCompleted and Gone
    for a task that has ended, Conflict for who was identified or has brought a file, and Invalid
    for the address that it is."""
    task = envelope.task(task_id)
    if task.removed and envelope.in_place_of(task).person.email == email:
        return envelope, []
    _check_correctable(envelope, task, now)
    if email == task.person.email:
        raise Invalid("This is the address already.", {"email": "must be another one"})
    new = _taken_over(task, new_id, replace(task.person, email=email), now)
    old = replace(task, status=TaskStatus.CANCELLED, forwarded_to=new_id, removed=True)
    envelope = replace(envelope, tasks=_in_place(envelope, old, new), updated_at=now)
    changed = Event(
        kind=EventKind.TASK_ADDRESS_CHANGED, at=now, task_id=old.id, data={"to": new_id}
    )
    return envelope, [changed, *([] if old.guest else _begun(new, now))]


def _check_correctable(envelope: Envelope, task: Task, now: datetime) -> None:
    with suppress(NotYourTurn):  # who has not been invited can have a wrong address, too
        check_may_act(envelope, task, now)
    if task.identified:
        raise Conflict("this person has proved who they are")
    if any(not envelope.document(id).awaited for id in task.uploads if _has(envelope, id)):
        raise Conflict("this person has brought a file")


def _has(envelope: Envelope, document_id: str) -> bool:
    return any(document.id == document_id for document in envelope.documents)


def _check_person(task: Task, to: Person) -> None:
    wrong = {}
    if not to.name.strip():
        wrong["name"] = "must be given"
    if not to.email or "@" not in to.email:
        wrong["email"] = "must be an e-mail address"
    elif to.email.casefold() == (task.person.email or "").casefold():
        wrong["email"] = "must be somebody else's"
    if wrong:
        raise Invalid("who is to act instead?", wrong)


def _taken_over(task: Task, new_id: str, to: Person, now: datetime) -> Task:
    return replace(
        task,
        id=new_id,
        person=to,
        created_at=now,
        opened_at=None,
        reminded_at=None,
        identified=(),
        viewed=(),
        forwarded_from=task.id,
    )


def _known(person: Person, by: Mapping[str, str]) -> Person:
    return replace(
        person,
        name=person.name or by.get("name", ""),
        email=person.email or by.get("email") or None,
    )


def _in_place(envelope: Envelope, old: Task, new: Task) -> tuple[Task, ...]:
    """The new task stands where the old one stood, so that its signatures keep their places."""
    tasks: list[Task] = []
    for task in envelope.tasks:
        if task.id == old.id:
            tasks += [new, old]
        else:
            after = tuple(new.id if id == old.id else id for id in task.after)
            tasks.append(replace(task, after=after))
    return tuple(tasks)


def _events(old: Task, new: Task, visitor: Visitor, now: datetime) -> list[Event]:
    """What happened is told by the task's home alone."""
    if old.guest:
        return [Event(kind=EventKind.TASK_FORWARDED, at=now, task_id=old.id, data={"to": new.id})]
    device = {"ip": visitor.ip, "user_agent": visitor.user_agent}
    return [
        Event(kind=EventKind.TASK_FORWARDED, at=now, task_id=old.id, data={"to": new.id, **device}),
        *_begun(new, now),
    ]


def _begun(new: Task, now: datetime) -> list[Event]:
    actions = {id: str(action) for id, action in new.actions.items()}
    added = Event(kind=EventKind.TASK_ADDED, at=now, task_id=new.id, data={"documents": actions})
    ready = Event(kind=EventKind.TASK_READY, at=now, task_id=new.id)
    return [added, ready] if new.status is TaskStatus.READY else [added]

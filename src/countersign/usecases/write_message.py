"""People are told: invitation, reminder, final copy, withdrawal. Written once per fact and channel,
sent by a job."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from countersign.domain.delivery import Message
from countersign.domain.envelope import Envelope
from countersign.domain.task import Task, TaskStatus
from countersign.usecases.outside_ports import Letters
from countersign.usecases.ports import NewJob, Ports, UnitOfWork

EMAIL = "email"
Written = tuple[str, str, str]
Writer = Callable[[Letters], Callable[[Envelope, Task, str], Written]]


def write_invitation(envelope_id: str, task_id: str, ports: Ports, again: str = "") -> None:
    """For somebody whose turn has come. Nothing is written once the task is over. When it is sent
    `again`, that tells one time from the next."""
    fact = f"invitation:{again}" if again else "invitation"
    _write(fact, envelope_id, task_id, ports, lambda letters: letters.invitation)


def write_reminder(envelope_id: str, task_id: str, at: str, ports: Ports) -> None:
    """`at` tells one reminder from the next."""
    _write(f"reminder:{at}", envelope_id, task_id, ports, lambda letters: letters.reminder)


def write_final_copy(envelope_id: str, task_id: str, ports: Ports) -> None:
    """To everybody who signed or reviewed, and to who only was to get it, once the envelope is
    completed."""
    _write("final_copy", envelope_id, task_id, ports, lambda letters: letters.final_copy, _is_done)


def write_withdrawal(envelope_id: str, task_id: str, ports: Ports) -> None:
    """To somebody who was invited and need not act any more."""
    _write(
        "withdrawal", envelope_id, task_id, ports, lambda letters: letters.withdrawal, _is_cancelled
    )


def _is_pending(task: Task) -> bool:
    return task.status.pending


def _is_done(task: Task) -> bool:
    return task.status is TaskStatus.COMPLETED or task.is_copy


def _is_cancelled(task: Task) -> bool:
    return task.status is TaskStatus.CANCELLED


def _write(
    fact: str,
    envelope_id: str,
    task_id: str,
    ports: Ports,
    writer: Writer,
    is_wanted: Callable[[Task], bool] = _is_pending,
) -> None:
    with ports.unit_of_work() as uow:
        envelope = uow.envelopes.get(envelope_id)
        task = envelope.task(task_id)
        if not is_wanted(task):
            return
        link, new = ports.links.signing(task), False
        for channel in task.person.addresses:
            written = writer(ports.invitations.by(channel))(envelope, task, link)
            new |= queue_message(fact, envelope, task, written, ports, uow, channel)
        if new:
            uow.commit()


def queue_message(
    fact: str,
    envelope: Envelope,
    task: Task,
    written: Written,
    ports: Ports,
    uow: UnitOfWork,
    channel: str = EMAIL,
) -> bool:
    """Keeps what was `written` (subject, text, HTML) and has it sent by mail, or by another
    channel. False when this task was told of this `fact` by this channel before."""
    key = f"{fact}:{task.id}" if channel == EMAIL else f"{fact}:{task.id}:{channel}"
    message = _message(key, envelope, task, written, ports, channel)
    if not uow.messages.add(message):
        return False
    uow.jobs.add(NewJob(kind="send_message", args={"message": message.id}, queue="mail"))
    return True


def _message(
    key: str, envelope: Envelope, task: Task, written: Written, ports: Ports, channel: str
) -> Message:
    subject, text, html = written
    return Message(
        id=str(uuid4()),
        key=key,
        account_id=envelope.account_id,
        envelope_id=envelope.id,
        task_id=task.id,
        channel=channel,
        recipient=task.person.address(channel),
        subject=subject,
        text=text,
        html=html,
        sender_name=envelope.known_sender,
        created_at=ports.clock(),
    )

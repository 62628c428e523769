"""People are told: invitation, reminder, final copy. Written once per fact, sent by a job."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from countersign.domain.delivery import Message
from countersign.domain.envelope import Envelope
from countersign.domain.task import Task
from countersign.usecases.ports import NewJob, Ports

Written = tuple[str, str, str]
Writer = Callable[[Envelope, Task, str], Written]


def write_invitation(envelope_id: str, task_id: str, ports: Ports) -> None:
    """For somebody whose turn has come. Nothing is written once the task is over."""
    _write("invitation", envelope_id, task_id, ports, ports.invitations.invitation)


def write_reminder(envelope_id: str, task_id: str, at: str, ports: Ports) -> None:
    """`at` tells one reminder from the next."""
    _write(f"reminder:{at}", envelope_id, task_id, ports, ports.invitations.reminder)


def write_final_copy(envelope_id: str, task_id: str, ports: Ports) -> None:
    """To everybody who signed, once the envelope is completed."""
    _write("final_copy", envelope_id, task_id, ports, ports.invitations.final_copy)


def _write(fact: str, envelope_id: str, task_id: str, ports: Ports, writer: Writer) -> None:
    with ports.unit_of_work() as uow:
        envelope = uow.envelopes.get(envelope_id)
        task = envelope.task(task_id)
        if not task.person.email or not (task.status.pending or fact == "final_copy"):
            return
        message = _message(f"{fact}:{task_id}", envelope, task, ports, writer)
        if uow.messages.add(message):
            uow.jobs.add(NewJob(kind="send_message", args={"message": message.id}, queue="mail"))
            uow.commit()


def _message(key: str, envelope: Envelope, task: Task, ports: Ports, writer: Writer) -> Message:
    subject, text, html = writer(envelope, task, ports.links.signing(task))
    return Message(
        id=str(uuid4()),
        key=key,
        account_id=envelope.account_id,
        envelope_id=envelope.id,
        task_id=task.id,
        channel="email",
        recipient=task.person.email or "",
        subject=subject,
        text=text,
        html=html,
        sender_name=envelope.sender_name,
        created_at=ports.clock(),
    )

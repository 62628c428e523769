"""Somebody wrote in the chat: the others hear of it by mail, but not at every sentence."""

from __future__ import annotations

from datetime import datetime, timedelta

from countersign.domain.envelope import Envelope, EnvelopeStatus
from countersign.domain.evidence import timestamp
from countersign.domain.task import Task, TaskStatus
from countersign.usecases.ports import NewJob, Ports, UnitOfWork
from countersign.usecases.write_message import queue_message

PAUSE = timedelta(minutes=15)  # between two mails to one person
FACT = "chat:"


def notice_job(
    envelope: Envelope, task: Task, at: datetime, run_at: datetime | None = None
) -> NewJob:
    """Tells the person of `task` of what was written at `at`. One waits at most: it will tell of
    what is written meanwhile as well."""
    return NewJob(
        kind="write_chat_notice",
        args={"envelope": envelope.id, "task": task.id, "at": at.isoformat()},
        queue="mail",
        run_at=run_at,
        unique=f"write_chat_notice {task.id}",
    )


def write_chat_notice(envelope_id: str, task_id: str, at: datetime, ports: Ports) -> None:
    """Writes a mail, or waits until `PAUSE` has passed since the last one. Nothing is written to
    somebody who was told after `at`, or has written since."""
    now = ports.clock()
    with ports.unit_of_work() as uow:
        envelope = uow.envelopes.get(envelope_id)
        task = envelope.task(task_id)
        if not is_reached(envelope, task) or uow.chat.written(envelope_id, task_id, at):
            return
        last = _last_told(envelope, task, uow)
        if last is not None and last >= at:
            return
        if last is not None and now < last + PAUSE:
            uow.jobs.add(notice_job(envelope, task, at, last + PAUSE))
        else:
            _write(envelope, task, now, ports, uow)
        uow.commit()


def is_reached(envelope: Envelope, task: Task) -> bool:
    """Whether a person is told of the chat: who was invited and has not left, as long as it can
    be answered."""
    invited = task.status in (TaskStatus.READY, TaskStatus.COMPLETED)
    open_ = envelope.status is EnvelopeStatus.OPEN
    return bool(open_ and invited and task.person.addresses and envelope.settings.send_invitations)


def _last_told(envelope: Envelope, task: Task, uow: UnitOfWork) -> datetime | None:
    told = [
        message.created_at
        for message in uow.messages.of_envelope(envelope.id)
        if message.task_id == task.id and message.key.startswith(FACT)
    ]
    return max(told, default=None)


def _write(envelope: Envelope, task: Task, now: datetime, ports: Ports, uow: UnitOfWork) -> None:
    link = ports.links.signing(task)
    for channel in task.person.addresses:
        written = ports.invitations.by(channel).new_messages(envelope, task, link)
        queue_message(f"{FACT}{timestamp(now)}", envelope, task, written, ports, uow, channel)

"""Somebody, or some program, is told in the sender's words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid5

from countersign.domain.delivery import NOTICE, Message
from countersign.domain.envelope import Envelope
from countersign.domain.errors import NotFound
from countersign.domain.events import Event, EventKind
from countersign.domain.notice import AT_ONCE, Channel, Notice, Slot
from countersign.domain.task import Task
from countersign.usecases.ports import NewJob, Ports, UnitOfWork
from countersign.usecases.send_message import send_message
from countersign.usecases.sign_code import sign_code

CODE_PAGE = "/code"  # where a code is typed in
KINDS = {
    Channel.EMAIL: ("send_notice", "mail"),
    Channel.SMS: ("send_notice", "mail"),
    Channel.URL: ("call_notice", "webhook"),
}


def notices_due(envelope: Envelope, event: Event, uow: UnitOfWork) -> Iterable[NewJob]:
    """What is to be told because of an event, at once or later."""
    if not envelope.settings.has_notices:
        return
    package_id, task_id = event.data.get("package"), _told_of(envelope, event)
    for notice in uow.notices.of_envelope(envelope.id):
        if notice.is_about(event.kind, task_id, package_id):
            yield _job(notice, event.at)


def _told_of(envelope: Envelope, event: Event) -> str | None:
    """The task that the sender knows. Who was asked in somebody's place is told by other means, and
    nobody else gets his link."""
    if event.task_id is None or event.kind in (EventKind.TASK_READY, EventKind.TASK_OPENED):
        return event.task_id
    return envelope.origin_of(envelope.task(event.task_id)).id


def _job(notice: Notice, at: datetime) -> NewJob:
    kind, queue = KINDS[notice.channel]
    due = None if notice.delay == AT_ONCE else at + notice.delay
    return NewJob(kind=kind, args={"notice": notice.id}, queue=queue, run_at=due)


def send_notice(notice_id: str, ports: Ports) -> None:
    """Nothing is sent when the envelope is gone, or what was to be told is no longer so. The
    message's id follows from the notice, so that one that is sent again, after a crash, is the same
    message. Raises Unavailable for another try."""
    message_id = str(uuid5(UUID(notice_id), "message"))
    with ports.unit_of_work() as uow:
        try:
            notice = uow.notices.get(notice_id)
            envelope = uow.envelopes.get(notice.envelope_id)
        except NotFound:
            return
        if not _was_written(message_id, uow):
            if not notice.still_holds(envelope):
                return
            uow.messages.add(_message(message_id, notice, envelope, ports, uow))
            uow.commit()
    send_message(message_id, ports)


def _was_written(message_id: str, uow: UnitOfWork) -> bool:
    try:
        uow.messages.get(message_id)
    except NotFound:
        return False
    return True


def _message(id: str, notice: Notice, envelope: Envelope, ports: Ports, uow: UnitOfWork) -> Message:
    task = envelope.task(notice.task_id) if notice.task_id else None
    slots = {} if task is None else _slots(notice, task, ports, uow)
    text, by_mail = notice.filled(slots), notice.channel is Channel.EMAIL
    return Message(
        id=id,
        key=f"{NOTICE}:{notice.id}",
        account_id=envelope.account_id,
        envelope_id=envelope.id,
        task_id=notice.task_id,
        channel=notice.channel.value,
        recipient=notice.recipient,
        subject=notice.subject,
        text=text,
        html=_html(notice, envelope, task, text, slots.get(Slot.LINK, ""), ports),
        sender_name=envelope.known_sender if by_mail else notice.sender,
        reply_to=notice.sender if by_mail and "@" in notice.sender else "",
        created_at=ports.clock(),
    )


def _slots(notice: Notice, task: Task, ports: Ports, uow: UnitOfWork) -> dict[Slot, str]:
    slots = {Slot.LINK: ports.links.signing(task)}
    if {Slot.CODE, Slot.CODE_LINK} & set(notice.text):
        code = sign_code(task.id, ports, uow)
        link = ports.links.public(f"{CODE_PAGE}?sign_code={code}")
        slots |= {Slot.CODE: code, Slot.CODE_LINK: link}
    return slots


def _html(
    notice: Notice, envelope: Envelope, task: Task | None, text: str, link: str, ports: Ports
) -> str:
    if notice.channel is not Channel.EMAIL:
        return ""
    language = task.language if task else ""
    return ports.invitations.own_words(envelope, language, link, text, notice.layout)

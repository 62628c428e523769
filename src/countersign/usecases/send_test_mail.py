"""A member sends a mail to their own address, and hears what the mail server says."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from countersign.domain.delivery import Message, MessageStatus
from countersign.domain.errors import Unavailable
from countersign.usecases.enter_dashboard import record
from countersign.usecases.member_ports import MemberPorts, Visit


def send_test_mail(visit: Visit, desk: MemberPorts) -> Message:
    """At once and not by a job, so that the answer can be shown. `status` is QUEUED when the server
    did not take it now: nothing is tried again, and `reply` says why."""
    answered = _answered(_message(visit, desk), desk)
    with desk.ports.unit_of_work() as uow:
        if answered.status is MessageStatus.SANDBOXED:
            uow.messages.add(answered)  # where the mailbox shows it
        said = f"{answered.status} {answered.reply}".strip()
        record(visit.member, "sent a test mail", visit.visitor, uow, desk, said)
        uow.commit()
    return answered


def _answered(message: Message, desk: MemberPorts) -> Message:
    try:
        return desk.ports.mailer.send(message)
    except Unavailable as failure:
        return replace(message, reply=str(failure.__cause__ or failure))


def _message(visit: Visit, desk: MemberPorts) -> Message:
    subject, text, html = desk.letters.test_mail(visit.member)
    return Message(
        id=str(uuid4()),
        key=f"member:{uuid4()}",
        account_id=visit.account.id,
        envelope_id="",
        task_id=None,
        channel="email",
        recipient=visit.member.email,
        subject=subject,
        text=text,
        html=html,
        created_at=desk.ports.clock(),
    )

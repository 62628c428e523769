"""Hands one message to the relay and records what it said."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from countersign.domain.delivery import Message, MessageStatus, is_code, notice_of
from countersign.domain.errors import Unavailable
from countersign.domain.events import Event, EventKind
from countersign.domain.identity import CODE_LIFETIME
from countersign.usecases.ports import Ports
from countersign.usecases.retrying import on_stale_state

LONGEST_WAIT = {"url": timedelta(hours=24)}
USUAL_WAIT = timedelta(days=3)
TOO_LATE = "the code would have come too late"


def send_message(message_id: str, ports: Ports) -> None:
    """A message that was accepted before is not sent again. Raises Unavailable for another try,
    with the reason kept on the message; after three days, or one for a program's address, the
    message counts as refused. A one-time code is not sent once it is good no longer."""
    with ports.unit_of_work() as uow:
        message = uow.messages.get(message_id)
    if message.status is not MessageStatus.QUEUED:
        return
    answered = _hand_over(message, ports)
    on_stale_state(lambda: _record(answered, ports))


def _hand_over(message: Message, ports: Ports) -> Message:
    now = ports.clock()
    age = now - message.created_at
    if is_code(message) and age >= CODE_LIFETIME:
        reply = message.reply or TOO_LATE
        return replace(message, status=MessageStatus.REFUSED, reply=reply, text="", html="")
    try:
        answered = ports.mailer.send(message)
    except Unavailable as failure:
        waiting = replace(message, reply=str(failure.__cause__ or failure))
        if age < LONGEST_WAIT.get(message.channel, USUAL_WAIT):
            _keep(waiting, ports)
            raise
        return replace(waiting, status=MessageStatus.REFUSED)
    if answered.status is not MessageStatus.ACCEPTED:
        return answered
    # A signing link is a key: once it is with its owner, no copy of it is kept
    return replace(answered, accepted_at=now, text="", html="")


def _keep(message: Message, ports: Ports) -> None:
    with ports.unit_of_work() as uow:
        uow.messages.save(message)
        uow.commit()


def _record(message: Message, ports: Ports) -> None:
    now = ports.clock()
    told = {"channel": message.channel, "status": str(message.status), "reply": message.reply}
    if notice := notice_of(message):
        told["notice"] = notice
    answered = Event(
        kind=EventKind.MESSAGE_ANSWERED,
        at=now,
        task_id=message.task_id,
        data=told,
    )
    with ports.unit_of_work() as uow:
        uow.messages.save(message)
        if message.envelope_id:  # members of an account are written to without one
            uow.envelopes.save(uow.envelopes.get(message.envelope_id), [answered])
        uow.commit()

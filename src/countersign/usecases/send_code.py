"""A signer asks for a one-time code."""

from __future__ import annotations

import secrets

from countersign.domain import identity
from countersign.domain.delivery import CODE
from countersign.domain.envelope import Envelope
from countersign.domain.errors import Invalid, TooManyTries, Unavailable
from countersign.domain.identity import IdentityAttempt
from countersign.domain.task import Task
from countersign.domain.text_limits import windows
from countersign.usecases.ports import Ports, UnitOfWork
from countersign.usecases.retrying import on_stale_state
from countersign.usecases.write_message import queue_message

NO_ADDRESS = {
    "email": ("this person has no e-mail address", {"email": "missing"}),
    "sms": ("this person has no phone number", {"phone": "missing"}),
}


def send_code(task_id: str, method: str, ports: Ports) -> Task:
    """Sends a new code by mail or SMS, also when nothing else is sent; the one before is good no
    longer. Who is identified already gets none. Returns the task.

    Raises NotFound, what `identity.check_offered` raises, Invalid (no address), TooManyTries, and
    Unavailable when there is no gateway for SMS any more.
    """
    return on_stale_state(lambda: _send(task_id, method, ports))


def _send(task_id: str, method: str, ports: Ports) -> Task:
    now = ports.clock()
    with ports.unit_of_work() as uow:
        envelope = uow.envelopes.of_task(task_id)
        task = identity.check_offered(envelope, task_id, method, identity.CODE_METHODS, now)
        _check_channel(task, identity.CODE_METHODS[method], ports)
        if method not in task.identified:
            before = uow.identity.attempt(task_id, method)
            attempt = identity.next_attempt(before, task_id, method, identity.CODE_PACE, now)
            _begin(attempt, envelope, ports, uow)
            uow.commit()
    return task


def _check_channel(task: Task, channel: str, ports: Ports) -> None:
    if not task.person.address(channel):
        raise Invalid(*NO_ADDRESS[channel])
    if channel not in ports.mailer.channels:
        raise Unavailable(f"{channel} gateway")


def _begin(attempt: IdentityAttempt, envelope: Envelope, ports: Ports, uow: UnitOfWork) -> None:
    code = f"{secrets.randbelow(10**identity.CODE_DIGITS):0{identity.CODE_DIGITS}}"
    uow.identity.begin(identity.with_code(attempt, code, ports.code_key))
    task = envelope.task(attempt.task_id)
    channel = identity.CODE_METHODS[attempt.method]
    if channel == "sms":
        _count(envelope, task, ports, uow)
    written = ports.invitations.by(channel).code(envelope, task, code)
    fact = f"{CODE}:{attempt.number}"
    queue_message(fact, envelope, task, written, ports, uow, channel)


def _count(envelope: Envelope, task: Task, ports: Ports, uow: UnitOfWork) -> None:
    most, number, now = ports.codes_by_sms_an_hour, task.person.address("sms"), ports.clock()
    for window in windows(number, envelope.account_id, most, ports.code_key, now):
        if not uow.text_counts.count_text(window):
            raise TooManyTries(identity.seconds(window.ends - now))

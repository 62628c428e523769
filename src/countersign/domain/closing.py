"""How an envelope ends without everybody's signature: declined, cancelled, expired."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from countersign.domain.envelope import Envelope, EnvelopeStatus, OnDecline
from countersign.domain.errors import AlreadyCompleted, Conflict, Gone, Invalid, TooSoon
from countersign.domain.events import Event, EventKind
from countersign.domain.evidence import timestamp
from countersign.domain.task import Task, TaskStatus, Visitor
from countersign.domain.turns import check_may_act, end_pending

REMINDER_PAUSE = timedelta(hours=1)
CLOCK_GRACE = timedelta(seconds=1)  # a job may be due a moment before the clock says so
INVITATION = "invitation"  # what a reminder's event says when it was the invitation once more


def decline_task(
    envelope: Envelope, task_id: str, reason: str, visitor: Visitor, now: datetime
) -> tuple[Envelope, list[Event]]:
    """One person refuses; `settings.on_decline` says whether that ends the envelope. Who has an
    optional task ends his own part only."""
    task = envelope.task(task_id)
    check_may_act(envelope, task, now)
    declined = replace(task, status=TaskStatus.DECLINED, declined_reason=reason)
    envelope = replace(envelope.with_task(declined), updated_at=now)
    data = {"reason": reason, "ip": visitor.ip, "user_agent": visitor.user_agent}
    events = [Event(kind=EventKind.TASK_DECLINED, at=now, task_id=task_id, data=data)]
    if task.optional or envelope.settings.on_decline is OnDecline.KEEP_OPEN:
        return envelope, events
    envelope, ended = end_pending(envelope, TaskStatus.CANCELLED, EventKind.TASK_CANCELLED, now)
    closing = Event(kind=EventKind.ENVELOPE_DECLINED, at=now, task_id=task_id)
    return replace(envelope, status=EnvelopeStatus.DECLINED), [*events, *ended, closing]


def cancel(envelope: Envelope, now: datetime, reason: str = "") -> tuple[Envelope, list[Event]]:
    """The sender withdraws it. Cancelling twice changes nothing. Raises AlreadyCompleted when
    everybody has signed, Gone when it ended in another way."""
    if envelope.status is EnvelopeStatus.CANCELLED:
        return envelope, []
    _check_open(envelope)
    envelope, ended = end_pending(envelope, TaskStatus.CANCELLED, EventKind.TASK_CANCELLED, now)
    closing = Event(kind=EventKind.ENVELOPE_CANCELLED, at=now, data={"reason": reason})
    return replace(envelope, status=EnvelopeStatus.CANCELLED, updated_at=now), [*ended, closing]


def remove(envelope: Envelope, now: datetime) -> tuple[Envelope, list[Event]]:
    """The sender does not want to see it any more. Its evidence stays."""
    event = Event(kind=EventKind.ENVELOPE_DELETED, at=now)
    return replace(envelope, status=EnvelopeStatus.DELETED, updated_at=now), [event]


def warn(envelope: Envelope, now: datetime) -> list[Event]:
    """The deadline of an open envelope is near; nothing changes but that it was told. One that was
    moved since is not near any more."""
    if envelope.status is not EnvelopeStatus.OPEN or envelope.due_at is None:
        return []
    near = envelope.due_at - timedelta(days=envelope.settings.warning_days or 0)
    if now < near - CLOCK_GRACE:
        return []
    return [Event(kind=EventKind.ENVELOPE_EXPIRES_SOON, at=now)]


def extend(envelope: Envelope, due_at: datetime, now: datetime) -> tuple[Envelope, list[Event]]:
    """More time for everybody who has not acted. To extend to the same moment again changes
    nothing. What has expired stays so, as people and programs were told. Raises what `cancel`
    raises, Conflict for one without a deadline, Invalid for one that is not later."""
    _check_open(envelope)
    if envelope.due_at is None:
        raise Conflict("this has no deadline")
    if envelope.due_at == due_at:
        return envelope, []
    if envelope.due_at <= now:
        raise Gone("expired")
    if due_at <= max(envelope.due_at, now):
        raise Invalid("The new deadline must be later.", {"due_at": "must be later"})
    extended = replace(envelope, due_at=due_at, updated_at=now)
    data = {"from": timestamp(envelope.due_at), "to": timestamp(due_at)}
    return extended, [Event(kind=EventKind.ENVELOPE_DUE_CHANGED, at=now, data=data)]


def expire(envelope: Envelope, now: datetime) -> tuple[Envelope, list[Event]]:
    """Ends an open envelope whose deadline has passed; otherwise changes nothing."""
    if envelope.status is not EnvelopeStatus.OPEN:
        return envelope, []
    if envelope.due_at is None or envelope.due_at > now:
        return envelope, []
    envelope, ended = end_pending(envelope, TaskStatus.EXPIRED, EventKind.TASK_EXPIRED, now)
    closing = Event(kind=EventKind.ENVELOPE_EXPIRED, at=now)
    return replace(envelope, status=EnvelopeStatus.EXPIRED, updated_at=now), [*ended, closing]


def remind(envelope: Envelope, task_id: str, now: datetime) -> tuple[Envelope, list[Event]]:
    """Another mail or SMS to somebody who has not acted; at most one an hour. Raises what
    `check_may_act` raises, Invalid without an address, TooSoon."""
    return _remind(envelope, task_id, now, {})


def invite_again(envelope: Envelope, task_id: str, now: datetime) -> tuple[Envelope, list[Event]]:
    """The invitation once more, for who has lost it: counts as a reminder. Raises as `remind`."""
    return _remind(envelope, task_id, now, {"as": INVITATION})


def remind_unasked(
    envelope: Envelope, task_id: str, now: datetime, number: int = 1
) -> tuple[Envelope, list[Event]]:
    """What `settings.reminder_days` promises, for the `number`th time: like `remind`, but changes
    nothing when there is nobody to remind any more, or when it was done a moment ago."""
    if not envelope.settings.send_invitations:
        return envelope, []
    try:
        return _remind(envelope, task_id, now, {"automatic": True, "number": number})
    except (Conflict, Gone, Invalid):
        return envelope, []


def _remind(
    envelope: Envelope, task_id: str, now: datetime, data: Mapping[str, object]
) -> tuple[Envelope, list[Event]]:
    task = envelope.task(task_id)
    check_may_act(envelope, task, now)
    if not task.person.addresses:
        raise Invalid("this person has no e-mail address", {"email": "missing"})
    _check_pause(task, now)
    envelope = replace(envelope.with_task(replace(task, reminded_at=now)), updated_at=now)
    return envelope, [Event(kind=EventKind.TASK_REMINDED, at=now, task_id=task_id, data=data)]


def _check_pause(task: Task, now: datetime) -> None:
    if task.reminded_at is None or now - task.reminded_at >= REMINDER_PAUSE:
        return
    raise TooSoon(int((task.reminded_at + REMINDER_PAUSE - now).total_seconds()) + 1)


def _check_open(envelope: Envelope) -> None:
    if envelope.status in (EnvelopeStatus.COMPLETED, EnvelopeStatus.SEALING):
        raise AlreadyCompleted()
    if envelope.status is EnvelopeStatus.FAILED:
        raise Conflict("failed")
    if envelope.status not in (EnvelopeStatus.OPEN, EnvelopeStatus.DRAFT):
        raise Gone(envelope.status)

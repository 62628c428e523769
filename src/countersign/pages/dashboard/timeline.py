"""What happened to an envelope, as people read it: evidence, mails and webhook calls in one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from countersign.domain.delivery import DeliveryStatus, MessageStatus
from countersign.domain.envelope import Envelope
from countersign.domain.events import EventKind
from countersign.domain.evidence import Link
from countersign.usecases.manage_envelope import EnvelopeHistory

Say = Callable[[str], str]


def _(text: str) -> str:
    return text


HAPPENED = {
    EventKind.ENVELOPE_SENT: _("Sent"),
    EventKind.TASK_ADDED: _("Asked to act"),
    EventKind.TASK_READY: _("It is their turn"),
    EventKind.TASK_REMINDED: _("Reminded"),
    EventKind.TASK_ADDRESS_CHANGED: _("The address was corrected"),
    EventKind.TASK_OPENED: _("Opened"),
    EventKind.IDENTITY_PROVED: _("Proved who they are"),
    EventKind.IDENTITY_REFUSED: _("Did not prove who they are"),
    EventKind.TASK_COMPLETED: _("Did their part"),
    EventKind.TASK_DECLINED: _("Declined"),
    EventKind.TASK_DUE_CHANGED: _("The deadline was changed"),
    EventKind.ENVELOPE_DUE_CHANGED: _("The deadline was changed"),
    EventKind.TASK_EXPIRED: _("The time was over"),
    EventKind.TASK_CANCELLED: _("Need not act any more"),
    EventKind.TASK_REMOVED: _("Removed"),
    EventKind.CHAT_POSTED: _("A message was written"),
    EventKind.ENVELOPE_ALL_SIGNED: _("Everybody has signed"),
    EventKind.ENVELOPE_SEALED: _("Sealed"),
    EventKind.ENVELOPE_VERIFIED: _("Read back and verified"),
    EventKind.ENVELOPE_COMPLETED: _("Completed"),
    EventKind.AUDIT_MADE: _("The audit document was made"),
    EventKind.PACKAGE_MADE: _("The package was made"),
    EventKind.PACKAGE_FAILED: _("The package could not be made"),
    EventKind.ENVELOPE_DECLINED: _("Ended, as somebody declined"),
    EventKind.ENVELOPE_EXPIRED: _("Expired"),
    EventKind.ENVELOPE_CANCELLED: _("Cancelled"),
    EventKind.ENVELOPE_FAILED: _("Stopped: the result could not be verified"),
}
MAILS = {
    MessageStatus.QUEUED: _("A mail waits to be sent"),
    MessageStatus.ACCEPTED: _("The mail server took a mail"),
    MessageStatus.REFUSED: _("The mail server refused a mail"),
    MessageStatus.SANDBOXED: _("A mail was kept in the sandbox"),
}
BAD = {
    EventKind.TASK_DECLINED,
    EventKind.IDENTITY_REFUSED,
    EventKind.PACKAGE_FAILED,
    EventKind.ENVELOPE_FAILED,
}
TOLD = ("reason", "method", "ip", "reply", "failure", "as", "to")  # of what an event carries


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One line; `delivery` is the id of a webhook call that may be made again."""

    at: datetime
    text: str
    who: str = ""
    detail: str = ""
    is_bad: bool = False
    delivery: str = ""


def timeline(history: EnvelopeHistory, say: Say) -> list[Moment]:
    """Newest first."""
    moments = [
        *_facts(history, say),
        *_mails(history, say),
        *_calls(history, say),
    ]
    return sorted(reversed(moments), key=lambda one: one.at, reverse=True)


def _facts(history: EnvelopeHistory, say: Say) -> Iterator[Moment]:
    for link in history.links:
        if (text := HAPPENED.get(link.event.kind)) is not None:
            yield Moment(
                at=link.event.at,
                text=say(text),
                who=_name(history.envelope, link),
                detail=_detail(link),
                is_bad=link.event.kind in BAD,
            )


def _name(envelope: Envelope, link: Link) -> str:
    known = {task.id: task.person.name for task in envelope.tasks}
    return known.get(link.event.task_id or "", "")


def _detail(link: Link) -> str:
    if link.event.kind is EventKind.TASK_ADDRESS_CHANGED:
        return ""  # it has an id only; the addresses are in the mails below
    told = (link.event.data.get(name) for name in TOLD)
    return " · ".join(str(one) for one in told if one)


def _mails(history: EnvelopeHistory, say: Say) -> Iterator[Moment]:
    names = {task.id: task.person.name for task in history.envelope.tasks}
    for message in history.messages:
        yield Moment(
            at=message.accepted_at or message.created_at,
            text=f"{say(MAILS[message.status])}: {message.subject}",
            who=names.get(message.task_id or "", ""),
            detail=" · ".join(filter(None, (message.recipient, message.reply))),
            is_bad=message.status is MessageStatus.REFUSED,
        )


def _calls(history: EnvelopeHistory, say: Say) -> Iterator[Moment]:
    for run in history.runs:
        delivery = run.delivery
        failed = delivery.status is not DeliveryStatus.DELIVERED
        for attempt in run.attempts:
            yield Moment(
                at=attempt.at,
                text=f"{say(_('Webhook call'))} {delivery.event}: {attempt.outcome}",
                detail=f"{delivery.url} · {attempt.duration_ms} ms",
                is_bad=not attempt.outcome.startswith("2"),
                delivery=delivery.id if failed and attempt is run.attempts[-1] else "",
            )
        if not run.attempts:
            text = f"{say(_('Webhook call waits'))}: {delivery.event}"
            yield Moment(at=delivery.created_at, text=text, detail=delivery.url)

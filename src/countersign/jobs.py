"""What happens next: event → job → use case, and how often a job is tried.

Read it from top to bottom: `FOLLOW_UPS` says which jobs an event causes (they are written in the
transaction that records the event, and so are the webhook calls), `handlers` which use case does a
job, `retry_after` when a failed one is tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from countersign.domain.closing import INVITATION
from countersign.domain.document import FileRef
from countersign.domain.envelope import Envelope, EnvelopeStatus
from countersign.domain.errors import NotFound
from countersign.domain.events import Event, EventKind
from countersign.domain.evidence import Link, timestamp
from countersign.domain.task import TaskStatus
from countersign.usecases.archive import end_archived
from countersign.usecases.change_tasks import expire_task
from countersign.usecases.deliver_webhook import deliver_webhook
from countersign.usecases.erase_envelope import erase_in_time, erasing_due
from countersign.usecases.expire_envelope import expire_envelope
from countersign.usecases.export_account import end_export, make_export
from countersign.usecases.index_names import index_names
from countersign.usecases.keep_by_rules import SLOW, erase_by_rules, sweep
from countersign.usecases.keep_results import (
    archive_results,
    ask_for_package,
    keep_results,
    packages_due,
)
from countersign.usecases.make_audit import make_audit
from countersign.usecases.make_package import make_package
from countersign.usecases.outside_ports import WebhookTranslator
from countersign.usecases.ports import FollowUps, NewJob, Ports, UnitOfWork
from countersign.usecases.remind_unasked import remind_unasked
from countersign.usecases.remove_content import remove_content, settle_content
from countersign.usecases.seal_envelope import seal_envelope
from countersign.usecases.send_batch import QUEUE as BATCH
from countersign.usecases.send_batch import Senders, forget_batch, send_batch
from countersign.usecases.send_message import send_message
from countersign.usecases.send_notice import notices_due, send_notice
from countersign.usecases.stored_files import drop_upload
from countersign.usecases.tell_webhooks import tell_webhooks
from countersign.usecases.verify_envelope import verify_envelope
from countersign.usecases.warn_of_deadline import warn_of_deadline
from countersign.usecases.write_chat_notice import is_reached, notice_job, write_chat_notice
from countersign.usecases.write_message import (
    write_final_copy,
    write_invitation,
    write_reminder,
    write_withdrawal,
)

Rule = Callable[[Envelope, Event, UnitOfWork], Iterable[NewJob]]
Args = Mapping[str, Any]

PDF, MAIL, WEBHOOK, DEFAULT = "pdf", "mail", "webhook", "default"
# What is not found when it was erased with its envelope, or by itself
ERASED = frozenset(
    {"envelope", "task", "message", "notice", "package", "delivery", "stored file", "batch"}
)
# Worker threads of each
QUEUES: Mapping[str, int] = {PDF: 2, MAIL: 1, WEBHOOK: 4, DEFAULT: 1, SLOW: 1, BATCH: 1}


# ------------------------------------------------------------------ event → jobs


def _seal(envelope: Envelope, event: Event, uow: UnitOfWork) -> Iterable[NewJob]:
    """Where people only had to read there is nothing to seal."""
    if not envelope.was_signed:
        yield from _verify(envelope, event, uow)
        return
    yield NewJob(kind="seal_envelope", args={"envelope": envelope.id}, queue=PDF)


def _verify(envelope: Envelope, _event: Event, _uow: UnitOfWork) -> Iterable[NewJob]:
    yield NewJob(kind="verify_envelope", args={"envelope": envelope.id}, queue=PDF)


def _make_audit(envelope: Envelope, _event: Event, _uow: UnitOfWork) -> Iterable[NewJob]:
    yield NewJob(kind="make_audit", args={"envelope": envelope.id})


def _invite(envelope: Envelope, event: Event, _uow: UnitOfWork) -> Iterable[NewJob]:
    if envelope.settings.send_invitations:
        args = {"envelope": envelope.id, "task": event.task_id}
        yield NewJob(kind="write_invitation", args=args, queue=MAIL)


def _invite_next(envelope: Envelope, event: Event, _uow: UnitOfWork) -> Iterable[NewJob]:
    """Whoever a task is handed to was told of it by nobody, whatever the sender mails."""
    if not envelope.task(event.task_id or "").guest:
        args = {"envelope": envelope.id, "task": event.data["to"]}
        yield NewJob(kind="write_invitation", args=args, queue=MAIL)


def _invite_corrected(envelope: Envelope, event: Event, uow: UnitOfWork) -> Iterable[NewJob]:
    """Nobody at the new address has the link, whatever the sender mails."""
    if envelope.task(event.data["to"]).status is TaskStatus.READY:
        yield from _invite_next(envelope, event, uow)


def _remind(envelope: Envelope, event: Event, _uow: UnitOfWork) -> Iterable[NewJob]:
    args = {"envelope": envelope.id, "task": event.task_id, "at": timestamp(event.at)}
    again = event.data.get("as") == INVITATION
    kind = "write_invitation" if again else "write_reminder"
    yield NewJob(kind=kind, args=args, queue=MAIL)


def _remind_in_time(envelope: Envelope, event: Event, _uow: UnitOfWork) -> Iterable[NewJob]:
    """`number` is that of the reminder before this one; none counts as the one that was asked for
    by the sender."""
    settings = envelope.settings
    days, number = settings.reminder_days, event.data.get("number", 0) + 1
    asked = event.kind is EventKind.TASK_REMINDED and not event.data.get("automatic")
    if days is None or asked or number > settings.reminders or not settings.send_invitations:
        return
    args = {"envelope": envelope.id, "task": event.task_id, "number": number}
    yield NewJob(kind="remind_unasked", args=args, run_at=event.at + timedelta(days=days))


def _withdraw(envelope: Envelope, event: Event, _uow: UnitOfWork) -> Iterable[NewJob]:
    """Whose turn had not come was told of nothing; optional tasks that nobody waits for end
    silently with the last signature."""
    ended_early = envelope.status in (EnvelopeStatus.CANCELLED, EnvelopeStatus.DECLINED)
    invited = event.data.get("was") == TaskStatus.READY and envelope.settings.send_invitations
    if ended_early and invited:
        args = {"envelope": envelope.id, "task": event.task_id}
        yield NewJob(kind="write_withdrawal", args=args, queue=MAIL)


def _tell_of_chat(envelope: Envelope, event: Event, _uow: UnitOfWork) -> Iterable[NewJob]:
    for task in envelope.tasks:
        if task.id != event.task_id and is_reached(envelope, task):
            yield notice_job(envelope, task, event.at)


def _send_copies(envelope: Envelope, _event: Event, _uow: UnitOfWork) -> Iterable[NewJob]:
    if envelope.settings.send_final_copy:
        for task in envelope.tasks:
            args = {"envelope": envelope.id, "task": task.id}
            yield NewJob(kind="write_final_copy", args=args, queue=MAIL)


def _watch_deadline(envelope: Envelope, _event: Event, _uow: UnitOfWork) -> Iterable[NewJob]:
    if envelope.due_at is not None:
        args = {"envelope": envelope.id}
        yield NewJob(kind="expire_envelope", args=args, run_at=envelope.due_at)


def _warn_in_time(envelope: Envelope, event: Event, _uow: UnitOfWork) -> Iterable[NewJob]:
    """A deadline that is nearer from the start warns nobody."""
    if envelope.due_at is None or envelope.settings.warning_days is None:
        return
    at = envelope.due_at - timedelta(days=envelope.settings.warning_days)
    if at > event.at:
        yield NewJob(kind="warn_of_deadline", args={"envelope": envelope.id}, run_at=at)


def _keep_results(envelope: Envelope, event: Event, uow: UnitOfWork) -> Iterable[NewJob]:
    task = envelope.task(event.task_id or "")
    keep = keep_results if envelope.settings.keeps_results else archive_results
    yield from keep(envelope, task, event.at, uow)
    if task.packaged and not task.guest:
        yield from ask_for_package(envelope, task.id, event.at, uow)
    if envelope.settings.has_packages:
        yield from packages_due(envelope, task, uow)


def _erase_in_time(envelope: Envelope, event: Event, _uow: UnitOfWork) -> Iterable[NewJob]:
    yield from erasing_due(envelope, event)


def _package(envelope: Envelope, event: Event, uow: UnitOfWork) -> Iterable[NewJob]:
    if envelope.settings.packaged and envelope.was_signed:
        yield from ask_for_package(envelope, None, event.at, uow)


def _watch_tasks(envelope: Envelope, _event: Event, _uow: UnitOfWork) -> Iterable[NewJob]:
    """Those that the envelope is opened with; later ones are watched when they are added."""
    for task in envelope.tasks:
        if task.due_at is not None and not envelope.settings.takes_new_tasks:
            yield NewJob(kind="expire_task", args={"task": task.id}, run_at=task.due_at)


def _watch_task(envelope: Envelope, event: Event, _uow: UnitOfWork) -> Iterable[NewJob]:
    task = envelope.task(event.task_id or "")
    if task.due_at is not None and not task.guest:
        yield NewJob(kind="expire_task", args={"task": task.id}, run_at=task.due_at)


FOLLOW_UPS: Mapping[EventKind, tuple[Rule, ...]] = {
    EventKind.ENVELOPE_DRAFTED: (_erase_in_time,),
    EventKind.ENVELOPE_SENT: (_watch_deadline, _watch_tasks, _warn_in_time, _erase_in_time),
    EventKind.TASK_READY: (_invite, _remind_in_time),
    EventKind.TASK_ADDED: (_watch_task,),
    EventKind.TASK_DUE_CHANGED: (_watch_task,),
    EventKind.TASK_REMINDED: (_remind, _remind_in_time),
    EventKind.TASK_FORWARDED: (_invite_next,),
    EventKind.TASK_ADDRESS_CHANGED: (_invite_corrected,),
    EventKind.ENVELOPE_DUE_CHANGED: (_watch_deadline, _warn_in_time),
    EventKind.TASK_COMPLETED: (_keep_results, _erase_in_time),
    EventKind.TASK_DECLINED: (_erase_in_time,),
    EventKind.TASK_EXPIRED: (_erase_in_time,),
    EventKind.TASK_CANCELLED: (_withdraw, _erase_in_time),
    EventKind.CHAT_POSTED: (_tell_of_chat,),
    EventKind.ENVELOPE_ALL_SIGNED: (_seal,),
    EventKind.ENVELOPE_SEALED: (_verify,),
    EventKind.ENVELOPE_COMPLETED: (_send_copies, _make_audit, _package),
}


def follow_ups(translators: Mapping[str, WebhookTranslator]) -> FollowUps:
    """The jobs that an event causes. Besides those of the table, people are told what the sender
    wants them to be told, and programs of whatever the envelope's dialect has words for."""

    def caused(envelope: Envelope, link: Link, uow: UnitOfWork) -> Iterable[NewJob]:
        for rule in FOLLOW_UPS.get(link.event.kind, ()):
            yield from rule(envelope, link.event, uow)
        yield from notices_due(envelope, link.event, uow)
        yield from tell_webhooks(envelope, link, translators, uow)

    return caused


# ------------------------------------------------------------------ job → use case


NO_SENDERS: Senders = {}


def handlers(ports: Ports, senders: Senders = NO_SENDERS) -> Mapping[str, Callable[[Args], None]]:
    """Every kind of job with the use case that does it; `senders` make envelopes of rows. All may
    be done twice. What was erased meanwhile needs nothing any more."""
    work = _handlers(ports) | _batch_handlers(ports, senders)
    return {kind: _unless_gone(one) for kind, one in work.items()}


def _batch_handlers(ports: Ports, senders: Senders) -> dict[str, Callable[[Args], None]]:
    return {
        "send_batch": lambda args: send_batch(args["batch"], senders, ports),
        "forget_batch": lambda args: forget_batch(args["batch"], ports),
    }


def _unless_gone(work: Callable[[Args], None]) -> Callable[[Args], None]:
    def worked(args: Args) -> None:
        try:
            work(args)
        except NotFound as problem:
            if problem.kind not in ERASED:
                raise

    return worked


def _handlers(ports: Ports) -> dict[str, Callable[[Args], None]]:
    return {
        "seal_envelope": lambda args: seal_envelope(args["envelope"], ports),
        "verify_envelope": lambda args: verify_envelope(args["envelope"], ports),
        "make_audit": lambda args: make_audit(args["envelope"], ports),
        "expire_task": lambda args: expire_task(args["task"], ports),
        "make_package": lambda args: make_package(args["envelope"], args["package"], ports),
        "end_archived": lambda args: end_archived(args["account"], args["file"], ports),
        "expire_envelope": lambda args: expire_envelope(args["envelope"], ports),
        "warn_of_deadline": lambda args: warn_of_deadline(args["envelope"], ports),
        "write_invitation": lambda args: write_invitation(
            args["envelope"], args["task"], ports, again=args.get("at", "")
        ),
        "write_reminder": lambda args: write_reminder(
            args["envelope"], args["task"], args["at"], ports
        ),
        "write_final_copy": lambda args: write_final_copy(args["envelope"], args["task"], ports),
        "write_withdrawal": lambda args: write_withdrawal(args["envelope"], args["task"], ports),
        "write_chat_notice": lambda args: write_chat_notice(
            args["envelope"], args["task"], datetime.fromisoformat(args["at"]), ports
        ),
        "index_names": lambda _args: index_names(ports),
        "remind_unasked": lambda args: remind_unasked(
            args["envelope"], args["task"], args.get("number", 1), ports
        ),
        "send_notice": lambda args: send_notice(args["notice"], ports),
        "call_notice": lambda args: send_notice(args["notice"], ports),
        "erase_in_time": lambda args: erase_in_time(args["envelope"], ports),
        "remove_content": lambda args: remove_content(FileRef(**args), ports),
        "settle_content": lambda args: settle_content(FileRef(**args), ports),
        "make_export": lambda args: make_export(args["account"], args["export"], ports),
        "end_export": lambda args: end_export(args["account"], args["export"], ports),
        "sweep": lambda args: sweep(args["account"], ports),
        "erase_by_rules": lambda args: erase_by_rules(args["envelope"], ports),
        "drop_upload": lambda args: drop_upload(args["file"], args.get("account", ""), ports),
        "send_message": lambda args: send_message(args["message"], ports),
        "deliver_webhook": lambda args: deliver_webhook(
            args["delivery"], args.get("number"), ports
        ),
    }


# ------------------------------------------------------------------ retries


EVERY_TEN_MINUTES = {"call_notice": timedelta(minutes=10)}


def retry_after(kind: str, attempts: int) -> timedelta | None:
    """The pause after `attempts` failed tries (from 1): 1 s, 2 s, 4 s … at most 15 minutes, for
    about four days; then None, and the job is kept as dead for the operator. A program that a
    sender has named is called every ten minutes (send_message.py says for how long)."""
    if kind in EVERY_TEN_MINUTES:
        return EVERY_TEN_MINUTES[kind]
    if attempts > 400:
        return None
    return timedelta(seconds=min(2 ** min(attempts - 1, 20), 900))

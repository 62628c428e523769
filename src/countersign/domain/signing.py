"""Opening, proving identity and completing a task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from countersign.domain.document import Segment
from countersign.domain.envelope import Envelope, EnvelopeStatus
from countersign.domain.errors import IdentityRequired, Invalid, MissingFields
from countersign.domain.events import Event, EventKind
from countersign.domain.task import OWN_METHODS, Act, Field, FieldKind, Task, TaskStatus, Visitor
from countersign.domain.turns import check_may_act, end_pending, unblock

IMAGE_KINDS = frozenset({FieldKind.SIGNATURE, FieldKind.INITIALS, FieldKind.STAMP})


def open_task(
    envelope: Envelope, task_id: str, visitor: Visitor, now: datetime
) -> tuple[Envelope, list[Event]]:
    """Records the first opening; any later one changes nothing. A blocked or finished task may be
    looked at, which is no opening."""
    task = envelope.task(task_id)
    if task.opened_at is not None or task.status is not TaskStatus.READY:
        return envelope, []
    check_may_act(envelope, task, now)
    envelope = replace(envelope.with_task(replace(task, opened_at=now)), updated_at=now)
    opened = Event(kind=EventKind.TASK_OPENED, at=now, task_id=task_id, data=_device(visitor))
    return envelope, [opened]


def identity_needed(new: tuple[str, ...], methods: tuple[str, ...]) -> tuple[str, ...]:
    """What a signer has to prove before documents are shown: what the sender asks for (`new`), and
    the eID when there is no other way to sign, as nothing could be done without it."""
    sole = [method for method in methods if len(methods) == 1 and method not in OWN_METHODS]
    return tuple(dict.fromkeys((*new, *sole)))


def check_act(envelope: Envelope, task: Task, act: Act) -> None:
    """Everything that must hold before anything is written.

    Raises what `check_may_act` raises, IdentityRequired (also for an eID that was not used),
    Invalid (no consent, method not offered, unknown field) or MissingFields, also for documents,
    by their ids, that must be brought or looked at before.
    """
    check_may_act(envelope, task, act.at)
    if task.identity_due:
        raise IdentityRequired(task.identity_due)
    _check_ready(envelope, task)
    if not act.consent:
        raise Invalid("consent is needed", {"consent": "must be given"})
    if task.signs:
        _check_method(task, act)
        check_values(task, act.values)


def _check_ready(envelope: Envelope, task: Task) -> None:
    missing = [id for id in task.uploads if envelope.document(id).awaited]
    if missing:
        raise MissingFields("a file is missing", dict.fromkeys(missing, "upload it first"))
    if unread := task.views_due:
        raise MissingFields("a document was not read", dict.fromkeys(unread, "read it first"))


def _check_method(task: Task, act: Act) -> None:
    if act.method not in task.methods:
        raise Invalid("this way to sign is not offered", {"method": "not offered"})
    if act.method not in OWN_METHODS and act.method not in task.identified:
        raise IdentityRequired((act.method,))
    if act.method == "drawn" and act.image is None:
        raise Invalid("a signature is missing", {"signature": "draw or upload one"})
    if act.method == "typed" and not (act.text or "").strip():
        raise Invalid("a signature is missing", {"signature": "type your name"})


def check_values(task: Task, values: Mapping[str, str]) -> None:
    """Raises MissingFields for required fields left empty, Invalid for fields of other tasks and
    for choices that are not offered."""
    unknown = values.keys() - {field.id for field in task.fields}
    if unknown:
        raise Invalid("no such field", dict.fromkeys(sorted(unknown), "not a field of this task"))
    for field in task.fields:
        _check_choice(field, field.stands(values))
    _check_one_of_a_kind(task, values)
    missing = [f for f in task.fields if f.required and _is_typed(f) and not f.stands(values)]
    if missing:
        raise MissingFields("a required field is empty", {f.id: "required" for f in missing})


def _check_choice(field: Field, value: str) -> None:
    chooses = field.options and field.kind is FieldKind.TEXT
    if chooses and value and value not in [shown for _, shown in field.options]:
        raise Invalid("this can't be chosen", {field.id: "not one of the choices"})


def _check_one_of_a_kind(task: Task, values: Mapping[str, str]) -> None:
    ticked = [field for field in task.fields if field.stands(values) not in ("", "false")]
    for number, field in enumerate(ticked):
        if any(map(field.excludes, ticked[:number])):
            raise Invalid("only one of these can be chosen", {field.id: "choose one"})


def _is_typed(field: Field) -> bool:
    """Signatures and initials are filled by the act itself, dates by its time."""
    return field.kind not in IMAGE_KINDS and field.kind is not FieldKind.DATE


def as_theirs(act: Act, held: Sequence[Task]) -> Act:
    """The act without what is not the person's to say; `held` is the task as each of its envelopes
    holds it. The day of signing is that of the act. Who signs nothing consents and no more: a way
    to sign that was not used must not stand in the evidence."""
    if not any(task.signs for task in held):
        return replace(act, method="click", image=None, text=None, values={})
    fields = (field for task in held for field in task.fields)
    days = {field.id for field in fields if field.kind is FieldKind.DATE}
    return replace(act, values={id: act.values[id] for id in act.values if id not in days})


def complete_task(
    envelope: Envelope,
    task_id: str,
    act: Act,
    revisions: Mapping[str, tuple[Segment, ...]],
    recorded_at: datetime | None = None,
) -> tuple[Envelope, list[Event]]:
    """Records an act whose signatures are made, `recorded_at` this time when they took longer than
    the act. `revisions` maps document id to the segments that were appended for it. Raises what
    `check_act` raises, for an act at the time of recording."""
    task, now = envelope.task(task_id), recorded_at or act.at
    check_act(envelope, task, replace(act, at=now))
    for document_id, segments in revisions.items():
        envelope = envelope.with_document(envelope.document(document_id).append(*segments))
    done = replace(
        task,
        status=TaskStatus.COMPLETED,
        act=act,
        completed_at=now,
        opened_at=task.opened_at or now,
    )
    envelope = replace(envelope.with_task(done), updated_at=now)
    facts = _act_facts(act, envelope, revisions)
    events = [Event(kind=EventKind.TASK_COMPLETED, at=now, task_id=task_id, data=facts)]
    envelope, ready = unblock(envelope, now)
    return close_if_done(envelope, [*events, *ready], now)


def close_if_done(
    envelope: Envelope, events: list[Event], now: datetime
) -> tuple[Envelope, list[Event]]:
    """Closes an envelope that waits for nobody any more; what follows is added to `events`."""
    if not is_done(envelope):
        return envelope, events
    envelope, spared = end_pending(envelope, TaskStatus.CANCELLED, EventKind.TASK_CANCELLED, now)
    done = Event(kind=EventKind.ENVELOPE_ALL_SIGNED, at=now)
    return replace(envelope, status=EnvelopeStatus.SEALING), [*events, *spared, done]


def is_done(envelope: Envelope) -> bool:
    """Whether all that it waits for is done. Where tasks come and go, those that were taken back do
    not count, unless they had been completed."""
    if not envelope.settings.closes_when_signed:
        return False
    needed = [task for task in envelope.tasks if not task.optional and not task.forwarded_to]
    if envelope.settings.takes_new_tasks:
        needed = [task for task in needed if not task.removed or _is_completed(task)]
    return bool(needed) and all(map(_is_completed, needed))


def _is_completed(task: Task) -> bool:
    return task.status is TaskStatus.COMPLETED


def _act_facts(
    act: Act, envelope: Envelope, revisions: Mapping[str, tuple[Segment, ...]]
) -> dict[str, object]:
    return {
        **_device(act.visitor),
        "method": act.method,
        "consent": act.consent,
        "revisions": [
            {
                "document": document_id,
                "segments": [segment.file.sha256 for segment in segments],
                "size": envelope.document(document_id).size,
            }
            for document_id, segments in revisions.items()
        ],
    }


def _device(visitor: Visitor) -> dict[str, object]:
    return {"ip": visitor.ip, "user_agent": visitor.user_agent, "locale": visitor.locale}

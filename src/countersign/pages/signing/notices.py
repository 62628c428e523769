"""What a link says on which nothing is to be done: not yet, no longer, or done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from countersign.domain.chat import may_read
from countersign.domain.envelope import Envelope, EnvelopeStatus
from countersign.domain.task import Task, TaskStatus
from countersign.pages.signing.branding import shown_after, shown_branding
from countersign.usecases.open_task import Ending

NoticeKind = Literal[
    "not_found",
    "not_returned",
    "blocked",
    "expired",
    "cancelled",
    "declined",
    "forwarded",
    "completed",
    "finished",
]
STATUS: Mapping[NoticeKind, int] = {
    "not_found": 404,
    "not_returned": 400,
    "blocked": 200,
    "completed": 200,
    "finished": 200,
}


@dataclass(frozen=True, slots=True)
class Download:
    """A file that a page offers."""

    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """`finished` is what a reviewer sees when everybody signed without waiting for the review.
    `reason` is what was given when the envelope was declined, `downloads` are the signed copies,
    `waits_for` says how many people come first, `written_to` whether this one will be mailed,
    `complete` whether the signed copies are final, `chat` whether there is one, `ids` what a page
    around this one is told."""

    kind: NoticeKind
    base: str = ""
    envelope: str = ""
    branding: Mapping[str, Any] = field(default_factory=dict)
    signs: bool = True
    reason: str = ""
    downloads: Sequence[Download] = ()
    after: Mapping[str, Any] = field(default_factory=dict)
    waits_for: int = 0
    written_to: bool = False
    complete: bool = False
    ended: str = ""
    chat: bool = False
    ids: Mapping[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """Of the HTTP answer; a link that was good and is no more is Gone."""
        return STATUS.get(self.kind, 410)


# For somebody who has signed: there will be no signed copy
ENDED = (EnvelopeStatus.DECLINED, EnvelopeStatus.EXPIRED, EnvelopeStatus.CANCELLED)


def notice_kind(envelope: Envelope, task: Task, over: Ending | None) -> NoticeKind | None:
    """Which notice stands in the task's place; None while there is something to do."""
    if task.status is TaskStatus.COMPLETED:
        return "completed"
    if over == "cancelled" and envelope.status is EnvelopeStatus.DECLINED:
        return "declined"
    if over is not None:
        return over
    if task.status is TaskStatus.CANCELLED:
        return "finished"
    return "blocked" if task.status is TaskStatus.BLOCKED else None


def notice_of(
    kind: NoticeKind, envelope: Envelope, task: Task, base: str, downloads: Sequence[Download]
) -> Notice:
    """Names nobody but the sender: who else is asked to sign is not everybody's business."""
    return Notice(
        kind=kind,
        base=base,
        envelope=envelope.name,
        branding=shown_branding(envelope, base),
        signs=bool(task.signs),
        reason=task.declined_reason or "",
        downloads=downloads,
        after=shown_after(envelope.settings.after) if kind == "completed" else {},
        waits_for=_before(envelope, task),
        written_to=bool(envelope.settings.send_invitations and task.person.addresses),
        complete=envelope.status is EnvelopeStatus.COMPLETED,
        ended=str(envelope.status) if envelope.status in ENDED else "",
        chat=may_read(envelope, task),
        ids={"documentId": envelope.id, "participantId": task.id},
    )


def _before(envelope: Envelope, task: Task) -> int:
    """How many people have to act before this one, those included whom they wait for."""
    tasks = {one.id: one for one in envelope.tasks}
    before, look_at = set[str](), list(task.after)
    while look_at:
        id = look_at.pop()
        if id not in before and tasks[id].status is not TaskStatus.COMPLETED:
            before.add(id)
            look_at.extend(tasks[id].after)
    return len(before)

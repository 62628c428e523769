"""What the people of an envelope and its sender write to each other.

The text stands in the message alone; the evidence says who wrote when, and the text's SHA-256, so
that a text can be deleted and the chain stays whole.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from countersign.domain.envelope import Envelope, EnvelopeStatus
from countersign.domain.errors import (
    AlreadyCompleted,
    DomainError,
    Forbidden,
    Gone,
    IdentityRequired,
    Invalid,
    NotYourTurn,
    TooManyTries,
)
from countersign.domain.events import Event, EventKind
from countersign.domain.task import Task, TaskStatus
from countersign.domain.turns import is_overdue

LONGEST_TEXT = 4000  # characters
MOST_AT_ONCE = 30  # messages of one author in one envelope within `WINDOW`
WINDOW = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatMessage:
    """`number` counts from 1 within an envelope; `task_id` is the author's, None for the sender."""

    id: str
    envelope_id: str
    number: int
    task_id: str | None
    author_name: str
    text: str
    created_at: datetime

    @property
    def event(self) -> Event:
        """What the evidence keeps of it."""
        digest = hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()
        data = {"message": self.id, "sha256": digest}
        return Event(
            kind=EventKind.CHAT_POSTED, at=self.created_at, task_id=self.task_id, data=data
        )


def clean_text(text: str) -> str:
    """Without white space around it, lines ended by a line feed alone. Raises Invalid unless 1 to
    `LONGEST_TEXT` characters are left."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not 0 < len(text) <= LONGEST_TEXT:
        wanted = f"1 to {LONGEST_TEXT} characters"
        raise Invalid(f"a message has {wanted}", {"text": wanted})
    return text


def check_may_read(envelope: Envelope, task: Task | None) -> None:
    """Whoever may see the documents, which the sender (None) always may, and as long as they may.

    Raises Forbidden when there is no chat, NotYourTurn, IdentityRequired, Gone for somebody who
    handed the task on.
    """
    if not envelope.settings.chat:
        raise Forbidden("chat", envelope.id)
    if task is None:
        return
    if task.forwarded_to:
        raise Gone("forwarded")
    if task.status is TaskStatus.BLOCKED:
        raise NotYourTurn()
    if task.identity_due:
        raise IdentityRequired(task.identity_due)


def check_may_write(envelope: Envelope, task: Task | None, now: datetime) -> None:
    """Who may read, until the envelope ends or the own task ends in another way than by being
    completed. Raises what `check_may_read` raises, Gone, AlreadyCompleted."""
    check_may_read(envelope, task)
    if task is not None and task.status not in (TaskStatus.READY, TaskStatus.COMPLETED):
        raise Gone(task.status)
    if envelope.status in (
        EnvelopeStatus.SEALING,
        EnvelopeStatus.COMPLETED,
        EnvelopeStatus.FAILED,
    ):
        raise AlreadyCompleted()
    if envelope.status is not EnvelopeStatus.OPEN:
        raise Gone(envelope.status)
    if _is_late(envelope, task, now):
        raise Gone("expired")


def may_read(envelope: Envelope, task: Task | None) -> bool:
    """Whether `check_may_read` would let it pass."""
    try:
        check_may_read(envelope, task)
    except DomainError:
        return False
    return True


def may_write(envelope: Envelope, task: Task | None, now: datetime) -> bool:
    """Whether `check_may_write` would let it pass."""
    try:
        check_may_write(envelope, task, now)
    except DomainError:
        return False
    return True


def _is_late(envelope: Envelope, task: Task | None, now: datetime) -> bool:
    if task is not None and task.status.pending:
        return is_overdue(envelope, task, now)
    return envelope.due_at is not None and envelope.due_at <= now


def check_pace(written: int) -> None:
    """`written` is how many messages the author wrote in the last `WINDOW`. Raises TooManyTries."""
    if written >= MOST_AT_ONCE:
        raise TooManyTries(int(WINDOW.total_seconds()))

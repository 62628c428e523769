"""An envelope: what a sender sends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from countersign.domain.account import PRODUCTION
from countersign.domain.branding import Branding
from countersign.domain.document import Document
from countersign.domain.errors import NotFound
from countersign.domain.task import Task, TaskStatus, Visitor


class EnvelopeStatus(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    SEALING = "sealing"
    COMPLETED = "completed"
    DECLINED = "declined"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    FAILED = "failed"
    DELETED = "deleted"


class OnDecline(StrEnum):
    """What one person's decline does to the envelope."""

    STOP_ENVELOPE = "stop_envelope"
    KEEP_OPEN = "keep_open"


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterSigning:
    """What the signer sees at the end: `type` is "none", "message" or "redirect"."""

    type: str = "message"
    message: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeSettings:
    """Behaviour that vendors differ in, as explicit values.

    Without `send_invitations` nothing is mailed but one-time codes, and reminders that the sender
    asks for. `reminder_days` after somebody's turn has come they are reminded, and again after as
    many days, `reminders` times in all. `warning_days` before the deadline programs are told of
    it. `days_kept` after its last task has ended, an envelope is erased (None: never); one that
    `erases_unended`, as many days after its end or its last change. Of `has_notices` and
    `has_packages` those who look for some know that there are any. Where it `opens_by_id`, a task's
    id alone is a link to it: only for vendors whose links are that, with ids that nobody can guess.
    """

    send_invitations: bool = False
    send_final_copy: bool = False
    reminder_days: int | None = None
    reminders: int = 1
    warning_days: int | None = None
    skip_intro: bool = False
    on_decline: OnDecline = OnDecline.STOP_ENVELOPE
    after: AfterSigning = field(default_factory=AfterSigning)
    branding: Branding = field(default_factory=Branding)
    audit_in_document: bool = True
    chat: bool = False
    callback_url: str = ""
    takes_new_tasks: bool = False
    closes_when_signed: bool = True
    keeps_results: bool = False
    packaged: bool = False
    has_notices: bool = False
    has_packages: bool = False
    days_kept: int | None = None
    erases_unended: bool = False
    opens_by_id: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Documents + tasks + settings. `version` counts writes and is the compare-and-set value;
    `origin` names the dialect whose words describe it to the outside; `folder` is a name by which
    its sender sorts it; `extras` is kept verbatim. Access roles say which members see a
    `restricted` one (access.py)."""

    id: str
    account_id: str
    credential_id: str
    origin: str
    name: str
    created_at: datetime
    updated_at: datetime
    sender_name: str
    documents: tuple[Document, ...]
    tasks: tuple[Task, ...]
    environment: str = PRODUCTION
    project_id: str | None = None
    folder: str = ""
    status: EnvelopeStatus = EnvelopeStatus.DRAFT
    settings: EnvelopeSettings = field(default_factory=EnvelopeSettings)
    sender: Visitor = field(default_factory=Visitor)
    due_at: datetime | None = None
    completed_at: datetime | None = None
    failure: str | None = None
    audit: Document | None = None
    extras: Mapping[str, Any] = field(default_factory=dict)
    restricted: bool = False
    version: int = 0

    @property
    def begun(self) -> bool:
        """Whether somebody has signed."""
        return any(task.status is TaskStatus.COMPLETED and task.signs for task in self.tasks)

    @property
    def people(self) -> tuple[Task, ...]:
        """The tasks that the sender sees."""
        return tuple(task for task in self.tasks if not task.removed)

    @property
    def erased(self) -> bool:
        """Whether nothing is left of it but a record; what was only deleted keeps its documents."""
        return self.status is EnvelopeStatus.DELETED and not self.documents

    @property
    def was_signed(self) -> bool:
        """Whether a document has anybody's signature, theirs included who were taken back."""
        return any(document.segments for document in self.documents)

    @property
    def known_sender(self) -> str:
        """The name by which those who are asked know the sender."""
        return self.settings.branding.company_name or self.sender_name

    def task(self, task_id: str) -> Task:
        """Raises NotFound."""
        found = next((task for task in self.tasks if task.id == task_id), None)
        if found is None:
            raise NotFound("task", task_id)
        return found

    def in_place_of(self, task: Task) -> Task:
        """The task that has taken this one's place, as it was handed on; else itself."""
        return self.in_place_of(self.task(task.forwarded_to)) if task.forwarded_to else task

    def origin_of(self, task: Task) -> Task:
        """The task in whose place this one stands; else itself."""
        return self.origin_of(self.task(task.forwarded_from)) if task.forwarded_from else task

    def is_handed_on(self, task: Task) -> bool:
        """Whether somebody handed it on to this person; a sender who corrects an address does
        not."""
        if not task.forwarded_from:
            return False
        before = self.task(task.forwarded_from)
        return not before.removed or self.is_handed_on(before)

    def document(self, document_id: str) -> Document:
        """Raises NotFound."""
        found = next((doc for doc in self.documents if doc.id == document_id), None)
        if found is None:
            raise NotFound("document", document_id)
        return found

    def with_task(self, changed: Task) -> Envelope:
        tasks = tuple(changed if task.id == changed.id else task for task in self.tasks)
        return replace(self, tasks=tasks)

    def with_document(self, changed: Document) -> Envelope:
        documents = tuple(changed if doc.id == changed.id else doc for doc in self.documents)
        return replace(self, documents=documents)

    def signers_of(self, document_id: str) -> tuple[Task, ...]:
        """The tasks that sign a document, in the order of their blocks on its evidence page."""
        return tuple(task for task in self.tasks if document_id in task.signs)

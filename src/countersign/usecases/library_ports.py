"""The database's side of what stands beside envelopes: templates, forms, stored files, packages,
notices, archive, chat, deletions, bases, sign codes, and lists of tasks. Part of ports.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from countersign.domain.archive import ArchivedFile
from countersign.domain.chat import ChatMessage
from countersign.domain.document import Base, FileRef
from countersign.domain.erasing import Deletion
from countersign.domain.form import Form
from countersign.domain.notice import Notice
from countersign.domain.package import Package
from countersign.domain.stored_file import StoredFile
from countersign.domain.task import Task
from countersign.domain.template import Template


class StoredFiles(Protocol):
    """Somebody else's file is not found."""

    def add(self, file: StoredFile) -> None: ...
    def get(self, account_id: str, file_id: str) -> StoredFile:
        """Raises NotFound."""

    def save(self, file: StoredFile) -> None:
        """Raises NotFound."""

    def remove(self, file: StoredFile) -> None:
        """Where it is used it stays. Raises NotFound."""

    def drop_expired(self, file_id: str, now: datetime) -> Sequence[FileRef]:
        """Removes it when its time has passed, and says what it was made of; otherwise changes
        nothing."""

    def use(self, file_id: str, envelope_id: str, document_id: str) -> None:
        """Remembers that the file is this document of this envelope."""

    def uses(self, envelope_id: str) -> Mapping[str, str]:
        """File id → document id."""

    def used_in(self, file_id: str) -> Sequence[str]:
        """Ids of envelopes."""


class Templates(Protocol):
    """Somebody else's template is not found."""

    def add(self, template: Template) -> None: ...

    def get(self, account_id: str, template_id: str) -> Template:
        """As it is now. Raises NotFound."""

    def all(self, account_id: str) -> Sequence[Template]:
        """As they are now, newest first."""

    def revise(self, template: Template) -> None:
        """Puts it in the place of the version before, which is kept. Raises StaleState when that is
        not there any more."""

    def version(self, account_id: str, template_id: str, version: int) -> Template:
        """Raises NotFound."""

    def versions(self, account_id: str, template_id: str) -> Sequence[Template]:
        """Newest first."""


class Forms(Protocol):
    """Somebody else's form is not found. `revise`, `version` and `versions` as for templates."""

    def add(self, form: Form) -> None: ...
    def revise(self, form: Form) -> None: ...
    def version(self, account_id: str, form_id: str, version: int) -> Form: ...
    def versions(self, account_id: str, form_id: str) -> Sequence[Form]: ...

    def get(self, account_id: str, form_id: str) -> Form:
        """Raises NotFound."""

    def public(self, form_id: str) -> Form:
        """Whosever it is, when it is open to everybody. Raises NotFound."""

    def all(self, account_id: str) -> Sequence[Form]:
        """Newest first."""

    def save(self, form: Form) -> None:
        """All but its documents. Raises NotFound, StaleState when there is a newer version."""


class Packages(Protocol):
    def add(self, package: Package) -> None: ...
    def of_envelope(self, envelope_id: str) -> Sequence[Package]:
        """In the order in which they were asked for, also those of tasks at home there."""

    def of_tasks(self, task_ids: Sequence[str]) -> Sequence[Package]: ...
    def save(self, package: Package) -> None:
        """Status and file."""


class Notices(Protocol):
    def add(self, new: Sequence[Notice]) -> None: ...
    def get(self, notice_id: str) -> Notice:
        """Raises NotFound."""

    def of_envelope(self, envelope_id: str) -> Sequence[Notice]: ...


class Chat(Protocol):
    def add(self, message: ChatMessage) -> None: ...
    def get(self, message_id: str) -> ChatMessage: ...
    def page_of(
        self, envelope_id: str, offset: int, limit: int
    ) -> tuple[Sequence[ChatMessage], int]:
        """Up to `limit` messages after the first `offset`, oldest first, and the number of all."""

    def written(self, envelope_id: str, task_id: str | None, since: datetime) -> int:
        """How many messages the person of a task, or the sender (None), wrote after `since`."""


class SignCodes(Protocol):
    """Which task a short code leads to; codes are named by their keyed hashes."""

    def claim(self, code_hash: str, task_id: str) -> str:
        """The id of the task that the code leads to: the first that claimed it."""

    def task_id(self, code_hash: str) -> str:
        """Raises NotFound."""


class Bases(Protocol):
    def get(self, key: str) -> Base | None: ...
    def add(self, base: Base) -> Base:
        """The base that is kept, the first of its key; until this transaction ends nobody erases
        it."""


class Deletions(Protocol):
    def add(self, deletion: Deletion) -> None: ...
    def get(self, envelope_id: str) -> Deletion:
        """Raises NotFound."""

    def of_account(self, account_id: str) -> Sequence[Deletion]:
        """Oldest first."""

    def erase(self, envelope_id: str, task_ids: Sequence[str], base_keys: Sequence[str]) -> None:
        """Removes all that is stored beside an envelope: its evidence but for the head, messages,
        notices, packages, webhook calls, chat; proofs and codes of its tasks; these bases as far
        as no other document has them."""

    def is_used(self, sha256: str) -> bool:
        """Whether an upload, a document, a form or a template has this content. What signatures
        add to documents is of one envelope alone."""


class Archive(Protocol):
    """Somebody else's file is not found."""

    def add(self, file: ArchivedFile) -> None: ...
    def get(self, account_id: str, file_id: str) -> ArchivedFile:
        """Raises NotFound, also for one that was removed."""

    def remove(self, file: ArchivedFile) -> None:
        """Puts what is left of it in its place. Raises NotFound when somebody was faster."""

    def of_account(self, account_id: str) -> Sequence[ArchivedFile]:
        """Oldest first, with those that were removed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskQuery:
    """Which of an account's titled tasks to list; bounds are inclusive. `title` is a part of it, in
    any case. `sort` holds names of `SORTS`, each with whether it descends; equal ones are sorted by
    id, in the direction of the last of them; those without a deadline come last. By status they
    come as in `status_order`, which names all that are listed. Removed ones are left out."""

    account_id: str
    origin: str
    statuses: tuple[str, ...] = ()
    created_from: datetime | None = None
    created_to: datetime | None = None
    due_from: datetime | None = None
    due_to: datetime | None = None
    title: str = ""
    sort: tuple[tuple[str, bool], ...] = (("created_at", True),)
    status_order: tuple[str, ...] = ()
    offset: int = 0
    limit: int = 100


SORTS = ("created_at", "due_at", "title", "status")


class Tasks(Protocol):
    def find(self, query: TaskQuery) -> tuple[Sequence[Task], int]:
        """One page, without what is to be done with which document, and the number of all."""

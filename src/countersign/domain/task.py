"""A task: what one person must do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from countersign.domain.archive import Archiving
from countersign.domain.document import FileRef
from countersign.domain.signing_service import service_of


class TaskStatus(StrEnum):
    BLOCKED = "blocked"
    READY = "ready"
    COMPLETED = "completed"
    DECLINED = "declined"
    EXPIRED = "expired"
    CANCELLED = "cancelled"

    @property
    def pending(self) -> bool:
        return self in (TaskStatus.BLOCKED, TaskStatus.READY)


class Action(StrEnum):
    SIGN = "sign"
    VIEW = "view"
    REVIEW = "review"
    UPLOAD = "upload"


BY_MAIL = ("email",)
OWN_METHODS = frozenset({"drawn", "typed", "click"})  # every other one is an eID


class FieldKind(StrEnum):
    SIGNATURE = "signature"
    INITIALS = "initials"
    STAMP = "stamp"
    TEXT = "text"
    DATE = "date"
    CHECKBOX = "checkbox"


@dataclass(frozen=True, slots=True)
class Area:
    """A box on a page: fractions 0-1 of the page as shown, origin top left, page from 0."""

    page: int
    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A box that belongs to one task. It begins with `value`. With `options` one of them has to be
    chosen: each is what a program knows it by, and the words that people see, which are its value
    here. `form_name` is the field's name in the form that the document brought along."""

    id: str
    document_id: str
    kind: FieldKind
    name: str
    area: Area
    required: bool = True
    value: str = ""
    options: tuple[tuple[str, str], ...] = ()
    form_name: str = ""

    def excludes(self, other: Field) -> bool:
        """Whether the two are boxes of one field of the form that stand for different things, as
        radio buttons do: one of them is ticked."""
        boxes = self.kind is other.kind is FieldKind.CHECKBOX and self.form_name != ""
        own = (self.document_id, self.form_name) == (other.document_id, other.form_name)
        return boxes and own and self.options != other.options

    def stands(self, values: Mapping[str, str]) -> str:
        """What stands in it when somebody gave `values`, by the ids of fields."""
        return values.get(self.id, self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialog:
    """What a person reads before all else."""

    title: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who is to act; names as they are written, in any script.

    `national_id` is whom an eID has to prove. It is stored closed and shown to nobody. `names` are
    those that the name which an eID proves has to contain; `title` is what they are there, such as
    "CEO". `reached_by` are the channels by which they are told of their task.
    """

    name: str
    email: str | None = None
    phone: str | None = None
    title: str = ""
    national_id: str | None = field(default=None, repr=False)
    names: tuple[str, ...] = ()
    reached_by: tuple[str, ...] = BY_MAIL

    def address(self, channel: str) -> str:
        """Where messages of a channel (email, sms) go; "" when that is not known."""
        return {"email": self.email, "sms": self.phone}[channel] or ""

    @property
    def addresses(self) -> Mapping[str, str]:
        """Where they are told of their task, by channel; the phone number is E.164."""
        known = {channel: self.address(channel) for channel in self.reached_by}
        return {channel: address for channel, address in known.items() if address}


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """What is known of the device behind a request."""

    ip: str = ""
    user_agent: str = ""
    locale: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """The moment a signer signs: consent, values, image and where they came from.

    `method` is drawn, typed, click or an eID's name; `values` maps field id to text.
    """

    method: str
    consent: str
    visitor: Visitor
    at: datetime
    image: FileRef | None = None
    text: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One person's task. `actions` maps document id to what is to be done with it; `after` holds
    the ids of the tasks that must be completed before. An `optional` one, such as a reviewer's,
    holds up nobody: neither the others nor the envelope's end. Times are UTC.

    A task that touches several envelopes is held by each of them, with its actions there; all but
    its home hold it as a `guest`. Before the documents show, every method of `identity` must be
    passed, and one of `identity_choice`. `sign_text` is what the person consents to, in place of
    the page's own words; `redirects` tells where the browser goes after `success`, `cancel`,
    `reject` or `error`; `message` is the sender's own word to this person. What it signed becomes a
    package of its own when it is `packaged`, and is kept in the archive as `archiving` says;
    `is_text` when it is about texts, not PDFs. The sender does not see a `removed` one. Its link is
    good until `link_expires_at`, which ends nothing else.

    With `must_view` it can't be completed before each document with the action VIEW was looked at;
    `viewed` are those that were. `sign_entries` are lines about single documents that belong to
    what the person consents to; `interface` names how its page looks. Of the methods by which the
    person may prove who they are, `number_by` have to prove the person's national id and `names_by`
    their names; all of them where none is named. A task that `may_forward` can
    be handed to somebody else, once: then `forwarded_to` is the id of the new task, and its
    `forwarded_from` the id of this one, which is cancelled and signs nothing; it is `removed`, too,
    when it was the sender who gave the task another address.
    """

    id: str
    person: Person
    actions: Mapping[str, Action]
    fields: tuple[Field, ...] = ()
    after: tuple[str, ...] = ()
    methods: tuple[str, ...] = ("drawn", "typed")
    identity: tuple[str, ...] = ()
    identity_choice: tuple[str, ...] = ()
    optional: bool = False
    guest: bool = False
    title: str = ""
    sign_text: str = ""
    message: str = ""
    redirects: Mapping[str, str] = field(default_factory=dict)
    packaged: bool = False
    archiving: Archiving | None = None
    is_text: bool = False
    removed: bool = False
    must_view: bool = False
    viewed: tuple[str, ...] = ()
    sign_entries: Mapping[str, str] = field(default_factory=dict)
    dialog: Dialog | None = None
    interface: str = ""
    number_by: tuple[str, ...] = ()
    names_by: tuple[str, ...] = ()
    may_forward: bool = False
    forwarded_from: str = ""
    forwarded_to: str = ""
    language: str = ""
    status: TaskStatus = TaskStatus.BLOCKED
    created_at: datetime | None = None
    due_at: datetime | None = None
    link_expires_at: datetime | None = None
    opened_at: datetime | None = None
    identified: tuple[str, ...] = ()
    completed_at: datetime | None = None
    reminded_at: datetime | None = None
    declined_reason: str | None = None
    act: Act | None = None
    extras: Mapping[str, Any] = field(default_factory=dict)

    @property
    def signs(self) -> tuple[str, ...]:
        """Ids of the documents that get this person's signature."""
        return () if self.forwarded_to else self._to(Action.SIGN)

    @property
    def uploads(self) -> tuple[str, ...]:
        """Ids of the documents whose file this person brings."""
        return self._to(Action.UPLOAD)

    @property
    def views_due(self) -> tuple[str, ...]:
        """Ids of the documents that must still be looked at."""
        if not self.must_view:
            return ()
        return tuple(id for id in self._to(Action.VIEW) if id not in self.viewed)

    def _to(self, wanted: Action) -> tuple[str, ...]:
        return tuple(doc for doc, action in self.actions.items() if action is wanted)

    @property
    def is_copy(self) -> bool:
        """Whether there is nothing to do but to get the documents when all others are done."""
        reads_only = self.optional and set(self.actions.values()) == {Action.VIEW}
        return reads_only and not self.forwarded_to

    def redirect(self, kind: str) -> str | None:
        """Where the browser goes then; `${task}` in the address stands for the task's id."""
        address = self.redirects.get(kind)
        return None if address is None else address.replace("${task}", self.id)

    @property
    def identity_due(self) -> tuple[str, ...]:
        """What has to be proved before the documents show."""
        due = tuple(method for method in self.identity if method not in self.identified)
        return due if set(self.identified) & set(self.identity_choice) else (*due, *self._choice)

    @property
    def signing_due(self) -> tuple[str, ...]:
        """The eIDs of which one has to be used before this person can sign: none when one was, or
        when there is another way to sign, such as a key of their own."""
        can_sign = set(self.methods) & (OWN_METHODS | set(self.identified))
        by_key = any(map(service_of, self.methods))
        return () if can_sign or by_key or not self.signs else self.methods

    @property
    def _choice(self) -> tuple[str, ...]:
        return tuple(method for method in self.identity_choice if method not in self.identity)

"""The outside world as the use cases see it. Every port has a fake and real adapters, and one
contract suite in tests/contracts that all of them pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from countersign.domain.account import Account, Caller, Credential
from countersign.domain.delivery import Attempt, Delivery, Message, WebhookEndpoint
from countersign.domain.document import Base, Document, FileRef, PageSize, Segment
from countersign.domain.envelope import Envelope
from countersign.domain.events import Event
from countersign.domain.evidence import Link
from countersign.domain.task import Act, Task
from countersign.usecases.identity_port import IdentityProvider, Simulated

Clock = Callable[[], datetime]


# ------------------------------------------------------------------ database


class Accounts(Protocol):
    def add(self, account: Account) -> None: ...
    def get(self, account_id: str) -> Account: ...
    def all(self) -> Sequence[Account]: ...
    def save(self, account: Account) -> None: ...


class Credentials(Protocol):
    def add(self, credential: Credential) -> None:
        """Raises NameTaken when the account already has one of this api and name."""

    def by_secret_hash(self, secret_hash: str) -> Caller:
        """Raises Unauthorized for an unknown or revoked one."""

    def of_account(self, account_id: str, api: str) -> Sequence[Credential]: ...
    def get(self, credential_id: str) -> Credential: ...
    def count_use(self, credential_id: str) -> None:
        """Adds one to `used`, exactly, however many processes do; raises QuotaExceeded when that
        would be more than `quota`. Only production credentials count."""

    def limit(self, account_id: str, quota: int | None) -> None:
        """Sets the quota of all production credentials of an account."""

    def revoke(self, credential_id: str, at: datetime) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeQuery:
    """Which envelopes to list, newest first. `statuses` are envelope states; `task_statuses` and
    `opened` describe one and the same task: its state, and whether it was opened; `name` is a part
    of the envelope's name, in any case."""

    account_id: str
    credential_ids: tuple[str, ...] | None = None
    origin: str | None = None
    environment: str | None = None
    statuses: tuple[str, ...] = ()
    task_statuses: tuple[str, ...] = ()
    opened: bool | None = None
    name: str = ""
    offset: int = 0
    limit: int = 25


class Envelopes(Protocol):
    def add(self, envelope: Envelope, events: Iterable[Event]) -> None: ...

    def save(self, envelope: Envelope, events: Iterable[Event]) -> None:
        """Compare-and-set on `version`: raises StaleState when somebody else wrote it first."""

    def get(self, envelope_id: str) -> Envelope:
        """Raises NotFound."""

    def of_task(self, task_id: str) -> Envelope:
        """The task's home envelope. Raises NotFound."""

    def find(self, query: EnvelopeQuery) -> tuple[Sequence[Envelope], int]:
        """One page and the number of all that match."""

    def evidence(self, envelope_id: str) -> Sequence[Link]: ...


class Bases(Protocol):
    def get(self, key: str) -> Base | None: ...
    def add(self, base: Base) -> None:
        """Adding an existing key changes nothing."""


class Messages(Protocol):
    def add(self, message: Message) -> bool:
        """False when one with this key exists already: nothing was added."""

    def get(self, message_id: str) -> Message: ...
    def save(self, message: Message) -> None: ...
    def newest(self, limit: int, recipient: str = "") -> Sequence[Message]: ...
    def of_envelope(self, envelope_id: str) -> Sequence[Message]: ...


class Webhooks(Protocol):
    def put_endpoint(self, endpoint: WebhookEndpoint) -> None:
        """Adds it, or replaces the one in the same (credential, slot)."""

    def endpoints(self, account_id: str, api: str) -> Sequence[WebhookEndpoint]: ...
    def endpoint(self, endpoint_id: str) -> WebhookEndpoint: ...
    def remove_endpoint(self, endpoint_id: str) -> None: ...
    def add_delivery(self, delivery: Delivery) -> bool:
        """False when one with this id exists already."""

    def delivery(self, delivery_id: str) -> Delivery: ...
    def save_delivery(self, delivery: Delivery) -> None: ...
    def add_attempt(self, attempt: Attempt) -> None: ...
    def deliveries(self, envelope_id: str) -> Sequence[Delivery]: ...
    def attempts(self, delivery_id: str) -> Sequence[Attempt]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeatable:
    """A creating request that may be sent again: the client's key and what it was sent with."""

    credential_id: str
    key: str
    fingerprint: str


class Repeats(Protocol):
    """Creating requests that were answered before."""

    def claim(self, request: Repeatable, resource_id: str, at: datetime) -> str:
        """Remembers that `request` makes `resource_id`, in this transaction. Returns the id to
        answer with: `resource_id`, or that of the earlier request with the same key. Raises
        IdempotencyMismatch when the earlier one had another fingerprint."""

    def find(self, request: Repeatable) -> str | None:
        """The resource that an earlier request made; raises IdempotencyMismatch."""

    def answer(self, request: Repeatable) -> bytes | None:
        """The stored answer, if there is one."""

    def keep_answer(self, request: Repeatable, answer: bytes) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """`args` are JSON values. A `unique` key is queued at most once as long as it waits."""

    kind: str
    args: Mapping[str, Any]
    queue: str = "default"
    run_at: datetime | None = None
    unique: str | None = None


class Jobs(Protocol):
    def add(self, job: NewJob) -> None: ...


class FollowUps(Protocol):
    """Which jobs an event causes. May look things up in the transaction that records it."""

    def __call__(self, envelope: Envelope, event: Event, uow: UnitOfWork) -> Iterable[NewJob]: ...


class UnitOfWork(AbstractContextManager["UnitOfWork"], Protocol):
    """One transaction. Leaving without `commit` changes nothing. Events that are handed to
    `envelopes` become links of the evidence chain and jobs, in the same transaction."""

    accounts: Accounts
    credentials: Credentials
    envelopes: Envelopes
    bases: Bases
    messages: Messages
    webhooks: Webhooks
    repeats: Repeats
    jobs: Jobs

    def commit(self) -> None: ...


# ------------------------------------------------------------------ files


class Files(Protocol):
    """Content-addressed bytes. What `put` returned is on stable storage."""

    def put(self, data: bytes) -> FileRef: ...
    def adopt(self, path: Path, sha256: str) -> FileRef:
        """Takes over a staged file whose digest is known (moved when on the same volume)."""

    def read(self, file: FileRef) -> bytes:
        """Raises NotFound."""

    def stream(
        self, parts: Sequence[FileRef], start: int = 0, length: int | None = None
    ) -> Iterator[bytes]:
        """The concatenation of `parts`, in blocks of at most 1 MiB."""


# ------------------------------------------------------------------ PDF


class Staged(Protocol):
    """An upload that is in memory or in the staging folder until it is accepted or dropped.
    `size` in bytes, `sha256` in hex; asking for `path` puts it into the staging folder."""

    @property
    def in_memory(self) -> bool: ...
    @property
    def path(self) -> Path: ...
    @property
    def sha256(self) -> str: ...
    @property
    def size(self) -> int: ...
    def read(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Inspection:
    """What an upload is. `content` lists active content found, which preparing removes."""

    pages: tuple[PageSize, ...]
    signed: bool = False
    content: tuple[str, ...] = ()


class PdfEngine(Protocol):
    """The chain of design section 6 over stored files. Raises UnusableFile for a bad upload and
    Unavailable when no timestamp authority answers; no other error is the sender's fault."""

    def inspect(self, upload: Staged) -> Inspection: ...

    def base_key(self, document: Document, tasks: Sequence[Task]) -> str:
        """Names the base of (upload, layout); equal keys share one base."""

    def prepare(self, document: Document, tasks: Sequence[Task]) -> Base: ...

    def certify(
        self, envelope: Envelope, document: Document, base: Base, at: datetime
    ) -> tuple[Segment, ...]:
        """The first revision of this envelope's copy."""

    def act(
        self, envelope: Envelope, document: Document, base: Base, task: Task, act: Act
    ) -> Segment:
        """One signer's revision, appended to `document` as it is."""

    def seal(self, document: Document, base: Base, at: datetime) -> tuple[Segment, ...]:
        """The platform's seal and the closing document timestamp."""

    def verify(self, envelope: Envelope, document: Document, base: Base) -> Mapping[str, object]:
        """Reads the sealed bytes back. Returns facts (`sha256`, `level`, `signatures`); raises
        VerificationFailed with the reason."""

    def page_image(self, document: Document, page: int, width: int) -> bytes:
        """WebP, `width` in pixels. Raises NotFound for a page that is not there."""

    def page_text(self, document: Document, page: int) -> Sequence[Mapping[str, Any]]:
        """Runs of text with their boxes, as fractions of the page."""

    def signature_image(self, data: bytes) -> FileRef:
        """Stores a signer's image, made upright and small. Raises UnusableFile("not_image")."""

    def logo_image(self, data: bytes) -> FileRef:
        """Stores a sender's logo as PNG, as `signature_image` does."""

    def audit(self, envelope: Envelope, links: Sequence[Link], at: datetime) -> Document:
        """The audit document, made from the evidence and sealed."""


class VerificationFailed(Exception):
    """The sealed file is not what it must be."""


# ------------------------------------------------------------------ outside world


class Mailer(Protocol):
    def send(self, message: Message) -> Message:
        """The message with its new status and the relay's reply: accepted, refused for good, or
        sandboxed. Raises Unavailable when trying again may help."""


class Invitations(Protocol):
    """Writes what people receive, in their language."""

    def invitation(self, envelope: Envelope, task: Task, link: str) -> tuple[str, str, str]:
        """Subject, text, HTML."""

    def reminder(self, envelope: Envelope, task: Task, link: str) -> tuple[str, str, str]: ...
    def final_copy(self, envelope: Envelope, task: Task, link: str) -> tuple[str, str, str]: ...


class WebhookSender(Protocol):
    def send(self, delivery: Delivery, endpoint: WebhookEndpoint) -> str:
        """One try: the body as it is, the dialect's and the endpoint's headers, and the Standard
        Webhooks ones made with the endpoint's secret and real time. Returns the status of the
        answer ("200") or what went wrong, in words; never raises. Refuses private and link-local
        addresses unless configured otherwise; follows no redirect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A webhook call that a dialect wants made; `event` is its own name for it."""

    endpoint: WebhookEndpoint
    event: str
    body: str
    headers: Mapping[str, str]


class WebhookTranslator(Protocol):
    """A dialect's `webhooks` module: an event in that vendor's words."""

    def calls(
        self, event: Event, envelope: Envelope, endpoints: Sequence[WebhookEndpoint]
    ) -> Sequence[Call]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """One document of one envelope, as it was with `segments` segments."""

    envelope_id: str
    document_id: str
    segments: int


class Links(Protocol):
    """Addresses that are handed out. Tokens carry 128 bits or more and are not stored."""

    def signing(self, task: Task) -> str: ...
    def task_id(self, token: str) -> str:
        """Raises NotFound."""

    def download(self, envelope: Envelope, document: Document, expires: datetime) -> str:
        """A link to the bytes of `document` as they are now, good until `expires`."""

    def downloadable(self, token: str, now: datetime) -> Download:
        """What a link's token stands for. Raises NotFound, or Gone("expired")."""


class Secrets(Protocol):
    """Keeps stored answers unreadable without the server's key."""

    def close(self, plain: bytes) -> bytes: ...
    def open(self, closed: bytes) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything a use case may need; app.py fills it once."""

    unit_of_work: Callable[[], UnitOfWork]
    clock: Clock
    files: Files
    engine: PdfEngine
    mailer: Mailer
    invitations: Invitations
    webhooks: WebhookSender
    translators: Mapping[str, WebhookTranslator]
    links: Links
    identity: IdentityProvider
    simulated: Simulated | None = None
    link_lifetime: timedelta = timedelta(hours=1)

"""The outside world as the use cases see it. Every port has a fake and real adapters, and one
contract suite in tests/contracts that all of them pass."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from countersign.domain.account import Account, Caller, Credential
from countersign.domain.chat import ChatMessage
from countersign.domain.delivery import PAUSES, Attempt, Delivery, Message, WebhookEndpoint
from countersign.domain.document import Base, Document, FileRef, PageSize, Segment
from countersign.domain.envelope import Envelope, EnvelopeStatus
from countersign.domain.events import Event, EventKind
from countersign.domain.evidence import Link
from countersign.domain.identity import IdentityAttempt
from countersign.domain.project import Project
from countersign.domain.task import Act, Task
from countersign.domain.template import FormField, Template
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
    """Which envelopes to list. `statuses` are envelope states, `begun` says whether somebody has
    signed; `task_statuses` and `opened` describe one and the same task: its state, and whether it
    was opened; `name` is a part of the envelope's name, in any case.

    `sort` is created_at, updated_at or name (in any case); equal ones are sorted by id. Lists by
    project, state, `begun` and name stay fast however many envelopes there are."""

    account_id: str
    project_id: str | None = None
    credential_ids: tuple[str, ...] | None = None
    origin: str | None = None
    environment: str | None = None
    statuses: tuple[str, ...] = ()
    begun: bool | None = None
    task_statuses: tuple[str, ...] = ()
    opened: bool | None = None
    name: str = ""
    sort: str = "created_at"
    descending: bool = True
    offset: int = 0
    limit: int = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeHead:
    """What a list shows of an envelope. Times are UTC."""

    id: str
    project_id: str | None
    name: str
    status: EnvelopeStatus
    begun: bool
    created_at: datetime
    updated_at: datetime
    due_at: datetime | None
    completed_at: datetime | None


class Envelopes(Protocol):
    def add(self, envelope: Envelope, events: Iterable[Event]) -> None:
        """Raises NotFound when its project is not one of its account."""

    def save(self, envelope: Envelope, events: Iterable[Event]) -> None:
        """Compare-and-set on `version`: raises StaleState when somebody else wrote it first."""

    def get(self, envelope_id: str) -> Envelope:
        """Raises NotFound."""

    def of_task(self, task_id: str) -> Envelope:
        """The task's home envelope. Raises NotFound."""

    def find(self, query: EnvelopeQuery) -> tuple[Sequence[Envelope], int]:
        """One page and the number of all that match."""

    def heads(self, query: EnvelopeQuery) -> tuple[Sequence[EnvelopeHead], int]:
        """As `find`, without loading what the envelopes hold."""

    def evidence(self, envelope_id: str) -> Sequence[Link]: ...
    def hold(self, envelope_id: str) -> None:
        """Until this transaction ends, nobody else writes this envelope; whoever does already is
        waited for. Reads that follow see what he wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectQuery:
    """Which projects of an account to list. `search` is a part of the name, in any case; `sort`
    and `descending` are as for envelopes."""

    account_id: str
    search: str = ""
    sort: str = "created_at"
    descending: bool = True
    offset: int = 0
    limit: int = 20


class Projects(Protocol):
    """Somebody else's project is not found."""

    def add(self, project: Project) -> None: ...

    def get(self, account_id: str, project_id: str) -> Project:
        """Raises NotFound."""

    def find(self, query: ProjectQuery) -> tuple[Sequence[Project], int]:
        """One page and the number of all that match."""

    def save(self, project: Project) -> None:
        """Compare-and-set on `version`: raises StaleState when somebody else wrote it first, and
        NotFound."""

    def remove(self, project: Project) -> None:
        """Raises ProjectInUse when there are envelopes in it, also when one is being added at this
        moment; NotFound when somebody else was faster."""


class Templates(Protocol):
    """Somebody else's template is not found."""

    def add(self, template: Template) -> None: ...

    def get(self, account_id: str, template_id: str) -> Template:
        """Raises NotFound."""

    def all(self, account_id: str) -> Sequence[Template]:
        """Newest first."""


class Identities(Protocol):
    """Attempts to prove who somebody is, and the proofs, which are stored closed."""

    def attempt(self, task_id: str, method: str) -> IdentityAttempt | None:
        """The newest one."""

    def begin(self, attempt: IdentityAttempt) -> None:
        """Puts it in the place of the one before it. Raises StaleState when that isn't number
        `attempt.number` - 1."""

    def count_try(self, attempt: IdentityAttempt, most: int) -> bool:
        """One more try, exactly, however many processes do. False, and nothing counted, when
        `most` were made or another attempt has taken its place."""

    def end(self, attempt: IdentityAttempt) -> bool:
        """Forgets its code or order. False when that was done before, or another one has taken
        its place."""

    def keep_proof(self, task_id: str, method: str, proof: bytes, at: datetime) -> None:
        """Keeps what an eID gave; the first one stays."""

    def proof(self, task_id: str, method: str) -> bytes:
        """Raises NotFound."""


class Bases(Protocol):
    def get(self, key: str) -> Base | None: ...
    def add(self, base: Base) -> Base:
        """The base that is kept: the first of its key."""


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
    def deliveries(self, envelope_id: str) -> Sequence[Delivery]:
        """All of an envelope, in the order of its facts."""

    def first_waiting(self, envelope_id: str, endpoint_id: str) -> Delivery | None:
        """The delivery to this endpoint whose turn it is, or None when none waits."""

    def attempts(self, delivery_id: str) -> Sequence[Attempt]: ...
    def attempts_of(self, envelope_id: str) -> Sequence[Attempt]:
        """All tries of all deliveries of an envelope; those of one delivery in their order."""


class Chat(Protocol):
    def add(self, message: ChatMessage) -> None: ...
    def get(self, message_id: str) -> ChatMessage: ...
    def page_of(
        self, envelope_id: str, offset: int, limit: int
    ) -> tuple[Sequence[ChatMessage], int]:
        """Up to `limit` messages after the first `offset`, oldest first, and the number of all."""

    def written(self, envelope_id: str, task_id: str | None, since: datetime) -> int:
        """How many messages the person of a task, or the sender (None), wrote after `since`."""


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
    """Which jobs an event causes; `link` is its place in the evidence. May read and write in the
    transaction that records it, and sees the envelope as that leaves it."""

    def __call__(self, envelope: Envelope, link: Link, uow: UnitOfWork) -> Iterable[NewJob]: ...


class UnitOfWork(AbstractContextManager["UnitOfWork"], Protocol):
    """One transaction. Leaving without `commit` changes nothing. Events that are handed to
    `envelopes` become links of the evidence chain and jobs, in the same transaction."""

    accounts: Accounts
    credentials: Credentials
    envelopes: Envelopes
    projects: Projects
    templates: Templates
    identity: Identities
    bases: Bases
    messages: Messages
    webhooks: Webhooks
    chat: Chat
    repeats: Repeats
    jobs: Jobs

    def commit(self) -> None: ...


# ------------------------------------------------------------------ files


class Files(Protocol):
    """Content-addressed bytes. What `put` returned is on stable storage."""

    def put(self, data: bytes) -> FileRef: ...
    def adopt(self, path: Path, sha256: str) -> FileRef:
        """Takes over a staged file whose digest is known (moved when on the same volume)."""

    def aside(self) -> AbstractContextManager[Path]:
        """An empty file, to be written and adopted; gone at the end when it was not."""

    def local(self, file: FileRef) -> AbstractContextManager[Path]:
        """The content as a file of this machine, to be read until the end. Raises NotFound."""

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

    def form_fields(self, upload: Staged) -> Sequence[FormField]:
        """What can be filled in, page by page and from top to bottom. Text, checkboxes and empty
        signature fields only."""

    def base_key(self, envelope: Envelope, document: Document) -> str:
        """Names the base of (upload, layout); equal keys share one base."""

    def prepare(self, envelope: Envelope, document: Document) -> Base:
        """The document with its signers' fields and with the pages that the settings ask for."""

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
    def withdrawal(self, envelope: Envelope, task: Task, link: str) -> tuple[str, str, str]:
        """The envelope was declined or cancelled; the link leads nowhere now."""

    def code(self, envelope: Envelope, task: Task, code: str) -> tuple[str, str, str]:
        """A one-time code, which stands in the text at the end of its line."""

    def new_messages(self, envelope: Envelope, task: Task, link: str) -> tuple[str, str, str]:
        """Somebody wrote in the chat. What was written is not repeated."""


class WebhookSender(Protocol):
    def send(self, delivery: Delivery, endpoint: WebhookEndpoint) -> str:
        """One try: the body as it is, the dialect's and the endpoint's headers, and the Standard
        Webhooks ones made with the endpoint's secret and real time. Returns the status of the
        answer ("200") or what went wrong, in words; never raises. Refuses private and link-local
        addresses unless configured otherwise; follows no redirect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A webhook call that a dialect wants made; `event` is its own name for it. `pauses` are what
    is waited after each failed try; then it is given up. `id_header`, if there is one, is the name
    of a header that carries the delivery's id."""

    endpoint: WebhookEndpoint
    event: str
    body: str
    headers: Mapping[str, str]
    id_header: str = ""
    pauses: tuple[timedelta, ...] = PAUSES


class WebhookTranslator(Protocol):
    """A dialect's `webhooks` module: an event in that vendor's words.

    `kinds` are the events that it has words for: of others nobody is told. `endpoints` holds those
    of the envelope's credential and account, and the envelope's own if it has one; `message` is
    what was written, when the event is CHAT_POSTED. Called in the transaction that records the
    event, so it must be quick.
    """

    @property
    def kinds(self) -> Collection[EventKind]: ...

    def calls(
        self,
        event: Event,
        envelope: Envelope,
        endpoints: Sequence[WebhookEndpoint],
        message: ChatMessage | None,
        /,
    ) -> Sequence[Call]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """One document of one envelope, as it was with `segments` segments."""

    envelope_id: str
    document_id: str
    segments: int


class Fetcher(Protocol):
    def fetch(
        self, url: str, *, limit_bytes: int, timeout_s: float
    ) -> AbstractContextManager[Staged]:
        """Gets the file at `url`, which somebody else chose, in `timeout_s` seconds in all; outside
        a sandbox by https from public addresses only. Leaving the block removes what was not taken
        away. Raises NotFetched, and Unavailable when too many are being fetched."""


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
    links: Links
    fetcher: Fetcher
    identity: IdentityProvider
    code_key: bytes
    simulated: Simulated | None = None
    link_lifetime: timedelta = timedelta(hours=1)

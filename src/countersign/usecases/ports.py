"""The database as the use cases see it, and `Ports`, which is everything that they may need. Files
and PDF are in file_ports.py, the rest in its own …_port(s).py beside it. Every port has a fake and
real adapters, and one contract suite in tests/contracts that all of them pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from countersign.domain.account import Account, Caller, Credential
from countersign.domain.delivery import Attempt, Delivery, Message, WebhookEndpoint
from countersign.domain.envelope import Envelope, EnvelopeStatus
from countersign.domain.events import Event
from countersign.domain.evidence import Link
from countersign.domain.interface import Interface
from countersign.domain.project import Project
from countersign.usecases.docx_port import Converter, Docx
from countersign.usecases.file_ports import Files, PdfEngine
from countersign.usecases.identity_port import (
    Identities,
    IdentityProviders,
    OpenIdProviders,
    Simulated,
)
from countersign.usecases.keeping_ports import Keeping, Meter
from countersign.usecases.library_ports import (
    Archive,
    Bases,
    Chat,
    Deletions,
    Forms,
    Notices,
    Packages,
    SignCodes,
    StoredFiles,
    Tasks,
    Templates,
)
from countersign.usecases.member_store import MemberStore
from countersign.usecases.merchant_port import MerchantKeys, MerchantSigner
from countersign.usecases.outside_ports import (
    AccessTokens,
    Fetcher,
    Invitations,
    Links,
    Mailer,
    WebhookSender,
)
from countersign.usecases.pki_port import PkiVendors, StoredServices
from countersign.usecases.sms_port import TextCounts

Clock = Callable[[], datetime]


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

    def caller(self, credential_id: str) -> Caller:
        """Whom a credential stands for. Raises Unauthorized for an unknown or revoked one."""

    def of_account(self, account_id: str, api: str) -> Sequence[Credential]: ...
    def get(self, credential_id: str) -> Credential: ...
    def count_use(self, credential_id: str) -> None:
        """Adds one to `used`, exactly, however many processes do; raises QuotaExceeded when that
        would be more than `quota`. Only production credentials count."""

    def limit(self, account_id: str, quota: int | None) -> None:
        """Sets the quota of all production credentials of an account."""

    def permit(self, account_id: str, api: str, permissions: tuple[str, ...]) -> None:
        """Sets what an account's credentials of an api may do."""

    def revoke(self, credential_id: str, at: datetime) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeQuery:
    """Which envelopes to list. `statuses` are envelope states, `begun` says whether somebody has
    signed; `task_statuses` and `opened` describe one and the same task: its state, and whether it
    was opened; `name` is a part of the envelope's name, in any case; `folder` is a whole one.

    `sort` is created_at, updated_at or name (in any case); equal ones are sorted by id. Lists by
    project, state, `begun` and name stay fast however many envelopes there are."""

    account_id: str
    project_id: str | None = None
    folder: str | None = None
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

    def holding(self, task_id: str) -> Sequence[Envelope]:
        """All envelopes that the task touches, its home first. Raises NotFound."""

    def find(self, query: EnvelopeQuery) -> tuple[Sequence[Envelope], int]:
        """One page and the number of all that match."""

    def heads(self, query: EnvelopeQuery) -> tuple[Sequence[EnvelopeHead], int]:
        """As `find`, without loading what the envelopes hold."""

    def evidence(self, envelope_id: str) -> Sequence[Link]: ...

    def index_names(self) -> bool:
        """Makes some names quick to be searched that were not yet. Whether there are more."""

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


class Messages(Protocol):
    def add(self, message: Message) -> bool:
        """False when one with this key exists already: nothing was added."""

    def get(self, message_id: str) -> Message: ...
    def save(self, message: Message) -> None: ...
    def newest(self, limit: int, recipient: str = "") -> Sequence[Message]: ...
    def of_envelope(self, envelope_id: str) -> Sequence[Message]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryQuery:
    """Which webhook calls to list; what is None is not asked."""

    account_id: str | None = None
    endpoint_id: str | None = None
    envelope_id: str | None = None
    limit: int = 20


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

    def newest(self, query: DeliveryQuery) -> Sequence[Delivery]:
        """Newest first."""

    def first_waiting(self, envelope_id: str, endpoint_id: str) -> Delivery | None:
        """The delivery to this endpoint whose turn it is, or None when none waits."""

    def attempts(self, delivery_id: str) -> Sequence[Attempt]: ...
    def attempts_of(self, envelope_id: str) -> Sequence[Attempt]:
        """All tries of all deliveries of an envelope; those of one delivery in their order."""


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


class Interfaces(Protocol):
    """How signing pages of an account look, by name."""

    def add(self, interface: Interface) -> None:
        """Raises NameTaken when the account has one of this name."""

    def find(self, account_id: str, name: str) -> Interface | None: ...
    def all(self, account_id: str) -> Sequence[Interface]:
        """By name."""

    def remove(self, account_id: str, name: str) -> None:
        """Raises NotFound."""


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
    merchant_keys: MerchantKeys
    envelopes: Envelopes
    projects: Projects
    templates: Templates
    tasks: Tasks
    stored_files: StoredFiles
    packages: Packages
    notices: Notices
    deletions: Deletions
    forms: Forms
    archive: Archive
    identity: Identities
    text_counts: TextCounts
    openid_providers: OpenIdProviders
    signing_services: StoredServices
    bases: Bases
    messages: Messages
    webhooks: Webhooks
    chat: Chat
    repeats: Repeats
    sign_codes: SignCodes
    interfaces: Interfaces
    jobs: Jobs
    dashboard: MemberStore
    keeping: Keeping

    def commit(self) -> None: ...


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
    access_tokens: AccessTokens
    fetcher: Fetcher
    identity: IdentityProviders
    merchant: MerchantSigner
    docx: Docx
    converter: Converter
    pki: PkiVendors
    code_key: bytes
    meter: Meter
    simulated: Simulated | None = None
    link_lifetime: timedelta = timedelta(hours=1)
    codes_by_sms_an_hour: int = 0  # of one account; 0 for no limit

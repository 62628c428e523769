"""The database and file ports in memory, for tests of use cases. The contract suite holds them to
what SQLite and PostgreSQL do."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import RLock
from typing import Any

from countersign.domain.access import AccessRole, EnvelopeAccess
from countersign.domain.account import PRODUCTION, Account, Caller, Credential
from countersign.domain.archive import ArchivedFile
from countersign.domain.chat import ChatMessage
from countersign.domain.delivery import (
    Attempt,
    Delivery,
    DeliveryStatus,
    Message,
    WebhookEndpoint,
)
from countersign.domain.document import Base, FileRef
from countersign.domain.envelope import Envelope
from countersign.domain.erasing import Deletion
from countersign.domain.errors import (
    Conflict,
    Held,
    IdempotencyMismatch,
    Invalid,
    NameTaken,
    NotFound,
    ProjectInUse,
    StaleState,
    Unauthorized,
)
from countersign.domain.events import Event
from countersign.domain.evidence import GENESIS, Link, chain
from countersign.domain.form import Form
from countersign.domain.identity import IdentityAttempt
from countersign.domain.interface import Interface
from countersign.domain.keeping import Hold
from countersign.domain.merchant_key import MerchantKey
from countersign.domain.notice import Notice
from countersign.domain.openid import OpenIdProvider
from countersign.domain.package import Package
from countersign.domain.project import Project
from countersign.domain.signing_service import SigningService
from countersign.domain.stored_file import StoredFile
from countersign.domain.task import Task
from countersign.domain.template import Template
from countersign.domain.text_limits import Window
from countersign.usecases import merchant_port, pki_port, ports
from countersign.usecases.identity_port import Identities
from countersign.usecases.library_ports import TaskQuery
from countersign.usecases.ports import (
    DeliveryQuery,
    EnvelopeHead,
    EnvelopeQuery,
    FollowUps,
    NewJob,
    ProjectQuery,
    Repeatable,
)
from tests.usecases.fake_access import fake_dashboard


@dataclass
class State:
    """What is stored."""

    accounts: dict[str, Account] = field(default_factory=dict)
    credentials: dict[str, Credential] = field(default_factory=dict)
    merchant_keys: dict[tuple[str, str], MerchantKey] = field(default_factory=dict)
    envelopes: dict[str, Envelope] = field(default_factory=dict)
    links: dict[str, tuple[Link, ...]] = field(default_factory=dict)
    projects: dict[str, Project] = field(default_factory=dict)
    templates: dict[str, Template] = field(default_factory=dict)
    older_templates: dict[str, tuple[Template, ...]] = field(default_factory=dict)
    older_forms: dict[str, tuple[Form, ...]] = field(default_factory=dict)
    identity_attempts: dict[tuple[str, str], IdentityAttempt] = field(default_factory=dict)
    identity_proofs: dict[tuple[str, str], bytes] = field(default_factory=dict)
    text_counts: dict[tuple[str, datetime], int] = field(default_factory=dict)
    openid_providers: dict[tuple[str, str], OpenIdProvider] = field(default_factory=dict)
    signing_services: dict[tuple[str, str], SigningService] = field(default_factory=dict)
    bases: dict[str, Base] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    endpoints: dict[str, WebhookEndpoint] = field(default_factory=dict)
    deliveries: dict[str, Delivery] = field(default_factory=dict)
    attempts: dict[tuple[str, int], Attempt] = field(default_factory=dict)
    chat: dict[str, ChatMessage] = field(default_factory=dict)
    repeats: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    answers: dict[tuple[str, str], bytes] = field(default_factory=dict)
    jobs: dict[int, NewJob] = field(default_factory=dict)
    sign_codes: dict[str, str] = field(default_factory=dict)
    interfaces: dict[tuple[str, str], Interface] = field(default_factory=dict)
    access_roles: dict[str, AccessRole] = field(default_factory=dict)
    envelope_access: dict[str, EnvelopeAccess] = field(default_factory=dict)
    stored_files: dict[str, StoredFile] = field(default_factory=dict)
    file_uses: dict[tuple[str, str], str] = field(default_factory=dict)
    packages: dict[str, Package] = field(default_factory=dict)
    notices: dict[str, Notice] = field(default_factory=dict)
    deletions: dict[str, Deletion] = field(default_factory=dict)
    forms: dict[str, Form] = field(default_factory=dict)
    archive: dict[str, ArchivedFile] = field(default_factory=dict)
    content_uses: dict[tuple[str, str], None] = field(default_factory=dict)
    holds: dict[tuple[str, str], Hold] = field(default_factory=dict)

    def copy(self) -> State:
        return State(**{table.name: dict(getattr(self, table.name)) for table in fields(self)})


class Memory:
    """A database: `state` is what was committed, `writer` is held by who writes."""

    def __init__(self) -> None:
        self.state = State()
        self.writer = RLock()

    @property
    def jobs(self) -> Sequence[NewJob]:
        """The jobs that wait, oldest first."""
        return list(self.state.jobs.values())

    def take_job(self, now: datetime) -> NewJob | None:
        """The oldest job that is due, which waits no longer."""
        with self.writer:
            for number, job in self.state.jobs.items():
                if job.run_at is None or job.run_at <= now:
                    return self.state.jobs.pop(number)
        return None


class Transaction:
    """Reads what is committed until its first write; then its own copy."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._copy: State | None = None

    @property
    def read(self) -> State:
        return self._copy or self._memory.state

    @property
    def write(self) -> State:
        if self._copy is None:
            self._memory.writer.acquire()
            self._copy = self._memory.state.copy()
        return self._copy

    def commit(self) -> None:
        if self._copy is not None:
            self._memory.state = self._copy
        self.close()

    def close(self) -> None:
        if self._copy is not None:
            self._copy = None
            self._memory.writer.release()


def no_jobs(_envelope: Envelope, _link: Link, _uow: ports.UnitOfWork) -> Iterable[NewJob]:
    return ()


class FakeUnitOfWork(ports.UnitOfWork):
    def __init__(self, memory: Memory, follow_ups: FollowUps = no_jobs) -> None:
        self._tx = tx = Transaction(memory)
        self._follow_ups = follow_ups
        self.accounts: ports.Accounts = FakeAccounts(tx)
        self.credentials: ports.Credentials = FakeCredentials(tx)
        self.merchant_keys: merchant_port.MerchantKeys = FakeMerchantKeys(tx)
        self.envelopes: ports.Envelopes = FakeEnvelopes(tx, self._queue_follow_ups)
        self.projects: ports.Projects = FakeProjects(tx)
        self.templates: ports.Templates = FakeTemplates(tx)
        self.identity: Identities = FakeIdentities(tx)
        self.text_counts = FakeTextCounts(tx)
        self.openid_providers: ports.OpenIdProviders = FakeOpenIdProviders(tx)
        self.signing_services: pki_port.StoredServices = FakeSigningServices(tx)
        self.bases: ports.Bases = FakeBases(tx)
        self.messages: ports.Messages = FakeMessages(tx)
        self.webhooks: ports.Webhooks = FakeWebhooks(tx)
        self.chat: ports.Chat = FakeChat(tx)
        self.repeats: ports.Repeats = FakeRepeats(tx)
        self.tasks: ports.Tasks = FakeTasks(tx)
        self.stored_files: ports.StoredFiles = FakeStoredFiles(tx)
        self.packages: ports.Packages = FakePackages(tx)
        self.notices: ports.Notices = FakeNotices(tx)
        self.deletions: ports.Deletions = FakeDeletions(tx)
        self.forms: ports.Forms = FakeForms(tx)
        self.sign_codes: ports.SignCodes = FakeSignCodes(tx)
        self.archive: ports.Archive = FakeArchive(tx)
        self.interfaces: ports.Interfaces = FakeInterfaces(tx)
        self.jobs: ports.Jobs = FakeJobs(tx)
        self.dashboard = fake_dashboard(tx)
        self.keeping: Any = FakeKeeping(tx)

    def __enter__(self) -> FakeUnitOfWork:
        return self

    def __exit__(self, *_reason: object) -> None:
        self._tx.close()

    def commit(self) -> None:
        self._tx.commit()

    def _queue_follow_ups(self, envelope: Envelope, links: Iterable[Link]) -> None:
        for link in links:
            for job in self._follow_ups(envelope, link, self):
                self.jobs.add(job)


def found(values: Mapping[Any, Any], kind: str, id: str) -> Any:
    check_text(id)
    if id not in values:
        raise NotFound(kind, id)
    return values[id]


def check_text(*texts: str | None) -> None:
    for text in filter(None, texts):
        if "\x00" in text or text.encode(errors="replace").decode() != text:
            raise Invalid("text that no database takes")


class FakeAccounts:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, account: Account) -> None:
        check_text(account.name, account.email)
        self._tx.write.accounts[account.id] = account

    def get(self, account_id: str) -> Account:
        return found(self._tx.read.accounts, "account", account_id)

    def all(self) -> Sequence[Account]:
        return sorted(self._tx.read.accounts.values(), key=lambda one: (one.created_at, one.id))

    def save(self, account: Account) -> None:
        found(self._tx.read.accounts, "account", account.id)
        self.add(account)


class FakeCredentials:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, credential: Credential) -> None:
        check_text(credential.name, credential.description)
        taken = {one.name for one in self.of_account(credential.account_id, credential.api)}
        if credential.name in taken:
            raise NameTaken()
        self._tx.write.credentials[credential.id] = credential

    def by_secret_hash(self, secret_hash: str) -> Caller:
        for one in self._tx.read.credentials.values():
            if one.secret_hash == secret_hash and one.revoked_at is None:
                return Caller(self._tx.read.accounts[one.account_id], one)
        raise Unauthorized()

    def caller(self, credential_id: str) -> Caller:
        check_text(credential_id)
        one = self._tx.read.credentials.get(credential_id)
        if one is None or one.revoked_at is not None:
            raise Unauthorized()
        return Caller(self._tx.read.accounts[one.account_id], one)

    def of_account(self, account_id: str, api: str) -> Sequence[Credential]:
        values = self._tx.read.credentials.values()
        mine = [one for one in values if (one.account_id, one.api) == (account_id, api)]
        return sorted(mine, key=lambda one: (one.created_at, one.id))

    def get(self, credential_id: str) -> Credential:
        return found(self._tx.read.credentials, "credential", credential_id)

    def count_use(self, credential_id: str) -> None:
        stored = self._tx.write.credentials
        stored[credential_id] = found(stored, "credential", credential_id).count_use()

    def limit(self, account_id: str, quota: int | None) -> None:
        stored = self._tx.write.credentials
        for id, one in stored.items():
            if (one.account_id, one.environment) == (account_id, PRODUCTION):
                stored[id] = replace(one, quota=quota)

    def permit(self, account_id: str, api: str, permissions: tuple[str, ...]) -> None:
        stored = self._tx.write.credentials
        for one in self.of_account(account_id, api):
            stored[one.id] = replace(one, permissions=permissions)

    def revoke(self, credential_id: str, at: datetime) -> None:
        revoked = replace(self.get(credential_id), revoked_at=at)
        self._tx.write.credentials[credential_id] = revoked


class FakeEnvelopes:
    def __init__(
        self, tx: Transaction, recorded: Callable[[Envelope, Sequence[Link]], None]
    ) -> None:
        self._tx, self._recorded = tx, recorded

    def add(self, envelope: Envelope, events: Iterable[Event]) -> None:
        if envelope.project_id is not None:
            owned(self._tx.read.projects, "project", envelope.account_id, envelope.project_id)
        self._put(envelope, envelope, events)

    def save(self, envelope: Envelope, events: Iterable[Event]) -> None:
        stored = found(self._tx.write.envelopes, "envelope", envelope.id)
        if stored.version != envelope.version:
            raise StaleState()
        self._put(envelope, replace(envelope, version=envelope.version + 1), events)

    def _put(self, envelope: Envelope, stored: Envelope, events: Iterable[Event]) -> None:
        check_text(envelope.name, envelope.sender_name, envelope.failure)
        check_text(*(document.name for document in envelope.documents))
        check_text(*(task.person.name for task in envelope.tasks))
        before = self._tx.read.links.get(envelope.id, ())
        head = before[-1].hash if before else GENESIS
        new = chain(envelope.id, len(before), head, events)
        self._tx.write.envelopes[envelope.id] = stored
        self._tx.write.links[envelope.id] = (*before, *new)
        self._recorded(envelope, new)

    def get(self, envelope_id: str) -> Envelope:
        return found(self._tx.read.envelopes, "envelope", envelope_id)

    def of_task(self, task_id: str) -> Envelope:
        return self.holding(task_id)[0]

    def holding(self, task_id: str) -> Sequence[Envelope]:
        holds = [
            (task.guest, envelope.id, envelope)
            for envelope in self._tx.read.envelopes.values()
            for task in envelope.tasks
            if task.id == task_id
        ]
        if not holds:
            raise NotFound("task", task_id)
        return [envelope for *_, envelope in sorted(holds, key=lambda one: one[:2])]

    def find(self, query: EnvelopeQuery) -> tuple[Sequence[Envelope], int]:
        wanted = [one for one in self._tx.read.envelopes.values() if matches(query, one)]
        return page_of(wanted, query), len(wanted)

    def heads(self, query: EnvelopeQuery) -> tuple[Sequence[EnvelopeHead], int]:
        found, total = self.find(query)
        names = [each.name for each in fields(EnvelopeHead)]
        return [EnvelopeHead(**{n: getattr(one, n) for n in names}) for one in found], total

    def evidence(self, envelope_id: str) -> Sequence[Link]:
        return list(self._tx.read.links.get(envelope_id, ()))

    def index_names(self) -> bool:
        return False

    def hold(self, _envelope_id: str) -> None:
        _ = self._tx.write


def page_of(wanted: list[Any], query: EnvelopeQuery | ProjectQuery) -> Sequence[Any]:
    by_name = query.sort == "name"

    def key(one: Any) -> tuple[Any, str]:
        return (one.name.casefold() if by_name else getattr(one, query.sort), one.id)

    wanted.sort(key=key, reverse=query.descending)
    return wanted[query.offset : query.offset + query.limit]


def matches(query: EnvelopeQuery, envelope: Envelope) -> bool:
    return (
        envelope.account_id == query.account_id
        and (query.credential_ids is None or envelope.credential_id in query.credential_ids)
        and query.origin in (None, envelope.origin)
        and query.environment in (None, envelope.environment)
        and query.project_id in (None, envelope.project_id)
        and query.folder in (None, envelope.folder)
        and (not query.statuses or envelope.status in query.statuses)
        and query.begun in (None, envelope.begun)
        and query.name.casefold() in envelope.name.casefold()
        and some_task_matches(query, envelope)
    )


def some_task_matches(query: EnvelopeQuery, envelope: Envelope) -> bool:
    if not query.task_statuses and query.opened is None:
        return True
    return any(
        (not query.task_statuses or task.status in query.task_statuses)
        and query.opened in (None, task.opened_at is not None)
        for task in envelope.tasks
    )


def owned(values: Mapping[str, Any], kind: str, account_id: str, id: str) -> Any:
    one = found(values, kind, id)
    if one.account_id != account_id:
        raise NotFound(kind, id)
    return one


class FakeProjects:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, project: Project) -> None:
        check_text(project.name)
        self._tx.write.projects[project.id] = project

    def get(self, account_id: str, project_id: str) -> Project:
        return owned(self._tx.read.projects, "project", account_id, project_id)

    def find(self, query: ProjectQuery) -> tuple[Sequence[Project], int]:
        wanted = [
            one
            for one in self._tx.read.projects.values()
            if one.account_id == query.account_id and query.search.casefold() in one.name.casefold()
        ]
        return page_of(wanted, query), len(wanted)

    def save(self, project: Project) -> None:
        check_text(project.name)
        stored = self._tx.write.projects
        if owned(stored, "project", project.account_id, project.id).version != project.version:
            raise StaleState()
        stored[project.id] = replace(project, version=project.version + 1)

    def remove(self, project: Project) -> None:
        if any(one.project_id == project.id for one in self._tx.write.envelopes.values()):
            raise ProjectInUse()
        self.get(project.account_id, project.id)
        del self._tx.write.projects[project.id]


class FakeMerchantKeys:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def put(self, key: MerchantKey) -> None:
        self._tx.write.merchant_keys[key.account_id, key.vendor] = key

    def get(self, account_id: str, vendor: str) -> MerchantKey:
        key = self._tx.read.merchant_keys.get((account_id, vendor))
        if key is None:
            raise NotFound("merchant key", vendor)
        return key

    def of_account(self, account_id: str) -> Sequence[MerchantKey]:
        values = self._tx.read.merchant_keys.values()
        mine = [key for key in values if key.account_id == account_id]
        return sorted(mine, key=lambda key: key.vendor)

    def remove(self, account_id: str, vendor: str) -> None:
        if self._tx.write.merchant_keys.pop((account_id, vendor), None) is None:
            raise NotFound("merchant key", vendor)


class FakeTemplates:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, template: Template) -> None:
        check_text(template.name, template.description, template.file_name)
        self._tx.write.templates[template.id] = template

    def get(self, account_id: str, template_id: str) -> Template:
        return owned(self._tx.read.templates, "template", account_id, template_id)

    def all(self, account_id: str) -> Sequence[Template]:
        values = self._tx.read.templates.values()
        mine = [one for one in values if one.account_id == account_id]
        return sorted(mine, key=lambda one: (one.created_at, one.id), reverse=True)

    def revise(self, template: Template) -> None:
        before = self.get(template.account_id, template.id)
        older = self._tx.write.older_templates
        if before.version != template.version - 1:
            raise StaleState(f"template {template.id}")
        older[template.id] = (before, *older.get(template.id, ()))
        self._tx.write.templates[template.id] = template

    def version(self, account_id: str, template_id: str, version: int) -> Template:
        for one in self.versions(account_id, template_id):
            if one.version == version:
                return one
        raise NotFound("template", template_id)

    def versions(self, account_id: str, template_id: str) -> Sequence[Template]:
        now = self._tx.read.templates.get(template_id)
        if now is None or now.account_id != account_id:
            return []
        return [now, *self._tx.read.older_templates.get(template_id, ())]


class FakeTextCounts:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def count_text(self, window: Window) -> bool:
        counts, key = self._tx.write.text_counts, (window.whom, window.begins)
        sent = counts.get(key, 0)
        if sent < window.most:
            counts[key] = sent + 1
        return sent < window.most


class FakeIdentities:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def attempt(self, task_id: str, method: str) -> IdentityAttempt | None:
        return self._tx.read.identity_attempts.get((task_id, method))

    def by_reference(self, reference: str) -> IdentityAttempt:
        for attempt in self._tx.read.identity_attempts.values():
            if attempt.reference == reference:
                return attempt
        raise NotFound("identification")

    def begin(self, attempt: IdentityAttempt) -> None:
        stored = self._tx.write.identity_attempts
        before = stored.get((attempt.task_id, attempt.method))
        if (before.number if before else 0) != attempt.number - 1:
            raise StaleState()
        stored[attempt.task_id, attempt.method] = attempt

    def count_try(self, attempt: IdentityAttempt, most: int) -> bool:
        newest = self._newest(attempt)
        if newest is None or newest.tries >= most:
            return False
        return self._put(replace(newest, tries=newest.tries + 1))

    def end(self, attempt: IdentityAttempt) -> bool:
        newest = self._newest(attempt)
        if newest is None or not (newest.code_hash or newest.reference):
            return False
        return self._put(replace(newest, code_hash="", reference="", secret={}))

    def renew(self, before: IdentityAttempt, after: IdentityAttempt) -> bool:
        newest = self._newest(before)
        if newest is None or newest.reference != before.reference:
            return False
        return self._put(replace(newest, reference=after.reference, secret=after.secret))

    def keep_proof(self, task_id: str, method: str, proof: bytes, _at: datetime) -> None:
        self._tx.write.identity_proofs.setdefault((task_id, method), proof)

    def proof(self, task_id: str, method: str) -> bytes:
        if (task_id, method) not in self._tx.read.identity_proofs:
            raise NotFound("proof", task_id)
        return self._tx.read.identity_proofs[task_id, method]

    def _newest(self, attempt: IdentityAttempt) -> IdentityAttempt | None:
        stored = self._tx.write.identity_attempts.get((attempt.task_id, attempt.method))
        return stored if stored and stored.number == attempt.number else None

    def _put(self, attempt: IdentityAttempt) -> bool:
        self._tx.write.identity_attempts[attempt.task_id, attempt.method] = attempt
        return True


class FakeOpenIdProviders:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, provider: OpenIdProvider) -> None:
        key = (provider.account_id, provider.name)
        if key in self._tx.read.openid_providers:
            raise NameTaken()
        self._tx.write.openid_providers[key] = provider

    def all(self, account_id: str) -> Sequence[OpenIdProvider]:
        stored = self._tx.read.openid_providers
        return [stored[key] for key in sorted(stored) if key[0] == account_id]

    def remove(self, account_id: str, name: str) -> None:
        if (account_id, name) not in self._tx.read.openid_providers:
            raise NotFound("identity provider", name)
        del self._tx.write.openid_providers[account_id, name]


class FakeSigningServices:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, service: SigningService) -> None:
        key = (service.account_id, service.name)
        if key in self._tx.read.signing_services:
            raise NameTaken()
        self._tx.write.signing_services[key] = service

    def all(self, account_id: str) -> Sequence[SigningService]:
        stored = self._tx.read.signing_services
        return [stored[key] for key in sorted(stored) if key[0] == account_id]

    def remove(self, account_id: str, name: str) -> None:
        if (account_id, name) not in self._tx.read.signing_services:
            raise NotFound("signing service", name)
        del self._tx.write.signing_services[account_id, name]


class FakeBases:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def get(self, key: str) -> Base | None:
        return self._tx.read.bases.get(key)

    def add(self, base: Base) -> Base:
        return self._tx.write.bases.setdefault(base.key, base)


class FakeInterfaces:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, interface: Interface) -> None:
        key = interface.account_id, interface.name
        if key in self._tx.write.interfaces:
            raise NameTaken()
        self._tx.write.interfaces[key] = interface

    def find(self, account_id: str, name: str) -> Interface | None:
        return self._tx.read.interfaces.get((account_id, name))

    def all(self, account_id: str) -> Sequence[Interface]:
        own = [one for one in self._tx.read.interfaces.values() if one.account_id == account_id]
        return sorted(own, key=lambda one: one.name)

    def remove(self, account_id: str, name: str) -> None:
        if self._tx.write.interfaces.pop((account_id, name), None) is None:
            raise NotFound("interface", name)


class FakeSignCodes:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def claim(self, code_hash: str, task_id: str) -> str:
        return self._tx.write.sign_codes.setdefault(code_hash, task_id)

    def task_id(self, code_hash: str) -> str:
        found_id: str = found(self._tx.read.sign_codes, "code", code_hash)
        return found_id


class FakeMessages:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, message: Message) -> bool:
        if any(message.key == one.key for one in self._tx.write.messages.values()):
            return False
        self._tx.write.messages[message.id] = message
        return True

    def get(self, message_id: str) -> Message:
        return found(self._tx.read.messages, "message", message_id)

    def save(self, message: Message) -> None:
        found(self._tx.read.messages, "message", message.id)
        self._tx.write.messages[message.id] = message

    def newest(self, limit: int, recipient: str = "") -> Sequence[Message]:
        values = self._tx.read.messages.values()
        wanted = [one for one in values if recipient in ("", one.recipient)]
        return sorted(wanted, key=lambda one: one.created_at, reverse=True)[:limit]

    def of_envelope(self, envelope_id: str) -> Sequence[Message]:
        values = self._tx.read.messages.values()
        wanted = [one for one in values if one.envelope_id == envelope_id]
        return sorted(wanted, key=lambda one: one.created_at)


class FakeWebhooks:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def put_endpoint(self, endpoint: WebhookEndpoint) -> None:
        stored = self._tx.write.endpoints
        for other in list(stored.values()):
            same = (other.credential_id, other.slot) == (endpoint.credential_id, endpoint.slot)
            if endpoint.slot and endpoint.credential_id and same:
                del stored[other.id]
        stored[endpoint.id] = endpoint

    def endpoints(self, account_id: str, api: str) -> Sequence[WebhookEndpoint]:
        values = self._tx.read.endpoints.values()
        mine = [one for one in values if (one.account_id, one.api) == (account_id, api)]
        return sorted(mine, key=lambda one: (one.created_at, one.id))

    def endpoint(self, endpoint_id: str) -> WebhookEndpoint:
        return found(self._tx.read.endpoints, "webhook", endpoint_id)

    def remove_endpoint(self, endpoint_id: str) -> None:
        self.endpoint(endpoint_id)
        del self._tx.write.endpoints[endpoint_id]

    def add_delivery(self, delivery: Delivery) -> bool:
        stored = self._tx.write.deliveries
        return stored.setdefault(delivery.id, delivery) is delivery

    def delivery(self, delivery_id: str) -> Delivery:
        return found(self._tx.read.deliveries, "delivery", delivery_id)

    def save_delivery(self, delivery: Delivery) -> None:
        self.delivery(delivery.id)
        self._tx.write.deliveries[delivery.id] = delivery

    def add_attempt(self, attempt: Attempt) -> None:
        self._tx.write.attempts[attempt.delivery_id, attempt.number] = attempt

    def deliveries(self, envelope_id: str) -> Sequence[Delivery]:
        values = self._tx.read.deliveries.values()
        wanted = [one for one in values if one.envelope_id == envelope_id]
        return sorted(wanted, key=lambda one: (one.number, one.id))

    def newest(self, query: DeliveryQuery) -> Sequence[Delivery]:
        read = self._tx.read
        wanted = [
            one
            for one in read.deliveries.values()
            if query.endpoint_id in (None, one.endpoint_id)
            and query.envelope_id in (None, one.envelope_id)
            and query.account_id in (None, self._account(one))
        ]
        wanted.sort(key=lambda one: one.id)
        wanted.sort(key=lambda one: one.created_at, reverse=True)
        return wanted[: query.limit]

    def _account(self, delivery: Delivery) -> str | None:
        read = self._tx.read
        about = read.envelopes.get(delivery.envelope_id) or read.endpoints.get(delivery.endpoint_id)
        return about and about.account_id

    def first_waiting(self, envelope_id: str, endpoint_id: str) -> Delivery | None:
        for one in self.deliveries(envelope_id):
            if one.endpoint_id == endpoint_id and one.status is DeliveryStatus.WAITING:
                return one
        return None

    def attempts(self, delivery_id: str) -> Sequence[Attempt]:
        values = self._tx.read.attempts.values()
        wanted = [one for one in values if one.delivery_id == delivery_id]
        return sorted(wanted, key=lambda one: one.number)

    def attempts_of(self, envelope_id: str) -> Sequence[Attempt]:
        return [try_ for one in self.deliveries(envelope_id) for try_ in self.attempts(one.id)]


class FakeChat:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, message: ChatMessage) -> None:
        check_text(message.text, message.author_name)
        self._tx.write.chat[message.id] = message

    def get(self, message_id: str) -> ChatMessage:
        return found(self._tx.read.chat, "message", message_id)

    def page_of(
        self, envelope_id: str, offset: int, limit: int
    ) -> tuple[Sequence[ChatMessage], int]:
        values = self._tx.read.chat.values()
        written = [one for one in values if one.envelope_id == envelope_id]
        written.sort(key=lambda one: one.number)
        return written[offset : offset + limit], len(written)

    def written(self, envelope_id: str, task_id: str | None, since: datetime) -> int:
        found, _ = self.page_of(envelope_id, 0, len(self._tx.read.chat))
        return sum(one.task_id == task_id and one.created_at > since for one in found)


class FakeRepeats:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def claim(self, request: Repeatable, resource_id: str, _at: datetime) -> str:
        claims = self._tx.write.repeats
        claims.setdefault((request.credential_id, request.key), (request.fingerprint, resource_id))
        return self.find(request) or resource_id

    def find(self, request: Repeatable) -> str | None:
        earlier = self._tx.read.repeats.get((request.credential_id, request.key))
        if earlier is not None and earlier[0] != request.fingerprint:
            raise IdempotencyMismatch()
        return earlier[1] if earlier else None

    def answer(self, request: Repeatable) -> bytes | None:
        self.find(request)
        return self._tx.read.answers.get((request.credential_id, request.key))

    def keep_answer(self, request: Repeatable, answer: bytes) -> None:
        if self.find(request) is None:
            raise NotFound("request", request.key)
        self._tx.write.answers.setdefault((request.credential_id, request.key), answer)


class FakeTasks:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def find(self, query: TaskQuery) -> tuple[Sequence[Task], int]:
        wanted = [
            task
            for envelope in self._tx.read.envelopes.values()
            if (envelope.account_id, envelope.origin) == (query.account_id, query.origin)
            for task in envelope.tasks
            if is_listed(task, query)
        ]
        wanted.sort(key=lambda task: task.id, reverse=query.sort[-1][1])
        for name, descending in reversed(query.sort):
            wanted = sorted_by(sort_key(name, query), descending, wanted)
        page = wanted[query.offset : query.offset + query.limit]
        return [as_listed(task) for task in page], len(wanted)


SORT_KEYS: Mapping[str, Callable[[Task], Any]] = {
    "created_at": lambda task: task.created_at,
    "due_at": lambda task: task.due_at,
    "title": lambda task: task.title.casefold(),
}


def sort_key(name: str, query: TaskQuery) -> Callable[[Task], Any]:
    if name != "status":
        return SORT_KEYS[name]
    order = query.status_order
    return lambda task: order.index(task.status) if task.status in order else len(order)


def sorted_by(key: Callable[[Task], Any], descending: bool, tasks: list[Task]) -> list[Task]:
    """Those that lack the value come last, either way."""
    having = [task for task in tasks if key(task) is not None]
    lacking = [task for task in tasks if key(task) is None]
    return [*sorted(having, key=key, reverse=descending), *lacking]


def is_listed(task: Task, query: TaskQuery) -> bool:
    return (
        bool(task.title)
        and not task.guest
        and not task.removed
        and (not query.statuses or task.status in query.statuses)
        and query.title.casefold() in task.title.casefold()
        and is_between(task.created_at, query.created_from, query.created_to)
        and is_between(task.due_at, query.due_from, query.due_to)
    )


def is_between(at: datetime | None, least: datetime | None, most: datetime | None) -> bool:
    if at is None:
        return least is most is None
    return (least is None or at >= least) and (most is None or at <= most)


def as_listed(task: Task) -> Task:
    return replace(task, actions={}, person=replace(task.person, national_id=None))


class FakeStoredFiles:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, file: StoredFile) -> None:
        if file.id in self._tx.write.stored_files:
            raise Conflict()
        self._put(file)

    def get(self, account_id: str, file_id: str) -> StoredFile:
        return owned(self._tx.read.stored_files, "stored file", account_id, file_id)

    def save(self, file: StoredFile) -> None:
        found(self._tx.write.stored_files, "stored file", file.id)
        self._put(file)

    def _put(self, file: StoredFile) -> None:
        check_text(file.filename, file.title, file.description)
        self._tx.write.stored_files[file.id] = file

    def remove(self, file: StoredFile) -> None:
        found(self._tx.write.stored_files, "stored file", file.id)
        del self._tx.write.stored_files[file.id]

    def drop_expired(self, file_id: str, now: datetime) -> Sequence[FileRef]:
        file = self._tx.write.stored_files.get(file_id)
        if file is None or file.expires_at is None or file.expires_at > now:
            return ()
        self.remove(file)
        return file.parts

    def use(self, file_id: str, envelope_id: str, document_id: str) -> None:
        self._tx.write.file_uses[file_id, envelope_id] = document_id

    def uses(self, envelope_id: str) -> Mapping[str, str]:
        uses = self._tx.read.file_uses.items()
        return {file: document for (file, used_in), document in uses if used_in == envelope_id}

    def used_in(self, file_id: str) -> Sequence[str]:
        return [used_in for file, used_in in self._tx.read.file_uses if file == file_id]


class FakePackages:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, package: Package) -> None:
        if package.id in self._tx.write.packages:
            raise Conflict()
        self._tx.write.packages[package.id] = package

    def of_envelope(self, envelope_id: str) -> Sequence[Package]:
        return self._where(lambda one: one.envelope_id == envelope_id)

    def of_tasks(self, task_ids: Sequence[str]) -> Sequence[Package]:
        return self._where(lambda one: one.task_id in task_ids)

    def _where(self, wanted: Callable[[Package], bool]) -> Sequence[Package]:
        found = [one for one in self._tx.read.packages.values() if wanted(one)]
        return sorted(found, key=lambda one: (one.created_at, one.id))

    def save(self, package: Package) -> None:
        stored = self._tx.write.packages
        before = found(stored, "package", package.id)
        stored[package.id] = replace(
            before, status=package.status, file_id=package.file_id, ready_at=package.ready_at
        )


class FakeNotices:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, new: Sequence[Notice]) -> None:
        self._tx.write.notices.update({notice.id: notice for notice in new})

    def get(self, notice_id: str) -> Notice:
        return found(self._tx.read.notices, "notice", notice_id)

    def of_envelope(self, envelope_id: str) -> Sequence[Notice]:
        mine = [one for one in self._tx.read.notices.values() if one.envelope_id == envelope_id]
        return sorted(mine, key=lambda one: one.id)


class FakeArchive:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, file: ArchivedFile) -> None:
        if file.id in self._tx.write.archive:
            raise Conflict()
        check_text(file.filename)
        self._tx.write.archive[file.id] = file

    def get(self, account_id: str, file_id: str) -> ArchivedFile:
        file = owned(self._tx.read.archive, "archived file", account_id, file_id)
        if file.removed_at is not None:
            raise NotFound("archived file", file_id)
        return file

    def remove(self, file: ArchivedFile) -> None:
        self.get(file.account_id, file.id)
        self._tx.write.archive[file.id] = file

    def of_account(self, account_id: str) -> Sequence[ArchivedFile]:
        found = [one for one in self._tx.read.archive.values() if one.account_id == account_id]
        return sorted(found, key=lambda one: (one.archived_at, one.id))


class FakeDeletions:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, deletion: Deletion) -> None:
        self._tx.write.deletions[deletion.envelope_id] = deletion

    def get(self, envelope_id: str) -> Deletion:
        return found(self._tx.read.deletions, "deletion", envelope_id)

    def of_account(self, account_id: str) -> Sequence[Deletion]:
        mine = [one for one in self._tx.read.deletions.values() if one.account_id == account_id]
        return sorted(mine, key=lambda one: (one.deleted_at, one.envelope_id))

    def erase(self, envelope_id: str, task_ids: Sequence[str], base_keys: Sequence[str]) -> None:
        write = self._tx.write
        write.links[envelope_id] = ()
        for name in ("messages", "notices", "packages", "chat", "deliveries"):
            table = getattr(write, name)
            for key, one in list(table.items()):
                if one.envelope_id == envelope_id:
                    del table[key]
        for key in [key for key in write.file_uses if key[1] == envelope_id]:
            del write.file_uses[key]
        for proofs in (write.identity_attempts, write.identity_proofs):
            for key in [key for key in proofs if key[0] in task_ids]:
                del proofs[key]
        for use in [use for use in write.content_uses if use[1] == envelope_id]:
            del write.content_uses[use]
        in_use = {doc.base_key for one in write.envelopes.values() for doc in one.documents}
        for key in set(base_keys) - in_use:
            write.bases.pop(key, None)

    def is_used(self, sha256: str) -> bool:
        read = self._tx.read
        documents = [one for envelope in read.envelopes.values() for one in envelope.documents]
        used = [file for one in documents for file in (one.upload, one.base, one.blank) if file]
        stored = {one.sha256 for one in read.stored_files.values()}
        templates = {one.upload.sha256 for one in read.templates.values()}
        templates |= {doc.upload.sha256 for one in read.forms.values() for doc in one.documents}
        used += [segment.file for one in documents for segment in one.segments]
        used += [base.file for base in read.bases.values()]
        tasks = [task for envelope in read.envelopes.values() for task in envelope.tasks]
        used += [task.act.image for task in tasks if task.act and task.act.image]
        named = {use[0] for use in read.content_uses}
        return sha256 in stored | templates | named | {file.sha256 for file in used}


class FakeKeeping:
    """What use cases that are tested over fakes need of it."""

    def __init__(self, tx: Transaction) -> None:
        self.contents, self.holds = FakeContents(tx), FakeHolds(tx)
        self.old_secrets = FakeOldSecrets()


class FakeOldSecrets:
    def caller(self, _secret_hash: str, _now: datetime) -> Caller:
        raise Unauthorized()


class FakeContents:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def use(self, owner_id: str, files: Iterable[FileRef]) -> None:
        self._tx.write.content_uses.update({(file.sha256, owner_id): None for file in files})

    def drop(self, owner_id: str) -> None:
        stored = self._tx.write.content_uses
        for use in [use for use in stored if use[1] == owner_id]:
            del stored[use]


class FakeHolds:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def check(self, account_id: str, envelope_id: str = "") -> None:
        if {(account_id, ""), (account_id, envelope_id)} & self._tx.read.holds.keys():
            raise Held(envelope_id)

    def add(self, hold: Hold) -> None:
        self._tx.write.holds[hold.account_id, hold.envelope_id] = hold

    def remove(self, account_id: str, envelope_id: str) -> None:
        if self._tx.write.holds.pop((account_id, envelope_id), None) is None:
            raise NotFound("hold", envelope_id)

    def of_account(self, account_id: str) -> Sequence[Hold]:
        own = [one for one in self._tx.read.holds.values() if one.account_id == account_id]
        newest = sorted(own, key=lambda one: one.set_at, reverse=True)
        return sorted(newest, key=lambda one: one.envelope_id != "")


class FakeJobs:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, job: NewJob) -> None:
        waiting = self._tx.write.jobs
        if job.unique is None or all(job.unique != one.unique for one in waiting.values()):
            waiting[max(waiting, default=0) + 1] = job


class FakeForms:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, form: Form) -> None:
        self._tx.write.forms[form.id] = form

    def get(self, account_id: str, form_id: str) -> Form:
        return owned(self._tx.read.forms, "form", account_id, form_id)

    def public(self, form_id: str) -> Form:
        form = found(self._tx.read.forms, "form", form_id)
        if not form.is_public:
            raise NotFound("form", form_id)
        return form

    def all(self, account_id: str) -> Sequence[Form]:
        own = [one for one in self._tx.read.forms.values() if one.account_id == account_id]
        return sorted(own, key=lambda one: (one.created_at, one.id), reverse=True)

    def save(self, form: Form) -> None:
        if self.get(form.account_id, form.id).version != form.version:
            raise StaleState(f"form {form.id}")
        self._tx.write.forms[form.id] = form

    def revise(self, form: Form) -> None:
        before = self.get(form.account_id, form.id)
        if before.version != form.version - 1:
            raise StaleState(f"form {form.id}")
        older = self._tx.write.older_forms
        older[form.id] = (replace(before, is_public=False), *older.get(form.id, ()))
        self._tx.write.forms[form.id] = form

    def version(self, account_id: str, form_id: str, version: int) -> Form:
        for one in self.versions(account_id, form_id):
            if one.version == version:
                return one
        raise NotFound("form", form_id)

    def versions(self, account_id: str, form_id: str) -> Sequence[Form]:
        now = self._tx.read.forms.get(form_id)
        if now is None or now.account_id != account_id:
            return []
        return [now, *self._tx.read.older_forms.get(form_id, ())]


class FakeFiles:
    """The port Files."""

    def __init__(self) -> None:
        self.stored: dict[str, bytes] = {}

    def put(self, data: bytes) -> FileRef:
        file = FileRef(hashlib.sha256(data).hexdigest(), len(data))
        self.stored[file.sha256] = data
        return file

    def adopt(self, path: Path, sha256: str) -> FileRef:
        data = path.read_bytes()
        path.unlink()
        self.stored[sha256] = data
        return FileRef(sha256, len(data))

    @contextmanager
    def aside(self) -> Iterator[Path]:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "aside"
            path.touch()
            yield path

    @contextmanager
    def local(self, file: FileRef) -> Iterator[Path]:
        data = self.read(file)
        with self.aside() as path:
            path.write_bytes(data)
            yield path

    def read(self, file: FileRef) -> bytes:
        return found(self.stored, "file", file.sha256)

    def remove(self, file: FileRef, _unless_within: timedelta) -> bool:
        self.stored.pop(file.sha256, None)
        return True

    def settle(self, file: FileRef, *, is_used: bool) -> None:
        """Nothing is kept aside."""

    def stream(
        self, parts: Sequence[FileRef], start: int = 0, length: int | None = None
    ) -> Iterator[bytes]:
        data = b"".join(self.read(part) for part in parts)
        end = len(data) if length is None else start + length
        for at in range(start, min(end, len(data)), 1 << 20):
            yield data[at : min(at + (1 << 20), end)]

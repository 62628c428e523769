"""The outside world of tests over fakes, and what it was asked to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from countersign import jobs
from countersign.adapters.access_tokens import SignedAccessTokens
from countersign.adapters.identity import NoIdentity
from countersign.adapters.identity.of_account import AccountEids
from countersign.adapters.links import SignedLinks
from countersign.dialects import Dialect
from countersign.domain.delivery import Delivery, Message, MessageStatus, WebhookEndpoint
from countersign.domain.envelope import Envelope
from countersign.domain.errors import NotFound
from countersign.domain.events import EventKind
from countersign.domain.merchant_key import KeyFacts, KeyKind, MerchantKey
from countersign.domain.task import Task
from countersign.usecases.pki_port import PkiVendor
from countersign.usecases.ports import Ports
from tests.usecases.fake_docx import FakeConverter, FakeDocx
from tests.usecases.fake_engine import FakeEngine
from tests.usecases.fake_fetcher import FakeFetcher
from tests.usecases.fakes import FakeFiles, FakeUnitOfWork, Memory

PUBLIC_URL = "https://sign.example"
LIFETIME = timedelta(hours=1)


@dataclass
class World:
    """`now` is the time; `keepers` of people's keys are there by account and name; `called` are the
    webhooks and `mailed` the messages that went out."""

    now: datetime = datetime(2026, 11, 20, 8, 58, tzinfo=UTC)
    memory: Memory = field(default_factory=Memory)
    files: FakeFiles = field(default_factory=FakeFiles)
    links: SignedLinks = field(default_factory=lambda: SignedLinks(PUBLIC_URL, bytes(32)))
    keepers: dict[tuple[str, str], PkiVendor] = field(default_factory=dict)
    called: list[Delivery] = field(default_factory=list)
    mailed: list[Message] = field(default_factory=list)
    used: list[str] = field(default_factory=list)

    def clock(self) -> datetime:
        return self.now

    def ports(self, *dialects: Dialect) -> Ports:
        translators = {
            dialect.name: dialect.webhooks(self.links, self.clock, LIFETIME) for dialect in dialects
        }
        return Ports(
            unit_of_work=lambda: FakeUnitOfWork(self.memory, jobs.follow_ups(translators)),
            clock=self.clock,
            files=self.files,
            engine=FakeEngine(self.files),
            mailer=Relay(self.mailed),
            invitations=Words(),
            webhooks=Receiver(self.called),
            links=self.links,
            access_tokens=SignedAccessTokens(PUBLIC_URL, bytes(32)),
            fetcher=FakeFetcher(),
            identity=AccountEids(NoIdentity()),
            merchant=Stamp(),
            docx=FakeDocx(),
            converter=FakeConverter(),
            pki=Keepers(self.keepers),
            code_key=bytes(32),
            meter=Calls(self.used),
            link_lifetime=LIFETIME,
        )

    def work(self, ports: Ports) -> None:
        """Does every job that is due, and what follows from it."""
        handlers: Mapping[str, Callable[[Mapping[str, object]], None]] = jobs.handlers(ports)
        while job := self.memory.take_job(self.now):
            handlers[job.kind](job.args)


class Calls:
    """Whose keys were shown."""

    def __init__(self, used: list[str]) -> None:
        self._used = used

    def count(self, credential_id: str, _at: datetime) -> None:
        self._used.append(credential_id)


class Relay:
    """A mail server, and whatever else, that takes everything."""

    channels = ("email", "sms", "url")

    def __init__(self, mailed: list[Message]) -> None:
        self._mailed = mailed

    def send(self, message: Message) -> Message:
        self._mailed.append(message)
        return replace(message, status=MessageStatus.ACCEPTED)


class Stamp:
    """Signs by writing the vendor's name and the time behind a document."""

    def examine(
        self,
        _kind: KeyKind,
        _place: Mapping[str, str],
        _secret: Mapping[str, str],
    ) -> KeyFacts:
        begins = datetime(2026, 1, 1, tzinfo=UTC)
        return KeyFacts(subject="CN=Acme", begins=begins, expires=begins.replace(year=2028))

    def sign(self, key: MerchantKey, data: bytes, _media_type: str, at: datetime) -> bytes:
        return data + f"{key.vendor} {at}".encode()


class Keepers:
    """The port PkiVendors."""

    return_url = f"{PUBLIC_URL}/back"

    def __init__(self, keepers: Mapping[tuple[str, str], PkiVendor]) -> None:
        self._keepers = keepers

    def of_account(self, account_id: str, name: str) -> PkiVendor:
        if (account_id, name) not in self._keepers:
            raise NotFound("signing service", name)
        return self._keepers[account_id, name]


class Receiver:
    """A webhook receiver that is content with everything."""

    def __init__(self, called: list[Delivery]) -> None:
        self._called = called

    def send(self, delivery: Delivery, _endpoint: WebhookEndpoint) -> str:
        self._called.append(delivery)
        return "200"


class Words:
    """Plain texts for mails and SMS."""

    def by(self, _channel: str) -> Words:
        return self

    def new_messages(self, envelope: Envelope, _task: Task, link: str) -> tuple[str, str, str]:
        return f"New messages: {envelope.name}", link, link

    def ending(self, envelope: Envelope, ends: EventKind, language: str) -> tuple[str, str]:
        return f"{ends}: {envelope.name}", language

    def own_words(
        self, _envelope: Envelope, _language: str, _link: str, text: str, layout: Mapping[str, str]
    ) -> str:
        return f"{text} {layout}" if layout else ""

    def invitation(self, envelope: Envelope, _task: Task, link: str) -> tuple[str, str, str]:
        return f"Please sign {envelope.name}", link, link

    def reminder(self, envelope: Envelope, _task: Task, link: str) -> tuple[str, str, str]:
        return f"Reminder: {envelope.name}", link, link

    def final_copy(self, envelope: Envelope, _task: Task, link: str) -> tuple[str, str, str]:
        return f"Signed: {envelope.name}", link, link

    def withdrawal(self, envelope: Envelope, _task: Task, link: str) -> tuple[str, str, str]:
        return f"Withdrawn: {envelope.name}", link, link

    def code(self, envelope: Envelope, _task: Task, code: str) -> tuple[str, str, str]:
        return f"Code: {envelope.name}", f"Your code is: {code}", code

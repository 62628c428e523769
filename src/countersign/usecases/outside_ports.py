"""The ports to people and programs outside, as the use cases see them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from countersign.domain.chat import ChatMessage
from countersign.domain.delivery import PAUSES, Delivery, Message, WebhookEndpoint
from countersign.domain.document import Document
from countersign.domain.envelope import Envelope
from countersign.domain.events import Event, EventKind
from countersign.domain.form import Form
from countersign.domain.stored_file import StoredFile
from countersign.domain.task import Task
from countersign.usecases.file_ports import Staged


class Mailer(Protocol):
    @property
    def channels(self) -> Collection[str]:
        """What it can send by: email, sms, url."""

    def send(self, message: Message) -> Message:
        """The message with its new status and the relay's reply: accepted, refused for good, or
        sandboxed. Raises Unavailable when trying again may help."""


class Letters(Protocol):
    """Writes what people receive by one channel, in their language."""

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


class Invitations(Protocol):
    """Writes what people receive."""

    def by(self, channel: str) -> Letters:
        """What goes by mail ("email") or "sms"; of an SMS there is but the text."""

    def ending(self, envelope: Envelope, ends: EventKind, language: str) -> tuple[str, str]:
        """Subject and text for whoever sent it: all have signed (ENVELOPE_COMPLETED), somebody
        declined (TASK_DECLINED), it expired (ENVELOPE_EXPIRED)."""

    def own_words(
        self, envelope: Envelope, language: str, link: str, text: str, layout: Mapping[str, str]
    ) -> str:
        """HTML around what the sender wrote, with his button (if there is a link), footer and
        logo; "" when he wants none of them."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDownload:
    """A stored file of an account."""

    account_id: str
    file_id: str


class Fetcher(Protocol):
    def fetch(
        self, url: str, *, limit_bytes: int, timeout_s: float
    ) -> AbstractContextManager[Staged]:
        """Gets the file at `url`, which somebody else chose, in `timeout_s` seconds in all; outside
        a sandbox by https from public addresses only. Leaving the block removes what was not taken
        away. Raises NotFetched, and Unavailable when too many are being fetched."""


class Links(Protocol):
    """Addresses that are handed out. Tokens carry 128 bits or more and are not stored."""

    def public(self, path: str) -> str:
        """The address of a path of this server, which begins with `/`."""

    def signing(self, task: Task) -> str: ...
    def task_id(self, token: str) -> str:
        """Raises NotFound."""

    def download(self, envelope: Envelope, document: Document, expires: datetime) -> str:
        """A link to the bytes of `document` as they are now, good until `expires`."""

    def downloadable(self, token: str, now: datetime) -> Download | FileDownload:
        """What a link's token stands for. Raises NotFound, or Gone("expired")."""

    def file(self, file: StoredFile, expires: datetime) -> str:
        """A link to the bytes of a stored file, good until `expires`."""

    def form(self, form: Form) -> str:
        """The link at which everybody may fill in a form."""

    def form_id(self, token: str) -> str:
        """Raises NotFound."""

    def place(self, key: str) -> str:
        """An address that names a file to programs and opens nothing: what a dialect calls it
        stands in `key`."""

    def key_of(self, place: str) -> str | None:
        """The key of an address that `place` made; None for any other address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """What a token says: which credential may call within which scopes, and from when until when,
    in whole seconds (UTC)."""

    credential_id: str
    scopes: tuple[str, ...]
    issued_at: datetime
    expires_at: datetime


class AccessTokens(Protocol):
    """Tokens of a few minutes, signed and not stored (RFC 9068). Every process of an installation
    reads what another one has issued."""

    @property
    def issuer(self) -> str:
        """The address that tokens name as their origin."""

    def issue(self, granted: AccessToken) -> str: ...
    def read(self, token: str, now: datetime) -> AccessToken:
        """Raises Unauthorized for what was not issued here, was changed, or has expired."""

    def key_set(self, now: datetime) -> Mapping[str, Any]:
        """The public keys by which anybody can check tokens (RFC 7517), also those of the near
        future."""


class Secrets(Protocol):
    """Keeps stored answers unreadable without the server's key."""

    def close(self, plain: bytes) -> bytes: ...
    def open(self, closed: bytes) -> bytes: ...

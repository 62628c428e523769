"""What leaves the house: messages to people, webhooks to programs, and what became of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from countersign.domain.envelope import Envelope

NOTICE = "notice"  # begins the keys of messages in the sender's own words
CODE = "code"  # begins the keys of those that carry a one-time code
CALLBACK = "envelope:"  # begins the ids of endpoints that stand in an envelope
# Growing pauses over about three days, as common webhook senders do
PAUSES = tuple(
    timedelta(seconds=seconds)
    for seconds in (
        5,
        30,
        120,
        600,
        1800,
        3600,
        3 * 3600,
        6 * 3600,
        12 * 3600,
        24 * 3600,
        24 * 3600,
    )
)


class MessageStatus(StrEnum):
    """`accepted` only after the mail server said 250; nothing is ever called sent before."""

    QUEUED = "queued"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    SANDBOXED = "sandboxed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A mail, SMS or call of an address. `reply` is the relay's last word; `key` makes it once per
    fact; a mail is answered to `reply_to`, if there is one."""

    id: str
    key: str
    account_id: str
    envelope_id: str
    task_id: str | None
    channel: str
    recipient: str
    subject: str
    text: str
    html: str
    created_at: datetime
    sender_name: str = ""
    reply_to: str = ""
    status: MessageStatus = MessageStatus.QUEUED
    reply: str = ""
    accepted_at: datetime | None = None


def notice_of(message: Message) -> str:
    """The id of the notice that the message is made of; "" for one in the product's own words."""
    kind, _, id = message.key.partition(":")
    return id if kind == NOTICE else ""


def is_code(message: Message) -> bool:
    """Whether it carries a one-time code, which is of no use to anybody once it is too old."""
    return message.key.startswith(f"{CODE}:")


def shown_sender(sender_name: str, platform: str) -> str:
    """The name that a message shows as its sender: nobody pretends to be the sender."""
    return f"{sender_name} via {platform}" if sender_name and platform else platform


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpoint:
    """Where an account wants to be told. `events` are the dialect's own event names; `slot` names
    the one endpoint of its kind that a credential may have ("signed"), "" where there are many."""

    id: str
    account_id: str
    api: str
    url: str
    created_at: datetime
    credential_id: str | None = None
    slot: str = ""
    events: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    secret: str = ""

    def wants(self, event: str) -> bool:
        """Whether it is to be told of an event of this name; one that names none wants all."""
        return not self.events or event in self.events


def callback_endpoint(envelope: Envelope) -> WebhookEndpoint | None:
    """The endpoint that an envelope has of its own, made from `settings.callback_url`; None when
    it has none. It is told of everything and is stored nowhere but in the envelope."""
    if not envelope.settings.callback_url:
        return None
    return WebhookEndpoint(
        id=f"{CALLBACK}{envelope.id}",
        account_id=envelope.account_id,
        api=envelope.origin,
        url=envelope.settings.callback_url,
        created_at=envelope.created_at,
        credential_id=envelope.credential_id,
    )


class DeliveryStatus(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One webhook call to make. `id` is the same at every try, so a receiver can drop repeats.

    `number` is that of the fact in the envelope's evidence: what one endpoint is told of one
    envelope, it is told in this order. `pauses` says how long to wait after each failed try.
    """

    id: str
    endpoint_id: str
    envelope_id: str
    number: int
    event: str
    url: str
    body: str
    headers: Mapping[str, str]
    created_at: datetime
    pauses: tuple[timedelta, ...] = PAUSES
    status: DeliveryStatus = DeliveryStatus.WAITING
    tries: int = 0

    @property
    def is_for_callback(self) -> bool:
        """Whether it goes to the envelope's own endpoint (`callback_endpoint`)."""
        return self.endpoint_id.startswith(CALLBACK)

    def tried(self, outcome: str) -> Delivery:
        """After one more try, which ended with `outcome`: delivered when that is an HTTP status
        2xx, given up when no pause is left."""
        tries = self.tries + 1
        if outcome.isdigit() and 200 <= int(outcome) < 300:
            status = DeliveryStatus.DELIVERED
        else:
            left = tries <= len(self.pauses)
            status = DeliveryStatus.WAITING if left else DeliveryStatus.GIVEN_UP
        return replace(self, tries=tries, status=status)

    @property
    def pause(self) -> timedelta:
        """How long a delivery that failed and waits must wait after its last try."""
        return self.pauses[self.tries - 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try of a delivery. `outcome` is an HTTP status ("200") or what went wrong."""

    delivery_id: str
    number: int
    at: datetime
    outcome: str
    duration_ms: int

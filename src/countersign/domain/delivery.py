"""What leaves the house: messages to people, webhooks to programs, and what became of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class MessageStatus(StrEnum):
    """`accepted` only after the mail server said 250; nothing is ever called sent before."""

    QUEUED = "queued"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    SANDBOXED = "sandboxed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One mail or SMS. `reply` is the relay's last word; `key` makes it once per fact."""

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
    status: MessageStatus = MessageStatus.QUEUED
    reply: str = ""
    accepted_at: datetime | None = None


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


class DeliveryStatus(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One webhook call to make. `id` is the same at every try, so a receiver can drop repeats."""

    id: str
    endpoint_id: str
    envelope_id: str
    event: str
    url: str
    body: str
    headers: Mapping[str, str]
    created_at: datetime
    status: DeliveryStatus = DeliveryStatus.WAITING
    tries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try of a delivery. `outcome` is an HTTP status ("200") or what went wrong."""

    delivery_id: str
    number: int
    at: datetime
    outcome: str
    duration_ms: int


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


def pause_before_try(tries: int) -> timedelta | None:
    """How long to wait after `tries` failed tries (from 1), or None when it is time to give up."""
    return PAUSES[tries - 1] if tries <= len(PAUSES) else None

"""What happened. An event is recorded in the evidence chain and decides which jobs follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class EventKind(StrEnum):
    ENVELOPE_DRAFTED = "envelope_drafted"
    ENVELOPE_SENT = "envelope_sent"
    ENVELOPE_EXPIRES_SOON = "envelope_expires_soon"
    ENVELOPE_DUE_CHANGED = "envelope_due_changed"
    TASK_ADDED = "task_added"
    TASK_READY = "task_ready"
    MESSAGE_ANSWERED = "message_answered"
    TASK_REMINDED = "task_reminded"
    TASK_OPENED = "task_opened"
    IDENTITY_PROVED = "identity_proved"
    IDENTITY_REFUSED = "identity_refused"
    DOCUMENT_VIEWED = "document_viewed"
    DOCUMENT_UPLOADED = "document_uploaded"
    TASK_FORWARDED = "task_forwarded"
    TASK_ADDRESS_CHANGED = "task_address_changed"
    TASK_COMPLETED = "task_completed"
    TASK_DECLINED = "task_declined"
    TASK_DUE_CHANGED = "task_due_changed"
    TASK_EXPIRED = "task_expired"
    TASK_CANCELLED = "task_cancelled"
    TASK_REMOVED = "task_removed"
    CHAT_POSTED = "chat_posted"
    ENVELOPE_ALL_SIGNED = "envelope_all_signed"
    ENVELOPE_SEALED = "envelope_sealed"
    ENVELOPE_VERIFIED = "envelope_verified"
    ENVELOPE_COMPLETED = "envelope_completed"
    AUDIT_MADE = "audit_made"
    PACKAGE_MADE = "package_made"
    PACKAGE_FAILED = "package_failed"
    ENVELOPE_DECLINED = "envelope_declined"
    ENVELOPE_EXPIRED = "envelope_expired"
    ENVELOPE_CANCELLED = "envelope_cancelled"
    ENVELOPE_FAILED = "envelope_failed"
    ENVELOPE_DELETED = "envelope_deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """`data` holds JSON values only: it is hashed into the chain exactly as it is."""

    kind: EventKind
    at: datetime
    task_id: str | None = None
    document_id: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)

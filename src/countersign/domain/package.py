"""A package: what several tasks left in several documents, combined into one sealed file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PackageStatus(StrEnum):
    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """Of the documents that one task signed, or of the `parts` (task id, document id) that the
    sender chose and gave a `name`, or else of all that were signed in an envelope. `file_id` is the
    stored file, once there is one; it is in the archive too when it is `archived`."""

    id: str
    account_id: str
    envelope_id: str
    created_at: datetime
    task_id: str | None = None
    status: PackageStatus = PackageStatus.WAITING
    file_id: str | None = None
    name: str = ""
    parts: tuple[tuple[str, str], ...] = ()
    archived: bool = False
    ready_at: datetime | None = None

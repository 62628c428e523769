"""The archive: results that an account keeps apart from where they came from, for as long as it was
said when they were asked for."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from countersign.domain.document import FileRef
from countersign.domain.errors import Conflict


@dataclass(frozen=True, slots=True)
class Period:
    """A span of the calendar: whole months, and what is shorter (ISO 8601, durations)."""

    months: int = 0
    rest: timedelta = timedelta(0)

    def after(self, start: datetime) -> datetime:
        """Its end. In place of a day that the month does not have stands the month's last."""
        years, month = divmod(start.month - 1 + self.months, 12)
        year = start.year + years
        day = min(start.day, monthrange(year, month + 1)[1])
        return start.replace(year=year, month=month + 1, day=day) + self.rest


@dataclass(frozen=True, slots=True)
class Archiving:
    """Of which documents a task's results go into the archive, by id, and how long they are kept
    there: `keep_for`, or (None) until somebody removes them."""

    documents: tuple[str, ...]
    keep_for: Period | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedFile:
    """Its bytes are `parts`, one after the other. Before `keep_until` nobody removes it; without
    one it may be removed at any time. Of a removed one there is left when it was kept, and the
    SHA-256 (hex) of what it was."""

    id: str
    account_id: str
    media_type: str
    parts: tuple[FileRef, ...]
    filename: str
    archived_at: datetime
    keep_until: datetime | None = None
    removed_at: datetime | None = None
    sha256: str = ""


def check_removable(file: ArchivedFile, now: datetime) -> None:
    """Raises Conflict as long as it has to be kept."""
    if file.keep_until is not None and now < file.keep_until:
        raise Conflict("the retention period has not ended")


def removed(file: ArchivedFile, sha256: str, now: datetime) -> ArchivedFile:
    """What is left of a file that had this SHA-256. Raises what `check_removable` raises."""
    check_removable(file, now)
    return replace(file, parts=(), filename="", sha256=sha256, removed_at=now)

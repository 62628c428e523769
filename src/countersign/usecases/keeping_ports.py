"""The database's side of what is kept how long: uses of contents, legal holds, retention rules, how
keys are used, exports. Part of ports.py, where the rest is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from countersign.domain.account import Caller, Credential
from countersign.domain.delivery import WebhookEndpoint
from countersign.domain.document import FileRef
from countersign.domain.erasing import Deletion
from countersign.domain.keeping import Hold, RetentionRules
from countersign.domain.stored_file import StoredFile

LOGO = "logo"  # the owner of pictures that are kept for good


class Contents(Protocol):
    """Who uses contents that are named in no column of their own."""

    def use(self, owner_id: str, files: Iterable[FileRef]) -> None:
        """Once or several times is the same."""

    def drop(self, owner_id: str) -> None:
        """The owner uses none of them any more."""


class Holds(Protocol):
    def check(self, account_id: str, envelope_id: str = "") -> None:
        """Raises Held when this envelope, or the whole account, must not be erased. Until this
        transaction ends, no hold is set in the account."""

    def add(self, hold: Hold) -> None:
        """Waits for whoever is erasing; reads that follow see what they left. One that is there is
        replaced."""

    def remove(self, account_id: str, envelope_id: str) -> None:
        """Raises NotFound."""

    def of_account(self, account_id: str) -> Sequence[Hold]:
        """That of the whole account first, then the newest."""


@dataclass(frozen=True, slots=True)
class Spot:
    """An envelope by its place in the order of creation."""

    created_at: datetime
    id: str


class Walk(Protocol):
    """All that an account has, a page after the other."""

    def envelopes(
        self, account_id: str, behind: Spot | None, until: datetime, limit: int
    ) -> Sequence[Spot]:
        """Oldest first, those that were created after `behind` and by `until`; erased ones, too."""

    def credentials(self, account_id: str) -> Sequence[Credential]:
        """Of all APIs, by API and age."""

    def endpoints(self, account_id: str) -> Sequence[WebhookEndpoint]:
        """Of all APIs, by API and age."""

    def stored_files(self, account_id: str, behind: str, limit: int) -> Sequence[StoredFile]:
        """By id, those after `behind`."""


class Rules(Protocol):
    def get(self, account_id: str) -> RetentionRules:
        """Those that keep everything, where there are none."""

    def put(self, rules: RetentionRules) -> None: ...
    def saw(self, rules: RetentionRules, last: Spot) -> None:
        """Remembers how far envelopes were looked at; nothing when the rules are others by now."""


@dataclass(frozen=True, slots=True)
class Use:
    """How often a credential was shown on one day (UTC), and when last."""

    credential_id: str
    day: date
    calls: int
    last_at: datetime


class Usage(Protocol):
    def add(self, uses: Sequence[Use]) -> None:
        """Adds to what other processes have counted."""

    def last(self, credential_ids: Sequence[str]) -> Mapping[str, datetime]:
        """When each was last used; without those that never were."""

    def since(self, credential_ids: Sequence[str], first: date) -> Sequence[Use]:
        """Day by day from `first` on."""


class Meter(Protocol):
    """Counts calls without asking the database."""

    def count(self, credential_id: str, at: datetime) -> None: ...


class OldSecrets(Protocol):
    """Secrets that were replaced and are good for a while yet."""

    def caller(self, secret_hash: str, now: datetime) -> Caller:
        """Raises Unauthorized."""

    def replace(self, credential_id: str, secret_hash: str, until: datetime | None) -> None:
        """Gives a credential this secret. The one before is good up to `until`; without that, none
        but the new one is. Raises NotFound for a credential that is revoked."""

    def until(self, credential_id: str, now: datetime) -> datetime | None:
        """How long an old one is still good; None when there is none."""


class ExportStatus(StrEnum):
    WAITING = "waiting"
    READY = "ready"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """Everything of an account in one file, from `ready_at` to `expires_at`."""

    id: str
    account_id: str
    asked_by: str
    asked_at: datetime
    status: ExportStatus = ExportStatus.WAITING
    file: FileRef | None = None
    ready_at: datetime | None = None
    expires_at: datetime | None = None


class Exports(Protocol):
    """Somebody else's export is not found."""

    def add(self, export: Export) -> None: ...
    def get(self, account_id: str, export_id: str) -> Export:
        """Raises NotFound."""

    def save(self, export: Export) -> None: ...
    def of_account(self, account_id: str) -> Sequence[Export]:
        """Newest first."""


class DeletionList(Protocol):
    def page(self, account_id: str, behind: Deletion | None, limit: int) -> Sequence[Deletion]:
        """Newest first, those after `behind`."""


class Keeping(Protocol):
    """These tables, as a unit of work has them."""

    contents: Contents
    holds: Holds
    rules: Rules
    walk: Walk
    usage: Usage
    old_secrets: OldSecrets
    exports: Exports
    deletions: DeletionList

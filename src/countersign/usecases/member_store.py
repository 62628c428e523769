"""The dashboard's tables as a unit of work has them. Part of ports.py, where the rest is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from countersign.domain.account import Account
from countersign.domain.audit_chain import AuditHead
from countersign.domain.member import (
    AuditEntry,
    Guessing,
    Member,
    Passkey,
    SavedView,
    Session,
    Ticket,
)
from countersign.usecases.access_port import AccessRoles, SignInRules
from countersign.usecases.account_list import AccountList
from countersign.usecases.batch_store import Batches
from countersign.usecases.draft_port import Drafts
from countersign.usecases.job_port import JobCare


class Members(Protocol):
    """The people of all accounts."""

    def add(self, member: Member) -> None:
        """Raises NameTaken when somebody with this address is in the account already."""

    def save(self, member: Member) -> None:
        """Compare-and-set on `version`: raises StaleState; NameTaken when somebody else with this
        address has joined."""

    def get(self, member_id: str) -> Member:
        """Raises NotFound."""

    def joined(self, email: str) -> Member | None:
        """Whoever has joined with this address."""

    def of_account(self, account_id: str) -> Sequence[Member]:
        """By address."""

    def remove(self, member_id: str) -> None: ...

    def hold(self, account_id: str) -> None:
        """Until this transaction ends, nobody else changes the members of this account. Reads that
        follow see what was changed before."""

    def anybody_joined(self) -> bool:
        """Whether this installation has anybody who can sign in."""


class Sessions(Protocol):
    """Browsers that are signed in."""

    def add(self, session: Session) -> None: ...
    def get(self, session_id: str) -> tuple[Session, Member, Account]:
        """Raises Unauthorized."""

    def touch(self, session_id: str, at: datetime) -> None: ...
    def of_member(self, member_id: str) -> Sequence[Session]:
        """Newest first."""

    def remove(self, session_id: str) -> None: ...
    def remove_others(self, member_id: str, but: str) -> None:
        """All of a member but one; all when that is ""."""


class Tickets(Protocol):
    """What is good once. `data` is stored closed."""

    def add(self, ticket: Ticket) -> None: ...
    def look(self, ticket_id: str, purpose: str) -> Ticket:
        """Without using it up. Raises NotFound."""

    def take(self, ticket_id: str, purpose: str) -> Ticket:
        """Uses it up: of many at once, one gets it. Raises NotFound."""

    def forget(self, purpose: str, member_id: str | None) -> None:
        """All of a member for this purpose."""

    def sweep(self, before: datetime) -> None:
        """Forgets what has expired."""


class Passkeys(Protocol):
    def add(self, passkey: Passkey) -> None:
        """Raises NameTaken when it is somebody's already."""

    def get(self, passkey_id: str) -> Passkey:
        """Raises NotFound."""

    def of_member(self, member_id: str) -> Sequence[Passkey]:
        """Oldest first."""

    def used(self, passkey_id: str, sign_count: int, at: datetime) -> None: ...
    def remove(self, member_id: str, passkey_id: str) -> None:
        """Raises NotFound."""


class AuditLog(Protocol):
    """Only grows."""

    def add(self, entry: AuditEntry) -> None:
        """Written with the commit, as its last statement: writers wait for each other there."""

    def page(self, account_id: str, before: int | None, limit: int) -> Sequence[AuditEntry]:
        """Newest first; those with a smaller number than `before`."""

    def head(self, account_id: str) -> AuditHead:
        """Of what was recorded."""

    def chain(self, account_id: str, after: int, until: int, limit: int) -> Sequence[AuditEntry]:
        """In the order of their places, those behind `after` up to `until` and no further."""


class Guesses(Protocol):
    def hold(self, key: str) -> Guessing:
        """How it stands; until this transaction ends nobody else counts there."""

    def save(self, guessing: Guessing) -> None: ...
    def sweep(self, before: datetime) -> None:
        """Forgets those who have not tried since."""

    def forget(self, key: str) -> None: ...


class SavedViews(Protocol):
    def add(self, view: SavedView) -> None: ...
    def of_member(self, member_id: str) -> Sequence[SavedView]:
        """By name."""

    def remove(self, member_id: str, view_id: str) -> None: ...


class MemberStore(Protocol):
    """The dashboard's tables, as a unit of work has them."""

    access: AccessRoles
    sign_in_rules: SignInRules

    members: Members
    sessions: Sessions
    tickets: Tickets
    passkeys: Passkeys
    audit: AuditLog
    guesses: Guesses
    views: SavedViews
    envelopes: AccountList
    jobs: JobCare
    batches: Batches
    drafts: Drafts

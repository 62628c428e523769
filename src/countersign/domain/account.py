"""Accounts, what they own, and who is calling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from countersign.domain.errors import MissingPermission, QuotaExceeded

PRODUCTION = "production"
TEST = "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The tenant. `settings` holds what an operator may choose per account, e.g. `y_origin`;
    `time_zone` (IANA) is where its days end, UTC without one."""

    id: str
    name: str
    email: str
    created_at: datetime
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """An API key, token or OAuth client. Only the SHA-256 of its secret is kept.

    `api` is the dialect that it opens; `environment` isolates test from production envelopes;
    `quota` is the number of envelopes that it may send (None: no limit), `used` how many it did;
    `permissions` are what it may do, in the words of its API (empty: everything).
    """

    id: str
    account_id: str
    api: str
    name: str
    secret_hash: str
    created_at: datetime
    description: str = ""
    environment: str = PRODUCTION
    used: int = 0
    quota: int | None = None
    revoked_at: datetime | None = None
    permissions: tuple[str, ...] = ()

    def count_use(self) -> Credential:
        """One more envelope. Raises QuotaExceeded; only production envelopes count."""
        if self.environment != PRODUCTION:
            return self
        self.check_quota()
        return replace(self, used=self.used + 1)

    def check_quota(self) -> None:
        """Raises QuotaExceeded when no further envelope may be sent."""
        used_up = self.quota is not None and self.used >= self.quota
        if self.environment == PRODUCTION and used_up:
            raise QuotaExceeded("credential", self.id)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls an API: one credential of one account, in one environment."""

    account: Account
    credential: Credential

    @property
    def environment(self) -> str:
        return self.credential.environment

    def check_permission(self, permission: str) -> None:
        """Raises MissingPermission when the credential may do some things, and this isn't one."""
        allowed = self.credential.permissions
        if allowed and permission not in allowed:
            raise MissingPermission(permission)

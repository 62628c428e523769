"""The ports to eIDs, who start a proof of identity, and to what is stored of proofs. Part of
ports.py, where the rest of the outside world is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from countersign.domain.identity import IdentityAttempt
from countersign.domain.openid import OpenIdProvider

RETURNED = "returned"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityRequest:
    """What a person is asked to prove with an eID.

    `method` is one that the provider offers; `ip` the address of the person's device as this
    server sees it; `national_id` whose eID it must be, None for anybody's; `text` what the eID's
    app shows, plain, at most 30,000 bytes as UTF-8; `digest` the hex SHA-256 of the documents as
    they are; `return_url` where an app on the same device goes back to; `language` the person's
    (BCP 47); `browser` the secret that their browser is known by, for a provider to whose pages
    it is sent: only there may it come back.
    """

    method: str
    ip: str
    national_id: str | None = field(default=None, repr=False)
    text: str
    digest: str
    return_url: str
    language: str = ""
    browser: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """`secret` is what collecting needs, to be stored closed; `page` what the page shows first. A
    provider with pages of its own gives their address as `redirect_url`, and a `reference` that
    `identity.reference_of` made."""

    reference: str
    secret: Mapping[str, str] = field(repr=False)
    page: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """The person is not done. `hint` is the provider's word for how far they are; `page` what the
    page shows now in place of what it showed before."""

    hint: str
    page: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """Who it was. `proof` is what the provider gave to show it to others later, `checked` what of
    it was verified here, for the evidence."""

    national_id: str = field(repr=False)
    name: str = field(repr=False)
    proof: bytes = field(repr=False)
    checked: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """It will come to nothing; a new start may. `hint` is the provider's word for why."""

    hint: str


class IdentityProvider(Protocol):
    """eIDs of natural persons. `methods` are those that can be started."""

    @property
    def methods(self) -> tuple[str, ...]: ...

    def start(self, request: IdentityRequest) -> Started:
        """Raises Unavailable; Conflict when this person is asked something else at this moment,
        which breaks both off; Invalid for a text that is too long."""

    def collect(
        self, method: str, reference: str, secret: Mapping[str, str], elapsed_s: int
    ) -> Pending | Proved | Failed:
        """How it stands, `elapsed_s` whole seconds after `start` answered, in real time. Once
        Proved or Failed was answered, asking again may answer Failed. What a browser brought back
        from the provider's pages is in the secret as RETURNED, a JSON object of texts. Raises
        Unavailable."""

    def cancel(self, method: str, reference: str) -> None:
        """Breaks it off; one that is over already is left as it is. Raises Unavailable."""


class IdentityProviders(Protocol):
    """The eIDs of the whole installation together with those of one account."""

    def of_account(self, account_id: str) -> IdentityProvider: ...
    def is_simulated(self, account_id: str, method: str) -> bool:
        """Whether whoever tests says who it was."""


class Simulated(Protocol):
    """The person's side of a sandbox's eIDs. Both return the `secret` to collect with from now
    on, in place of the one that was started with."""

    def approve(
        self, method: str, reference: str, national_id: str, name: str
    ) -> Mapping[str, str]:
        """Raises Invalid for a number that this eID could not hold."""

    def refuse(self, reference: str) -> Mapping[str, str]: ...


class Identities(Protocol):
    """Attempts to prove who somebody is, and the proofs, which are stored closed."""

    def attempt(self, task_id: str, method: str) -> IdentityAttempt | None:
        """The newest one."""

    def by_reference(self, reference: str) -> IdentityAttempt:
        """Whose order this is. Raises NotFound."""

    def begin(self, attempt: IdentityAttempt) -> None:
        """Puts it in the place of the one before it. Raises StaleState when that isn't number
        `attempt.number` - 1."""

    def count_try(self, attempt: IdentityAttempt, most: int) -> bool:
        """One more try, exactly, however many processes do. False, and nothing counted, when
        `most` were made or another attempt has taken its place."""

    def end(self, attempt: IdentityAttempt) -> bool:
        """Forgets its code or order. False when that was done before, or another one has taken
        its place."""

    def renew(self, before: IdentityAttempt, after: IdentityAttempt) -> bool:
        """Its order goes on with another reference and secret. False, and nothing changed, when
        its reference is no longer that of `before`."""

    def keep_proof(self, task_id: str, method: str, proof: bytes, at: datetime) -> None:
        """Keeps what an eID gave; the first one stays."""

    def proof(self, task_id: str, method: str) -> bytes:
        """Raises NotFound."""


class OpenIdProviders(Protocol):
    """What accounts need to ask providers; their secrets are stored closed."""

    def add(self, provider: OpenIdProvider) -> None:
        """Raises NameTaken when the account has one of this name."""

    def all(self, account_id: str) -> Sequence[OpenIdProvider]:
        """By name."""

    def remove(self, account_id: str, name: str) -> None:
        """Raises NotFound."""

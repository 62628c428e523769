"""The port to eIDs: who starts a proof of identity, what comes of it. Part of ports.py, where the
rest of the outside world is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityRequest:
    """What a person is asked to prove with an eID.

    `method` is one that the provider offers; `ip` the address of the person's device as this
    server sees it; `national_id` whose eID it must be, None for anybody's; `text` what the eID's
    app shows, plain, at most 30,000 bytes as UTF-8; `digest` the hex SHA-256 of the documents as
    they are; `return_url` where an app on the same device goes back to.
    """

    method: str
    ip: str
    national_id: str | None = field(default=None, repr=False)
    text: str
    digest: str
    return_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """`secret` is what collecting needs, to be stored closed; `page` what the page shows first."""

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
    """Who it was. `proof` is what the provider gave to show it to others later."""

    national_id: str = field(repr=False)
    name: str = field(repr=False)
    proof: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """It will come to nothing; a new start may. `hint` is the provider's word for why."""

    hint: str


class IdentityProvider(Protocol):
    """eIDs of natural persons. `methods` are those that can be started at this installation."""

    @property
    def methods(self) -> tuple[str, ...]: ...

    def start(self, request: IdentityRequest) -> Started:
        """Raises Unavailable; Conflict when this person is asked something else at this moment,
        which breaks both off; Invalid for a text that is too long."""

    def collect(
        self, method: str, reference: str, secret: Mapping[str, str], elapsed_s: int
    ) -> Pending | Proved | Failed:
        """How it stands, `elapsed_s` whole seconds after `start` answered, in real time. Once
        Proved or Failed was answered, asking again may answer Failed. Raises Unavailable."""

    def cancel(self, method: str, reference: str) -> None:
        """Breaks it off; one that is over already is left as it is. Raises Unavailable."""


class Simulated(Protocol):
    """The person's side of a sandbox's eIDs. Both return the `secret` to collect with from now
    on, in place of the one that was started with."""

    def approve(self, reference: str, national_id: str, name: str) -> Mapping[str, str]: ...
    def refuse(self, reference: str) -> Mapping[str, str]: ...

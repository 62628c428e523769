"""The port by which members try an identity provider before people have to rely on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from countersign.domain.openid import OpenIdProvider
from countersign.usecases.identity_port import Started


class Trouble(StrEnum):
    """What can be wrong with a provider, or with what an account knows of it."""

    SILENT = "silent"
    INSIDE = "inside"
    NOTHING_PUBLISHED = "nothing published"
    CLIENT = "client"
    GRANT = "grant"
    CLOCK = "clock"
    LEVEL = "level"
    KEY = "key"
    SCOPE = "scope"
    USERINFO = "userinfo"
    BROKEN_OFF = "broken off"
    ELSE = "else"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What came of it. Without `trouble`, `claims` are all that the provider told (name and value
    as text), `national_id` and `name` what would be used of it, "" for what is missing. Else `why`
    is the protocol's side of it. Nothing of it is kept."""

    trouble: Trouble | None = None
    why: str = ""
    claims: Mapping[str, str] = field(default_factory=dict, repr=False)
    national_id: str = field(default="", repr=False)
    name: str = field(default="", repr=False)


class ProviderTrials(Protocol):
    """A provider is asked as it would be for a signer. Nothing is remembered between calls."""

    @property
    def redirect_uri(self) -> str:
        """Where providers send browsers back to; it is registered there."""

    def look(self, provider: OpenIdProvider) -> Trial:
        """Whether it publishes what is needed."""

    def start(self, provider: OpenIdProvider, language: str, browser: str) -> Started | Trial:
        """Where the browser is to go; a Trial when it need not go anywhere."""

    def finish(
        self, provider: OpenIdProvider, secret: Mapping[str, str], returned: Mapping[str, str]
    ) -> Trial:
        """`returned` is the query that the browser came back with."""

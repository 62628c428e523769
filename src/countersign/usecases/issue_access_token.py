"""A client shows its secret and gets a token of a few minutes to call with (RFC 6749, 4.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from countersign.domain.account import Caller
from countersign.domain.errors import Forbidden, Invalid, Unauthorized
from countersign.usecases.authenticate import caller_with
from countersign.usecases.outside_ports import AccessToken
from countersign.usecases.ports import Ports

LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueAccessToken:
    """`scope` is what the client asks for, words with a space between, or empty for the first of
    `scopes`, which are those that clients of `api` may have."""

    api: str
    client_id: str
    client_secret: str
    scope: str
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """`expires_in` is in seconds; `scope` is what was granted, words with a space between."""

    token: str
    expires_in: int
    scope: str


def issue_access_token(command: IssueAccessToken, ports: Ports) -> IssuedToken:
    """Raises Unauthorized for an unknown or revoked client as for a wrong secret, Forbidden for a
    credential of another API, Invalid for a scope that there isn't."""
    caller = _client(command, ports)
    asked = dict.fromkeys(command.scope.split(" ") if command.scope else command.scopes[:1])
    if not asked.keys() <= set(command.scopes):
        raise Invalid("there is no such scope", {"scope": "unknown"})
    now = ports.clock().replace(microsecond=0)
    ports.meter.count(caller.credential.id, now)
    granted = AccessToken(
        credential_id=caller.credential.id,
        scopes=tuple(asked),
        issued_at=now,
        expires_at=now + LIFETIME,
    )
    token = ports.access_tokens.issue(granted)
    return IssuedToken(token, int(LIFETIME.total_seconds()), " ".join(asked))


def _client(command: IssueAccessToken, ports: Ports) -> Caller:
    """The secret's hash leads to the client, so that it takes the same time whether a client of
    this id exists, and nothing is ever compared with a secret."""
    caller = caller_with(command.client_secret, ports)
    if caller.credential.id != command.client_id:
        raise Unauthorized()
    if caller.credential.api != command.api:
        raise Forbidden("credential", caller.credential.id)
    return caller

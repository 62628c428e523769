"""Rate limits: the counting is given from outside, the rule and the refusal are here."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from starlette.requests import Request

from .refusal import Refusal


@dataclass(frozen=True, slots=True)
class Allowed:
    """How many hits are left in this window, and the seconds until it starts again."""

    remaining: int
    reset: float


class Hit(Protocol):
    """Counts one hit. Called in a handler thread, so it may ask a database."""

    def __call__(self, key: str, limit: int, window_seconds: float) -> Allowed | Refusal: ...


def too_many_requests(retry_after: float) -> Refusal:
    """The 429 that a `Hit` returns: `retry_after` in seconds, rounded up, at least one."""
    seconds = max(1, math.ceil(retry_after))
    return Refusal(429, "too many requests", headers={"Retry-After": str(seconds)})


def unlimited(key: str, limit: int, window_seconds: float) -> Allowed:  # noqa: ARG001
    """A `Hit` that counts nothing, for a surface that is described and not served."""
    return Allowed(remaining=limit, reset=window_seconds)


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most `limit` hits per `window_seconds` and key."""

    hit: Hit
    limit: int
    window_seconds: float

    def check(self, key: str) -> Allowed:
        """Counts a hit. Raises Refusal 429 with Retry-After when it is one too many."""
        outcome = self.hit(key, self.limit, self.window_seconds)
        if isinstance(outcome, Refusal):
            raise outcome
        return outcome


@dataclass(frozen=True, slots=True)
class RateGuard:
    """A rate limit on every authenticated request of a dialect.

    `key_of` gets the request and its caller; None means that this request is not counted.
    """

    limit: RateLimit
    key_of: Callable[[Request, Any], str | None]

    def check(self, request: Request, caller: Any) -> None:
        key = self.key_of(request, caller)
        if key is not None:
            self.limit.check(key)

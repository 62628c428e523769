"""What a provider publishes of itself: its metadata and its keys."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog

from countersign.adapters.outbound_http import TIME_LIMIT, CallFailed, OutboundHttp
from countersign.domain.errors import Unavailable
from countersign.domain.openid import is_safe

WELL_KNOWN = "/.well-known/openid-configuration"
KEPT = 3600.0  # seconds
LONGEST_ANSWER = 256 << 10  # bytes
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")

Json = Mapping[str, Any]
Found = TypeVar("Found")
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """OpenID Connect Discovery 1.0, section 3. `tells_issuer`: RFC 9207 is spoken."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str
    posts_secret: bool
    tells_issuer: bool


@dataclass(frozen=True, slots=True)
class Told:
    """An answer; `body` is empty when there is no JSON object in it."""

    status: int
    body: Json


class Directory:
    """Asks providers, and remembers for an hour what they publish. `inside`: these addresses may be
    of the house, since the operator named them. `limit_s` bounds one call."""

    def __init__(self, *, inside: bool = True, limit_s: float = TIME_LIMIT) -> None:
        self._http = OutboundHttp(allow_private=inside, time_limit=limit_s)
        self._kept: dict[str, tuple[float, Any]] = {}

    def metadata(self, issuer: str) -> Metadata:
        """Raises Unavailable, also for an issuer that publishes nothing usable."""
        return self._remembered(issuer, lambda: self._ask_metadata(issuer))

    def keys(self, metadata: Metadata, *, anew: bool = False) -> list[Json]:
        """JWKs (RFC 7517); `anew` asks again although they are known. Raises Unavailable."""
        if anew:
            self._kept.pop(metadata.jwks_uri, None)
        return self._remembered(metadata.jwks_uri, lambda: self._ask_keys(metadata))

    def call(self, issuer: str, method: str, url: str, headers: Json, body: bytes = b"") -> Told:
        """One request. Raises Unavailable when there is no answer, or one that says so."""
        headers = {"Accept": "application/json", **headers}
        try:
            answered = self._http.call(method, url, headers, body, LONGEST_ANSWER)
        except CallFailed as failure:
            raise unavailable(issuer, "openid_silent", str(failure)) from failure
        if answered.status >= 500 or answered.status == 429:
            raise unavailable(issuer, "openid_refused", f"status {answered.status}")
        return Told(answered.status, _object(answered.body))

    def close(self) -> None:
        self._http.close()

    def _remembered(self, key: str, ask: Callable[[], Found]) -> Found:
        until, found = self._kept.get(key, (0.0, None))
        if found is None or time.monotonic() > until:
            found = ask()
            self._kept[key] = (time.monotonic() + KEPT, found)
        asked: Found = found
        return asked

    def _ask_metadata(self, issuer: str) -> Metadata:
        told = self.call(issuer, "GET", issuer.rstrip("/") + WELL_KNOWN, {})
        if told.status != 200 or told.body.get("issuer") != issuer:
            raise unavailable(issuer, "openid_refused", "publishes nothing under this issuer")
        if not all(is_safe(str(told.body.get(name, ""))) for name in ENDPOINTS):
            raise unavailable(issuer, "openid_refused", "publishes an endpoint without https")
        return _metadata(told.body)

    def _ask_keys(self, metadata: Metadata) -> list[Json]:
        keys = self.call(metadata.issuer, "GET", metadata.jwks_uri, {}).body.get("keys")
        if not isinstance(keys, list):
            raise unavailable(metadata.issuer, "openid_refused", "publishes no keys")
        return [key for key in keys if isinstance(key, dict)]


class NotUsable(Exception):
    """There was an answer, which says why it is no use; nothing of a person is in the text."""


def unavailable(issuer: str, event: str, why: str) -> Unavailable:
    """Its cause says why: CallFailed or NotUsable. For the operator there is a line in the log."""
    log.error(event, issuer=issuer, why=why)
    made = Unavailable("the identity provider")
    made.__cause__ = NotUsable(why)
    return made


def _metadata(told: Json) -> Metadata:
    userinfo = str(told.get("userinfo_endpoint", ""))
    ways = told.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return Metadata(
        issuer=told["issuer"],
        authorization_endpoint=told["authorization_endpoint"],
        token_endpoint=told["token_endpoint"],
        jwks_uri=told["jwks_uri"],
        userinfo_endpoint=userinfo if is_safe(userinfo) else "",
        posts_secret=isinstance(ways, list) and "client_secret_basic" not in ways,
        tells_issuer=told.get("authorization_response_iss_parameter_supported") is True,
    )


def _object(body: bytes) -> Json:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}

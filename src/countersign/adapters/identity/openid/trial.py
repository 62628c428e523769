"""A provider is tried: asked as for a signer, with an answer that says what is wrong."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager

from countersign.adapters.identity.openid.directory import Directory, Json, NotUsable
from countersign.adapters.identity.openid.provider import OpenIdConnect
from countersign.adapters.outbound_http import AddressRefused, SchemeRefused
from countersign.domain.errors import Unavailable
from countersign.domain.openid import TRIAL, OpenIdProvider
from countersign.usecases.identity_port import (
    RETURNED,
    Failed,
    IdentityRequest,
    Pending,
    Proved,
    Started,
)
from countersign.usecases.trial_port import Trial, Trouble

LIMIT = 5.0  # seconds for one call
MOST_CLAIMS, LONGEST_CLAIM = 100, 300
# What errors of OAuth (RFC 6749, 4.1.2.1 and 5.2) and OpenID Connect mean here
ERRORS = {
    "invalid_client": Trouble.CLIENT,
    "unauthorized_client": Trouble.CLIENT,
    "invalid_grant": Trouble.GRANT,
    "redirect_uri_mismatch": Trouble.GRANT,
    "invalid_redirect_uri": Trouble.GRANT,
    "invalid_scope": Trouble.SCOPE,
    "userCancel": Trouble.BROKEN_OFF,
    "unmet_authentication_requirements": Trouble.LEVEL,
}
# What the reasons for which a token is not believed have in them
REASONS = {
    "level of assurance": Trouble.LEVEL,
    "published key": Trouble.KEY,
    "not signed": Trouble.KEY,
    "userinfo": Trouble.USERINFO,
    "expiry": Trouble.CLOCK,
    "time of issue": Trouble.CLOCK,
    "beginning": Trouble.CLOCK,
}


class OpenIdTrials:
    """The port ProviderTrials. `callback` is the address that signers come back to, too."""

    def __init__(self, callback: str, *, sandbox: bool) -> None:
        self._callback, self._sandbox = callback, sandbox

    @property
    def redirect_uri(self) -> str:
        return self._callback

    def look(self, provider: OpenIdProvider) -> Trial:
        try:
            with closing(self._directory(provider)) as directory:
                directory.keys(directory.metadata(provider.issuer))
        except Unavailable as problem:
            return _unreachable(problem)
        return Trial()

    def start(self, provider: OpenIdProvider, language: str, browser: str) -> Started | Trial:
        request = IdentityRequest(
            method=provider.name,
            ip="",
            text="",
            digest="",
            return_url="",
            language=language,
            browser=browser,
        )
        try:
            with self._asking(provider) as asked:
                return asked.start(request)
        except Unavailable as problem:
            return _unreachable(problem)

    def finish(
        self, provider: OpenIdProvider, secret: Mapping[str, str], returned: Mapping[str, str]
    ) -> Trial:
        given = {**secret, RETURNED: json.dumps(dict(returned))}
        try:
            with self._asking(provider) as asked:
                return _told(asked, asked.collect(provider.name, "", given, 0))
        except Unavailable as problem:
            return _unreachable(problem)

    def _directory(self, provider: OpenIdProvider) -> Directory:
        return Directory(inside=provider.inside or self._sandbox, limit_s=LIMIT)

    @contextmanager
    def _asking(self, provider: OpenIdProvider) -> Iterator[_Asked]:
        with closing(self._directory(provider)) as directory:
            yield _Asked(provider, self._callback, directory)


class _Asked(OpenIdConnect):
    """Remembers why it did not believe."""

    mark = TRIAL
    why = ""

    def _not_believed(self, why: str) -> Failed:
        self.why = why
        return super()._not_believed(why)


def _told(asked: _Asked, result: Pending | Proved | Failed) -> Trial:
    if isinstance(result, Proved):
        return Trial(claims=_claims(result.proof), national_id=result.national_id, name=result.name)
    known = ERRORS.get(result.hint)
    for words, trouble in REASONS.items():
        known = known or (trouble if words in asked.why else None)
    return Trial(trouble=known or Trouble.ELSE, why=asked.why or result.hint)


def _unreachable(problem: Unavailable) -> Trial:
    cause = problem.__cause__
    trouble = Trouble.NOTHING_PUBLISHED if isinstance(cause, NotUsable) else Trouble.SILENT
    if isinstance(cause, AddressRefused | SchemeRefused):
        trouble = Trouble.INSIDE
    return Trial(trouble=trouble, why=str(cause))


def _claims(proof: bytes) -> dict[str, str]:
    """Of the ID token, and of userinfo where that was asked."""
    told = json.loads(proof)
    return dict(list(_flat(_inside(told["id_token"]) | (told["userinfo"] or {})))[:MOST_CLAIMS])


def _flat(claims: Json, above: str = "") -> Iterator[tuple[str, str]]:
    """A claim that is an object, with a dot before each of its own."""
    for name, value in claims.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{name}.")
        else:
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            yield f"{above}{name}", text[:LONGEST_CLAIM]


def _inside(token: str) -> dict[str, Json]:
    """Of a token that was believed."""
    body = token.split(".")[1]
    try:
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (ValueError, binascii.Error):
        return {}
    return claims if isinstance(claims, dict) else {}

"""Access tokens as signed JSON Web Tokens (RFC 9068, ES256).

The key of a period is derived from a secret and the period's number, so all processes have it
without telling each other, and it is another one every 30 days. Read are the tokens of this period
and of those beside it: a token outlives the end of its period, and clocks may disagree. The same
three keys are published, so whoever keeps a copy of the set knows the next key before it is used.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import uuid4

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet
from pydantic import BaseModel, ConfigDict

from countersign.adapters.secrets import subkey
from countersign.domain.errors import Unauthorized
from countersign.usecases.outside_ports import AccessToken

ALGORITHM = "ES256"
PERIOD = timedelta(days=30)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TYPE = "at+jwt"  # RFC 9068, 2.1: nothing else that is signed can be taken for an access token


class _Claims(BaseModel):
    """Those that `read` looks at. Times are in seconds since 1970."""

    model_config = ConfigDict(strict=True)

    iss: str
    aud: str
    client_id: str
    scope: str
    iat: int
    exp: int


class SignedAccessTokens:
    """The `AccessTokens` port. `public_url` is where the APIs are, `key` 32 secret bytes."""

    def __init__(self, public_url: str, key: bytes) -> None:
        self._audience = public_url.rstrip("/")
        self._keys = lru_cache(maxsize=8)(lambda period: _key(key, period))

    @property
    def issuer(self) -> str:
        return f"{self._audience}/auth/open"

    def issue(self, granted: AccessToken) -> str:
        key = self._keys(_period(granted.issued_at))
        claims = {
            "iss": self.issuer,
            "aud": self._audience,
            "sub": granted.credential_id,
            "client_id": granted.credential_id,
            "scope": " ".join(granted.scopes),
            "iat": int(granted.issued_at.timestamp()),
            "exp": int(granted.expires_at.timestamp()),
            "jti": str(uuid4()),
        }
        header = {"alg": ALGORITHM, "typ": TYPE, "kid": key.kid}
        return jws.serialize_compact(header, json.dumps(claims), key, [ALGORITHM])

    def read(self, token: str, now: datetime) -> AccessToken:
        try:
            found = jws.deserialize_compact(token, self._around(now), [ALGORITHM])
            claims = _Claims.model_validate_json(found.payload)
        except (JoseError, ValueError):
            raise Unauthorized() from None
        ours = (TYPE, self.issuer, self._audience)
        if (found.headers().get("typ"), claims.iss, claims.aud) != ours:
            raise Unauthorized()
        # `iat` is not held against the clock: another process may be a moment ahead of this one
        if claims.exp <= now.timestamp():
            raise Unauthorized()
        return _granted(claims)

    def key_set(self, now: datetime) -> Mapping[str, Any]:
        return {**self._around(now).as_dict(private=False)}

    def _around(self, now: datetime) -> KeySet:
        period = _period(now)
        return KeySet([self._keys(number) for number in (period - 1, period, period + 1)])


def _granted(claims: _Claims) -> AccessToken:
    return AccessToken(
        credential_id=claims.client_id,
        scopes=tuple(claims.scope.split(" ")),
        issued_at=datetime.fromtimestamp(claims.iat, UTC),
        expires_at=datetime.fromtimestamp(claims.exp, UTC),
    )


def _period(moment: datetime) -> int:
    return (moment - EPOCH) // PERIOD


def _key(secret: bytes, period: int) -> ECKey:
    seed = subkey(secret, f"access tokens of period {period}")
    return ECKey.derive_key(seed, "P-256", {"use": "sig", "alg": ALGORITHM}, auto_kid=True)

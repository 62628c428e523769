"""What an ID token must be before it is believed: OpenID Connect Core 1.0, section 3.1.3.7."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, OKPKey, RSAKey

from countersign.adapters.identity.openid.directory import Json

# Asymmetric ones alone: with HMAC the provider's public key, or a client's secret, would sign
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
              "Ed25519", "EdDSA")  # fmt: skip
SKEW = 60  # seconds that clocks may differ
OLDEST = 600  # seconds since it was issued

Keys = Callable[[bool], Sequence[Json]]


class Refused(Exception):
    """Why the token is not believed, without anything of the person in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """`acr_values` empty: any."""

    issuer: str
    client_id: str
    nonce: str
    acr_values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Believed:
    """`key` is the JWK that verified the signature."""

    claims: Json
    key: Json


def believe(token: str, keys: Keys, expected: Expected, now: float) -> Believed:
    """`keys(anew)` are the provider's published keys, `now` the real time in seconds since 1970.
    They are asked for anew once when they hold none with the token's id, and when a token without
    one is verified by none. Raises Refused."""
    header = _header(token)
    known = _fitting(keys(False), header)
    believed = _verified(token, known)
    if believed is None and ("kid" not in header or not known):
        believed = _verified(token, _fitting(keys(True), header))
    if believed is None:
        raise Refused("no published key verifies the ID token")
    _check(believed.claims, expected, now)
    return believed


def _header(token: str) -> Json:
    try:
        header = jws.extract_compact(token.encode()).headers()
    except (JoseError, ValueError, RecursionError):
        raise Refused("the ID token is none") from None
    if header.get("alg") not in ALGORITHMS:
        raise Refused("the ID token is not signed in a way that proves anything")
    return header


def _fitting(keys: Sequence[Json], header: Json) -> list[Json]:
    """Without an id in the token, every published key may be it."""
    named = [key for key in keys if "kid" not in header or key.get("kid") == header["kid"]]
    return [
        key
        for key in named
        if key.get("use", "sig") == "sig" and key.get("alg", header["alg"]) == header["alg"]
    ]


def _verified(token: str, candidates: Sequence[Json]) -> Believed | None:
    for key in candidates:
        claims = _claims_under(token, key)
        if claims is not None:
            return Believed(claims, key)
    return None


def _claims_under(token: str, published: Json) -> Json | None:
    """None when this key did not sign it."""
    try:
        key = JWKRegistry.import_key(dict(published))
        if not isinstance(key, RSAKey | ECKey | OKPKey):
            return None
        return jwt.decode(token, key, algorithms=ALGORITHMS).claims
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        return None


def _check(claims: Json, expected: Expected, now: float) -> None:
    wrong = {
        "issuer": claims.get("iss") != expected.issuer,
        "audience": not _is_for(claims, expected.client_id),
        "expiry": not now - SKEW < _time(claims, "exp"),
        "time of issue": not now - OLDEST - SKEW <= _time(claims, "iat") <= now + SKEW,
        "beginning": "nbf" in claims and not _time(claims, "nbf") <= now + SKEW,
        "nonce": claims.get("nonce") != expected.nonce,
        "level of assurance": bool(expected.acr_values)
        and claims.get("acr") not in expected.acr_values,
        "subject": not (isinstance(claims.get("sub"), str) and claims["sub"]),
    }
    if found := [name for name, is_wrong in wrong.items() if is_wrong]:
        raise Refused(f"the ID token has another {', '.join(found)} than expected")


def _is_for(claims: Json, client_id: str) -> bool:
    audience = claims.get("aud")
    many = audience if isinstance(audience, list) else [audience]
    party = claims.get("azp", client_id if len(many) == 1 else None)
    return client_id in many and party == client_id


def _time(claims: Json, name: str) -> float:
    """NaN, which compares as false with everything, for what is no time."""
    found: Any = claims.get(name)
    return float(found) if type(found) in (int, float) and abs(found) < 1e12 else math.nan

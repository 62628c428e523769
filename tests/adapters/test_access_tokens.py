"""Access tokens: signed by keys that change and that nobody stores, refused as soon as in doubt."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt as joserfc_jwt

from countersign.adapters.access_tokens import PERIOD, SignedAccessTokens, _key
from countersign.domain.errors import Unauthorized
from countersign.usecases.outside_ports import AccessToken

URL, SECRET = "https://sign.test", bytes(range(32))
TOKENS = SignedAccessTokens(URL, SECRET)
LIFETIME = timedelta(minutes=10)
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PERIOD_END = EPOCH + ((NOW - EPOCH) // PERIOD + 1) * PERIOD


def granted(at: datetime = NOW) -> AccessToken:
    return AccessToken(
        credential_id="prod-1", scopes=("one", "two"), issued_at=at, expires_at=at + LIFETIME
    )


def published_key(token: str, at: datetime = NOW) -> jwt.PyJWK:
    """As a stranger finds it in the set."""
    keys = jwt.PyJWKSet.from_dict(json.loads(json.dumps(dict(TOKENS.key_set(at)))))
    return keys[jwt.get_unverified_header(token)["kid"]]


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    header, claims, signature = token.split(".")
    opened = [json.loads(base64.urlsafe_b64decode(piece + "==")) for piece in (header, claims)]
    return opened[0], opened[1], signature


def assert_refused(token: str, at: datetime = NOW, by: SignedAccessTokens = TOKENS) -> None:
    with pytest.raises(Unauthorized):
        by.read(token, at)


def test_a_token_says_what_was_granted() -> None:
    assert TOKENS.read(TOKENS.issue(granted()), NOW) == granted()


def test_a_token_is_good_until_it_expires_and_no_longer() -> None:
    token = TOKENS.issue(granted())
    TOKENS.read(token, NOW + LIFETIME - timedelta(microseconds=1))
    assert_refused(token, NOW + LIFETIME)


def test_a_stranger_can_check_a_token_with_the_published_keys_alone() -> None:
    token = TOKENS.issue(granted())
    checks = {"verify_exp": False, "verify_iat": False, "require": ["exp", "iat", "jti", "sub"]}
    claims = jwt.decode(
        token,
        published_key(token),
        algorithms=["ES256"],
        audience=URL,
        issuer=f"{URL}/auth/open",
        options=checks,  # type: ignore[arg-type]
    )
    assert (claims["client_id"], claims["sub"], claims["scope"]) == ("prod-1", "prod-1", "one two")
    assert claims["exp"] - claims["iat"] == LIFETIME.total_seconds()
    assert jwt.get_unverified_header(token)["typ"] == "at+jwt"


def test_every_token_has_an_id_of_its_own() -> None:
    ids = {parts(TOKENS.issue(granted()))[1]["jti"] for _ in range(2)}
    assert len(ids) == 2


def test_all_processes_have_the_same_keys() -> None:
    other = SignedAccessTokens(URL + "/", SECRET)
    assert other.read(TOKENS.issue(granted()), NOW) == granted()
    assert other.key_set(NOW) == TOKENS.key_set(NOW)


def test_the_derivation_of_the_keys_stays_as_it_is() -> None:
    """Else a new version would refuse what the old one beside it issues."""
    (_, current, _) = TOKENS.key_set(NOW)["keys"]
    assert current["x"] == "05S07NTNaklqJWSpGwfFG8a3JQOFrQlPXgz_4kRkmpM"


def test_only_public_parts_of_the_keys_are_published() -> None:
    keys = TOKENS.key_set(NOW)["keys"]
    assert len({key["kid"] for key in keys}) == 3
    for key in keys:
        assert key.keys() == {"kty", "crv", "x", "y", "kid", "use", "alg"}
        assert (key["use"], key["alg"]) == ("sig", "ES256")


def test_a_token_outlives_the_period_of_its_key() -> None:
    before = PERIOD_END - timedelta(seconds=1)
    old, new = TOKENS.issue(granted(before)), TOKENS.issue(granted(PERIOD_END))
    assert parts(old)[0]["kid"] != parts(new)[0]["kid"]
    assert TOKENS.read(old, PERIOD_END + timedelta(minutes=9)) == granted(before)
    assert_refused(old, PERIOD_END + timedelta(minutes=10))
    assert TOKENS.read(new, before) == granted(PERIOD_END)  # by a process whose clock is behind


def test_the_next_key_is_published_before_it_is_used() -> None:
    now = {key["kid"] for key in TOKENS.key_set(PERIOD_END - timedelta(seconds=1))["keys"]}
    later = {key["kid"] for key in TOKENS.key_set(PERIOD_END)["keys"]}
    assert len(now & later) == 2
    token = TOKENS.issue(granted(PERIOD_END))
    assert parts(token)[0]["kid"] in now & later
    assert published_key(token, PERIOD_END - timedelta(seconds=1)).key_id in now


def test_a_key_is_forgotten_a_period_after_its_own() -> None:
    token = TOKENS.issue(granted())
    kids = {key["kid"] for key in TOKENS.key_set(PERIOD_END + PERIOD)["keys"]}
    assert parts(token)[0]["kid"] not in kids
    assert_refused(token, PERIOD_END + PERIOD)


@pytest.mark.parametrize(
    "other",
    [SignedAccessTokens(URL, bytes(32)), SignedAccessTokens("https://else.test", SECRET)],
    ids=["another secret", "another address"],
)
def test_tokens_of_another_installation_are_refused(other: SignedAccessTokens) -> None:
    assert_refused(TOKENS.issue(granted()), by=other)


def test_a_token_without_a_signature_is_refused() -> None:
    header, claims, signature = parts(TOKENS.issue(granted()))
    for algorithm in ("none", "None", "NONE"):
        unsigned = f"{part({**header, 'alg': algorithm})}.{part(claims)}"
        assert_refused(f"{unsigned}.")
        assert_refused(f"{unsigned}.{signature}")
    assert_refused(f"{part(header)}.{part(claims)}.")


def test_a_public_key_is_never_taken_for_a_shared_secret() -> None:
    header, claims, _ = parts(TOKENS.issue(granted()))
    public = _key(SECRET, (NOW - EPOCH) // PERIOD)
    known = (public.as_pem(private=False), json.dumps(public.as_dict(private=False)).encode(), b"")
    for secret in known:
        said = f"{part({**header, 'alg': 'HS256'})}.{part(claims)}"
        proof = hmac.new(secret, said.encode(), hashlib.sha256).digest()
        assert_refused(f"{said}.{base64.urlsafe_b64encode(proof).rstrip(b'=').decode()}")


@pytest.mark.parametrize("brought", ["jwk", "jku", "x5u", "crit", "b64", "zip"])
def test_a_key_that_the_token_brings_along_counts_nothing(brought: str) -> None:
    header, claims, _ = parts(TOKENS.issue(granted()))
    mine = _key(bytes(32), 1)
    values = {"jwk": mine.as_dict(private=False), "crit": ["b64"], "b64": False}
    value = values.get(brought, "https://else.test/keys")
    more = {"typ": "at+jwt", "kid": header["kid"], brought: value}
    assert mine.private_key
    signed_by_me = jwt.encode(claims, mine.private_key, "ES256", more)
    assert_refused(signed_by_me)


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://sign.test"},
        {"aud": "https://else.test"},
        {"aud": None},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": float("nan")},
        {"client_id": None},
        {"scope": 7},
        {"iat": "now"},
    ],
    ids=str,
)
def test_claims_that_are_not_ours_are_refused_even_when_signed(change: dict[str, Any]) -> None:
    claims = {**parts(TOKENS.issue(granted()))[1], **change}
    claims = {name: value for name, value in claims.items() if value is not None}
    assert_refused(signed(claims))


@pytest.mark.parametrize("kind", ["JWT", "", None])
def test_another_kind_of_token_is_no_access_token(kind: str | None) -> None:
    assert_refused(signed(parts(TOKENS.issue(granted()))[1], kind))


def signed(claims: dict[str, Any], kind: str | None = "at+jwt") -> str:
    """With the real key."""
    key = _key(SECRET, (NOW - EPOCH) // PERIOD)
    header = {"alg": "ES256", "kid": key.kid} | ({} if kind is None else {"typ": kind})
    return joserfc_jwt.encode(header, claims, key, ["ES256"], default_type=None)


@given(st.data())
def test_a_changed_token_is_refused(data: st.DataObject) -> None:
    token = TOKENS.issue(granted())
    place = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.characters(codec="latin-1"))
    changed = token[:place] + letter + token[place + 1 :]
    if changed != token:
        assert_refused(changed)


@given(st.text() | st.from_regex(r"[\w-]{0,40}\.[\w-]{0,40}\.[\w-]{0,90}"))
def test_anything_else_is_refused(text: str) -> None:
    assert_refused(text)


def test_endless_tokens_are_refused_unread() -> None:
    assert_refused("a" * 1_000_000)
    assert_refused(f"{part({'alg': 'ES256', 'kid': 'x' * 10_000})}.e30.AA")
    nested = base64.urlsafe_b64encode(b"[" * 380).decode()
    assert_refused(f"{nested}.e30.AA")

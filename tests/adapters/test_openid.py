"""The relying party of OpenID Connect, against a provider that answers late, wrongly, or lies."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from structlog.testing import capture_logs

from countersign.adapters.identity.openid.directory import Directory
from countersign.adapters.identity.openid.provider import OpenIdConnect
from countersign.domain.errors import Unavailable
from countersign.domain.openid import OpenIdProvider
from countersign.usecases.identity_port import (
    RETURNED,
    Failed,
    IdentityRequest,
    Pending,
    Proved,
    Started,
)
from tests.contracts.eid_stages import returned
from tests.contracts.samples import NOW
from tests.support.openid_server import (
    CALLBACK,
    CLIENT,
    SECRET,
    OpenIdServer,
    base64url,
    new_key,
    openid_server,
    signed_with,
    unsigned,
)

pytestmark = pytest.mark.slow

ASTRID = {"national_id": "01019912345", "name": "Astrid Berg"}
DIGEST = "5e" * 32
LIMIT = 1.0  # seconds
NOT_BELIEVED = Failed(hint="not_believed")


@dataclass
class Party:
    """We, and the provider."""

    server: OpenIdServer
    provider: OpenIdProvider

    def __post_init__(self) -> None:
        self.directory = Directory(limit_s=LIMIT)

    @property
    def client(self) -> OpenIdConnect:
        return OpenIdConnect(self.provider, CALLBACK, self.directory)

    def begin(self, national_id: str | None = None, browser: str = "b") -> Started:
        return self.client.start(
            IdentityRequest(
                method="nbid",
                ip="203.0.113.7",
                national_id=national_id,
                text="I sign",
                digest=DIGEST,
                return_url="https://sign.example/s/token",
                language="nb",
                browser=browser,
            )
        )

    def prove(self, national_id: str | None = None, **claims: str) -> Pending | Proved | Failed:
        """The whole way, with somebody who has no reservations."""
        started = self.begin(national_id)
        answer = self.server.log_in(started.page["redirect_url"], **(claims or ASTRID))
        return self.collect(returned(started, answer))

    def collect(self, secret: Mapping[str, str], elapsed: int = 5) -> Pending | Proved | Failed:
        return self.client.collect("nbid", "any", secret, elapsed)


@pytest.fixture
def party() -> Iterator[Party]:
    with openid_server() as server:
        provider = OpenIdProvider(
            account_id="a",
            name="nbid",
            issuer=server.url,
            client_id=CLIENT,
            client_secret=SECRET,
            created_at=NOW,
        )
        made = Party(server, provider)
        yield made
        made.directory.close()


def query(started: Started) -> dict[str, str]:
    address = urlsplit(started.page["redirect_url"])
    return {name: values[0] for name, values in parse_qs(address.query).items()}


def refused_because(party: Party) -> str:
    """What the operator's log says of a proof that comes to nothing."""
    with capture_logs() as logs:
        assert party.prove() == NOT_BELIEVED
    said = json.dumps(logs)
    assert ASTRID["national_id"] not in said
    assert "Astrid" not in said
    return str(logs[-1]["why"])


# ------------------------------------------------------------------ the right way


def test_a_person_is_asked_for_with_everything_that_protects_the_way_back(party: Party) -> None:
    party.provider = replace(party.provider, acr_values=("urn:high",), scopes=("openid", "nin"))
    started = party.begin("01019912345")
    asked = query(started)
    verifier = started.secret["verifier"].encode()
    assert asked["code_challenge"] == base64url(hashlib.sha256(verifier).digest())
    assert len(asked["state"]) >= 43
    assert len(asked["nonce"]) == 64
    for name, value in {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": CALLBACK,
        "scope": "openid nin",
        "acr_values": "urn:high",
        "ui_locales": "nb",
        "code_challenge_method": "S256",
        "prompt": "login",
    }.items():
        assert asked[name] == value
    shown = json.dumps(started.page)
    assert "01019912345" not in shown
    assert started.secret["verifier"] not in shown
    assert asked["state"] not in started.reference


def test_what_the_provider_signed_is_the_proof_and_names_the_documents(party: Party) -> None:
    proved = party.prove("01019912345")
    assert isinstance(proved, Proved)
    assert (proved.national_id, proved.name) == ("01019912345", "Astrid Berg")
    assert proved.checked == f"ID token of {party.server.url}"
    proof = json.loads(proved.proof)
    claims = json.loads(base64.urlsafe_b64decode(proof["id_token"].split(".")[1] + "=="))
    made_of = f"{proof['nonce']['salt']} {DIGEST}".encode()
    assert claims["nonce"] == hashlib.sha256(made_of).hexdigest()
    assert proof["nonce"]["digest"] == DIGEST
    assert proof["key"] == party.server.published[0]


def test_claims_that_the_token_lacks_are_asked_for(party: Party) -> None:
    party.server.only_userinfo = ("national_id", "name")
    proved = party.prove()
    assert isinstance(proved, Proved)
    assert proved.national_id == "01019912345"
    assert json.loads(proved.proof)["userinfo"]["name"] == "Astrid Berg"


@pytest.mark.parametrize("claim", ["nin.value", "signicat.national_id"])
def test_a_claim_may_lie_in_another_or_have_a_dot_in_its_name(party: Party, claim: str) -> None:
    party.provider = replace(party.provider, national_id_claim=claim)
    party.server.lie = {"nin": {"value": "0101"}, "signicat.national_id": "0101"}
    proved = party.prove()
    assert isinstance(proved, Proved)
    assert proved.national_id == "0101"


def test_a_secret_may_be_posted_where_the_provider_wants_it_so(party: Party) -> None:
    party.server.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert isinstance(party.prove(), Proved)


def test_keys_may_change_at_any_time(party: Party) -> None:
    assert isinstance(party.prove(), Proved)
    party.server.rotate()
    assert isinstance(party.prove(), Proved)
    assert isinstance(party.prove(), Proved)
    assert party.server.key_requests == 2


def test_keys_without_an_id_may_change_too(party: Party) -> None:
    for key in (RSAKey.generate_key(2048), RSAKey.generate_key(2048)):
        party.server.published = [key.as_dict(private=False)]
        party.server.sign = without_id(key)
        assert isinstance(party.prove(), Proved)


def without_id(key: RSAKey) -> Callable[[dict[str, Any]], str]:
    return lambda claims: jwt.encode({"alg": "RS256"}, claims, key)


def test_keys_of_other_kinds_do_no_harm(party: Party) -> None:
    curve = ECKey.generate_key("P-256", {"kid": "ec"}, auto_kid=False)
    party.server.published = [
        {"kty": "oct", "k": "c2VjcmV0"},
        {"kty": "new"},
        {"nonsense": 1},
        curve.as_dict(private=False),
    ]
    party.server.sign = lambda claims: signed_with(curve, claims, "ES256")
    assert isinstance(party.prove(), Proved)


@pytest.mark.parametrize("seconds", [-50, 50])
def test_clocks_may_differ_by_a_minute(party: Party, seconds: int) -> None:
    now = int(time.time())
    party.server.lie = {"iat": now + seconds, "exp": now - 50, "nbf": now + 50}
    assert isinstance(party.prove(), Proved)


# ------------------------------------------------------------------ people


def test_who_refuses_is_told_from_who_is_not_done(party: Party) -> None:
    started = party.begin()
    assert isinstance(party.collect(started.secret), Pending)
    answer = party.server.refuse(started.page["redirect_url"])
    assert party.collect(returned(started, answer)) == Failed(hint="userCancel")


def test_who_comes_back_after_ten_minutes_begins_again(party: Party) -> None:
    started = party.begin()
    answer = party.server.log_in(started.page["redirect_url"], **ASTRID)
    assert party.collect(started.secret, 600) == Failed(hint="expiredTransaction")
    assert party.collect(returned(started, answer), 600) == Failed(hint="expiredTransaction")


def test_a_code_is_good_once(party: Party) -> None:
    started = party.begin()
    answer = party.server.log_in(started.page["redirect_url"], **ASTRID)
    assert isinstance(party.collect(returned(started, answer)), Proved)
    assert party.collect(returned(started, answer)) == Failed(hint="invalid_grant")


def test_somebody_elses_code_is_not_taken(party: Party) -> None:
    """PKCE: a code belongs to the order that it was asked for."""
    other = party.begin()
    answer = party.server.log_in(other.page["redirect_url"], **ASTRID)
    assert party.collect(returned(party.begin(), answer)) == Failed(hint="invalid_grant")


def test_another_order_of_the_account_before_its_provider_changed_is_over(party: Party) -> None:
    started = party.begin()
    party.provider = replace(party.provider, issuer="https://elsewhere.example")
    assert party.collect(started.secret) == Failed(hint="expiredTransaction")
    assert party.collect({"did": "approve"}) == Failed(hint="expiredTransaction")


def test_an_error_that_anybody_may_have_written_is_not_repeated(party: Party) -> None:
    started = party.begin()
    answer = {"error": "<script>", "iss": party.server.url}
    assert party.collect(returned(started, answer)) == Failed(hint="failed")


# ------------------------------------------------------------------ lies


def wrong_claims(server: OpenIdServer) -> dict[str, tuple[dict[str, Any], str]]:
    now = int(time.time())
    return {
        "issuer": ({"iss": server.url + "/"}, "issuer"),
        "audience": ({"aud": "somebody"}, "audience"),
        "no audience": ({"aud": None}, "audience"),
        "party": ({"azp": "somebody"}, "audience"),
        "many audiences": ({"aud": [CLIENT, "other"]}, "audience"),
        "expired": ({"exp": now - 61}, "expiry"),
        "no expiry": ({"exp": None}, "expiry"),
        "expiry is a text": ({"exp": str(now + 300)}, "expiry"),
        "future": ({"iat": now + 120}, "time of issue"),
        "old": ({"iat": now - 700}, "time of issue"),
        "not yet": ({"nbf": now + 120}, "beginning"),
        "nonce": ({"nonce": "another"}, "nonce"),
        "no nonce": ({"nonce": None}, "nonce"),
        "subject": ({"sub": ""}, "subject"),
    }


@pytest.mark.parametrize("name", list(wrong_claims(OpenIdServer("http://127.0.0.1"))))
def test_a_token_with_a_wrong_claim_is_refused(party: Party, name: str) -> None:
    party.server.lie, why = wrong_claims(party.server)[name]
    assert refused_because(party) == f"the ID token has another {why} than expected"


def test_a_level_of_assurance_below_the_one_that_was_asked_for_is_refused(party: Party) -> None:
    party.provider = replace(party.provider, acr_values=("high", "substantial"))
    for acr in (None, "low", "high substantial"):
        party.server.lie = {"acr": acr}
        assert "level of assurance" in refused_because(party)
    party.server.lie = {"acr": "substantial"}
    assert isinstance(party.prove(), Proved)


def hmac_with_public_key(server: OpenIdServer) -> Callable[[dict[str, Any]], str]:
    """The classic confusion of algorithms."""
    return by_hmac(server.own.as_pem(private=False))


def hmac_with_secret(_server: OpenIdServer) -> Callable[[dict[str, Any]], str]:
    return by_hmac(SECRET.encode())


def by_hmac(key: bytes) -> Callable[[dict[str, Any]], str]:
    def signed(claims: dict[str, Any]) -> str:
        parts = ({"alg": "HS256", "kid": "first"}, claims)
        text = ".".join(base64url(json.dumps(part).encode()) for part in parts)
        return f"{text}.{base64url(hmac.digest(key, text.encode(), 'sha256'))}"

    return signed


def by_a_stranger(kid: str) -> Callable[[OpenIdServer], Callable[[dict[str, Any]], str]]:
    key = new_key(kid)
    return lambda _server: lambda claims: signed_with(key, claims)


def deeply_nested() -> str:
    return f"{base64url(b'[' * 90_000)}.e30.e30"


def with_changed_claims(server: OpenIdServer) -> Callable[[dict[str, Any]], str]:
    def changed(claims: dict[str, Any]) -> str:
        head, _, signature = server.signed(claims).split(".")
        body = json.dumps({**claims, "national_id": "02029912345"}).encode()
        return f"{head}.{base64url(body)}.{signature}"

    return changed


@pytest.mark.parametrize(
    ("forge", "why"),
    [
        (lambda _server: unsigned, "not signed in a way"),
        (hmac_with_public_key, "not signed in a way"),
        (hmac_with_secret, "not signed in a way"),
        (by_a_stranger("first"), "no published key"),
        (by_a_stranger("unknown"), "no published key"),
        (with_changed_claims, "no published key"),
        (lambda _server: lambda _claims: "no token", "the ID token is none"),
        (lambda _server: lambda _claims: deeply_nested(), "the ID token is none"),
        (lambda _server: lambda _claims: "å.å.å", "the ID token is none"),
        (lambda _server: lambda _claims: "", "the ID token is none"),
    ],
)
def test_a_token_that_the_provider_did_not_sign_is_refused(
    party: Party, forge: Callable[[OpenIdServer], Callable[[dict[str, Any]], str]], why: str
) -> None:
    party.server.sign = forge(party.server)
    assert why in refused_because(party)


def test_keys_are_asked_for_anew_once_and_no_more(party: Party) -> None:
    party.server.sign = by_a_stranger("unknown")(party.server)
    party.prove()
    assert party.server.key_requests == 2


@pytest.mark.parametrize("issuer", ["https://evil.example", None])
def test_an_answer_of_another_issuer_is_not_even_asked_about(
    party: Party, issuer: str | None
) -> None:
    """RFC 9207: the code would go to the wrong provider."""
    started = party.begin()
    answer = party.server.log_in(started.page["redirect_url"], **ASTRID)
    without = {name: value for name, value in answer.items() if name != "iss"}
    brought = without | ({"iss": issuer} if issuer else {})
    assert party.collect(returned(started, brought)) == NOT_BELIEVED
    assert not party.server.logins[answer["code"]].used


def test_a_provider_without_that_protection_may_leave_its_name_out(party: Party) -> None:
    party.server.metadata = {"authorization_response_iss_parameter_supported": False}
    started = party.begin()
    answer = party.server.log_in(started.page["redirect_url"], **ASTRID)
    del answer["iss"]
    assert isinstance(party.collect(returned(started, answer)), Proved)


def test_what_is_told_of_another_person_than_the_token_is_refused(party: Party) -> None:
    party.server.only_userinfo = ("national_id",)
    party.server.userinfo = {"sub": "s-2"}
    assert "somebody else" in refused_because(party)


def test_who_must_be_somebody_is_refused_without_a_number(party: Party) -> None:
    assert isinstance(party.prove(name="Astrid"), Proved)
    assert party.prove("01019912345", name="Astrid") == NOT_BELIEVED


# ------------------------------------------------------------------ trouble


def test_a_late_provider_is_given_up_in_time_and_can_be_asked_again(party: Party) -> None:
    started = party.begin()
    answer = party.server.log_in(started.page["redirect_url"], **ASTRID)
    party.server.late = 30
    begun = time.monotonic()
    with pytest.raises(Unavailable):
        party.collect(returned(started, answer))
    assert time.monotonic() - begun < LIMIT + 1
    party.server.late = 0
    assert isinstance(party.collect(returned(started, answer)), Proved)


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_provider_in_trouble_can_be_asked_again(party: Party, status: int) -> None:
    party.server.status = status
    with pytest.raises(Unavailable):
        party.prove()


def test_a_refusal_at_the_token_endpoint_ends_the_order(party: Party) -> None:
    party.server.status = 400
    assert party.prove() == Failed(hint="invalid_request")
    party.server.status = 200
    party.provider = replace(party.provider, client_secret="wrong")
    assert party.prove() == Failed(hint="invalid_client")


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://other.example"},
        {"token_endpoint": "http://elsewhere.example/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": None},
    ],
)
def test_a_provider_that_publishes_nonsense_is_not_used(
    party: Party, metadata: dict[str, Any]
) -> None:
    party.server.metadata = metadata
    with pytest.raises(Unavailable):
        party.begin()


def test_a_provider_that_is_away_is_unavailable(party: Party) -> None:
    party.provider = replace(party.provider, issuer="http://127.0.0.1:9")
    with pytest.raises(Unavailable):
        party.begin()


def test_what_was_brought_back_may_be_anything(party: Party) -> None:
    started = party.begin()
    for answer in ({}, {"code": ""}, {"code": "\ud800"}, {"code": "x" * 4000}):
        brought = json.dumps({**answer, "iss": party.server.url})
        outcome = party.collect({**started.secret, RETURNED: brought})
        assert isinstance(outcome, Failed)

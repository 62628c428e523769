"""Access tokens for OAuth clients: over HTTP, on a real database, checked by another library."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jwt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import validate
from starlette.testclient import TestClient

from countersign.adapters.access_tokens import PERIOD
from countersign.domain.account import Account
from countersign.domain.errors import MissingPermission, Unauthorized, Unavailable
from countersign.httpkit import Allowed, ByPrefix, Refusal, RequestId, Runtime, too_many_requests
from countersign.httpkit.rate_limit import Hit, unlimited
from countersign.pages import token as page
from countersign.usecases.authenticate import authenticate_token
from countersign.usecases.change_account import permit_account
from countersign.usecases.create_account import create_account
from countersign.usecases.create_credential import (
    CreateCredential,
    NewCredential,
    create_credential,
)
from countersign.usecases.ports import UnitOfWork
from tests.adapters import house as houses

pytestmark = pytest.mark.slow

API, SCOPE, OLD_SCOPE = "signicat", "signicat-api", "client.signature"
TOKEN = "/auth/open/connect/token"
DISCOVERY = "/auth/open/.well-known/openid-configuration"
FORM = "application/x-www-form-urlencoded"
ISSUER = "https://sign.test/auth/open"


@dataclass
class Office:
    """The token endpoint, and one client of it."""

    house: houses.House
    http: TestClient
    account: Account
    client: NewCredential

    @property
    def both(self) -> dict[str, str]:
        return {"client_id": self.client.credential.id, "client_secret": self.client.secret}

    def ask(self, form: Any = None, basic: str | None = None, **more: Any) -> Any:
        """Asks for a token; `basic` is what stands in Authorization before it is encoded."""
        headers = {} if basic is None else {"Authorization": as_basic(basic)}
        values = {"grant_type": "client_credentials", "scope": SCOPE} | (form or {})
        data = {name: value for name, value in values.items() if value is not None}
        return self.http.post(TOKEN, data=data, headers=headers | more)

    def token(self, **form: Any) -> str:
        answer = self.ask({**self.both, **form})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def caller_id(self, token: str, *scopes: str, api: str = API) -> str:
        found = authenticate_token(api, token, scopes or (SCOPE,), self.house.ports)
        return found.credential.id

    def new_client(self, account: Account, name: str, api: str = API) -> NewCredential:
        command = CreateCredential(account_id=account.id, api=api, name=name, client_prefix="prod-")
        return create_credential(command, self.house.ports)


def encoded(raw: bytes) -> str:
    return "Basic " + base64.b64encode(raw).decode()


def as_basic(text: str) -> str:
    return encoded(text.encode())


@contextmanager
def opened_office(folder: Path, hit: Hit = unlimited) -> Iterator[Office]:
    with houses.opened(folder) as house:
        runtime = Runtime(folder / "staging", handler_threads=4, hit=hit)
        app = ByPrefix({page.PREFIX: page.build(house.ports, runtime).app}, runtime.lifespan)
        account = create_account("Acme", "owner@acme.example", house.ports)
        with TestClient(RequestId(app), raise_server_exceptions=False) as http:
            office = Office(house, http, account, None)  # type: ignore[arg-type]
            office.client = office.new_client(account, "first")
            yield office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with opened_office(tmp_path) as office:
        yield office


def assert_refused(answer: Any, error: str, status: int = 400) -> None:
    assert (answer.status_code, answer.json()["error"]) == (status, error), answer.text
    assert answer.json().keys() == {"error", "error_description"}
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert ("www-authenticate" in answer.headers) == (status == 401)
    if status == 401:
        assert answer.headers["www-authenticate"].startswith("Basic ")


def assert_issued(office: Office, answer: Any, scope: str = SCOPE) -> None:
    assert answer.status_code == 200, answer.text
    made = answer.json()
    assert made.keys() == {"access_token", "expires_in", "token_type", "scope"}
    assert (made["expires_in"], made["token_type"], made["scope"]) == (600, "Bearer", scope)
    assert answer.headers["cache-control"] == "no-store"
    assert office.caller_id(made["access_token"], *scope.split(" ")) == office.client.credential.id


# ------------------------------------------------------------------ who asks


def test_a_client_gets_a_token_with_its_id_and_secret_in_the_form(office: Office) -> None:
    assert_issued(office, office.ask(office.both))


def test_a_client_gets_a_token_by_http_basic(office: Office) -> None:
    id, secret = office.both.values()
    assert_issued(office, office.ask(basic=f"{id}:{secret}"))
    lower = as_basic(f"{id}:{secret}").replace("Basic", "basic")
    assert_issued(office, office.ask(Authorization=lower))


def test_id_and_secret_may_be_percent_encoded_as_the_standard_wants(office: Office) -> None:
    id, secret = ("".join(f"%{byte:02x}" for byte in one.encode()) for one in office.both.values())
    assert_issued(office, office.ask(basic=f"{id}:{secret}"))
    id, secret = (quote(one, safe="") for one in office.both.values())
    assert_issued(office, office.ask(basic=f"{id}:{secret}"))


def test_a_client_may_repeat_its_id_in_the_form_beside_http_basic(office: Office) -> None:
    id, secret = office.both.values()
    assert_issued(office, office.ask({"client_id": id}, f"{id}:{secret}"))
    assert_issued(office, office.ask({"client_id": "", "client_secret": ""}, f"{id}:{secret}"))


def test_two_ways_at_once_or_two_clients_at_once_are_an_invalid_request(office: Office) -> None:
    basic = ":".join(office.both.values())
    assert_refused(office.ask(office.both, basic), "invalid_request")
    assert_refused(office.ask({"client_secret": "x"}, basic), "invalid_request")
    assert_refused(office.ask({"client_id": "somebody"}, basic), "invalid_request")


def test_a_wrong_secret_and_an_unknown_client_get_the_same_answer(office: Office) -> None:
    id, secret = office.both.values()
    other = office.new_client(office.account, "second")
    pairs = [(id, secret + "x"), ("prod-nobody", secret), (id, other.secret), (id.upper(), secret)]
    pairs += [(id, " "), ("\0", "\0"), ("ü", "日本"), ("x" * 20_000, "y" * 20_000)]
    for wrong_id, wrong_secret in pairs:
        in_form = office.ask({"client_id": wrong_id, "client_secret": wrong_secret})
        in_header = office.ask(basic=f"{wrong_id}:{wrong_secret}")
        for answer in (in_form, in_header):
            assert_refused(answer, "invalid_client", 401)
            assert answer.json()["error_description"] == page.WRONG_CLIENT


@pytest.mark.parametrize("missing", ["client_id", "client_secret"])
@pytest.mark.parametrize("value", [None, ""])
def test_a_client_has_to_say_who_it_is(office: Office, missing: str, value: str | None) -> None:
    assert_refused(office.ask({**office.both, missing: value}), "invalid_client", 401)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        "Basic ",
        "Basic !!!",
        "Basic YWJj",
        "Bearer abc",
        "Basic /////w==",
        "Negotiate x",
        as_basic("a:%ff"),
        as_basic("%80:b"),
        "Basic \xe9\xff",
        "Basic " + "A" * 5000,
        as_basic(":"),
    ],
)
def test_an_authorization_that_is_not_basic_is_an_invalid_client(
    office: Office, header: str
) -> None:
    sent: dict[str, Any] = {"Authorization": header.encode("latin-1")}
    assert_refused(office.ask(**sent), "invalid_client", 401)
    assert_refused(office.ask(office.both, **sent), *expected_beside_a_form(header))


def expected_beside_a_form(header: str) -> tuple[str, int]:
    """Two ways at once, when both can be read."""
    readable = header == as_basic(":")
    return ("invalid_request", 400) if readable else ("invalid_client", 401)


def test_a_revoked_client_gets_no_token_and_its_tokens_open_nothing(office: Office) -> None:
    token = office.token()
    with office.house.ports.unit_of_work() as uow:
        uow.credentials.revoke(office.client.credential.id, office.house.clock())
        uow.commit()
    assert_refused(office.ask(office.both), "invalid_client", 401)
    with pytest.raises(Unauthorized):
        office.caller_id(token)


def test_a_credential_of_another_api_gets_no_token(office: Office) -> None:
    other = office.new_client(office.account, "key", api="signeum")
    form = {"client_id": other.credential.id, "client_secret": other.secret}
    assert_refused(office.ask(form), "unauthorized_client")
    assert_refused(office.ask({**form, "client_secret": "x"}), "invalid_client", 401)


def test_a_secret_is_not_read_from_the_address(office: Office) -> None:
    form = {"grant_type": "client_credentials"}
    assert_refused(office.http.post(TOKEN, data=form, params=office.both), "invalid_client", 401)


def test_too_many_wrong_secrets_from_one_address_are_refused(tmp_path: Path) -> None:
    counted: list[str] = []

    def hit(key: str, limit: int, window_seconds: float) -> Allowed | Refusal:
        counted.append(key)
        left = limit - len(counted)
        return Allowed(left, window_seconds) if left >= 0 else too_many_requests(window_seconds)

    with opened_office(tmp_path, hit) as office:
        wrong = {**office.both, "client_secret": "x"}
        answers = [office.ask(wrong) for _ in range(page.WRONG_SECRETS + 1)]
        assert_refused(answers[-2], "invalid_client", 401)
        assert_refused(answers[-1], "too_many_requests", 429)
        assert answers[-1].headers["retry-after"] == "60"
        # Whoever has the right one is not locked out by somebody else behind the same address
        assert_issued(office, office.ask(office.both))
        assert set(counted) == {"token testclient"}
        assert len(counted) == len(answers)


# ------------------------------------------------------------------ what is asked


@pytest.mark.parametrize(
    ("asked", "granted"),
    [
        (SCOPE, SCOPE),
        (OLD_SCOPE, OLD_SCOPE),
        (f"{OLD_SCOPE} {SCOPE}", f"{OLD_SCOPE} {SCOPE}"),
        (f"{SCOPE} {SCOPE}", SCOPE),
        (None, SCOPE),
        ("", SCOPE),
    ],
)
def test_a_scope_is_granted_as_it_was_asked(
    office: Office, asked: str | None, granted: str
) -> None:
    assert_issued(office, office.ask({**office.both, "scope": asked}), granted)


@pytest.mark.parametrize(
    "scope", ["openid", f"{SCOPE} openid", SCOPE.upper(), f"{SCOPE},{OLD_SCOPE}", " ", "\0", "é"]
)
def test_a_scope_that_there_is_not_is_refused(office: Office, scope: str) -> None:
    assert_refused(office.ask({**office.both, "scope": scope}), "invalid_scope")


def test_only_one_grant_is_supported(office: Office) -> None:
    for other in ("authorization_code", "password", "refresh_token", "Client_Credentials"):
        refused = office.ask({**office.both, "grant_type": other})
        assert_refused(refused, "unsupported_grant_type")
    for missing in (None, ""):
        assert_refused(office.ask({**office.both, "grant_type": missing}), "invalid_request")


@pytest.mark.parametrize("twice", ["grant_type", "scope", "client_id", "client_secret", "resource"])
def test_a_parameter_that_comes_twice_is_an_invalid_request(office: Office, twice: str) -> None:
    values = {"grant_type": "client_credentials", "scope": SCOPE, **office.both}
    assert_refused(
        office.ask({**office.both, twice: [values.get(twice, "a")] * 2}), "invalid_request"
    )


def test_a_parameter_that_is_not_known_is_passed_over(office: Office) -> None:
    assert_issued(office, office.ask({**office.both, "resource": "https://sign.test", "x": "1"}))


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b'{"grant_type":"client_credentials"}', "application/json", 400),
        (b"grant_type=client_credentials", "text/plain", 400),
        (b"grant_type=client_credentials", "", 400),
        (b"", FORM, 400),
        (b"grant_type=%ff", FORM, 400),
        (b"grant_type=\xff", FORM, 400),
        (b"&".join(b"a%d=1" % number for number in range(201)), FORM, 400),
        (b"=&=;&&", FORM, 400),
        (b"grant_type=client_credentials&x=" + b"a" * (64 << 10), FORM, 413),
        (b"grant_type=client_credentials&x=" + b"a" * (2 << 20), FORM, 413),
    ],
)
def test_a_body_that_is_no_form_is_an_invalid_request(
    office: Office, body: bytes, kind: str, status: int
) -> None:
    headers = {"content-type": kind} if kind else {}
    answer = office.http.post(TOKEN, content=body, headers=headers)
    assert_refused(answer, "invalid_request", status)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.text() | st.from_regex(r"(grant_type=client_credentials&)?[\w=&%+;.-]{0,80}"),
    st.none() | st.text(st.characters(codec="latin-1")) | st.binary().map(encoded),
)
def test_whatever_is_sent_is_refused_in_the_same_shape(
    office: Office, body: str, authorization: str | None
) -> None:
    headers = {b"content-type": FORM.encode()}
    if authorization is not None:
        headers[b"authorization"] = authorization.encode("latin-1")
    answer = office.http.post(TOKEN, content=body.encode(), headers=headers)
    assert answer.status_code in (400, 401)
    assert_refused(answer, answer.json()["error"], answer.status_code)


def test_a_form_may_say_in_which_characters_it_is_written(office: Office) -> None:
    body = "&".join(f"{name}={value}" for name, value in office.both.items())
    answer = office.http.post(
        TOKEN,
        content=f"grant_type=client_credentials&{body}",
        headers={"content-type": f"{FORM}; charset=UTF-8"},
    )
    assert_issued(office, answer)


def test_other_methods_and_paths_are_refused_in_the_same_shape(office: Office) -> None:
    answer = office.http.get(TOKEN)
    assert_refused(answer, "invalid_request", 405)
    assert answer.headers["allow"] == "POST"
    for path in ("/auth/open", "/auth/open/connect", TOKEN + "/", "/auth/open/connect/authorize"):
        assert_refused(office.http.post(path), "invalid_request", 404)


def test_a_database_that_does_not_answer_is_not_the_clients_fault(tmp_path: Path) -> None:
    def no_database() -> UnitOfWork:
        raise Unavailable("database")

    with houses.opened(tmp_path) as house:
        house.put(unit_of_work=no_database)
        runtime = Runtime(tmp_path / "staging", handler_threads=1)
        app = ByPrefix({page.PREFIX: page.build(house.ports, runtime).app}, runtime.lifespan)
        form = {"grant_type": "client_credentials", "client_id": "a", "client_secret": "b"}
        with TestClient(app) as http:
            assert_refused(http.post(TOKEN, data=form), "temporarily_unavailable", 503)


def test_no_answer_repeats_what_was_sent(office: Office) -> None:
    marked = {name: f"<b>{name}</b>" for name in ("grant_type", "scope", "client_id")}
    for form in ({"grant_type": "<b>"}, {**office.both, "scope": "<b>"}, {**marked, "x": "<b>"}):
        assert "<b>" not in office.ask(form).text


# ------------------------------------------------------------------ what a token is good for


def test_a_token_can_be_checked_with_what_is_published_alone(office: Office) -> None:
    """From nothing but the issuer's address, by a library that has nothing in common with ours."""
    made = office.token(scope=f"{SCOPE} {OLD_SCOPE}")
    told = office.http.get(DISCOVERY).json()
    keys = office.http.get(told["jwks_uri"].removeprefix("https://sign.test"))
    key = jwt.PyJWKSet.from_dict(keys.json())[jwt.get_unverified_header(made)["kid"]]
    office_time = {"verify_exp": False, "verify_iat": False}
    claims = jwt.decode(
        made,
        key,
        algorithms=["ES256"],
        issuer=told["issuer"],
        audience="https://sign.test",
        options=office_time,  # type: ignore[arg-type]
    )
    now = int(office.house.clock().timestamp())
    assert (claims["iat"], claims["exp"]) == (now, now + 600)
    assert claims["client_id"] == office.client.credential.id
    assert claims["scope"] == f"{SCOPE} {OLD_SCOPE}"


def test_the_configuration_says_where_things_are(office: Office) -> None:
    answer = office.http.get(DISCOVERY)
    assert answer.headers["content-type"] == "application/json"
    told = answer.json()
    assert told["issuer"] + "/.well-known/openid-configuration" == f"https://sign.test{DISCOVERY}"
    assert told["token_endpoint"] == f"https://sign.test{TOKEN}"
    assert told["grant_types_supported"] == ["client_credentials"]
    assert set(told["scopes_supported"]) == {SCOPE, OLD_SCOPE}
    ways = {"client_secret_basic", "client_secret_post"}
    assert set(told["token_endpoint_auth_methods_supported"]) == ways


def test_the_endpoint_describes_itself(office: Office) -> None:
    assert office.http.get("/auth/open/docs").status_code == 200
    document = office.http.get("/auth/open/docs/openapi.json").json()
    validate(document)
    assert document["paths"].keys() == {TOKEN, DISCOVERY, f"{DISCOVERY}/jwks"}


def test_a_token_is_good_for_ten_minutes(office: Office) -> None:
    token = office.token()
    office.house.clock.move(timedelta(minutes=9, seconds=59))
    office.caller_id(token)
    office.house.clock.move(timedelta(seconds=1))
    with pytest.raises(Unauthorized):
        office.caller_id(token)


def test_tokens_stay_good_when_the_signing_key_changes(office: Office) -> None:
    clock = office.house.clock
    into_period = clock.now.timestamp() % PERIOD.total_seconds()
    clock.move(PERIOD - timedelta(seconds=into_period + 60))  # a minute before its end
    old = office.token()
    before = kids(office)
    clock.move(timedelta(minutes=2))
    new = office.token()
    assert jwt.get_unverified_header(old)["kid"] != jwt.get_unverified_header(new)["kid"]
    assert {jwt.get_unverified_header(one)["kid"] for one in (old, new)} <= before & kids(office)
    assert office.caller_id(old) == office.caller_id(new) == office.client.credential.id
    clock.move(timedelta(minutes=8))
    with pytest.raises(Unauthorized):
        office.caller_id(old)
    office.caller_id(new)


def kids(office: Office) -> set[str]:
    return {key["kid"] for key in office.http.get(f"{DISCOVERY}/jwks").json()["keys"]}


def test_a_token_opens_the_account_of_its_client_only(office: Office) -> None:
    other = create_account("Other", "owner@other.example", office.house.ports)
    theirs = office.new_client(other, "first")
    form = {"client_id": theirs.credential.id, "client_secret": theirs.secret}
    token = office.ask(form).json()["access_token"]
    caller = authenticate_token(API, token, (SCOPE,), office.house.ports)
    assert (caller.account, caller.credential.id) == (other, theirs.credential.id)
    mine = authenticate_token(API, office.token(), (SCOPE,), office.house.ports)
    assert mine.account == office.account


def test_a_token_opens_no_other_api(office: Office) -> None:
    with pytest.raises(Unauthorized):
        office.caller_id(office.token(), api="signeum")


def test_a_token_is_asked_for_its_scope(office: Office) -> None:
    old = office.token(scope=OLD_SCOPE)
    office.caller_id(old, SCOPE, OLD_SCOPE)
    with pytest.raises(MissingPermission) as refused:
        office.caller_id(old, SCOPE)
    assert refused.value.permission == SCOPE


def test_a_token_of_a_client_that_is_not_there_is_refused(office: Office, tmp_path: Path) -> None:
    """A database that was put back to what it was before the client was made."""
    token = office.token()
    (tmp_path / "other").mkdir()
    with opened_office(tmp_path / "other") as other, pytest.raises(Unauthorized):
        other.caller_id(token)


def test_a_changed_token_is_refused(office: Office) -> None:
    header, claims, signature = office.token().split(".")
    opened = json.loads(base64.urlsafe_b64decode(claims + "=="))
    opened["client_id"] = "prod-somebody-else"
    forged = base64.urlsafe_b64encode(json.dumps(opened).encode()).rstrip(b"=").decode()
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none","typ":"at+jwt"}').rstrip(b"=").decode()
    for token in (
        f"{header}.{forged}.{signature}",
        f"{unsigned}.{claims}.",
        f"{header}.{claims}.",
        f"{header}.{claims}",
        office.client.secret,
        "",
    ):
        with pytest.raises(Unauthorized):
            office.caller_id(token)


def test_what_a_client_may_do_can_be_limited_while_its_tokens_are_out(office: Office) -> None:
    token = office.token()
    permit_account(office.account.id, API, ("order:read",), office.house.ports)
    caller = authenticate_token(API, token, (SCOPE,), office.house.ports)
    caller.check_permission("order:read")
    with pytest.raises(MissingPermission, match="permission"):
        caller.check_permission("order:create")

"""Where OAuth clients exchange their secret for an access token (RFC 6749, 4.4), and where anybody
learns how such tokens are checked (RFC 8414, RFC 7517)."""

from __future__ import annotations

import base64
from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import unquote_plus

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from countersign.domain.errors import DomainError, Forbidden, Invalid, Unauthorized
from countersign.httpkit import (
    About,
    Answer,
    Dialect,
    ErrorBody,
    Failure,
    Form,
    Operation,
    RateLimit,
    Refusal,
    Runtime,
    Success,
    TextPart,
    Urlencoded,
    client_of,
    json_response,
)
from countersign.usecases.issue_access_token import IssueAccessToken, issue_access_token
from countersign.usecases.ports import Ports

PREFIX = "/auth/open"
TOKEN, DISCOVERY = "/connect/token", "/.well-known/openid-configuration"
KEYS = f"{DISCOVERY}/jwks"
API = "signicat"
SCOPES = ("signicat-api", "client.signature")  # the second is what older clients ask for
GRANT = "client_credentials"
WRONG_SECRETS, WINDOW = 30, 60  # seconds

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
# The next key is in the set long before it is used; a sandbox's clock may jump to it
PUBLISHED = {"Cache-Control": "public, max-age=300", "X-Content-Type-Options": "nosniff"}

INVALID_REQUEST, INVALID_CLIENT = "invalid_request", "invalid_client"
WRONG_CLIENT = "the client is not known or its secret is wrong"
# Where HTTP has a status of its own for what RFC 6749 has no word for
CODES = {500: "server_error", 503: "temporarily_unavailable", 429: "too_many_requests"}


FAILURES = (
    Failure(400, "The request, the grant or the scope is not one that there is"),
    Failure(401, "The client is not known or its secret is wrong"),
    Failure(429, f"More than {WRONG_SECRETS} wrong secrets in {WINDOW} seconds"),
)


class TokenAnswer(BaseModel):
    """RFC 6749, 5.1."""

    access_token: str
    expires_in: int
    token_type: str
    scope: str


class TokenProblem(BaseModel):
    """RFC 6749, 5.2."""

    error: str
    error_description: str


class TokenRefused(Exception):
    """`code` is one of RFC 6749; `why` quotes nothing that was sent."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code, self.why = code, why


@dataclass(frozen=True, slots=True)
class _Shown:
    """How a client proves who it is."""

    client_id: str
    secret: str


ABOUT = About(
    title="Access tokens",
    version="1",
    description="An OAuth client (its id and secret are what `countersign account create` prints)"
    " gets an access token here, by HTTP Basic or with both in the form, and calls the APIs with"
    " `Authorization: Bearer …` until it expires.",
    error=ErrorBody(TokenProblem),
)


class TokenEndpoint:
    def __init__(self, ports: Ports, wrong_secrets: RateLimit) -> None:
        self._ports, self._wrong_secrets = ports, wrong_secrets

    def issue_token(self, request: Request, body: Form) -> Answer:
        """Exchange a client's id and secret for an access token.

        HTTP Basic with the client's id and secret, or `client_id` and `client_secret` in the form.
        The token is good for `expires_in` seconds."""
        command = _command(request, _parameters(body))
        try:
            issued = issue_access_token(command, self._ports)
        except Unauthorized:
            self._wrong_secrets.check(f"token {client_of(request).ip}")
            raise
        answer = TokenAnswer(
            access_token=issued.token,
            expires_in=issued.expires_in,
            token_type="Bearer",
            scope=issued.scope,
        )
        return Answer(answer, headers=NO_STORE)

    def read_configuration(self) -> Answer:
        """Where things are and what they can do."""
        return Answer(configuration(self._ports.access_tokens.issuer), headers=PUBLISHED)

    def read_keys(self) -> Answer:
        """The public keys by which access tokens are checked: of this month and those beside it."""
        keys = self._ports.access_tokens.key_set(self._ports.clock())
        return Answer(keys, headers=PUBLISHED)


def build(ports: Ports, runtime: Runtime) -> Dialect:
    """The application below `/auth/open`."""
    endpoint = TokenEndpoint(ports, runtime.rate_limit(WRONG_SECRETS, WINDOW))
    return Dialect(
        ABOUT,
        _operations(endpoint),
        authenticate=lambda _request: None,
        shape=_shape,
        expected=(TokenRefused, DomainError),
        runtime=runtime,
        docs=f"{PREFIX}/docs",
    )


def _operations(endpoint: TokenEndpoint) -> list[Operation]:
    answer, published = Success(type=TokenAnswer), Success(type=dict[str, Any])
    open_to_all = partial(Operation, public=True)
    return [
        open_to_all(
            "POST", PREFIX + TOKEN, endpoint.issue_token, answer, _form(), failures=FAILURES
        ),
        open_to_all("GET", PREFIX + DISCOVERY, endpoint.read_configuration, published),
        open_to_all("GET", PREFIX + KEYS, endpoint.read_keys, published),
    ]


def _form() -> Urlencoded:
    granted = f"One or both of {', '.join(SCOPES)}, with a space between; else the first"
    return Urlencoded(
        [
            TextPart("grant_type", example=GRANT),
            TextPart("scope", required=False, description=granted, example=SCOPES[0]),
            TextPart("client_id", required=False, description="Unless HTTP Basic says it"),
            TextPart("client_secret", required=False, description="Unless HTTP Basic says it"),
        ]
    )


def configuration(issuer: str) -> dict[str, Any]:
    """What a client may want to know before its first call (RFC 8414, 2)."""
    return {
        "issuer": issuer,
        "token_endpoint": issuer + TOKEN,
        "jwks_uri": issuer + KEYS,
        "grant_types_supported": [GRANT],
        "response_types_supported": [],
        "scopes_supported": list(SCOPES),
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    }


def _parameters(form: Form) -> dict[str, str]:
    """Without those that are empty: they count as left out (RFC 6749, 3.2)."""
    if any(count > 1 for count in Counter(name for name, _ in form.texts).values()):
        raise TokenRefused(INVALID_REQUEST, "a parameter was sent twice")
    return {name: value for name, value in form.texts if value}


def _command(request: Request, given: dict[str, str]) -> IssueAccessToken:
    if "grant_type" not in given:
        raise TokenRefused(INVALID_REQUEST, "grant_type is missing")
    if given["grant_type"] != GRANT:
        raise TokenRefused("unsupported_grant_type", f"grant_type must be {GRANT}")
    shown = _shown(request, given)
    return IssueAccessToken(
        api=API,
        client_id=shown.client_id,
        client_secret=shown.secret,
        scope=given.get("scope", ""),
        scopes=SCOPES,
    )


def _shown(request: Request, given: dict[str, str]) -> _Shown:
    header = request.headers.get("authorization")
    if header is None:
        if "client_id" in given and "client_secret" in given:
            return _Shown(given["client_id"], given["client_secret"])
        raise TokenRefused(INVALID_CLIENT, "client_id and client_secret are missing")
    shown = _basic(header)
    if "client_secret" in given:
        raise TokenRefused(INVALID_REQUEST, "the secret was sent in two ways")
    if given.get("client_id", shown.client_id) != shown.client_id:
        raise TokenRefused(INVALID_REQUEST, "client_id is not the one in Authorization")
    return shown


def _basic(header: str) -> _Shown:
    """Both are percent-encoded first (RFC 6749, 2.3.1), which many leave out. No id or secret of
    ours holds a `%` or a `+`, so decoding does no harm to what was never encoded."""
    scheme, _, credentials = header.partition(" ")
    try:
        if scheme.lower() != "basic":
            raise ValueError("another scheme")
        text = base64.b64decode(credentials.strip(), validate=True).decode()
        client_id, secret = text.split(":", 1)
        return _Shown(*(unquote_plus(part, errors="strict") for part in (client_id, secret)))
    except ValueError:
        raise TokenRefused(INVALID_CLIENT, "Authorization is not HTTP Basic") from None


def _shape(_request: Request, problem: Exception) -> Response:
    """Every failure as RFC 6749, 5.2 says it."""
    if isinstance(problem, Refusal):
        # A wrong media type is an invalid request like others; the rest is HTTP's own business
        status = 400 if problem.status == 415 else problem.status
        code = CODES.get(status, INVALID_REQUEST)
        return _answer(status, code, problem.why, problem.headers)
    if isinstance(problem, TokenRefused):
        return _refused(problem.code, problem.why)
    return _refused(*_code_of(problem))


def _code_of(problem: Exception) -> tuple[str, str]:
    if isinstance(problem, Unauthorized):
        return INVALID_CLIENT, WRONG_CLIENT
    if isinstance(problem, Forbidden):
        return "unauthorized_client", "the credential is of an API that has no access tokens"
    if isinstance(problem, Invalid):
        return "invalid_scope", f"scope must be of {', '.join(SCOPES)}"
    return CODES[503], "please try again"


def _refused(code: str, why: str) -> Response:
    if code == INVALID_CLIENT:
        return _answer(401, code, why, {"WWW-Authenticate": 'Basic realm="Countersign"'})
    return _answer(503 if code == CODES[503] else 400, code, why, {})


def _answer(status: int, code: str, why: str, headers: dict[str, str]) -> Response:
    body = TokenProblem(error=code, error_description=why)
    return json_response(body, status, {**NO_STORE, **headers})

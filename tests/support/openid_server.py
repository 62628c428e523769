"""An OpenID provider of our own, honest until it is told otherwise: real HTTP, real signatures.

It is strict where the standards are: PKCE, the client's secret and the redirect URI are checked,
and a code is good once.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

CLIENT, SECRET = "countersign test", "p%ss: wörd"
CALLBACK = "https://sign.example/s/identity/callback"

Claims = dict[str, Any]


@dataclass
class Login:
    """Somebody at the provider's page, and what the relying party asked for."""

    asked: Mapping[str, str]
    claims: Claims
    used: bool = False


@dataclass
class OpenIdServer:
    """`lie` changes the claims of an ID token, `sign` makes another token of them; `userinfo` adds
    to what is told there; `late` is how long each token takes, in seconds; `published` are its keys
    and `own` the one that it signs with; `metadata` changes what it says of itself."""

    url: str
    own: RSAKey | ECKey = field(default_factory=lambda: new_key("first"))
    published: list[Claims] = field(default_factory=list)
    logins: dict[str, Login] = field(default_factory=dict)
    metadata: Claims = field(default_factory=dict)
    lie: Claims = field(default_factory=dict)
    sign: Callable[[Claims], str] | None = None
    userinfo: Claims = field(default_factory=dict)
    only_userinfo: tuple[str, ...] = ()
    late: float = 0
    status: int = 200
    key_requests: int = 0

    def __post_init__(self) -> None:
        self.published = [self.own.as_dict(private=False)]

    def rotate(self) -> None:
        self.own = new_key("second")
        self.published.append(self.own.as_dict(private=False))

    def log_in(self, address: str, **claims: str) -> dict[str, str]:
        """The person at the address that the browser was sent to; what it is sent back with."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.logins[code] = Login(asked, {"sub": "s-1", **claims})
        return {"code": code, "state": asked["state"], "iss": self.url}

    def refuse(self, address: str) -> dict[str, str]:
        state = parse_qs(urlsplit(address).query)["state"][0]
        return {"error": "access_denied", "state": state, "iss": self.url}

    # -------------------------------------------------------------- HTTP

    def describe(self) -> Claims:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "authorization_response_iss_parameter_supported": True,
            **self.metadata,
        }

    def token(self, form: Mapping[str, str], authorization: str) -> tuple[int, Any]:
        time.sleep(self.late)
        if self.status != 200:
            return self.status, {"error": "invalid_request"}
        if self._client(form, authorization) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        login = self.logins.get(form["code"])
        if login is None or login.used or not _fits(form, login.asked):
            return 400, {"error": "invalid_grant"}
        login.used = True
        token = (self.sign or self.signed)(self.claims(login))
        return 200, {"access_token": form["code"], "token_type": "Bearer", "id_token": token}

    def _client(self, form: Mapping[str, str], authorization: str) -> tuple[str, str]:
        if "client_secret_post" in self.metadata.get("token_endpoint_auth_methods_supported", ()):
            return form.get("client_id", ""), form.get("client_secret", "")
        name, _, secret = base64.b64decode(authorization.removeprefix("Basic ")).partition(b":")
        return unquote_plus(name.decode()), unquote_plus(secret.decode())

    def claims(self, login: Login) -> Claims:
        now = int(time.time())
        told = {name: one for name, one in login.claims.items() if name not in self.only_userinfo}
        return {
            "iss": self.url,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": login.asked["nonce"],
            **told,
            **self.lie,
        }

    def signed(self, claims: Claims) -> str:
        return signed_with(self.own, claims)

    def told(self, authorization: str) -> tuple[int, Any]:
        login = self.logins.get(authorization.removeprefix("Bearer "))
        return (200, {**login.claims, **self.userinfo}) if login else (401, {})

    def answer(self, path: str, form: Mapping[str, str], authorization: str) -> tuple[int, Any]:
        match path:
            case "/.well-known/openid-configuration":
                return 200, self.describe()
            case "/keys":
                self.key_requests += 1
                return 200, {"keys": self.published}
            case "/token":
                return self.token(form, authorization)
            case "/userinfo":
                return self.told(authorization)
        return 404, {}


def new_key(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"}, auto_kid=False)


def signed_with(key: RSAKey | ECKey, claims: Claims, algorithm: str = "RS256") -> str:
    return jwt.encode({"alg": algorithm, "kid": key.kid}, claims, key)


def unsigned(claims: Claims) -> str:
    """`alg: none`."""
    parts = ({"alg": "none", "typ": "JWT"}, claims)
    return ".".join(base64url(json.dumps(part).encode()) for part in parts) + "."


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _fits(form: Mapping[str, str], asked: Mapping[str, str]) -> bool:
    challenge = base64url(hashlib.sha256(form["code_verifier"].encode()).digest())
    same = form["redirect_uri"] == asked["redirect_uri"]
    return same and challenge == asked["code_challenge"] and asked["client_id"] == CLIENT


def query_of(answer: Mapping[str, str]) -> str:
    return urlencode(answer)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    provider: OpenIdServer


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self._say({})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._say({name: values[0] for name, values in parse_qs(body, True).items()})

    def _say(self, form: Mapping[str, str]) -> None:
        authorization = self.headers.get("Authorization", "")
        status, content = self.server.provider.answer(self.path, form, authorization)
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def handle(self) -> None:
        with suppress(ConnectionError):
            super().handle()


@contextmanager
def openid_server() -> Iterator[OpenIdServer]:
    """A running one."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.provider = OpenIdServer(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

"""A remote signing service of our own, as the Cloud Signature Consortium's API 2.0 describes it:
real HTTP over TLS, and a person with a browser.

It is strict where such services are: a code is good once and only with its verifier, activation
data only for the hashes that it was given for, and only for five minutes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

from tests.support.certificates import TestAuthority
from tests.support.signing_authority import Certified, SigningAuthority, p256, rsa2048

CLIENT, CLIENT_SECRET = "countersign", "client secret"
PIN, OTP = "135790", "246801"
GOOD_FOR = 300  # seconds that activation data lives
PSS = "1.2.840.113549.1.1.10"
SHA256 = "2.16.840.1.101.3.4.2.1"
PREHASHED = utils.Prehashed(hashes.SHA256())


class Refused(Exception):
    """The service's answer with an error."""

    def __init__(self, code: str, status: int = 400) -> None:
        super().__init__(code)
        self.code, self.status = code, status


@dataclass
class Credential:
    """A person's key. `mode` is explicit or oauth2code; `raw` keys answer with both numbers of an
    ECDSA signature in a row; `pss` ones sign by RSASSA-PSS only; `changes` are
    laid over what credentials/info says."""

    key: Certified
    mode: str = "explicit"
    raw: bool = False
    pss: bool = False
    most: int = 5
    changes: Mapping[str, Any] = field(default_factory=dict)

    def info(self) -> Mapping[str, Any]:
        is_rsa = isinstance(self.key.key, rsa.RSAPrivateKey)
        algorithm = "1.2.840.113549.1.1.1" if is_rsa else "1.2.840.10045.4.3.2"
        algorithm = PSS if self.pss else algorithm
        row = (self.key.certificate, *self.key.above)
        objects = [
            {"type": "Password", "id": "pin", "format": "N", "label": "PIN"},
            {"type": "ChallengeResponse", "id": "otp", "format": "N", "label": "Code"},
        ]
        return {
            "key": {"status": "enabled", "algo": [algorithm], "len": 2048 if is_rsa else 256},
            "cert": {
                "status": "valid",
                "certificates": [base64.b64encode(one).decode() for one in row],
            },
            "auth": {"mode": self.mode, "objects": objects if self.mode == "explicit" else []},
            "SCAL": "2",
            "multisign": self.most,
        } | dict(self.changes)

    def sign(self, digest: bytes) -> bytes:
        key = self.key.key
        if isinstance(key, rsa.RSAPrivateKey):
            salted = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
            return key.sign(digest, salted if self.pss else padding.PKCS1v15(), PREHASHED)
        value = key.sign(digest, ec.ECDSA(PREHASHED))
        if not self.raw:
            return value
        return b"".join(n.to_bytes(32, "big") for n in utils.decode_dss_signature(value))


@dataclass
class Activation:
    credential: str
    hashes: list[str]
    until: float


class CscServer:
    """`url` and `tls_authority` (PEM) are what a customer gets. `credentials` are the person's by
    id; `advance` moves its clock; `troubles` are answers (status and body) by path, given once;
    `asked` counts calls by path."""

    def __init__(self, folder: Path, port: int, lists: str = "") -> None:
        self._tls = TestAuthority("Test CSC TLS")
        self.authority = SigningAuthority("Test CSC persons", lists)
        self.folder, self.url = folder, f"https://127.0.0.1:{port}"
        self.tls_authority = self._tls.write_pem(folder / "csc-ca.pem")
        self.credentials: dict[str, Credential] = {}
        self.troubles: dict[str, tuple[int, bytes]] = {}
        self.asked: dict[str, int] = {}
        self.slow = 0.0
        self._codes: dict[str, Mapping[str, str]] = {}
        self._tokens: set[str] = set()
        self._activations: dict[str, Activation] = {}
        self._ahead = 0.0
        self._lock = threading.Lock()

    def person(self, name: str, kind: str = "P-256", number: str = "", **more: Any) -> Credential:
        """A new key, the only one of the person who logs in."""
        made = rsa2048() if kind == "RSA" else p256()
        key = self.authority.issue(name, made, number=number)
        self.credentials = {secrets.token_hex(4): Credential(key, **more)}
        return next(iter(self.credentials.values()))

    def tls(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        own = self._tls.issue("127.0.0.1", timedelta(hours=1)).write_pem(self.folder / "own.pem")
        context.load_cert_chain(own)
        return context

    def client_tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.tls_authority))

    def advance(self, seconds: float) -> None:
        self._ahead += seconds

    def now(self) -> float:
        return time.time() + self._ahead

    # -------------------------------------------------------------- the person's browser

    def agree(self, address: str) -> Mapping[str, str]:
        """What the browser comes back with after the person said yes on our page."""
        asked = self._visited(address)
        code = secrets.token_urlsafe(12)
        self._codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def refuse(self, address: str) -> Mapping[str, str]:
        return {"error": "access_denied", "state": self._visited(address)["state"]}

    def page(self, path: str) -> bytes:
        """What a browser is shown: to say yes or no."""
        address = self.url + path
        back = self._visited(address)["redirect_uri"]
        answers = {"Agree": self.agree(address), "Refuse": self.refuse(address)}
        links = [
            f'<a href="{back}?{urlencode(answer)}">{name}</a>' for name, answer in answers.items()
        ]
        head = '<!doctype html><link rel="icon" href="data:,"><title>Keys</title>'
        return f"{head}{' '.join(links)}".encode()

    def _visited(self, address: str) -> Mapping[str, str]:
        parts = urlsplit(address)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{self.url}/oauth2/authorize"
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        assert asked["scope"] in ("service", "credential")
        return asked

    # -------------------------------------------------------------- API

    def answer(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        self.asked[path] = self.asked.get(path, 0) + 1
        time.sleep(self.slow)
        if path in self.troubles:
            return self.troubles.pop(path)
        try:
            with self._lock:
                return 200, json.dumps(self._answer(path, headers, body)).encode()
        except Refused as refused:
            told = {"error": refused.code, "error_description": f"as it is: {body!r}"}
            return refused.status, json.dumps(told).encode()

    def _answer(self, path: str, headers: Mapping[str, str], body: bytes) -> Any:
        if path == "/oauth2/token":
            return self._token(
                {name: values[0] for name, values in parse_qs(body.decode()).items()}
            )
        verb = path.removeprefix("/csc/v2/")
        if verb == "info":
            return {"specs": "2.0.0.2", "name": "Test", "oauth2": self.url}
        if headers.get("Authorization", "").removeprefix("Bearer ") not in self._tokens:
            raise Refused("invalid_token", 401)
        verbs = {
            "credentials/list": lambda _asked: {"credentialIDs": list(self.credentials)},
            "credentials/info": lambda asked: self._credential(asked).info(),
            "credentials/getChallenge": lambda asked: bool(self._credential(asked)) and {},
            "credentials/authorize": self._authorize,
            "signatures/signHash": self._sign,
        }
        return verbs[verb](json.loads(body))

    def _token(self, form: Mapping[str, str]) -> Any:
        asked = self._codes.pop(form["code"], None)
        if asked is None or asked["redirect_uri"] != form["redirect_uri"]:
            raise Refused("invalid_grant")
        if (form["client_id"], form["client_secret"]) != (CLIENT, CLIENT_SECRET):
            raise Refused("invalid_client", 401)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != asked["code_challenge"]:
            raise Refused("invalid_grant")
        made = secrets.token_urlsafe(12)
        if asked["scope"] == "service":
            self._tokens.add(made)
            return {"access_token": made, "token_type": "Bearer", "expires_in": 3600}
        row = [base64.urlsafe_b64decode(one + "==") for one in asked["hashes"].split(",")]
        texts = [base64.b64encode(one).decode() for one in row]
        self._activate(made, asked["credentialID"], texts, int(asked["numSignatures"]))
        return {"access_token": made, "token_type": "SAD", "expires_in": GOOD_FOR}

    def _credential(self, asked: Mapping[str, Any]) -> Credential:
        if asked["credentialID"] not in self.credentials:
            raise Refused("invalid_request")
        return self.credentials[asked["credentialID"]]

    def _authorize(self, asked: Mapping[str, Any]) -> Any:
        given = {one["id"]: one["value"] for one in asked["authData"]}
        if self._credential(asked).mode != "explicit":
            raise Refused("invalid_request")
        if given["pin"] != PIN:
            raise Refused("invalid_pin")
        if given["otp"] != OTP:
            raise Refused("invalid_otp")
        made = secrets.token_urlsafe(12)
        self._activate(made, asked["credentialID"], asked["hashes"], asked["numSignatures"])
        return {"SAD": made, "expiresIn": GOOD_FOR}

    def _activate(self, sad: str, credential: str, hashes: list[str], count: int) -> None:
        if not 1 <= len(hashes) == count <= self.credentials[credential].most:
            raise Refused("invalid_request")
        self._activations[sad] = Activation(credential, hashes, self.now() + GOOD_FOR)

    def _sign(self, asked: Mapping[str, Any]) -> Any:
        activation = self._activations.pop(asked["SAD"], None)
        if activation is None or activation.until < self.now():
            raise Refused("sad_expired")
        if (activation.credential, activation.hashes) != (asked["credentialID"], asked["hashes"]):
            raise Refused("invalid_request")
        credential = self._credential(asked)
        if credential.pss != ("signAlgoParams" in asked):
            raise Refused("invalid_request")
        if (
            asked["hashAlgorithmOID"] != SHA256
            or asked["signAlgo"] not in credential.info()["key"]["algo"]
        ):
            raise Refused("invalid_request")
        values = [credential.sign(base64.b64decode(one)) for one in asked["hashes"]]
        return {"signatures": [base64.b64encode(one).decode() for one in values]}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    csc: CscServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that does not like our certificate just leaves."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self._answer(200, "text/html", self.server.csc.page(self.path))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status, answer = self.server.csc.answer(self.path, dict(self.headers), body)
        self._answer(status, "application/json", answer)

    def _answer(self, status: int, media_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def handle(self) -> None:
        with suppress(ConnectionError, ssl.SSLError):
            super().handle()


@contextmanager
def csc_server(folder: Path, lists: str = "") -> Iterator[CscServer]:
    """A running one, which keeps its certificates in `folder`; revocation lists are at `lists`."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.csc = CscServer(folder, server.server_port, lists)
    # The handshake belongs to the connection's own thread
    server.socket = server.csc.tls().wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.csc
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

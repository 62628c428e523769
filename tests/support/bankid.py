"""A BankID server of our own: real HTTP over TLS that checks the client's certificate, orders that
live and end as BankID's do, and a phone for the person.

It is strict where BankID is: a body with an unknown word, a charset, a text that is too long or a
QR code of another second is refused.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from tests.support.certificates import TestAuthority
from tests.support.signing_authority import Certified, SigningAuthority, rsa2048

PASSWORD = "qwerty123"
FIND_WITHIN, FINISH_WITHIN = 30, 180  # seconds
LONGEST_VISIBLE, LONGEST_HIDDEN, LONGEST_RETURN = 40_000, 200_000, 512  # characters
STATUS = {
    "alreadyInProgress": 400,
    "invalidParameters": 400,
    "unauthorized": 401,
    "notFound": 404,
    "methodNotAllowed": 405,
    "requestTimeout": 408,
    "unsupportedMediaType": 415,
    "internalError": 500,
    "Maintenance": 503,
}
REQUIRED = {"endUserIp", "userVisibleData"}
KNOWN = REQUIRED | {"returnUrl", "userNonVisibleData", "userVisibleDataFormat", "requirement"}


class Refused(Exception):
    """BankID's answer with an errorCode."""

    def __init__(self, code: str, details: str) -> None:
        super().__init__(details)
        self.code, self.details = code, details


class CannotScan(Exception):
    """What the app says of a QR code that is none, or not of this second."""


@dataclass
class Order:
    """One sign order; `ended` is "complete" or a hint of failure."""

    asked: Mapping[str, Any]
    begun: float
    reference: str = field(default_factory=lambda: str(uuid4()))
    auto_start: str = field(default_factory=lambda: str(uuid4()))
    qr_token: str = field(default_factory=lambda: str(uuid4()))
    qr_secret: str = field(default_factory=lambda: str(uuid4()))
    found: bool = False
    ended: str = ""
    completion: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What the app shows."""
        return base64.b64decode(self.asked["userVisibleData"]).decode()

    @property
    def wanted(self) -> str | None:
        number: str | None = self.asked.get("requirement", {}).get("personalNumber")
        return number


class BankIdServer:
    """`url`, `authority` (PEM), `client` (PKCS#12) and PASSWORD are what its customer gets.
    `advance` moves its clock; `troubles` are errorCodes that it answers next."""

    def __init__(self, folder: Path, port: int) -> None:
        self._root = TestAuthority("Test BankID SSL Root CA")
        self._customers = TestAuthority("Test BankID RP CA")
        self.persons = SigningAuthority("Test BankID persons")
        self.responder = self.persons.delegate()
        self._lock = threading.Lock()
        self._orders: dict[str, Order] = {}
        self._ahead = 0.0
        self.url = f"https://127.0.0.1:{port}"
        self.folder = folder
        self.authority = self._root.write_pem(folder / "bankid-ca.pem")
        self.root = folder / "bankid-root.pem"
        self.root.write_bytes(pem_of(self.persons.root))
        self.client = self.customer("client.p12")
        self.troubles: list[str] = []
        self.collected = 0
        self.phone = Phone(self)

    def customer(self, name: str, lifetime: timedelta = timedelta(hours=1)) -> Path:
        """A client certificate of a relying party."""
        issued = self._customers.issue("Countersign test", lifetime)
        return issued.write_pkcs12(self.folder / name, PASSWORD)

    def tls(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        own = self._root.issue("127.0.0.1", timedelta(hours=1)).write_pem(self.folder / "own.pem")
        context.load_cert_chain(own)
        context.load_verify_locations(self._customers.write_pem(self.folder / "customers.pem"))
        context.verify_mode = ssl.CERT_REQUIRED
        return context

    def advance(self, seconds: float) -> None:
        self._ahead += seconds

    def now(self) -> float:
        return time.time() + self._ahead

    def orders(self) -> list[Order]:
        with self._lock:
            return list(self._orders.values())

    def person(self, name: str, number: str) -> Certified:
        return self.persons.issue(name, rsa2048(), number=number)

    def completion(self, order: Order, number: str, name: str) -> dict[str, Any]:
        """What is told when this person has signed."""
        person = self.person(name, number)
        response = self.persons.response(person, self.responder)
        return completion(order, person, number, name, response)

    # -------------------------------------------------------------- API

    def answer(self, path: str, content_type: str | None, body: bytes) -> tuple[int, Any]:
        try:
            if self.troubles:
                raise Refused(self.troubles.pop(0), "as it was told to")
            return 200, self._answer(path, content_type, body)
        except Refused as refused:
            return STATUS[refused.code], {"errorCode": refused.code, "details": refused.details}

    def _answer(self, path: str, content_type: str | None, body: bytes) -> Any:
        verbs = {"sign": self._sign, "collect": self._collect, "cancel": self._cancel}
        verb = verbs.get(path.removeprefix("/rp/v6.0/"))
        if verb is None:
            raise Refused("notFound", "no such path")
        if content_type != "application/json":
            raise Refused("unsupportedMediaType", "application/json, and nothing with it")
        try:
            asked = json.loads(body)
        except ValueError:
            raise Refused("invalidParameters", "no JSON") from None
        with self._lock:
            self._end_late_ones()
            return verb(asked)

    def _sign(self, asked: Mapping[str, Any]) -> Mapping[str, str]:
        check_order(asked)
        order = Order(asked, self.now())
        self._orders[order.reference] = order
        return {
            "orderRef": order.reference,
            "autoStartToken": order.auto_start,
            "qrStartToken": order.qr_token,
            "qrStartSecret": order.qr_secret,
        }

    def _collect(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        self.collected += 1
        order = self._order(asked)
        told: dict[str, Any] = {"orderRef": order.reference}
        if not order.ended:
            hint = "userSign" if order.found else "outstandingTransaction"
            return told | {"status": "pending", "hintCode": hint}
        del self._orders[order.reference]
        if order.ended != "complete":
            return told | {"status": "failed", "hintCode": order.ended}
        return told | {"status": "complete", "completionData": order.completion}

    def _cancel(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        del self._orders[self._order(asked).reference]
        return {}

    def _order(self, asked: Mapping[str, Any]) -> Order:
        order = self._orders.get(asked.get("orderRef", ""))
        if order is None:
            raise Refused("invalidParameters", "No such order")
        return order

    def _end_late_ones(self) -> None:
        for order in self._orders.values():
            age = self.now() - order.begun
            if not order.ended and not order.found and age > FIND_WITHIN:
                order.ended = "startFailed"
            if not order.ended and age > FINISH_WITHIN:
                order.ended = "expiredTransaction"


class Phone:
    """The app, with whatever eID the test says."""

    def __init__(self, server: BankIdServer) -> None:
        self._server = server

    def scan(self, code: str) -> Order:
        """Raises CannotScan."""
        match = re.fullmatch(r"bankid\.([0-9a-f-]+)\.(\d+)\.([0-9a-f]{64})", code)
        for order in self._server.orders():
            if match and order.qr_token == match[1]:
                self._check(order, match[2], match[3])
                order.found = True
                return order
        raise CannotScan("no QR code of an order")

    def _check(self, order: Order, seconds: str, code: str) -> None:
        expected = hmac.new(order.qr_secret.encode(), seconds.encode(), hashlib.sha256)
        if not hmac.compare_digest(expected.hexdigest(), code):
            raise CannotScan("made with another secret")
        age = self._server.now() - order.begun
        if not age - 2 < int(seconds) <= age + 1:
            raise CannotScan(f"of second {seconds}, and it is {age:.1f} now")

    def open_here(self, link: str) -> Order:
        """By the link of a page on the same device."""
        match = re.search(r"[?&]autostarttoken=([0-9a-f-]+)", link)
        for order in self._server.orders():
            if match and order.auto_start == match[1]:
                order.found = True
                return order
        raise CannotScan("no link of an order")

    def approve(self, order: Order, national_id: str, name: str) -> None:
        """With a BankID of somebody else than was asked for there is nothing to sign."""
        assert order.found, "nobody approves what the app has not found"
        if order.wanted not in (None, national_id):
            order.ended = "startFailed"
            return
        order.completion = self._server.completion(order, national_id, name)
        order.ended = "complete"

    def refuse(self, order: Order) -> None:
        order.ended = "userCancel"


# ------------------------------------------------------------------ checks


def check_order(asked: Mapping[str, Any]) -> None:
    """Raises Refused for what BankID does not take."""
    if unknown := asked.keys() - KNOWN:
        raise Refused("invalidParameters", f"unknown: {sorted(unknown)}")
    if missing := REQUIRED - asked.keys():
        raise Refused("invalidParameters", f"missing: {sorted(missing)}")
    try:
        ip_address(asked["endUserIp"])
        _check_base64(asked["userVisibleData"], LONGEST_VISIBLE).decode()
        _check_base64(asked.get("userNonVisibleData", "eA=="), LONGEST_HIDDEN)
        number = asked.get("requirement", {}).get("personalNumber", "0" * 12)
        if not re.fullmatch(r"[0-9]{12}", number):
            raise ValueError(f"personalNumber {number}")
        if len(asked.get("returnUrl", "")) > LONGEST_RETURN:
            raise ValueError("returnUrl")
    except ValueError as problem:
        raise Refused("invalidParameters", f"Invalid parameter: {problem}") from None


def _check_base64(text: str, longest: int) -> bytes:
    if not 0 < len(text) <= longest:
        raise ValueError("length")
    return base64.b64decode(text, validate=True)


# ------------------------------------------------------------------ signatures

XMLDSIG = "http://www.w3.org/2000/09/xmldsig#"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
MORE, XMLENC = "http://www.w3.org/2001/04/xmldsig-more", "http://www.w3.org/2001/04/xmlenc"
TYPES = "http://www.bankid.com/signature/v1.0.0/types"


def completion(
    order: Order, person: Certified, number: str, name: str, response: bytes
) -> dict[str, Any]:
    given, _, surname = name.rpartition(" ")
    return {
        "user": {
            "personalNumber": number,
            "name": name,
            "givenName": given or name,
            "surname": surname,
        },
        "device": {"ipAddress": order.asked["endUserIp"], "uhi": "OZvYM9VvyiAmG7NA5jU5zqGcVpo="},
        "bankIdIssueDate": "2025-11-20",
        "signature": base64.b64encode(signature(order, person).encode()).decode(),
        "ocspResponse": base64.b64encode(response).decode(),
    }


def signature(order: Order, person: Certified) -> str:
    """As BankID's signature profile has it: over what was shown and over the certificates."""
    data = (
        f'<bankIdSignedData xmlns="{TYPES}" Id="bidSignedData"><usrVisibleData charset="UTF-8"'
        f' visible="wysiwys">{order.asked["userVisibleData"]}</usrVisibleData><usrNonVisibleData>'
        f"{order.asked.get('userNonVisibleData', '')}</usrNonVisibleData></bankIdSignedData>"
    )
    row = (person.certificate, *person.above[:-1])
    certificates = "".join(
        f"<X509Certificate>{base64.b64encode(one).decode()}</X509Certificate>" for one in row
    )
    keys = (
        f'<KeyInfo xmlns="{XMLDSIG}" Id="bidKeyInfo"><X509Data>{certificates}</X509Data></KeyInfo>'
    )
    info = (
        f'<SignedInfo xmlns="{XMLDSIG}"><CanonicalizationMethod Algorithm="{C14N}"/>'
        f'<SignatureMethod Algorithm="{MORE}#rsa-sha256"/>{reference("bidSignedData", data)}'
        f"{reference('bidKeyInfo', keys)}</SignedInfo>"
    )
    assert isinstance(person.key, rsa.RSAPrivateKey)
    value = person.key.sign(canonical(info), padding.PKCS1v15(), SHA256())
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="no"?><Signature xmlns="{XMLDSIG}">{info}'
        f"<SignatureValue>{base64.b64encode(value).decode()}</SignatureValue>{keys}"
        f"<Object>{data}</Object></Signature>"
    )


def reference(id: str, part: str) -> str:
    digest = base64.b64encode(hashlib.sha256(canonical(part)).digest()).decode()
    return (
        f'<Reference URI="#{id}"><Transforms><Transform Algorithm="{C14N}"/></Transforms>'
        f'<DigestMethod Algorithm="{XMLENC}#sha256"/>'
        f"<DigestValue>{digest}</DigestValue></Reference>"
    )


def canonical(xml: str) -> bytes:
    """Canonical XML 1.0."""
    return bytes(etree.tostring(etree.fromstring(xml), method="c14n"))


def pem_of(certificate: bytes) -> bytes:
    return x509.load_der_x509_certificate(certificate).public_bytes(Encoding.PEM)


def signed_text(signature: str) -> str:
    """The visible text in a signature (base64)."""
    root = etree.fromstring(base64.b64decode(signature))
    (visible,) = root.iter(f"{{{TYPES}}}usrVisibleData")
    return base64.b64decode(visible.text or "").decode()


# ------------------------------------------------------------------ HTTP


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    bankid: BankIdServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client without the right certificate, or that does not like ours, just leaves."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._say(*self.server.bankid.answer(self.path, self.headers["Content-Type"], body))

    def do_GET(self) -> None:
        self._say(405, {"errorCode": "methodNotAllowed", "details": "POST"})

    def _say(self, status: int, content: Any) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def handle(self) -> None:
        with suppress(ConnectionError, ssl.SSLError):
            super().handle()


@contextmanager
def bankid_server(folder: Path) -> Iterator[BankIdServer]:
    """A running one, which keeps its certificates in `folder`."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.bankid = BankIdServer(folder, server.server_port)
    # The handshake belongs to the connection's own thread
    server.socket = server.bankid.tls().wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.bankid
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

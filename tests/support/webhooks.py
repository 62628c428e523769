"""A real HTTP server that records what it is sent and answers as it is told."""

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.support.processes import wait_until


@dataclass(frozen=True)
class Received:
    """One request as it came over the wire."""

    method: str
    path: str
    headers: Message
    body: bytes
    at: float

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """What the receiver says to one request, after `delay` seconds."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0


class WebhookReceiver:
    """Records requests. Answers come from `next_answers`, and when that is empty from `answer`."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.requests: list[Received] = []
        self.answer = Answer()
        self.next_answers: list[Answer] = []

    def wait_for(self, count: int, *, patience: float = 10) -> list[Received]:
        """The requests so far, as soon as there are at least `count`."""
        wait_until(lambda: len(self.requests) >= count, f"{count} webhooks", patience=patience)
        return list(self.requests)

    def take(self, request: Received) -> Answer:
        self.requests.append(request)
        return self.next_answers.pop(0) if self.next_answers else self.answer


class _Server(ThreadingHTTPServer):
    receiver: WebhookReceiver


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer = self.server.receiver.take(
            Received(self.command, self.path, self.headers, body, time.time())
        )
        time.sleep(answer.delay)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle

    def log_message(self, *_: object) -> None:
        """Say nothing: what was received is in `requests`."""


@contextlib.contextmanager
def receiving() -> Iterator[WebhookReceiver]:
    """A running HTTP server; see `requests`, `answer`, `next_answers`, `wait_for()`."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.receiver = WebhookReceiver(server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server.receiver
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def webhook_receiver() -> Iterator[WebhookReceiver]:
    """A receiver of the test's own."""
    with receiving() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def module_webhook_receiver() -> Iterator[WebhookReceiver]:
    """A receiver that the tests of one module share."""
    with receiving() as receiver:
        yield receiver

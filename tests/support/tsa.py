"""A timestamp authority (RFC 3161) over HTTP that can be told to misbehave."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from asn1crypto import tsp

from tests.pdf.foreign import Authority

HANG = 20.0  # seconds; longer than anybody waits for a timestamp


class TimestampAuthority:
    """`mode` is one of: good, failing (503), garbage (a page of HTML), hanging, stale (the token of
    another request). `next_modes` come before it."""

    def __init__(self, port: int, authority: Authority) -> None:
        self.url = f"http://127.0.0.1:{port}/tsr"
        self.mode = "good"
        self.next_modes: list[str] = []
        self.asked = 0
        self.released = threading.Event()
        self._stamper = authority.timestamper

    def answer(self, request: bytes) -> tuple[int, bytes]:
        self.asked += 1
        mode = self.next_modes.pop(0) if self.next_modes else self.mode
        if mode == "failing":
            return 503, b"closed for maintenance"
        if mode == "garbage":
            return 200, b"<!doctype html><p>Please log in"
        if mode == "hanging":
            self.released.wait(HANG)
        asked = tsp.TimeStampReq.load(request)
        if mode == "stale":
            asked["nonce"] = 4
        return 200, bytes(self._stamper.request_tsa_response(asked).dump())


class _Server(ThreadingHTTPServer):
    authority: TimestampAuthority


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        request = self.rfile.read(int(self.headers["Content-Length"]))
        status, body = self.server.authority.answer(request)
        self.send_response(status)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: `asked` counts."""

    def handle(self) -> None:
        with suppress(ConnectionError):  # who asked has gone
            super().handle()


@contextmanager
def stamping() -> Iterator[TimestampAuthority]:
    """A running authority of its own."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.authority = TimestampAuthority(server.server_port, Authority("Stamps of a stranger"))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.authority
    finally:
        server.authority.released.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def timestamp_authority() -> Iterator[TimestampAuthority]:
    with stamping() as authority:
        yield authority


@pytest.fixture
def second_timestamp_authority() -> Iterator[TimestampAuthority]:
    with stamping() as authority:
        yield authority

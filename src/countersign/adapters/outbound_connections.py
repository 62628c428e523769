"""The connections of `OutboundHttp`: to addresses that were checked, in the time that there is."""

from __future__ import annotations

import base64
import ssl
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from queue import Empty, SimpleQueue
from typing import Any

import httpcore2
import httpx2

from countersign.adapters.outbound_http import (
    AddressRefused,
    Answering,
    CallFailed,
    NotUnderstood,
    Resolve,
    SchemeRefused,
    TimedOut,
    is_public,
)

WRITE_AT_ONCE = 16 << 10  # bytes, after which the clock is looked at


class Connections:
    """`allow_private` also permits `http://`."""

    def __init__(
        self, resolve: Resolve, tls: ssl.SSLContext | None, *, allow_private: bool
    ) -> None:
        self._schemes = ("http", "https") if allow_private else ("https",)
        self._deadline = _Deadline()
        self._pool = httpcore2.ConnectionPool(
            ssl_context=tls or httpcore2.default_ssl_context(),
            max_connections=32,
            max_keepalive_connections=8,
            keepalive_expiry=15,
            network_backend=_Guard(allow_private, resolve, self._deadline),
        )

    @contextmanager
    def exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, seconds: float
    ) -> Iterator[Answering]:
        """Raises CallFailed."""
        request = self._request(method, url, headers, body, seconds)
        self._deadline.start(seconds)
        try:
            with closing(self._pool.handle_request(request)) as response:
                yield Answering(response.status, _texts(response.headers), response.iter_stream())
        except _HTTP_ERRORS as failure:
            raise _failed(failure) from failure

    def _request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, seconds: float
    ) -> httpcore2.Request:
        address = _parsed(url)
        if address.scheme not in self._schemes:
            raise SchemeRefused("address not allowed")
        raw = [(b"Host", address.netloc), (b"Content-Length", str(len(body)).encode())]
        raw += [(name.encode(), value.encode()) for name, value in headers.items()]
        if address.userinfo:
            raw.append((b"Authorization", _basic(address)))
        return httpcore2.Request(
            method,
            httpcore2.URL(
                scheme=address.raw_scheme,
                host=address.raw_host,
                port=address.port,
                target=address.raw_path,
            ),
            headers=raw,
            content=body,
            extensions={"timeout": {"pool": seconds}},
        )

    def close(self) -> None:
        self._pool.close()


# ------------------------------------------------------------------ connections


class _Deadline(threading.local):
    """When the call that this thread makes must be over. The pool hands connections from thread to
    thread; the time belongs to the call."""

    ends = 0.0

    def start(self, seconds: float) -> None:
        self.ends = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds; raises ReadTimeout when there are none."""
        left = self.ends - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout("time limit")
        return left


class _Guard(httpcore2.NetworkBackend):
    """Opens connections to addresses that were checked."""

    def __init__(self, allow_private: bool, resolve: Resolve, deadline: _Deadline) -> None:
        self._allow_private = allow_private
        self._resolve = resolve
        self._deadline = deadline
        self._sockets = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        failure = CallFailed("name not found")
        for address in self._allowed(host, port):
            try:
                stream = self._sockets.connect_tcp(
                    address, port, self._deadline.left(), local_address, socket_options
                )
                return _TimedStream(stream, self._deadline)
            except httpcore2.ConnectError as problem:
                refused = isinstance(problem.__cause__, ConnectionRefusedError)
                failure = CallFailed("connection refused" if refused else "connection failed")
        raise failure

    def _allowed(self, host: str, port: int) -> list[str]:
        found = _looked_up(self._resolve, host, port, self._deadline.left())
        allowed = [address for address in found if self._allow_private or is_public(address)]
        if found and not allowed:
            raise AddressRefused("address not allowed")
        return allowed


def _looked_up(resolve: Resolve, host: str, port: int, seconds: float) -> list[str]:
    """The system's resolver knows no time limit, so a thread of its own waits for it, at worst
    longer than the call."""
    outcomes: SimpleQueue[list[str] | None] = SimpleQueue()

    def look() -> None:
        try:
            outcomes.put(list(resolve(host, port)))
        except (OSError, UnicodeError):
            outcomes.put(None)

    threading.Thread(target=look, name="look-up", daemon=True).start()
    try:
        found = outcomes.get(timeout=seconds)
    except Empty:
        raise httpcore2.ConnectTimeout("time limit") from None
    if found is None:
        raise CallFailed("name not found")
    return found


class _TimedStream(httpcore2.NetworkStream):
    """A connection whose every step ends when the call's time is up."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: _Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        for start in range(0, len(buffer), WRITE_AT_ONCE):
            self._stream.write(buffer[start : start + WRITE_AT_ONCE], self._deadline.left())

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore2.NetworkStream:
        left = self._deadline.left()
        try:
            stream = self._stream.start_tls(ssl_context, server_hostname, left)
        except httpcore2.ConnectError:
            raise CallFailed("TLS failed") from None
        return _TimedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def close(self) -> None:
        self._stream.close()


# ------------------------------------------------------------------ words

_HTTP_ERRORS = (
    httpcore2.TimeoutException,
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
)


def _parsed(url: str) -> httpx2.URL:
    try:
        address = httpx2.URL(url)
    except (httpx2.InvalidURL, ValueError):
        raise NotUnderstood("address not understood") from None
    if not address.host:
        raise NotUnderstood("address not understood")
    return address


def _basic(address: httpx2.URL) -> bytes:
    """RFC 7617, for `https://user:password@…`."""
    return b"Basic " + base64.b64encode(f"{address.username}:{address.password}".encode())


def _texts(headers: Iterable[tuple[bytes, bytes]]) -> Mapping[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}


def _failed(failure: Exception) -> CallFailed:
    if isinstance(failure, httpcore2.TimeoutException):
        return TimedOut("timed out")
    if isinstance(failure, httpcore2.LocalProtocolError):
        return CallFailed("headers not allowed")
    return CallFailed("connection failed")

"""HTTP calls to addresses that somebody else chose: bounded, and never into the house.

Names are looked up here, once a connection, and the connection goes to the address that was
checked, so a name that changes its address in between (DNS rebinding) gains nothing. Redirects are
not followed: whoever wants to follow one makes another call, which is checked again. One call,
from the look-up to the last byte read, has one time limit, however slowly the other side drips.
"""

from __future__ import annotations

import base64
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from queue import Empty, SimpleQueue
from typing import Any

import httpcore2
import httpx2

from countersign.turns import waiting

TIME_LIMIT = 10.0  # seconds
LONGEST_ANSWER = 64 << 10  # bytes
WRITE_AT_ONCE = 16 << 10  # bytes, after which the clock is looked at
REDIRECTS = (301, 302, 303, 307, 308)

Resolve = Callable[[str, int], Iterable[str]]
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Not for the open internet although Python's tables, which differ by version, may call them global:
# protocol assignments, site-local, and tunnels (6to4, Teredo) that carry any IPv4 address
_NEVER = tuple(
    ipaddress.ip_network(block)
    for block in ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2002::/16", "fec0::/10")
)


class CallFailed(Exception):
    """There was no answer; the text says why, in words for whoever entered the address."""


class TimedOut(CallFailed):
    """Not within the time limit."""


class NotUnderstood(CallFailed):
    """What was given is no address."""


class SchemeRefused(CallFailed):
    """Neither https:// nor, where it is permitted, http://."""


class AddressRefused(CallFailed):
    """An address that must not be called."""


@dataclass(frozen=True, slots=True)
class Answering:
    """An answer that is being read. `headers` have names in lower case; `blocks` are the body as
    it was sent, in whatever encoding, and raise CallFailed."""

    status: int
    headers: Mapping[str, str]
    blocks: Iterator[bytes]


@dataclass(frozen=True, slots=True)
class Answered:
    """`body` holds at most as much as was asked for."""

    status: int
    body: bytes


class OutboundHttp:
    """`allow_private` is for the sandbox: it permits private addresses and `http://`."""

    def __init__(
        self,
        *,
        allow_private: bool = False,
        time_limit: float = TIME_LIMIT,
        tls: ssl.SSLContext | None = None,
        resolve: Resolve | None = None,
    ) -> None:
        self._schemes = ("http", "https") if allow_private else ("https",)
        self._time_limit = time_limit
        self._deadline = _Deadline()
        self._tls = tls
        self._guard = _Guard(allow_private, resolve or look_up, self._deadline)

    @cached_property
    def _pool(self) -> httpcore2.ConnectionPool:
        # With the first call: reading every authority of the machine takes a megabyte
        return httpcore2.ConnectionPool(
            ssl_context=self._tls or httpcore2.default_ssl_context(),
            max_connections=32,
            max_keepalive_connections=8,
            keepalive_expiry=15,
            network_backend=self._guard,
        )

    def call(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes = b"",
        longest_answer: int = LONGEST_ANSWER,
    ) -> Answered:
        """One request; reads at most `longest_answer` bytes. Raises CallFailed."""
        with self.exchange(method, url, headers, body) as answering:
            return Answered(answering.status, _read(answering.blocks, longest_answer))

    @contextmanager
    def exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes = b"",
        *,
        seconds: float | None = None,
    ) -> Iterator[Answering]:
        """One request, whose answer is read in the block, all within `seconds`. Raises
        CallFailed."""
        request = self._request(method, url, headers, body)
        self._deadline.start(self._time_limit if seconds is None else seconds)
        try:
            with waiting(), closing(self._pool.handle_request(request)) as response:
                yield Answering(response.status, _texts(response.headers), response.iter_stream())
        except _HTTP_ERRORS as failure:
            raise _failed(failure) from failure

    def _request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes
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
            extensions={"timeout": {"pool": self._time_limit}},
        )

    def close(self) -> None:
        self._pool.close()


def look_up(host: str, port: int) -> Iterable[str]:
    """The addresses of a name, as the system's resolver orders them. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def is_public(text: str) -> bool:
    """Whether an address is one of the open internet: not private, loopback, link-local, shared
    (RFC 6598), multicast or reserved, nor one that wraps an IPv4 address (mapped, NAT64, 6to4)."""
    address: Address = ipaddress.ip_address(text)
    if any(address in block for block in _NEVER):
        return False
    # `is_reserved` of IPv6 covers ::/8, and with it mapped and NAT64 addresses
    return address.is_global and not address.is_multicast and not address.is_reserved


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


def _read(blocks: Iterator[bytes], longest: int) -> bytes:
    body = bytearray()
    for block in blocks:
        body += block
        if len(body) >= longest:
            break
    return bytes(body[:longest])


def _failed(failure: Exception) -> CallFailed:
    if isinstance(failure, httpcore2.TimeoutException):
        return TimedOut("timed out")
    if isinstance(failure, httpcore2.LocalProtocolError):
        return CallFailed("headers not allowed")
    return CallFailed("connection failed")

"""HTTP calls to addresses that somebody else chose: bounded, and never into the house.

Names are looked up here, once a connection, and the connection goes to the address that was
checked, so a name that changes its address in between (DNS rebinding) gains nothing. Redirects are
not followed: whoever wants to follow one makes another call, which is checked again. One call,
from the look-up to the last byte read, has one time limit, however slowly the other side drips.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from countersign.turns import waiting

if TYPE_CHECKING:
    from countersign.adapters.outbound_connections import Connections

TIME_LIMIT = 10.0  # seconds
LONGEST_ANSWER = 64 << 10  # bytes
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
        self._allow_private, self._time_limit = allow_private, time_limit
        self._tls, self._resolve = tls, resolve or look_up

    @cached_property
    def _connections(self) -> Connections:
        # With the first call: the library and every authority of the machine take 4 MB
        from countersign.adapters.outbound_connections import Connections

        return Connections(self._resolve, self._tls, allow_private=self._allow_private)

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
        limit = self._time_limit if seconds is None else seconds
        with waiting(), self._connections.exchange(method, url, headers, body, limit) as answering:
            yield answering

    def close(self) -> None:
        if "_connections" in self.__dict__:
            self._connections.close()


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


def _read(blocks: Iterator[bytes], longest: int) -> bytes:
    body = bytearray()
    for block in blocks:
        body += block
        if len(body) >= longest:
            break
    return bytes(body[:longest])

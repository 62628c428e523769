"""Seals the test process: whatever it connects to or looks up must be on this machine."""

import ipaddress
import socket
import sys
from contextlib import closing
from typing import Any


class NetworkIsSealed(RuntimeError):
    """A test tried to leave the machine. No OSError, so that no retry or fallback swallows it."""


def free_port() -> int:
    """A loopback TCP port nobody listens on at the moment."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_loopback(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name in ("", "None", "localhost", socket.gethostname()) or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _is_address(host: object) -> bool:
    try:
        ipaddress.ip_address(str(host))
    except ValueError:
        return False
    return True


def _check_connect(address: Any) -> None:
    is_unix_socket = isinstance(address, str | bytes)
    if not is_unix_socket and not _is_loopback(address[0]):
        raise NetworkIsSealed(f"a test tried to connect to {address}")


def _check_lookup(host: object) -> None:
    if str(host).endswith(".invalid"):  # RFC 6761: never resolves, here without asking anybody
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    if not _is_loopback(host) and not _is_address(host):
        raise NetworkIsSealed(f"a test tried to look up {host!r}")


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        _check_connect(arguments[1])
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        _check_lookup(arguments[0])


def pytest_configure() -> None:
    # An audit hook sees every socket of this process, whichever library opens it, and cannot be
    # undone by a test. Servers that tests start as processes of their own are not covered by it;
    # .ci/run therefore runs everything without a network at all.
    sys.addaudithook(_hook)

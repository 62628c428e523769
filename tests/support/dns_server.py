"""A DNS server on loopback: it says what a test puts into its zone, and can be silent."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import pytest


@dataclass
class DnsServer:
    """`zone` has TXT records by name, each a list of texts. A name above one of them exists without
    records, every other one does not. `mode` is good, silent, failing (SERVFAIL) or garbage."""

    port: int
    zone: dict[str, list[str]] = field(default_factory=dict)
    mode: str = "good"
    asked: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def answer(self, wire: bytes) -> bytes | None:
        if self.mode == "silent":
            return None
        if self.mode == "garbage":
            return wire[:2] + b"\xff" * 20
        query = dns.message.from_wire(wire)
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        name = query.question[0].name.to_text(omit_final_dot=True).lower()
        self.asked.append(name)
        if self.mode == "failing":
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif texts := self.zone.get(name):
            reply.answer.append(_records(name, texts))
        elif not any(one.endswith(f".{name}") for one in self.zone):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply.to_wire(max_size=4096)


def _records(name: str, texts: list[str]) -> dns.rrset.RRset:
    """A long text comes in pieces of 255 bytes, as in every zone."""
    pieces = [[text[at : at + 255] for at in range(0, len(text), 255)] for text in texts]
    told = [" ".join(f'"{piece}"' for piece in each) for each in pieces]
    return dns.rrset.from_text(f"{name}.", 60, dns.rdataclass.IN, dns.rdatatype.TXT, *told)


@contextmanager
def answering() -> Iterator[DnsServer]:
    """A running one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        door.bind(("127.0.0.1", 0))
        server = DnsServer(door.getsockname()[1])
        thread = threading.Thread(target=_serve, args=(door, server))
        thread.start()
        try:
            yield server
        finally:
            server.mode = "stopped"
            door.sendto(b"", door.getsockname())
            thread.join()


def _serve(door: socket.socket, server: DnsServer) -> None:
    while True:
        wire, asker = door.recvfrom(4096)
        if server.mode == "stopped":
            return
        with suppress(OSError, dns.exception.DNSException):
            if reply := server.answer(wire):
                door.sendto(reply, asker)


@pytest.fixture
def dns_server() -> Iterator[DnsServer]:
    with answering() as server:
        yield server

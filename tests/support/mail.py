"""A real SMTP server that keeps what it gets and can be told to refuse."""

import asyncio
import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.network import free_port

ACCEPTED = "250 OK"
REFUSED = "550 5.1.1 no such mailbox here"
COME_BACK_LATER = "451 4.3.0 try again later"


@dataclass
class Delivery:
    """One message as it came over the wire."""

    sender: str
    recipients: list[str]
    message: EmailMessage

    def text(self) -> str:
        return self._part("plain")

    def html(self) -> str:
        return self._part("html")

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return str(part.get_content()) if part else ""


@dataclass
class SmtpServer:
    """Where mail goes in a test. `answer` is what the server says to each message's data, after
    `delay` seconds."""

    port: int
    answer: str = ACCEPTED
    delay: float = 0.0
    deliveries: list[Delivery] = field(default_factory=list)
    attempts: int = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def refuse(self) -> None:
        """From now on each message gets a permanent 550."""
        self.answer = REFUSED

    def tempfail(self) -> None:
        """From now on each message gets a temporary 451."""
        self.answer = COME_BACK_LATER

    def accept(self) -> None:
        self.answer = ACCEPTED

    def to(self, address: str) -> list[Delivery]:
        """What was accepted for this address, oldest first."""
        return [delivery for delivery in self.deliveries if address in delivery.recipients]

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Called by aiosmtpd, which gives the name, for each message."""
        self.attempts += 1
        if self.answer == ACCEPTED:
            self.deliveries.append(_delivery(envelope))
        await asyncio.sleep(self.delay)
        return self.answer


def _delivery(envelope: Envelope) -> Delivery:
    content = envelope.content if isinstance(envelope.content, bytes) else b""
    message = email.message_from_bytes(content, policy=email.policy.default)
    return Delivery(str(envelope.mail_from), list(envelope.rcpt_tos), message)


@pytest.fixture
def smtp_server() -> Iterator[SmtpServer]:
    """A running SMTP server; see `deliveries`, `refuse()`, `tempfail()`, `accept()`."""
    server = SmtpServer(free_port())
    # The port is chosen first: aiosmtpd, told to listen on 0, would try to connect to port 0
    controller = Controller(server, hostname="127.0.0.1", port=server.port)
    controller.start()
    yield server
    controller.stop()

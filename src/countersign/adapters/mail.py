"""Mail by SMTP (RFC 5321), one connection a message. Accepted means that the server said 250."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Collection, Iterable
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import parseaddr
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from countersign.domain.delivery import Message, MessageStatus, shown_sender
from countersign.domain.errors import Unavailable
from countersign.domain.inline_image import content_id, inline_images
from countersign.turns import waiting
from countersign.usecases.file_ports import Files

TIMEOUT = 20.0  # seconds for each step
PORTS = {"smtp": 25, "smtps": 465}
AUTHENTICATION_REQUIRED = 530  # the operator's matter, not the recipient's
LONGEST_REPLY = 500  # characters kept of what the server says


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server said to a command: `text` begins with the code, as on the wire."""

    code: int
    text: str


class SandboxMailer:
    """Sends nothing: the message stays in the database, where the sandbox mailbox shows it."""

    channels: Collection[str] = ("email", "sms")

    def send(self, message: Message) -> Message:
        return replace(message, status=MessageStatus.SANDBOXED)


class SmtpMailer:
    """The `Mailer` port over `smtp://` (TLS when the server offers it) or `smtps://`.

    `mail_from` is the platform's From address with its name; `files` holds the pictures that mails
    show; `tls` replaces the system's trust in tests.
    A certificate that isn't valid is a failure, and a password never travels in the clear.
    Raises ValueError for a URL or address that can't be understood.
    """

    channels: Collection[str] = ("email",)

    def __init__(
        self,
        url: str,
        mail_from: str,
        files: Files | None = None,
        *,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise ValueError("the mail server is given as smtp://host or smtps://host")
        name, address = parseaddr(mail_from)
        self._scheme, self._host = parts.scheme, parts.hostname
        self._port = parts.port or PORTS[parts.scheme]
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        if not (self._user + self._password).isascii():  # as far as smtplib goes
            raise ValueError("the mail server's user and password must be ASCII")
        self._platform, self._address = name or address, _address(address)
        self._files = files
        self._tls = tls or ssl.create_default_context()

    def send(self, message: Message) -> Message:
        """Accepted, or refused for good. Raises Unavailable, whose cause says what happened."""
        try:
            recipient = _address(message.recipient)
        except ValueError:
            return replace(message, status=MessageStatus.REFUSED, reply="not a mail address")
        try:
            with waiting():
                reply = self._hand_over(message, recipient)
        except OSError as failure:  # SMTPException is one
            raise Unavailable("mail server") from failure
        return replace(message, status=_status(reply), reply=reply.text)

    def _hand_over(self, message: Message, recipient: Address) -> Reply:
        with closing(self._connect()) as server:
            self._secure(server)
            reply = self._converse(server, message, recipient)
            with suppress(OSError):
                server.quit()
            return reply

    def _connect(self) -> smtplib.SMTP:
        domain = self._address.domain  # given, since smtplib would ask the DNS for our name
        if self._scheme == "smtp":
            return smtplib.SMTP(self._host, self._port, domain, TIMEOUT)
        return smtplib.SMTP_SSL(self._host, self._port, domain, timeout=TIMEOUT, context=self._tls)

    def _secure(self, server: smtplib.SMTP) -> None:
        server.ehlo()
        secured = self._scheme == "smtps" or _is_this_machine(self._host)
        if server.has_extn("starttls"):
            server.starttls(context=self._tls)
            server.ehlo()
            secured = True
        if self._user:
            if not secured:
                raise smtplib.SMTPException("no TLS is offered, so the password is not sent")
            server.login(self._user, self._password)

    def _converse(self, server: smtplib.SMTP, message: Message, recipient: Address) -> Reply:
        utf8 = not recipient.addr_spec.isascii()
        if utf8 and not server.has_extn("smtputf8"):
            return Reply(553, "553 the mail server takes no addresses like this (no SMTPUTF8)")
        mail = self.compose(message, recipient)
        content = mail.as_bytes(policy=SMTPUTF8 if utf8 else SMTP)
        options = ["SMTPUTF8", "BODY=8BITMIME"] if utf8 else []
        steps: list[Callable[[], tuple[int, bytes]]] = [
            lambda: server.mail(self._address.addr_spec, options),
            lambda: server.rcpt(recipient.addr_spec),
            lambda: _send_content(server, content),
        ]
        return _last_reply(steps)

    def compose(self, message: Message, recipient: Address) -> EmailMessage:
        """The mail itself. The same message always gets the same Message-ID, so that a mail sent
        twice, after a crash between the 250 and our commit, is shown once."""
        mail = EmailMessage(policy=SMTP)
        mail["From"] = Address(
            one_line(shown_sender(message.sender_name, self._platform)),
            addr_spec=self._address.addr_spec,
        )
        mail["To"] = recipient
        with suppress(ValueError):
            mail["Reply-To"] = _address(message.reply_to)
        mail["Subject"] = one_line(message.subject)
        mail["Date"] = message.created_at
        mail["Message-ID"] = f"<{message.id}@{self._address.domain}>"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notes in answer
        mail.set_content(message.text)
        if message.html:
            mail.add_alternative(message.html, subtype="html")
            self._add_images(mail, message.html)
        return mail

    def _add_images(self, mail: EmailMessage, html: str) -> None:
        if self._files is None:
            return
        page = list(mail.iter_parts())[-1]
        for image in inline_images(html):
            page.add_related(
                self._files.read(image),
                maintype="image",
                subtype="png",
                cid=f"<{content_id(image)}>",
                disposition="inline",
                filename="logo.png",
            )


def _send_content(server: smtplib.SMTP, content: bytes) -> tuple[int, bytes]:
    try:
        return server.data(content)
    except smtplib.SMTPDataError as refusal:  # before the content: no 354
        text = refusal.smtp_error
        return refusal.smtp_code, text if isinstance(text, bytes) else text.encode()


def _last_reply(steps: Iterable[Callable[[], tuple[int, bytes]]]) -> Reply:
    """Goes on as long as the server agrees; its last word counts."""
    code, text = 0, b""
    for step in steps:
        code, text = step()
        if not 200 <= code < 300:
            break
    return Reply(code, f"{code} {text.decode('utf-8', 'replace')}"[:LONGEST_REPLY])


def _status(reply: Reply) -> MessageStatus:
    """Raises Unavailable when the server may think otherwise later."""
    if 200 <= reply.code < 300:
        return MessageStatus.ACCEPTED
    if 500 <= reply.code < 600 and reply.code != AUTHENTICATION_REQUIRED:
        return MessageStatus.REFUSED
    raise Unavailable("mail server") from smtplib.SMTPException(reply.text)


def _address(text: str) -> Address:
    """An address alone. An international domain is written in its ASCII form, so that SMTPUTF8 is
    needed for the part before the @ only. Raises ValueError."""
    local, _, domain = text.rpartition("@")
    if not (local and domain) or not text.isprintable() or " " in text:
        raise ValueError(f"not a mail address: {text!r}")
    stand_in = local.encode("ascii", "replace").decode()  # the parser knows no other letters
    try:
        parsed = Address(addr_spec=f"{stand_in}@{domain.encode('idna').decode()}")
    except (HeaderParseError, IndexError, UnicodeError) as problem:
        raise ValueError(f"not a mail address: {text!r}") from problem
    return parsed if local.isascii() else Address(username=local, domain=parsed.domain)


def one_line(text: str) -> str:
    """A header's text: line breaks and control characters become spaces."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

"""Mail as a mail server and its readers see it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from countersign.adapters.mail import SandboxMailer, SmtpMailer
from countersign.domain.errors import Unavailable
from tests.adapters import samples
from tests.adapters.tls import server_context, trusting_context
from tests.support.mail import REFUSED, SmtpServer
from tests.support.network import free_port

pytestmark = pytest.mark.slow

FROM = "Countersign <noreply@sign.test>"


def mailer(server: SmtpServer) -> SmtpMailer:
    return SmtpMailer(server.url, FROM)


def test_a_message_counts_as_accepted_with_the_servers_own_words(smtp_server: SmtpServer) -> None:
    sent = mailer(smtp_server).send(samples.message())
    assert (sent.status, sent.reply) == ("accepted", "250 OK")


def test_the_mail_has_a_text_and_an_html_part_and_says_who_asks(smtp_server: SmtpServer) -> None:
    mailer(smtp_server).send(samples.message())
    (delivery,) = smtp_server.to("ada@signer.test")
    assert delivery.sender == "noreply@sign.test"
    mail = delivery.message
    assert mail["From"] == "Max Own via Countersign <noreply@sign.test>"
    assert mail["To"] == "ada@signer.test"
    assert mail["Subject"] == "Max Own asks you to sign Rental agreement"
    assert mail["Date"] == "Fri, 20 Nov 2026 09:30:00 +0000"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "https://sign.test/s/abc" in delivery.text()
    assert delivery.html().strip() == "<p>Hello Ada</p>"


def test_a_platform_without_a_name_is_known_by_its_address(smtp_server: SmtpServer) -> None:
    SmtpMailer(smtp_server.url, "noreply@sign.test").send(samples.message())
    (sender,) = smtp_server.deliveries[0].message["From"].addresses
    assert sender.display_name == "Max Own via noreply@sign.test"


def test_a_mail_that_is_sent_twice_has_one_message_id(smtp_server: SmtpServer) -> None:
    for _ in range(2):
        mailer(smtp_server).send(samples.message())
    ids = {delivery.message["Message-ID"] for delivery in smtp_server.deliveries}
    assert ids == {f"<{samples.message().id}@sign.test>"}


NAMES = [
    "Åse Ørsted",
    "Гомер Симпсон",
    "王小明",
    "محمد",
    'Own, "Max" (boss)',
    "Müller, Søren & Åse — Rechtsanwälte und Notare, Zweigstelle Kopenhagen, Abteilung Mietrecht",
    "a" * 300,
    "🖋 Pen",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_in_any_script_arrive_as_they_are_written(smtp_server: SmtpServer, name: str) -> None:
    mailer(smtp_server).send(samples.message(sender_name=name, subject=f"{name} asks"))
    (delivery,) = smtp_server.deliveries
    (sender,) = delivery.message["From"].addresses
    assert sender.display_name == f"{name} via Countersign"
    assert sender.addr_spec == "noreply@sign.test"
    assert delivery.message["Subject"] == f"{name} asks"


def test_headers_cannot_be_smuggled_in_by_a_name_or_a_subject(smtp_server: SmtpServer) -> None:
    evil = "Max\r\nBcc: victim@sign.test\r\n\r\nbody\x00\u2028end"
    mailer(smtp_server).send(samples.message(sender_name=evil, subject=evil))
    (delivery,) = smtp_server.deliveries
    assert delivery.recipients == ["ada@signer.test"]
    assert delivery.message["Bcc"] is None
    assert delivery.message["Subject"] == "Max Bcc: victim@sign.test body end"


@pytest.mark.parametrize(
    "recipient",
    ["", "nobody", "@sign.test", "a@", "a@b.test\r\nRCPT TO:<c@d.test>", "a@b.test, c@d.test",
     "Ada <ada@signer.test>", "a b@c.test", "a@\u200b.test"],
)  # fmt: skip
def test_what_is_no_address_is_refused_without_asking_the_server(
    smtp_server: SmtpServer, recipient: str
) -> None:
    sent = mailer(smtp_server).send(samples.message(recipient=recipient))
    assert (sent.status, sent.reply) == ("refused", "not a mail address")
    assert smtp_server.attempts == 0


def test_an_international_domain_is_written_so_that_every_server_takes_it(
    smtp_server: SmtpServer,
) -> None:
    mailer(smtp_server).send(samples.message(recipient="post@blåbær.test"))
    assert smtp_server.deliveries[0].recipients == ["post@xn--blbr-roah.test"]


def test_a_permanent_refusal_is_told_in_the_servers_own_words(smtp_server: SmtpServer) -> None:
    smtp_server.refuse()
    sent = mailer(smtp_server).send(samples.message())
    assert (sent.status, sent.reply) == ("refused", REFUSED)


def test_a_mail_that_fails_for_now_goes_out_at_the_next_try(smtp_server: SmtpServer) -> None:
    smtp_server.tempfail()
    with pytest.raises(Unavailable, match="mail server") as failure:
        mailer(smtp_server).send(samples.message())
    assert "451 4.3.0 try again later" in str(failure.value.__cause__)
    smtp_server.accept()
    assert mailer(smtp_server).send(samples.message()).status == "accepted"


def test_a_server_that_is_down_is_tried_again_later() -> None:
    closed = SmtpMailer(f"smtp://127.0.0.1:{free_port()}", FROM)
    with pytest.raises(Unavailable, match="mail server"):
        closed.send(samples.message())


@pytest.mark.parametrize("url", ["", "mail.test", "http://mail.test", "smtp://"])
def test_a_mail_server_must_be_named_as_a_url(url: str) -> None:
    with pytest.raises(ValueError, match="smtp://"):
        SmtpMailer(url, FROM)


def test_the_sandbox_sends_nothing_and_says_so() -> None:
    assert SandboxMailer().send(samples.message()).status == "sandboxed"


# ------------------------------------------------------------------ TLS, login, SMTPUTF8


class Picky:
    """Refuses recipients by name, and keeps whether the connection was encrypted."""

    def __init__(self) -> None:
        self.encrypted: list[bool] = []
        self.logins: list[bytes] = []
        self.recipients: list[str] = []

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        if address.startswith("unknown"):
            return "550 5.1.1 unknown here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        assert server.transport is not None
        self.encrypted.append(server.transport.get_extra_info("ssl_object") is not None)
        self.recipients += envelope.rcpt_tos
        return "250 2.0.0 queued as 4711"

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: LoginPassword
    ) -> AuthResult:
        self.logins.append(data.password)
        return AuthResult(success=data.password == b"s:cr@t", handled=False)


@contextmanager
def running(picky: Picky, **settings: object) -> Iterator[int]:
    port = free_port()
    controller = Controller(picky, hostname="127.0.0.1", port=port, **settings)  # type: ignore[arg-type]
    controller.start()
    yield port
    controller.stop()


def picky_mailer(
    port: int, scheme: str = "smtp", login: str = "", host: str = "127.0.0.1"
) -> SmtpMailer:
    return SmtpMailer(f"{scheme}://{login}{host}:{port}", FROM, tls=trusting_context())


def test_the_connection_is_encrypted_when_the_server_offers_it() -> None:
    picky = Picky()
    with running(picky, tls_context=server_context()) as port:
        sent = picky_mailer(port).send(samples.message())
    assert (sent.status, sent.reply) == ("accepted", "250 2.0.0 queued as 4711")
    assert picky.encrypted == [True]


def test_smtps_is_encrypted_from_the_first_byte() -> None:
    picky = Picky()
    with running(picky, ssl_context=server_context()) as port:
        assert picky_mailer(port, "smtps").send(samples.message()).status == "accepted"
    assert picky.encrypted == [True]


def test_a_server_whose_certificate_nobody_vouches_for_gets_nothing() -> None:
    picky = Picky()
    with (
        running(picky, tls_context=server_context()) as port,
        pytest.raises(Unavailable) as failure,
    ):
        SmtpMailer(f"smtp://127.0.0.1:{port}", FROM).send(samples.message())
    assert "certificate" in str(failure.value.__cause__)
    assert picky.recipients == []


def test_the_password_is_taken_from_the_url() -> None:
    picky = Picky()
    settings = {"tls_context": server_context(), "authenticator": picky.authenticate}
    with running(picky, **settings) as port:
        sent = picky_mailer(port, login="me:s%3Acr%40t@").send(samples.message())
    assert sent.status == "accepted"
    assert picky.logins == [b"s:cr@t"]


def test_a_wrong_password_is_the_operators_matter_and_tried_again() -> None:
    picky = Picky()
    settings = {"tls_context": server_context(), "authenticator": picky.authenticate}
    with running(picky, **settings) as port, pytest.raises(Unavailable) as failure:
        picky_mailer(port, login="me:wrong@").send(samples.message())
    assert "535" in str(failure.value.__cause__)


def test_a_password_does_not_travel_in_the_clear() -> None:
    picky = Picky()
    settings = {"authenticator": picky.authenticate, "auth_require_tls": False}
    with running(picky, **settings) as port, pytest.raises(Unavailable) as failure:
        # Not a loopback address, although Linux connects it to this machine
        picky_mailer(port, login="me:s%3Acr%40t@", host="0.0.0.0").send(samples.message())
    assert "no TLS" in str(failure.value.__cause__)
    assert picky.logins == []


def test_an_unknown_recipient_is_refused_in_the_servers_own_words() -> None:
    with running(Picky()) as port:
        sent = picky_mailer(port).send(samples.message(recipient="unknown@signer.test"))
    assert (sent.status, sent.reply) == ("refused", "550 5.1.1 unknown here")


def test_an_international_address_is_sent_with_smtputf8() -> None:
    picky = Picky()
    with running(picky, enable_SMTPUTF8=True) as port:
        sent = picky_mailer(port).send(samples.message(recipient="åse@blåbær.test"))
    assert sent.status == "accepted"
    assert picky.recipients == ["åse@xn--blbr-roah.test"]


def test_an_international_address_is_refused_where_the_server_cannot_take_it() -> None:
    with running(Picky(), enable_SMTPUTF8=False) as port:
        sent = picky_mailer(port).send(samples.message(recipient="åse@signer.test"))
    assert sent.status == "refused"
    assert "SMTPUTF8" in sent.reply

"""The test bench itself: what every other test relies on."""

import smtplib
import socket
import urllib.error
import urllib.request
from contextlib import closing

import pytest
import sqlalchemy
from obstore.store import S3Store

from tests.support.mail import SmtpServer
from tests.support.network import NetworkIsSealed
from tests.support.object_store import S3Endpoint
from tests.support.tools import require_tool
from tests.support.webhooks import Answer, WebhookReceiver

pytestmark = pytest.mark.slow


def test_a_test_cannot_connect_to_another_machine() -> None:
    with closing(socket.socket()) as leaver, pytest.raises(NetworkIsSealed):
        leaver.connect(("192.0.2.1", 80))


def test_a_test_cannot_look_up_another_machine() -> None:
    with pytest.raises(NetworkIsSealed):
        socket.getaddrinfo("example.com", 80)


def test_a_name_that_never_resolves_fails_as_it_does_in_production() -> None:
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("receiver.invalid", 80)


def test_a_missing_tool_skips_a_test_and_says_where_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("COUNTERSIGN_REQUIRE_ALL", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no-such-tool is not installed"):
        require_tool("no-such-tool")


def test_a_missing_tool_fails_where_everything_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERSIGN_REQUIRE_ALL", "1")
    with pytest.raises(pytest.fail.Exception, match="no-such-tool is not installed"):
        require_tool("no-such-tool")


@pytest.mark.parametrize("visit", [1, 2])
def test_every_test_gets_an_empty_database(database_url: str, visit: int) -> None:
    engine = sqlalchemy.create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE visits (n integer)"))
        connection.execute(sqlalchemy.text("INSERT INTO visits VALUES (:n)"), {"n": visit})
        assert connection.scalars(sqlalchemy.text("SELECT n FROM visits")).all() == [visit]
    engine.dispose()


def send_mail(server: SmtpServer) -> None:
    with smtplib.SMTP("127.0.0.1", server.port) as client:
        client.sendmail(
            "a@sender.test", ["b@signer.test"], "Subject: Hello\r\n\r\nSign, please\r\n"
        )


def test_the_smtp_server_keeps_what_it_accepts(smtp_server: SmtpServer) -> None:
    send_mail(smtp_server)
    (delivery,) = smtp_server.to("b@signer.test")
    assert delivery.message["Subject"] == "Hello"
    assert delivery.text().strip() == "Sign, please"


def test_the_smtp_server_can_refuse_and_recover(smtp_server: SmtpServer) -> None:
    smtp_server.tempfail()
    with pytest.raises(smtplib.SMTPDataError, match="451"):
        send_mail(smtp_server)
    smtp_server.accept()
    send_mail(smtp_server)
    assert (smtp_server.attempts, len(smtp_server.deliveries)) == (2, 1)


def test_the_s3_endpoint_keeps_an_object(s3_endpoint: S3Endpoint) -> None:
    store = S3Store(
        s3_endpoint.bucket,
        endpoint=s3_endpoint.url,
        region=s3_endpoint.region,
        access_key_id=s3_endpoint.access_key,
        secret_access_key=s3_endpoint.secret_key,
        client_options={"allow_http": True},
    )
    store.put("key", b"bytes")
    assert store.get("key").bytes() == b"bytes"


def test_the_webhook_receiver_answers_as_told_and_records(
    webhook_receiver: WebhookReceiver,
) -> None:
    webhook_receiver.next_answers = [Answer(status=503)]
    post = urllib.request.Request(f"{webhook_receiver.url}/hook", b'{"a": 1}', method="POST")
    with pytest.raises(urllib.error.HTTPError, match="503"):
        urllib.request.urlopen(post)
    urllib.request.urlopen(post).close()
    first, second = webhook_receiver.wait_for(2)
    assert first.json() == second.json() == {"a": 1}

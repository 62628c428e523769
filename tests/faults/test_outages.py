"""The mail server, a webhook receiver or the timestamp authority is away for a while."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from tests.support.customer import Customer, Sent, new_customer, sign, sign_all
from tests.support.mail import SmtpServer
from tests.support.processes import wait_until
from tests.support.server import StartServer
from tests.support.tsa import TimestampAuthority
from tests.support.webhooks import Answer, WebhookReceiver

from .inside import messages, outcomes

LEA = "Lea Roux"
ADDRESS = "signer0@people.example"
TOKENS = 6  # certification, act, and twice a seal with its closing timestamp: contract and audit


# ------------------------------------------------------------------ mail


def test_an_invitation_waits_for_the_mail_server_and_is_sent_once(
    start_server: StartServer, smtp_server: SmtpServer
) -> None:
    smtp_server.tempfail()
    server = start_server("--sandbox", settings={"SMTP_URL": smtp_server.url})
    new_customer(server).send(LEA, texts={"sendEmail": "true"})
    wait_until(lambda: smtp_server.attempts >= 2, "a second try")
    (message,) = messages(server)
    assert (message.status, message.accepted_at) == ("queued", None)
    assert message.reply.startswith("451")
    smtp_server.accept()
    wait_until(lambda: messages(server)[0].status == "accepted", "the mail server's word")
    assert len(smtp_server.to(ADDRESS)) == 1


# ------------------------------------------------------------------ webhooks


def test_a_webhook_is_tried_again_under_the_same_id_until_it_is_taken(
    start_server: StartServer, webhook_receiver: WebhookReceiver
) -> None:
    webhook_receiver.next_answers = [Answer(503), Answer(503)]
    server = start_server("--sandbox")
    customer = new_customer(server)
    url = f"{webhook_receiver.url}/sent"
    customer.call("POST", "webhooks/sent-webhook-url", json={"url": url}).raise_for_status()
    sent = customer.send(LEA)
    webhook_receiver.wait_for(1)
    wait_until(lambda: outcomes(server, sent.id)[0][1][:1] == ["503"], "the record of the try")
    assert outcomes(server, sent.id)[0][0] == "waiting"
    server.run("sandbox", "advance", "1m")
    webhook_receiver.wait_for(2)
    server.run("sandbox", "advance", "10m")
    wait_until(lambda: outcomes(server, sent.id)[0][0] == "delivered", "the last try")
    assert outcomes(server, sent.id) == [("delivered", ["503", "503", "200"])]
    assert len({request.headers["webhook-id"] for request in webhook_receiver.requests}) == 1
    assert len({request.body for request in webhook_receiver.requests}) == 1


# ------------------------------------------------------------------ timestamps


@pytest.fixture
def customer(
    start_server: StartServer,
    timestamp_authority: TimestampAuthority,
    second_timestamp_authority: TimestampAuthority,
) -> Customer:
    """Of a server that knows two timestamp authorities."""
    urls = f"{timestamp_authority.url} {second_timestamp_authority.url}"
    return new_customer(start_server("--sandbox", settings={"TSA_URLS": urls}))


def state(sent: Sent) -> Any:
    return httpx2.get(f"{sent.links[0]}/state").json()


def test_without_a_timestamp_nothing_changes_and_trying_again_works(
    customer: Customer,
    timestamp_authority: TimestampAuthority,
    second_timestamp_authority: TimestampAuthority,
) -> None:
    sent = customer.send(LEA)
    before = state(sent)
    second_timestamp_authority.mode = "failing"
    for mode in ("failing", "garbage", "stale"):
        timestamp_authority.mode = mode
        answer = sign(sent.links[0], LEA)
        assert answer.status_code == 503, answer.text
        error = answer.json()["error"]
        assert (error["code"], error["fields"]) == ("unavailable", {})
        assert "timestamp authority" in error["message"]
        assert state(sent) == before
    timestamp_authority.mode = "good"
    assert sign(sent.links[0], LEA).status_code == 200
    wait_until(lambda: customer.is_completed(sent), "completing it")


def test_the_next_authority_is_asked_when_one_fails_or_hangs(
    customer: Customer,
    timestamp_authority: TimestampAuthority,
    second_timestamp_authority: TimestampAuthority,
) -> None:
    sent = customer.send(LEA)
    timestamp_authority.next_modes = ["hanging"]
    timestamp_authority.mode = "failing"
    sign_all(sent)
    wait_until(lambda: customer.is_completed(sent), "completing it")
    assert timestamp_authority.asked == second_timestamp_authority.asked == TOKENS


def test_a_seal_waits_for_the_authority_to_come_back(
    customer: Customer,
    timestamp_authority: TimestampAuthority,
    second_timestamp_authority: TimestampAuthority,
) -> None:
    sent = customer.send(LEA)
    timestamp_authority.next_modes = ["good", "good"]  # certification and act
    timestamp_authority.mode = second_timestamp_authority.mode = "failing"
    sign_all(sent)
    wait_until(lambda: timestamp_authority.asked >= 4, "a second try to seal")
    assert not customer.is_completed(sent)
    second_timestamp_authority.mode = "good"
    wait_until(lambda: customer.is_completed(sent), "completing it")

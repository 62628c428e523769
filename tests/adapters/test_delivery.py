"""From the job to the other side and back into the database, with outages in between."""

from datetime import timedelta

import pytest

from countersign.adapters.mail import SmtpMailer
from countersign.adapters.webhooks import HttpWebhookSender
from countersign.domain.delivery import PAUSES, Delivery, Message, WebhookEndpoint
from countersign.domain.events import EventKind
from tests.adapters import samples
from tests.adapters.conftest import Outbound
from tests.adapters.house import MAIL_FROM, House
from tests.support.mail import SmtpServer
from tests.support.webhooks import Answer, WebhookReceiver

pytestmark = pytest.mark.slow


def invite(house: House) -> None:
    task = samples.task("sv")
    house.open(samples.envelope(task))
    house.add_job("write_invitation", "mail", envelope=samples.ENVELOPE, task=samples.TASK)
    assert house.work("mail") == 1  # writes it, and queues the sending


def the_message(house: House) -> Message:
    with house.ports.unit_of_work() as uow:
        (message,) = uow.messages.of_envelope(samples.ENVELOPE)
    return message


def evidence(house: House) -> list[dict[str, str]]:
    with house.ports.unit_of_work() as uow:
        links = uow.envelopes.evidence(samples.ENVELOPE)
    return [
        dict(link.event.data) for link in links if link.event.kind == EventKind.MESSAGE_ANSWERED
    ]


def test_an_invitation_goes_out_in_the_signers_language_with_her_link(
    house: House, smtp_server: SmtpServer
) -> None:
    house.put(mailer=SmtpMailer(smtp_server.url, MAIL_FROM))
    invite(house)
    assert the_message(house).status == "queued"
    assert house.work("mail") == 1
    (delivery,) = smtp_server.to("ada@signer.test")
    link = house.ports.links.signing(samples.task())
    assert delivery.message["Subject"] == "Max Own ber dig signera Rental agreement"
    assert link in delivery.text()
    assert link in delivery.html()
    sent = the_message(house)
    assert (sent.status, sent.reply, sent.accepted_at) == ("accepted", "250 OK", house.clock.now)
    assert evidence(house) == [{"channel": "email", "status": "accepted", "reply": "250 OK"}]


def test_a_mail_waits_while_the_server_is_away_and_says_why(
    house: House, smtp_server: SmtpServer
) -> None:
    house.put(mailer=SmtpMailer(smtp_server.url, MAIL_FROM))
    invite(house)
    smtp_server.tempfail()
    house.work("mail")
    waiting = the_message(house)
    assert (waiting.status, waiting.reply) == ("queued", "451 4.3.0 try again later")
    assert house.work("mail") == 0  # not before its pause is over
    smtp_server.accept()
    house.clock.move(timedelta(seconds=1))
    assert house.work("mail") == 1
    assert the_message(house).status == "accepted"
    assert len(smtp_server.deliveries) == 1


def test_a_mail_that_nobody_took_for_three_days_counts_as_refused(
    house: House, smtp_server: SmtpServer
) -> None:
    house.put(mailer=SmtpMailer(smtp_server.url, MAIL_FROM))
    invite(house)
    smtp_server.tempfail()
    house.clock.move(timedelta(days=3))
    house.work("mail")
    refused = the_message(house)
    assert (refused.status, refused.reply) == ("refused", "451 4.3.0 try again later")
    assert evidence(house)[0]["status"] == "refused"


def test_a_refused_address_is_told_at_once_and_not_tried_again(
    house: House, smtp_server: SmtpServer
) -> None:
    house.put(mailer=SmtpMailer(smtp_server.url, MAIL_FROM))
    invite(house)
    smtp_server.refuse()
    house.work("mail")
    house.clock.move(timedelta(days=1))
    assert house.work("mail") == 0
    assert the_message(house).status == "refused"
    assert the_message(house).accepted_at is None
    assert smtp_server.attempts == 1


def test_the_sandbox_keeps_the_mail_and_never_calls_it_accepted(house: House) -> None:
    invite(house)
    house.work("mail")
    assert the_message(house).status == "sandboxed"
    assert the_message(house).accepted_at is None


# ------------------------------------------------------------------ webhooks


def queue_call(house: House, url: str) -> None:
    endpoint = WebhookEndpoint(
        id="endpoint",
        account_id="account",
        api="test",
        url=url,
        created_at=samples.NOW,
    )
    delivery = Delivery(
        id="d-1",
        endpoint_id="endpoint",
        envelope_id=samples.ENVELOPE,
        number=1,
        event="signed",
        url=url,
        body="{}",
        headers={},
        created_at=samples.NOW,
    )
    house.open(samples.envelope())
    with house.ports.unit_of_work() as uow:
        uow.webhooks.put_endpoint(endpoint)
        uow.webhooks.add_delivery(delivery)
        uow.commit()
    house.add_job("deliver_webhook", "webhook", delivery="d-1", number=1)


def outcomes(house: House) -> tuple[str, list[str]]:
    with house.ports.unit_of_work() as uow:
        delivery = uow.webhooks.delivery("d-1")
        return delivery.status, [attempt.outcome for attempt in uow.webhooks.attempts("d-1")]


@pytest.fixture
def calling(house: House, outbound: Outbound) -> House:
    http = outbound(allow_private=True)
    house.put(webhooks=HttpWebhookSender(http))
    return house


def test_a_webhook_is_called_again_with_the_same_id_until_it_is_taken(
    calling: House, webhook_receiver: WebhookReceiver
) -> None:
    webhook_receiver.next_answers = [Answer(500), Answer(503)]
    queue_call(calling, webhook_receiver.url)
    for pause in (timedelta(), *PAUSES[:2]):
        calling.clock.move(pause)
        assert calling.work("webhook") == 1
        assert calling.work("webhook") == 0
    calling.clock.move(timedelta(days=4))
    assert calling.work("webhook") == 0
    assert outcomes(calling) == ("delivered", ["500", "503", "200"])
    assert {r.headers["webhook-id"] for r in webhook_receiver.requests} == {"d-1"}


def test_a_webhook_is_given_up_after_three_days_with_every_try_recorded(
    calling: House, webhook_receiver: WebhookReceiver
) -> None:
    webhook_receiver.answer = Answer(302, headers={"Location": "http://169.254.169.254/"})
    queue_call(calling, webhook_receiver.url)
    tries = 0
    while calling.work("webhook"):
        tries += 1
        calling.clock.move(PAUSES[-1])
    status, recorded = outcomes(calling)
    assert (status, recorded) == ("given_up", ["redirect refused"] * tries)
    assert tries == len(PAUSES) + 1
    assert len(webhook_receiver.requests) == tries

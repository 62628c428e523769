"""Webhook calls as a receiver sees them."""

import json
from collections.abc import Mapping

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from countersign.adapters.webhooks import HttpWebhookSender
from countersign.domain.delivery import Delivery, WebhookEndpoint
from countersign.usecases.set_webhook import secret_of
from tests.adapters import samples
from tests.adapters.conftest import Outbound
from tests.support.webhooks import Answer, WebhookReceiver

pytestmark = pytest.mark.slow

BODY = '{"event": "signed", "name": "Åse"}'


@pytest.fixture
def sender(outbound: Outbound) -> HttpWebhookSender:
    return HttpWebhookSender(outbound(allow_private=True))


def endpoint(secret: str = "", headers: Mapping[str, str] | None = None) -> WebhookEndpoint:
    return WebhookEndpoint(
        id="endpoint",
        account_id="account",
        api="test",
        url="unused",
        created_at=samples.NOW,
        secret=secret,
        headers=headers or {},
    )


def delivery(url: str, headers: Mapping[str, str] | None = None) -> Delivery:
    return Delivery(
        id="d-1",
        endpoint_id="endpoint",
        envelope_id=samples.ENVELOPE,
        number=1,
        event="signed",
        url=url,
        body=BODY,
        headers=headers or {},
        created_at=samples.NOW,
    )


def test_the_body_arrives_as_the_dialect_wrote_it(
    webhook_receiver: WebhookReceiver, sender: HttpWebhookSender
) -> None:
    assert sender.send(delivery(webhook_receiver.url), endpoint()) == "200"
    (request,) = webhook_receiver.requests
    assert request.body == BODY.encode()
    assert request.headers["content-type"] == "application/json"
    assert request.headers["webhook-id"] == "d-1"
    assert "webhook-signature" not in request.headers


@pytest.mark.parametrize(
    "secret",
    [secret_of(samples.CREDENTIAL), "just a word", "whsec_not base64!"],
)
def test_a_receiver_can_check_who_called(
    webhook_receiver: WebhookReceiver, secret: str, sender: HttpWebhookSender
) -> None:
    sender.send(delivery(webhook_receiver.url), endpoint(secret))
    (request,) = webhook_receiver.requests
    proper = secret.startswith("whsec_") and "!" not in secret
    receiver = Webhook(secret if proper else secret.encode())
    headers = dict(request.headers)
    assert receiver.verify(request.body, headers) == json.loads(BODY)
    with pytest.raises(WebhookVerificationError):
        receiver.verify(request.body + b" ", headers)


def test_the_owner_of_an_endpoint_adds_headers_and_the_dialect_too(
    webhook_receiver: WebhookReceiver, sender: HttpWebhookSender
) -> None:
    sender.send(
        delivery(webhook_receiver.url, {"X-Vendor": "1", "Content-Type": "text/json"}),
        endpoint(headers={"X-Key": "k", "x-vendor": "2", "Host": "evil", "Content-Length": "1"}),
    )
    (request,) = webhook_receiver.requests
    assert (request.headers["x-key"], request.headers.get_all("x-vendor")) == ("k", ["2"])
    assert request.headers.get_all("content-type") == ["text/json"]
    assert request.headers["host"] in webhook_receiver.url
    assert request.body == BODY.encode()


@pytest.mark.parametrize("status", [200, 204, 400, 410, 500, 503])
def test_the_answer_is_told_as_its_status(
    webhook_receiver: WebhookReceiver, status: int, sender: HttpWebhookSender
) -> None:
    webhook_receiver.answer = Answer(status)
    assert sender.send(delivery(webhook_receiver.url), endpoint()) == str(status)


@pytest.mark.parametrize("target", ["{own}/again", "http://169.254.169.254/latest/meta-data/"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(
    webhook_receiver: WebhookReceiver, status: int, target: str, sender: HttpWebhookSender
) -> None:
    location = target.format(own=webhook_receiver.url)
    webhook_receiver.answer = Answer(status, headers={"Location": location})
    assert sender.send(delivery(webhook_receiver.url), endpoint()) == "redirect refused"
    assert len(webhook_receiver.requests) == 1


def test_private_addresses_are_refused_outside_the_sandbox(
    webhook_receiver: WebhookReceiver, outbound: Outbound
) -> None:
    sender = HttpWebhookSender(outbound())
    for url in (webhook_receiver.url, webhook_receiver.url.replace("http:", "https:")):
        assert sender.send(delivery(url), endpoint()) == "address not allowed"
    assert webhook_receiver.requests == []


def test_what_goes_wrong_is_told_in_words_and_never_raised(outbound: Outbound) -> None:
    impatient = HttpWebhookSender(outbound(allow_private=True, time_limit=0.2))
    for url in ("http://receiver.invalid/", "nonsense", "http://127.0.0.1:1/", "http://\x00/"):
        outcome = impatient.send(delivery(url), endpoint())
        assert outcome
        assert not outcome.isdigit()

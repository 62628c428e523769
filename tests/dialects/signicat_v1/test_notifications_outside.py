"""Notifications as they arrive: a real mail server, a real gateway, a real program's address."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from countersign.adapters.channels import ProgramCaller
from countersign.adapters.outbound_http import OutboundHttp
from countersign.domain.delivery import Message, MessageStatus
from tests.contracts.samples import NOW, new_id
from tests.support.mail import SmtpServer
from tests.support.processes import wait_until
from tests.support.server import StartServer
from tests.support.webhooks import Answer, WebhookReceiver

from .customer import Customer, address_of, new_customer, sign
from .orders import ORDERS, document, mail, package, task

pytestmark = pytest.mark.slow


def url(receiver: WebhookReceiver, id: str = "u", path: str = "/told?key=1") -> dict[str, Any]:
    recipient = f"{receiver.url}{path}"
    return {"id": id, "type": "URL", "recipient": recipient, "message": "Æ & ${clientRef}"}


def query_of(path: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(path).query)


def advance(customer: Customer, span: str) -> None:
    customer.server.run("sandbox", "advance", span)
    customer.log_in()


def test_mail_sms_and_programs_are_told(
    start_server: StartServer, smtp_server: SmtpServer, webhook_receiver: WebhookReceiver
) -> None:
    gateway = f"json://{webhook_receiver.url.removeprefix('http://')}/sms?:to={{to}}"
    server = start_server("--sandbox", settings={"SMTP_URL": smtp_server.url, "SMS_URL": gateway})
    customer = new_customer(server)
    sms = {"id": "s", "type": "SMS", "recipient": "+4712345678", "sender": "Acme"}
    made = customer.order(
        task(
            document(customer.upload()),
            notifications=[
                mail(message="Please sign this document: ${taskUrl}"),
                {**sms, "message": "Sign with ${signCode}"},
            ],
        ),
        clientReference="lease 7",
        notificationTemplateParams=[{"id": "n1", "button": "Sign now", "footer": "Acme AS"}],
        packagingTasks=[package(("1", "doc-1"), notifications=[url(webhook_receiver, "p")])],
    )
    wait_until(lambda: len(smtp_server.deliveries) == 1, "the mail")
    (sent,) = smtp_server.deliveries
    assert sent.recipients == ["kari@example.org"]
    assert sent.message["Subject"] == "Documents ready to be signed"
    assert sent.message["Reply-To"] == "no-reply@example.org"
    assert sent.text().strip() == f"Please sign this document: {address_of(made)}"
    assert "Sign now" in sent.html()
    assert "Acme AS" in sent.html()
    (texted,) = webhook_receiver.wait_for(1)
    assert texted.json()["to"] == "+4712345678"
    assert texted.json()["message"].startswith("Sign with ")
    sign(made, "Åsa Öberg")
    called = webhook_receiver.wait_for(2)[1]
    assert called.method == "GET"
    assert query_of(called.path) == {
        "key": ["1"],
        "requestId": [made["id"]],
        "packagingTaskId": ["pack"],
        "message": ["Æ & ${clientRef}"],
    }
    assert not any("+4712345678" in line for line in server.output)
    customer.api.close()


def test_a_program_is_called_every_ten_minutes_for_a_day_until_it_says_200(
    start_server: StartServer, webhook_receiver: WebhookReceiver
) -> None:
    customer = new_customer(start_server("--sandbox"))
    webhook_receiver.next_answers = [Answer(500), Answer(204), Answer(302)]
    made = customer.order(
        task(document(customer.upload()), notifications=[url(webhook_receiver)]),
        clientReference="a",
    )
    webhook_receiver.wait_for(1)
    for count in (2, 3, 4):
        advance(customer, "9m")
        advance(customer, "2m")
        webhook_receiver.wait_for(count)
    assert len({call.headers["webhook-id"] for call in webhook_receiver.requests}) == 1
    wait_until(lambda: "NOTIFICATION_SENT" in customer.events(made), "the answer")
    advance(customer, "1h")
    assert len(webhook_receiver.requests) == 4

    webhook_receiver.answer = Answer(500)
    failing = customer.order(
        task(document(customer.upload()), notifications=[url(webhook_receiver, path="/never?a=1")])
    )
    webhook_receiver.wait_for(5)
    advance(customer, "24h")
    wait_until(lambda: "ERROR" in customer.events(failing), "giving up")
    deleted = customer.order(
        task(document(customer.upload()), notifications=[url(webhook_receiver, path="/gone?a=1")])
    )
    wait_until(lambda: any("/gone" in call.path for call in webhook_receiver.requests), "the call")
    assert customer.api.delete(f"{ORDERS}/{deleted['id']}").status_code == 204
    count = len(webhook_receiver.requests)
    advance(customer, "11m")
    advance(customer, "11m")
    assert len(webhook_receiver.requests) == count
    customer.api.close()


@pytest.mark.parametrize(
    "address", ["https://127.0.0.1/told", "https://169.254.169.254/x", "http://shop.example/told"]
)
def test_no_program_inside_the_house_is_called(address: str) -> None:
    message = Message(
        id=new_id(),
        key="notice:1",
        account_id=new_id(),
        envelope_id=new_id(),
        task_id=None,
        channel="url",
        recipient=f"{address}?requestId=1",
        subject="",
        text="hello",
        html="",
        created_at=NOW,
    )
    assert ProgramCaller(OutboundHttp()).send(message).status is MessageStatus.REFUSED

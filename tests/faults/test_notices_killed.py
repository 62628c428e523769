"""A real server is killed while it tells people and programs in the sender's words."""

from __future__ import annotations

import pytest

from tests.dialects.signicat_v1.customer import Customer, address_of, new_customer
from tests.dialects.signicat_v1.orders import at, document, mail, task
from tests.support.mail import SmtpServer
from tests.support.processes import wait_until
from tests.support.server import RunningServer, StartServer
from tests.support.webhooks import Answer, WebhookReceiver

pytestmark = pytest.mark.slow

PATIENCE = 90.0  # seconds: longer than the lease of a job that died with its server
SLOW = 4.0  # seconds in which a server is killed while it waits for an answer


def again(start: StartServer, killed: RunningServer, settings: dict[str, str]) -> None:
    start("--sandbox", port=killed.port, settings=settings)


def test_whoever_was_being_told_is_told_again_and_it_counts_once(
    start_server: StartServer, smtp_server: SmtpServer, webhook_receiver: WebhookReceiver
) -> None:
    settings = {"SMTP_URL": smtp_server.url}
    server = start_server("--sandbox", settings=settings)
    customer = new_customer(server)
    webhook_receiver.next_answers, smtp_server.delay = [Answer(delay=SLOW)], SLOW
    url = {"id": "u", "type": "URL", "recipient": f"{webhook_receiver.url}/told", "message": "m"}
    reminder = mail(id="later", header="Still waiting", schedule=[at("CREATED", days=1)])
    made = customer.order(task(document(customer.upload()), notifications=[mail(), url, reminder]))
    wait_until(lambda: webhook_receiver.requests and smtp_server.deliveries, "both being told")
    server.kill()  # neither answer was recorded
    smtp_server.delay = 0.0
    again(start_server, server, settings)

    webhook_receiver.wait_for(2, patience=PATIENCE)
    wait_until(lambda: len(smtp_server.deliveries) >= 2, "the mail once more", patience=PATIENCE)
    wait_until(lambda: sent(customer, made) == 2, "both answers", patience=PATIENCE)
    assert len({one.headers["webhook-id"] for one in webhook_receiver.requests}) == 1
    mails = [one for one in smtp_server.deliveries if one.message["Subject"] != "Still waiting"]
    assert len({one.message["Message-ID"] for one in mails}) == 1
    assert all(address_of(made) in one.text() for one in mails)

    customer.server.run("sandbox", "advance", "25h")
    customer.log_in()
    wait_until(lambda: sent(customer, made) == 3, "the reminder", patience=PATIENCE)
    reminders = [one for one in smtp_server.deliveries if one.message["Subject"] == "Still waiting"]
    assert len(reminders) == 1
    customer.api.close()


def test_an_order_whose_server_died_at_once_tells_everybody(
    start_server: StartServer, smtp_server: SmtpServer
) -> None:
    settings = {"SMTP_URL": smtp_server.url}
    server = start_server("--sandbox", settings=settings)
    customer = new_customer(server)
    made = customer.order(task(document(customer.upload()), notifications=[mail()]))
    server.kill()
    again(start_server, server, settings)
    wait_until(lambda: sent(customer, made) == 1, "the mail", patience=PATIENCE)
    assert {one.text().strip() for one in smtp_server.deliveries} == {
        f"Please sign: {address_of(made)}"
    }
    customer.api.close()


def sent(customer: Customer, made: object) -> int:
    return customer.events(made).count("NOTIFICATION_SENT")

"""SMS as they arrive: a real gateway, a real browser, a server that is killed, two at once."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import httpx2
import pikepdf
import pytest
from playwright.sync_api import Page, expect

from tests.faults.inside import messages
from tests.support.browser import PHONE, OpenPage
from tests.support.processes import wait_until
from tests.support.server import RunningServer, StartServer
from tests.support.webhooks import Answer, WebhookReceiver

from .customer import Customer, new_customer, sign

pytestmark = pytest.mark.slow

NUMBER = "+4512345678"
FORMS = (NUMBER, NUMBER[1:], NUMBER[3:], quote(NUMBER), "12 34 56 78")
KIM = {"name": "Kim Holm", "type": "phone", "phone": "+45 12 34 56 78"}
BY_CODE = {"recipients": [KIM], "signingSchemas": ["sms-email"]}
DOWN = Answer(503)


@pytest.fixture
def start_with_gateway(
    start_server: StartServer, webhook_receiver: WebhookReceiver
) -> Iterator[StartServer]:
    """Servers that send SMS by the receiver, and whose log names no number."""
    started: list[RunningServer] = []
    host = webhook_receiver.url.removeprefix("http://")
    gateway = {"SMS_URL": f"json://{host}/sms?:to={{to}}&:reference={{id}}"}

    def start(**more: Any) -> RunningServer:
        settings = {**gateway, **more.pop("settings", {})}
        started.append(start_server("--sandbox", settings=settings, **more))
        return started[-1]

    yield start
    log = "".join(line for server in started for line in server.output)
    assert "committed" in log
    assert [number for number in FORMS if number in log] == []


def texts(receiver: WebhookReceiver) -> list[str]:
    """What went to the phone."""
    sent = [request.json() for request in receiver.requests]
    assert all(one["to"] == NUMBER for one in sent)
    return [str(one["message"]) for one in sent]


def code_in(text: str) -> str:
    found = re.search(r": (\d{6})$", text, re.MULTILINE)
    assert found, text
    return found[1]


def ask(link: str) -> int:
    return int(httpx2.post(f"{link}/identity/sms_code", timeout=60).status_code)


def enter(link: str, code: str) -> int:
    given = {"code": code}
    return int(httpx2.post(f"{link}/identity/sms_code", json=given, timeout=60).status_code)


def sign_by_code(page: Page, receiver: WebhookReceiver, link: str) -> None:
    page.goto(link)
    page.get_by_test_id("start").click()
    expect(page.get_by_text("+45•••78")).to_be_visible()
    field = page.get_by_test_id("identity-code")
    expect(field).to_have_attribute("autocomplete", "one-time-code")
    assert "345" not in page.content().replace(link, "")
    field.fill(code_in(texts(receiver)[-1] if len(receiver.wait_for(2)) else ""))
    page.get_by_test_id("identity-submit").click()
    expect(page.get_by_test_id("page-0")).to_be_visible()
    page.get_by_test_id("next").click()
    page.get_by_test_id("consent").check()
    page.get_by_test_id("finish").click()
    expect(page.get_by_test_id("done")).to_be_visible()


def filled_in(data: bytes) -> list[str]:
    """What stands in the fields of the evidence page."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        fields = [one for one in pdf.objects if isinstance(one, pikepdf.Dictionary)]
        return [str(one.V) for one in fields if isinstance(one.get("/V"), pikepdf.String)]


def test_somebody_signs_on_a_phone_with_nothing_but_sms(
    start_with_gateway: StartServer, webhook_receiver: WebhookReceiver, open_page: OpenPage
) -> None:
    server = start_with_gateway()
    customer = new_customer(server)
    made = customer.create(**BY_CODE, settings={"lang": "da"})
    link = made["recipients"][0]["signingUrl"]
    webhook_receiver.wait_for(1)
    assert texts(webhook_receiver) == [f"Acme Limited beder dig underskrive NDA Vega\n{link}"]
    sign_by_code(open_page(locale="en-GB", **PHONE), webhook_receiver, f"{link}?lang=en")
    code = texts(webhook_receiver)[1]
    assert code.endswith(f"\n@127.0.0.1 #{code_in(code)}")
    found = customer.when(made, "signed")
    assert found["recipients"][0]["signer"]["signer_type"] == "sms-email"
    signed = filled_in(customer.fetch(found["signedDocuments"][0]["file"]))
    assert "Engangskode på sms" in signed
    assert NUMBER in signed
    webhook_receiver.wait_for(3)
    assert texts(webhook_receiver)[2].startswith("Acme Limited: ")
    assert link in texts(webhook_receiver)[2]

    def sent() -> list[Any]:
        return [message for message in messages(server) if message.recipient == NUMBER]

    wait_until(lambda: {m.status for m in sent()} == {"accepted"}, "all to be taken")
    assert {message.text for message in sent()} == {""}
    customer.api.close()


def test_whoever_gets_both_may_choose_where_the_code_comes(
    start_with_gateway: StartServer, webhook_receiver: WebhookReceiver, open_page: OpenPage
) -> None:
    customer = new_customer(start_with_gateway())
    both = {"name": "Kim", "email": "kim@firm.example", "phone": NUMBER, "addPhone": True}
    made = customer.create(recipients=[both], signingSchemas=["sms-email"])
    page = open_page(locale="en-GB", **PHONE)
    page.goto(made["recipients"][0]["signingUrl"] + "?lang=en")
    page.get_by_test_id("start").click()
    expect(page.get_by_text("+45•••78")).to_be_visible()
    webhook_receiver.wait_for(2)
    page.get_by_role("link", name="Code by e-mail").click()
    expect(page.get_by_text("k•••@firm.example")).to_be_visible()
    wait_until(lambda: any(m["code"] for m in customer.mails("kim@firm.example")), "the code")
    code = next(m["code"] for m in customer.mails("kim@firm.example") if m["code"])
    page.get_by_test_id("identity-code").fill(code)
    page.get_by_test_id("identity-submit").click()
    expect(page.get_by_test_id("page-0")).to_be_visible()
    customer.api.close()


def test_reminders_come_by_sms_when_their_days_have_come(
    start_with_gateway: StartServer, webhook_receiver: WebhookReceiver
) -> None:
    server = start_with_gateway()
    customer = new_customer(server)
    reminders = {"send": True, "amount": 2, "daysBetween": 3}
    made = customer.create(recipients=[KIM], settings={"lang": "en", "reminders": reminders})
    link = made["recipients"][0]["signingUrl"]
    webhook_receiver.wait_for(1)
    for count in (2, 3):
        server.run("sandbox", "advance", "71h")
        server.run("sandbox", "advance", "2h")
        webhook_receiver.wait_for(count)
    reminder = f"Acme Limited is still waiting for your signature: NDA Vega\n{link}"
    assert texts(webhook_receiver)[1:] == [reminder] * 2
    server.run("sandbox", "advance", "7d")
    sign(made["recipients"][0])
    webhook_receiver.wait_for(4)
    assert texts(webhook_receiver)[3] == f"Acme Limited: Signed by everybody: NDA Vega\n{link}"
    customer.api.close()


# ------------------------------------------------------------------ trouble


def test_an_sms_waits_for_the_gateway_and_is_called_sent_only_then(
    start_with_gateway: StartServer, webhook_receiver: WebhookReceiver
) -> None:
    webhook_receiver.answer = DOWN
    server = start_with_gateway()
    customer = new_customer(server)
    made = customer.create(recipients=[KIM])
    webhook_receiver.wait_for(2)
    (message,) = messages(server)
    assert (message.channel, message.status, message.accepted_at) == ("sms", "queued", None)
    assert NUMBER not in message.reply
    webhook_receiver.answer = Answer()
    wait_until(lambda: messages(server)[0].status == "accepted", "the gateway's word", patience=30)
    taken = len(webhook_receiver.requests)
    server.run("sandbox", "advance", "1h")
    assert len(webhook_receiver.requests) == taken
    assert len(set(texts(webhook_receiver))) == 1
    assert len({request.json()["reference"] for request in webhook_receiver.requests}) == 1
    sign(made["recipients"][0])
    customer.api.close()


def test_a_code_that_waited_too_long_is_never_sent(
    start_with_gateway: StartServer, webhook_receiver: WebhookReceiver
) -> None:
    server = start_with_gateway()
    customer = new_customer(server)
    link = customer.create(**BY_CODE)["recipients"][0]["signingUrl"]
    webhook_receiver.wait_for(1)
    webhook_receiver.answer = DOWN
    assert ask(link) == 202
    webhook_receiver.wait_for(2)
    server.run("sandbox", "advance", "11m")
    wait_until(lambda: messages(server)[0].status == "refused", "giving up")
    assert messages(server)[0].text == ""
    tried = len(webhook_receiver.requests)
    webhook_receiver.answer = Answer()
    assert ask(link) == 202
    webhook_receiver.wait_for(tried + 1)
    assert enter(link, code_in(texts(webhook_receiver)[-1])) == 200
    customer.api.close()


def test_killed_between_sending_and_recording_the_same_sms_goes_again(
    start_with_gateway: StartServer, webhook_receiver: WebhookReceiver
) -> None:
    server = start_with_gateway()
    customer = new_customer(server)
    link = customer.create(**BY_CODE)["recipients"][0]["signingUrl"]
    webhook_receiver.wait_for(1)
    wait_until(lambda: messages(server)[0].status == "accepted", "the invitation to be taken")
    webhook_receiver.next_answers = [Answer(delay=2)]
    assert ask(link) == 202
    webhook_receiver.wait_for(2)
    server.kill()
    server = start_with_gateway(port=server.port)
    server.run("sandbox", "advance", "5m")  # past the lease of the job that died
    webhook_receiver.wait_for(3, patience=90)
    first, second = webhook_receiver.requests[1:3]
    assert first.json() == second.json()
    assert enter(link, code_in(texts(webhook_receiver)[2])) == 200
    wait_until(lambda: messages(server)[0].status == "accepted", "the record")
    assert len(messages(server)) == 2
    customer.api.close()


def test_of_fifty_guesses_at_two_servers_five_are_compared(
    start_with_gateway: StartServer, webhook_receiver: WebhookReceiver, postgres_url: str
) -> None:
    settings = {"DATABASE_URL": postgres_url}
    servers = [start_with_gateway(settings=settings) for _ in range(2)]
    customer = new_customer(servers[0])
    link = customer.create(**BY_CODE)["recipients"][0]["signingUrl"]
    assert ask(link) == 202
    wait_until(lambda: any("#" in text for text in texts(webhook_receiver)), "the code")
    code = next(code_in(text) for text in texts(webhook_receiver) if "#" in text)
    path = link.removeprefix(servers[0].url)

    def guess(number: int) -> int:
        wrong = f"{(int(code) + 1 + number) % 1_000_000:06}"
        return enter(servers[number % 2].url + path, wrong)

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(guess, range(50)))
    assert (answers.count(400), answers.count(429)) == (5, 45)
    assert enter(link, code) == 429
    customer.api.close()


@pytest.mark.allow_console_errors("429")
def test_above_the_limit_of_the_account_people_are_told_to_wait(
    start_with_gateway: StartServer, webhook_receiver: WebhookReceiver, open_page: OpenPage
) -> None:
    server = start_with_gateway(settings={"SMS_CODES_AN_HOUR": "1"})
    if datetime.now(UTC).minute >= 50:  # a new hour would begin a new count
        server.run("sandbox", "advance", "15m")
    customer, other = new_customer(server), new_customer(server)
    assert ask(customer.create(**BY_CODE)["recipients"][0]["signingUrl"]) == 202
    page = open_page(locale="en-GB", **PHONE)
    page.goto(customer.create(**BY_CODE)["recipients"][0]["signingUrl"] + "?lang=en")
    page.get_by_test_id("start").click()
    expect(page.get_by_text("Too many tries. Please wait an hour.")).to_be_visible()
    assert ask(other.create(**BY_CODE)["recipients"][0]["signingUrl"]) == 202
    wait_until(lambda: sum("#" in text for text in texts(webhook_receiver)) == 2, "two codes")
    for each in (customer, other):
        each.api.close()


# ------------------------------------------------------------------ who may not, what is not there


def test_no_other_company_sees_the_number(
    start_with_gateway: StartServer, webhook_receiver: WebhookReceiver
) -> None:
    server = start_with_gateway()
    mine, other = new_customer(server), new_customer(server)
    made = mine.create(recipients=[KIM])
    webhook_receiver.wait_for(1)
    assert NUMBER in str(mine.read(made))
    answer = other.call("GET", f"/case/{made['_id']}/get")
    assert NUMBER not in answer.text
    assert "Case not found" in answer.text
    assert NUMBER not in other.call("GET", "/cases/get").text
    for customer in (mine, other):
        customer.api.close()


def test_without_a_gateway_it_is_refused_when_asked_for_and_doctor_says_why(
    start_server: StartServer,
) -> None:
    server = start_server()
    customer = new_customer(server)
    answer = customer.post(recipients=[KIM])
    assert answer.status_code == 400
    assert "this server has no SMS gateway" in answer.json()["errors"][0]["description"]
    assert "SMS: COUNTERSIGN_SMS_URL is not set" in server.run("doctor").stdout
    assert not [line for line in server.output if NUMBER in line]
    customer.api.close()


def test_a_sandbox_shows_sms_in_its_mailbox(running_server: RunningServer) -> None:
    customer: Customer = new_customer(running_server)
    made = customer.create(**BY_CODE)
    link = made["recipients"][0]["signingUrl"]
    assert ask(link) == 202
    wait_until(lambda: len(customer.mails(NUMBER)) == 2, "both SMS")
    code, invitation = customer.mails(NUMBER)
    assert (code["channel"], invitation["channel"]) == ("sms", "sms")
    assert invitation["links"] == [link]
    assert enter(link, code["code"]) == 200
    customer.api.close()

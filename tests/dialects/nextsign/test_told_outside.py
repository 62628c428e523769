"""What programs and the sender are told of a case, on a running server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from countersign.dialects.nextsign.webhooks import EVENTS
from tests.pdf.samples import contract
from tests.support.processes import wait_until
from tests.support.webhooks import Received, WebhookReceiver

from .customer import Customer, sign

pytestmark = pytest.mark.slow
OWNER = "owner@acme.example"  # of the account
OPS = "ops@firm.example"
ABOUT_SOMEBODY = {"recipient_signed", "case_denied", "case.reminder.sent"}


def hook(customer: Customer, url: str) -> None:
    customer.server.run(
        "webhook", "add", "--account", customer.account, "--api", "nextsign", "--url", url,
        "--header", "X-Own=a b",
    )  # fmt: skip


def heard(receiver: WebhookReceiver, *triggers: str) -> list[Received]:
    """The next calls, which have to be these in any order."""
    calls = receiver.wait_for(len(triggers), patience=30)
    assert sorted(call.json()["trigger"] for call in calls) == sorted(triggers)
    receiver.requests.clear()
    return calls


def filled_in(customer: Customer, folder: Path) -> str:
    """A public form, filled in by somebody: the link to sign at."""
    (folder / "terms.pdf").write_bytes(contract())
    made = customer.server.run(
        "form", "import", str(folder / "terms.pdf"), "--account", customer.account,
        "--name", "Terms", "--public", "--json",
    )  # fmt: skip
    path = urlsplit(json.loads(made.stdout)["link"]).path  # a command knows no port
    person = {"name": "Ole Bang", "email": "ole@people.example"}
    answer = httpx2.post(customer.server.url + path, data=person)
    assert answer.status_code == 303, answer.text
    return customer.server.url + urlsplit(answer.headers["location"]).path


def test_all_eight_triggers_reach_an_address(
    customer: Customer, webhook_receiver: WebhookReceiver, tmp_path: Path
) -> None:
    hook(customer, f"{webhook_receiver.url}/hook")
    told: list[Received] = []
    signed = customer.create()
    sign(signed["recipients"][0])
    told += heard(webhook_receiver, "case_created", "recipient_signed", "case_signed")
    denied = customer.create()
    link = denied["recipients"][0]["signingUrl"]
    assert httpx2.post(f"{link}/decline", json={"reason": "Too dear"}).status_code == 200
    told += heard(webhook_receiver, "case_created", "case_denied")
    customer.create(
        settings={
            "reminders": {"send": True, "amount": 1, "daysBetween": 2},
            "availability": {"unlimited": False, "days": 10},
        }
    )
    told += heard(webhook_receiver, "case_created")
    for span, trigger in (
        ("2d", "case.reminder.sent"),
        ("1d", "case.expiry.7days"),
        ("7d", "case.expiry.expired"),
    ):
        customer.server.run("sandbox", "advance", span)
        told += heard(webhook_receiver, trigger)
    sign({"signingUrl": filled_in(customer, tmp_path)})
    told += heard(
        webhook_receiver, "case_created", "recipient_signed", "case_signed", "webflow.completed"
    )
    assert {call.json()["trigger"] for call in told} == set(EVENTS)
    for call in told:
        check(call, customer)


def check(call: Received, customer: Customer) -> None:
    body: dict[str, Any] = call.json()
    assert (call.method, call.path) == ("POST", "/hook")
    assert call.headers["Content-Type"] == "application/json"
    assert call.headers["X-Own"] == "a b"
    assert call.headers["X-NextSign-Delivery"]
    assert body["companyId"] == body["case"]["companyId"] == customer.company
    assert ("recipient" in body) == (body["trigger"] in ABOUT_SOMEBODY)
    answered = customer.call("GET", f"/case/{body['case']['_id']}/get").json()["case"]
    assert body["case"].keys() == answered.keys()


def test_a_call_is_made_again_by_hand(
    customer: Customer, webhook_receiver: WebhookReceiver
) -> None:
    hook(customer, webhook_receiver.url)
    customer.create()
    (first,) = webhook_receiver.wait_for(1)
    id = first.headers["X-NextSign-Delivery"]

    def runs() -> Any:
        return json.loads(
            customer.server.run("webhook", "runs", "--account", customer.account, "--json").stdout
        )

    wait_until(lambda: runs()[0]["status"] == "delivered", "the record")
    assert runs()[0]["id"] == id
    customer.server.run("webhook", "resend", id)
    _, again = webhook_receiver.wait_for(2)
    assert (again.headers["X-NextSign-Delivery"], again.body) == (id, first.body)


def test_whoever_sent_a_case_gets_a_mail_at_its_end(customer: Customer) -> None:
    made = customer.create(user_email=OPS, settings={"lang": "da"}, title="Købsaftale")
    assert customer.mails(OPS) == []
    sign(made["recipients"][0])
    wait_until(lambda: bool(customer.mails(OPS)), "the mail", patience=30)
    (mail,) = customer.mails(OPS)
    assert mail["subject"] == "Underskrevet af alle: Købsaftale"
    assert "/s/" not in mail["text"], "nobody else's link is in it"


def test_a_case_that_names_nobody_belongs_to_the_owner_of_the_key(customer: Customer) -> None:
    made = customer.create(title="Lease")
    assert customer.read(made)["user_email"] == OWNER
    before = len(customer.mails(OWNER))
    sign(made["recipients"][0])
    wait_until(lambda: len(customer.mails(OWNER)) > before, "the mail", patience=30)


def test_words_of_the_sender_stand_in_the_invitation_and_in_reminders(customer: Customer) -> None:
    def invited(to: str) -> list[str]:
        wait_until(lambda: bool(customer.mails(to)), "the invitation")
        customer.server.run("sandbox", "advance", "2d")
        wait_until(lambda: len(customer.mails(to)) == 2, "the reminder")
        return [mail["text"] for mail in customer.mails(to)]

    settings = {"reminders": {"send": True, "amount": 1, "daysBetween": 2}}
    for wanted, to, own in (
        (True, "all@firm.example", None),
        (True, "one@firm.example", "For you alone"),
        (False, "none@firm.example", "For you alone"),
    ):
        person = {"name": "Kim Holm", "email": to, "message": own}
        customer.create(
            customMessage=wanted, message="For all", recipients=[person], settings=settings
        )
        words = (own or "For all") if wanted else ""
        for text in invited(to):
            assert words in text
            assert ("For " in text) == wanted

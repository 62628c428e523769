"""`countersign webhook`: beside a running sandbox, and a receiver that it calls."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from tests.commands.running import Ran, assert_refused, countersign
from tests.support.customer import Customer
from tests.support.processes import wait_until
from tests.support.server import RunningServer
from tests.support.webhooks import Answer, WebhookReceiver

pytestmark = pytest.mark.slow

Made = dict[str, Any]
Say = Callable[..., Ran]


@pytest.fixture(scope="module")
def account(running_server: RunningServer) -> Made:
    ran = running_server.run("account", "create", "--name", "A", "--email", "a@a.example", "--json")
    made: Made = json.loads(ran.stdout)
    return made


@pytest.fixture
def webhook(running_server: RunningServer) -> Iterator[Say]:
    """Runs `countersign webhook …`; what it added is removed in the end."""

    def say(*line: str) -> Ran:
        return countersign("webhook", *line, "--data", running_server.data)

    yield say
    for each in json.loads(say("list", "--json").stdout):
        assert say("remove", each["id"]).returncode == 0


def add(webhook: Say, account: Made, url: str, *more: str, api: str = "signicat-v2") -> Made:
    owner = account["account"]["id"]
    ran = webhook("add", "--account", owner, "--api", api, "--url", url, "--json", *more)
    assert ran.returncode == 0, ran.stderr
    made: Made = json.loads(ran.stdout)
    return made


def runs(webhook: Say, *asked: str) -> list[Made]:
    found: list[Made] = json.loads(webhook("runs", "--json", *asked).stdout)
    return found


def test_a_new_webhooks_secret_is_shown_once(webhook: Say, account: Made) -> None:
    owner, url = account["account"]["id"], "https://app.example/hook"
    ran = webhook("add", "--account", owner, "--api", "signeum", "--url", url)
    (secret,) = [line.strip() for line in ran.stdout.splitlines() if "whsec_" in line]
    (shown,) = json.loads(webhook("list", "--account", owner, "--json").stdout)
    assert shown == {
        "id": shown["id"], "account": owner, "api": "signeum", "url": url, "events": [],
        "headers": [], "slot": None,
    }  # fmt: skip
    listed = webhook("list").stdout
    assert f"{shown['id']}  {owner}  signeum  all events  {url}" in listed
    assert secret not in listed


def test_a_secret_that_was_given_is_not_printed(webhook: Say, account: Made) -> None:
    line = ("--account", account["account"]["id"], "--api", "signeum", "--url", "https://a.example")
    ran = webhook("add", *line, "--secret", "ours-alone")
    assert (ran.returncode, "ours-alone" in ran.stdout) == (0, False)


def test_a_test_event_says_that_it_is_one(
    webhook: Say, account: Made, webhook_receiver: WebhookReceiver
) -> None:
    more = ("--events", "package.completed", "--header", "X-Key=a=b c", "--secret", "s3cret")
    made = add(webhook, account, webhook_receiver.url, *more)
    assert (made["events"], made["headers"]) == (["package.completed"], ["X-Key"])
    queued = json.loads(webhook("test", made["id"], "--json").stdout)
    (call,) = webhook_receiver.wait_for(1)
    body = call.json()
    assert (body["eventName"], body["tags"], body["isMockEvent"]) == (
        "package.completed",
        ["mock"],
        True,
    )
    assert body["accountId"] == f"a-{account['account']['id']}"
    assert call.headers["X-Key"] == "a=b c"
    proof = hmac.new(b"s3cret", call.body, hashlib.sha256).hexdigest()
    assert call.headers["X-Signicat-Signature"] == proof
    assert call.headers["webhook-id"] == queued["id"]


def test_runs_show_every_try_and_a_call_can_be_made_again(
    webhook: Say, account: Made, webhook_receiver: WebhookReceiver
) -> None:
    made = add(webhook, account, webhook_receiver.url)
    webhook_receiver.next_answers = [Answer(503)]
    assert "Queued signing-session.created" in webhook("test", made["id"]).stdout
    webhook_receiver.wait_for(1)
    wait_until(lambda: bool(runs(webhook, "--webhook", made["id"])[0]["attempts"]), "the record")
    (run,) = runs(webhook, "--webhook", made["id"])
    assert (run["status"], run["tries"], run["envelope"]) == ("waiting", 1, None)
    assert run["attempts"][0]["outcome"] == "503"
    assert "Queued" in webhook("resend", run["id"]).stdout
    first, again = webhook_receiver.wait_for(2)
    assert (again.body, again.headers["webhook-id"]) == (first.body, run["id"])
    wait_until(
        lambda: runs(webhook, "--webhook", made["id"])[0]["status"] == "delivered", "the record"
    )
    said = webhook("runs", "--account", account["account"]["id"], "--limit", "1").stdout
    assert "signing-session.created  delivered, 2 tries" in said
    assert said.index("  503  ") < said.index("  200  ")


def test_a_webhook_hears_of_its_accounts_envelopes_through_its_api(
    running_server: RunningServer, webhook: Say, account: Made, webhook_receiver: WebhookReceiver
) -> None:
    url = webhook_receiver.url
    made = add(webhook, account, url, "--events", "sent,completed", api="signature-nc")
    add(webhook, account, f"{url}/other", api="signeum")
    customer = Customer(running_server.url, account["signature_nc"]["token"])
    sent = customer.send("Ada Byron")
    (call,) = webhook_receiver.wait_for(1)
    assert (call.path, call.json()["event"]) == ("/", "sent")
    Webhook(made["secret"]).verify(call.body, dict(call.headers.items()))
    (run,) = runs(webhook, "--webhook", made["id"])
    assert runs(webhook, "--envelope", run["envelope"]) == [run]
    assert customer.call("GET", f"submissions/{sent.id}").status_code == 200


def test_what_can_not_be_is_said_in_a_sentence(webhook: Say, account: Made, tmp_path: Path) -> None:
    owner = account["account"]["id"]
    line = ("add", "--account", owner, "--api", "signicat-v2", "--url")
    assert_refused(webhook(*line, "ftp://a.example"), "not an http(s) address")
    ran = webhook(*line, "https://a.example", "--events", "package.completed,package.lost")
    assert_refused(ran, "'package.lost': one of signing-session.created, ")
    assert_refused(webhook(*line, "https://a.example", "--header", "X Key=1"), "'X Key'")
    nobody = ("add", "--account", "x", "--api", "signeum", "--url", "https://a.example")
    assert_refused(webhook(*nobody), "no such account")
    for action in ("test", "remove"):
        assert_refused(webhook(action, "x"), "no such webhook")
    assert_refused(webhook("resend", "x"), "no such delivery")
    assert_refused(webhook("list", "--account", "x"), "no such account")
    elsewhere = countersign("webhook", "list", "--data", tmp_path / "elsewhere")
    assert_refused(elsewhere, "there is no installation")


def test_an_api_without_test_events_is_named(webhook: Say, account: Made) -> None:
    made = add(webhook, account, "https://a.example", api="signeum")
    assert_refused(
        webhook("test", made["id"]),
        "signeum knows no test event; a webhook of signicat-v2 can be tested",
    )


def test_without_webhooks_and_calls_the_command_says_what_to_do(tmp_path: Path) -> None:
    ran = countersign("account", "create", "--name", "A", "--email", "a@a.se", "--data", tmp_path)
    assert ran.returncode == 0
    assert "webhook add" in countersign("webhook", "list", "--data", tmp_path).stdout
    assert "Nobody was told" in countersign("webhook", "runs", "--data", tmp_path).stdout


@pytest.mark.parametrize(
    "more",
    [("--header", "nothing"), ("--secret", ""), ("--api", "other")],
    ids=["header", "secret", "api"],
)
def test_a_line_that_makes_no_webhook_is_refused(webhook: Say, more: tuple[str, str]) -> None:
    line = ("add", "--account", "x", "--api", "signeum", "--url", "https://a.example")
    assert webhook(*line, *more).returncode == 2

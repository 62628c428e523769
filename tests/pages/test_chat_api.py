"""The chat of a whole sandbox installation: the page's API, the page itself, mail, the evidence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from countersign.domain.envelope import Envelope, EnvelopeSettings
from countersign.domain.events import EventKind
from countersign.usecases.cancel_envelope import cancel_envelope
from countersign.usecases.chat_author import sender
from countersign.usecases.post_chat_message import post_chat_message
from tests.support.browser import PHONE, OpenPage
from tests.support.installed import API, Installed, live, signer

pytestmark = pytest.mark.slow
CHAT = EnvelopeSettings(chat=True)
BY_MAIL = EnvelopeSettings(chat=True, send_invitations=True)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    with live(tmp_path_factory.mktemp("chat")) as house:
        yield house


def write(house: Installed, link: str, text: object, key: str | None = None) -> Any:
    headers = {"idempotency-key": key} if key else {}
    return house.client.post(f"{link}/messages", json={"text": text}, headers=headers)


def answer(house: Installed, envelope: Envelope, text: str) -> None:
    """The sender writes."""
    post_chat_message(sender(envelope.id, house.caller, API), text, house.ports)


def refusal(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


def test_a_participant_asks_and_the_sender_answers(house: Installed, open_page: OpenPage) -> None:
    envelope = house.send(signer(0), settings=BY_MAIL)
    page = open_page(locale="en-GB", **PHONE)
    page.goto(house.installation.settings.public_url + house.link(envelope))
    page.get_by_test_id("chat-open").click()
    page.get_by_test_id("chat-text").fill("Is the deposit included?")
    page.get_by_test_id("chat-send").click()
    expect(page.locator(".message.own .message-text")).to_have_text("Is the deposit included?")
    answer(house, envelope, "Yes, it is.")
    expect(page.locator(".message:not(.own) .message-text")).to_have_text("Yes, it is.")
    expect(page.locator(".message:not(.own) strong")).to_have_text("Acme")
    told = house.await_mail("p0@people.example", 2)
    assert told["subject"] == "New message about Lease"
    assert "Yes, it is" not in told["text"]
    assert told["links"] == [house.ports.links.signing(envelope.tasks[0])]


def test_the_api_says_what_was_written(house: Installed) -> None:
    envelope = house.send(signer(0), signer(1), settings=CHAT)
    ada, bob = (house.link(envelope, number) for number in (0, 1))
    assert "chat" in house.client.get(f"{ada}/state").json()["task"]["may"]
    made = write(house, ada, " Hello\r\nBob ")
    assert made.status_code == 201
    answer(house, envelope, "Hello both")
    page = house.client.get(f"{bob}/messages").json()
    assert (page["total"], page["may_write"]) == (2, True)
    own = [(item["number"], item["own"], item["text"], item["author"]) for item in page["messages"]]
    assert own == [
        (1, False, "Hello\nBob", {"type": "participant", "name": "Person 0"}),
        (2, False, "Hello both", {"type": "sender", "name": "Acme"}),
    ]
    mine = house.client.get(f"{ada}/messages").json()["messages"]
    assert (mine[0], mine[0]["own"]) == (made.json(), True)
    rest = house.client.get(f"{ada}/messages", params={"after": 1, "limit": 1}).json()
    assert [item["number"] for item in rest["messages"]] == [2]
    with house.ports.unit_of_work() as uow:
        kinds = [link.event.kind for link in uow.envelopes.evidence(envelope.id)]
    assert kinds.count(EventKind.CHAT_POSTED) == 2


def test_the_same_request_twice_is_one_message(house: Installed) -> None:
    link = house.link(house.send(signer(0), settings=CHAT))
    first, again = (write(house, link, "Hello", "key-1") for _ in range(2))
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert house.client.get(f"{link}/messages").json()["total"] == 1
    assert refusal(write(house, link, "Other", "key-1")) == (409, "conflict")


def test_what_cannot_be_written_says_why(house: Installed) -> None:
    link = house.link(house.send(signer(0), settings=CHAT))
    for text in ("", " ", "x" * 4001):
        refused = write(house, link, text)
        assert refusal(refused) == (400, "invalid")
        assert refused.json()["error"]["fields"] == {"text": "1 to 4000 characters"}
    for text in (1, None, ["a"], "nul \x00"):
        assert refusal(write(house, link, text)) == (400, "invalid")
    assert refusal(house.client.post(f"{link}/messages", content=b"x" * 70_000)) in (
        (413, "too_large"),
        (415, "invalid"),
    )
    for query in ({"after": -1}, {"limit": 101}, {"limit": 0}, {"after": "x"}):
        assert refusal(house.client.get(f"{link}/messages", params=query)) == (400, "invalid")


def test_who_may_not_read_or_write_is_told_why(house: Installed) -> None:
    ordered = house.send(signer(0), signer(1, after=(0,)), settings=CHAT)
    coded = house.send(signer(0, identity=("email_code",)), settings=CHAT)
    for link, expected in (
        (house.link(house.send(signer(0))), (404, "not_found")),
        (house.link(ordered, 1), (409, "not_your_turn")),
        (house.link(coded), (403, "identity_required")),
        ("/s/nobody", (404, "not_found")),
    ):
        assert refusal(write(house, link, "Hello")) == expected
        assert refusal(house.client.get(f"{link}/messages")) == expected


def test_after_the_end_the_page_still_shows_what_was_written(house: Installed) -> None:
    envelope = house.send(signer(0), settings=CHAT)
    link = house.link(envelope)
    write(house, link, "Hello")
    cancel_envelope(envelope.id, house.caller, API, house.ports)
    assert refusal(write(house, link, "Too late")) == (410, "gone")
    page = house.client.get(f"{link}/messages").json()
    assert (page["total"], page["may_write"]) == (1, False)
    assert 'id="chat-open"' in house.client.get(link).text


def test_more_than_thirty_messages_a_minute_are_too_many(house: Installed) -> None:
    link = house.link(house.send(signer(0), settings=CHAT))
    for number in range(30):
        assert write(house, link, f"{number}").status_code == 201
    refused = write(house, link, "One more")
    assert refusal(refused) == (429, "too_many_tries")
    assert refused.headers["retry-after"] == "60"

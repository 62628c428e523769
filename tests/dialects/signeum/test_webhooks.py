"""What the callback URL is told, in which order, and how its owner looks at it."""

from __future__ import annotations

import json
from typing import Any

from countersign.domain.delivery import Delivery

from .house import House, person
from .test_errors import assert_refused

HOOK = "https://app.example/hook"


def heard(house: House) -> list[Delivery]:
    """Everything that was called since the last time, in order."""
    house.work()
    calls = list(house.world.called)
    house.world.called.clear()
    return calls


def events(house: House) -> list[str]:
    return [call.event for call in heard(house)]


def test_the_body_is_that_of_the_vendors_example(house: House) -> None:
    made = house.create(callbackUrl=HOOK, participants=[person(), person(name="Bo")])
    house.pass_time(minutes=2)
    house.act(made["participants"][0])
    (call,) = heard(house)
    assert call.url == HOOK
    assert json.loads(call.body) == {
        "eventType": "document.signed",
        "timestamp": "2026-11-20T09:00:00Z",
        "documentId": made["document"]["id"],
        "organizationId": house.account.id,
        "projectId": house.standard,
        "participant": {
            "name": "Elsa Berg",
            "email": "elsa@people.example",
            "role": "signer",
        },
    }
    assert dict(call.headers) == {
        "Content-Type": "application/json",
        "X-Signeum-Event": "document.signed",
        "X-Signeum-Delivery": call.id,
    }


def test_all_facts_of_a_completed_document_are_told_in_their_order(house: House) -> None:
    people = [person(signingOrder=1), person(signingOrder=2), person(role="reviewer")]
    made = house.create(callbackUrl=HOOK, participants=people)
    first, second, reviewer = made["participants"]
    house.open(first)
    house.open(first)
    house.act(first)
    house.open(reviewer)
    house.act(reviewer)
    house.open(second)
    house.act(second)
    calls = heard(house)
    assert [call.event for call in calls] == [
        "document.viewed",
        "document.signed",
        "document.viewed",
        "document.reviewed",
        "document.viewed",
        "document.signed",
        "document.completed",
    ]
    bodies: list[dict[str, Any]] = [json.loads(call.body) for call in calls]
    assert [body["eventType"] for body in bodies] == [call.event for call in calls]
    assert [body.get("participant", {}).get("role") for body in bodies] == [
        "signer", "signer", "reviewer", "reviewer", "signer", "signer", None,
    ]  # fmt: skip
    assert len({call.id for call in calls}) == len(calls)


def test_each_other_end_is_told_once(house: House) -> None:
    declined = house.create(callbackUrl=HOOK, participants=[person(), person(name="Bo")])
    house.decline(declined["participants"][1])
    (call,) = heard(house)
    assert json.loads(call.body)["participant"]["name"] == "Bo"
    assert call.event == "document.declined"
    cancelled = house.create(callbackUrl=HOOK)
    house.call("PUT", f"/documents/{cancelled['document']['id']}/cancel")
    (call,) = heard(house)
    assert (call.event, "participant" in json.loads(call.body)) == ("document.cancelled", False)
    house.create(callbackUrl=HOOK, signingDeadline="2026-11-20T10:00:00Z")
    assert events(house) == []
    house.pass_time(hours=2)
    (call,) = heard(house)
    assert (call.event, "participant" in json.loads(call.body)) == ("document.expired", False)


def test_a_reviewer_who_declines_is_no_declined_document(house: House) -> None:
    made = house.create(callbackUrl=HOOK, participants=[person(), person(role="reviewer")])
    house.decline(made["participants"][1])
    assert events(house) == []


def test_messages_are_told_with_their_text(house: House) -> None:
    made = house.create(callbackUrl=HOOK)
    path = f"/documents/{made['document']['id']}/messages"
    posted = house.call("POST", path, json={"body": "Any questions?"}).json()["message"]
    (call,) = heard(house)
    body = json.loads(call.body)
    assert (call.event, "participant" in body) == ("chat.message", False)
    assert body["message"] == {name: posted[name] for name in ("id", "body", "createdAt")}


def test_without_a_callback_nobody_is_told(house: House) -> None:
    made = house.create()
    house.act(made["participants"][0])
    assert events(house) == []
    assert house.get(f"/documents/{made['document']['id']}/webhooks") == {"deliveries": []}


def test_deliveries_can_be_looked_at_and_made_again(house: House) -> None:
    made = house.create(callbackUrl=HOOK, participants=[person(), person(name="Bo")])
    path = f"/documents/{made['document']['id']}/webhooks"
    house.act(made["participants"][0])
    (call,) = heard(house)
    (delivery,) = house.get(path)["deliveries"]
    (attempt,) = delivery.pop("attempts")
    assert delivery == {
        "id": call.id,
        "eventType": "document.signed",
        "url": HOOK,
        "status": "delivered",
        "createdAt": "2026-11-20T08:58:00Z",
    }
    assert (attempt["at"], attempt["outcome"]) == ("2026-11-20T08:58:00Z", "200")
    answer = house.call("POST", f"{path}/{call.id}/resend")
    assert answer.status_code == 202, answer.text
    assert answer.json()["delivery"]["status"] == "waiting"
    (again,) = heard(house)
    assert (again.id, again.body) == (call.id, call.body)
    (delivery,) = house.get(path)["deliveries"]
    assert len(delivery["attempts"]) == 2


def test_a_delivery_belongs_to_its_document(house: House) -> None:
    made = house.create(callbackUrl=HOOK)
    house.act(made["participants"][0])
    first, *_ = heard(house)
    other = house.create(callbackUrl=HOOK)
    answer = house.call("POST", f"/documents/{other['document']['id']}/webhooks/{first.id}/resend")
    assert_refused(answer, 404, "NOT_FOUND", "Webhook delivery not found")


# ------------------------------------------------------------------ messages


def test_messages_are_listed_page_by_page(house: House) -> None:
    made = house.create()
    path = f"/documents/{made['document']['id']}/messages"
    for number in range(3):
        house.pass_time(seconds=1)
        answer = house.call("POST", path, json={"body": f"Message {number}"})
        assert answer.status_code == 201, answer.text
    message = answer.json()["message"]
    assert message == {
        "id": message["id"],
        "documentId": made["document"]["id"],
        "author": {"type": "sender", "name": "Acme Limited"},
        "body": "Message 2",
        "createdAt": "2026-11-20T08:58:03Z",
    }
    found = house.get(f"{path}?page=2&limit=2")
    assert found["messages"] == [message]
    assert found["pagination"] == {"page": 2, "limit": 2, "total": 3, "totalPages": 2}


def test_the_same_message_twice_is_written_once(house: House) -> None:
    made = house.create()
    path = f"/documents/{made['document']['id']}/messages"
    key = {"Idempotency-Key": "message-7"}
    first = house.call("POST", path, json={"body": "Hello"}, headers=key)
    second = house.call("POST", path, json={"body": "Hello"}, headers=key)
    assert (second.status_code, second.content) == (201, first.content)
    assert house.get(path)["pagination"]["total"] == 1


def test_a_project_without_chat_has_no_messages(house: House) -> None:
    made = house.create(house.project(chatEnabled=False)["id"])
    path = f"/documents/{made['document']['id']}/messages"
    for answer in (house.call("GET", path), house.call("POST", path, json={"body": "Hello"})):
        assert_refused(answer, 403, "FORBIDDEN", "Chat is disabled for this project")

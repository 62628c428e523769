"""What addresses are told, in which order."""

from __future__ import annotations

import json
from typing import Any

from countersign.dialects.nextsign.webhooks import EVENTS
from countersign.domain.delivery import Delivery
from countersign.domain.short_id import long_id
from countersign.usecases.add_webhook import AddWebhook, add_webhook
from countersign.usecases.resend_delivery import resend_any_delivery
from countersign.usecases.send_draft import send_draft

from .house import House, person

HOOK = "https://firm.example/hook"
KIM = person(group=1)
EVA = person(name="Eva Lind", email="eva@firm.example", group=2)


def hook(house: House, *events: str) -> None:
    command = AddWebhook(
        account_id=house.account.id,
        api="nextsign",
        url=HOOK,
        told=EVENTS,
        events=events,
        headers={"X-Own": "1"},
        secret="",
    )
    add_webhook(command, house.ports)


def heard(house: House) -> list[Delivery]:
    """Everything that was called since the last time, in order."""
    house.work()
    calls = list(house.world.called)
    house.world.called.clear()
    return calls


def triggers(house: House) -> list[str]:
    return [call.event for call in heard(house)]


def test_there_are_eight_triggers() -> None:
    assert len(set(EVENTS)) == 8


def test_a_case_is_told_in_the_order_of_its_facts(house: House) -> None:
    hook(house)
    made = house.create(recipients=[KIM, EVA])
    kim, eva = made["recipients"]
    house.open(kim)
    house.sign(kim)
    house.sign(eva)
    told = triggers(house)
    assert told == ["case_created", "recipient_signed", "recipient_signed", "case_signed"]


def test_the_body_has_the_case_and_whom_it_is_about(house: House) -> None:
    hook(house, "recipient_signed", "case_signed")
    made = house.create()
    house.sign(made["recipients"][0])
    signed, done = heard(house)
    assert (signed.url, signed.event) == (HOOK, "recipient_signed")
    body: dict[str, Any] = json.loads(signed.body)
    assert set(body) == {"id", "trigger", "createdAt", "companyId", "case", "recipient"}
    assert body["trigger"] == "recipient_signed"
    assert body["createdAt"] == "2026-11-20T08:58:00.000Z"
    assert body["companyId"] == house.company
    assert body["case"]["_id"] == made["_id"]
    assert body["recipient"]["_id"] == made["recipients"][0]["_id"]
    assert body["recipient"]["signed"] == "signed"
    assert dict(signed.headers) == {
        "Content-Type": "application/json",
        "X-NextSign-Delivery": signed.id,
    }
    completed = json.loads(done.body)
    assert "recipient" not in completed
    assert completed["case"]["signedDocuments"][0]["name"] == "nda.pdf"


def test_a_denial_is_told_once(house: House) -> None:
    hook(house)
    made = house.create(recipients=[KIM, EVA])
    house.deny(made["recipients"][0], "No")
    created, denied = heard(house)
    assert (created.event, denied.event) == ("case_created", "case_denied")
    assert json.loads(denied.body)["recipient"]["deniedReason"] == "No"


def test_a_draft_is_told_of_when_it_is_made_and_not_again(house: House) -> None:
    hook(house)
    made = house.create(autoSend=False)
    assert triggers(house) == ["case_created"]
    send_draft(long_id(made["_id"]), house.ports)
    assert triggers(house) == []


def test_reminders_the_warning_and_the_end_are_told(house: House) -> None:
    hook(house)
    house.create(
        settings={
            "reminders": {"send": True, "amount": 1, "daysBetween": 2},
            "availability": {"unlimited": False, "days": 10},
        }
    )
    assert triggers(house) == ["case_created"]
    house.pass_time(days=2)
    assert triggers(house) == ["case.reminder.sent"]
    house.pass_time(days=1)
    assert triggers(house) == ["case.expiry.7days"]
    house.pass_time(days=6)
    assert triggers(house) == []
    house.pass_time(days=1)
    (expired,) = heard(house)
    assert expired.event == "case.expiry.expired"
    assert json.loads(expired.body)["case"]["settings"]["availability"]["isExpired"] is True


def test_a_short_case_warns_nobody(house: House) -> None:
    hook(house)
    house.create(settings={"availability": {"days": 7}})
    house.pass_time(days=6)
    assert triggers(house) == ["case_created"]


def test_deleting_is_told_to_nobody(house: House) -> None:
    hook(house)
    made = house.create()
    heard(house)
    house.get(f"/case/{made['_id']}/delete")
    assert triggers(house) == []


def test_a_call_is_made_again_with_the_same_id(house: House) -> None:
    hook(house, "case_created")
    house.create()
    (first,) = heard(house)
    resend_any_delivery(first.id, house.ports)
    (again,) = heard(house)
    assert (again.id, again.body) == (first.id, first.body)

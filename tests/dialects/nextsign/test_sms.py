"""Recipients who are reached by SMS, over fakes."""

from __future__ import annotations

from typing import Any

import pytest

from countersign.domain.short_id import long_id
from countersign.domain.task import Task

from .house import House, person
from .test_schemas import house as house  # with all eIDs

PHONE = "+45 12 34 56 78"
PLAIN = "+4512345678"
NO_PHONE = "Recipient 0: phone is required"


def task_of(house: House, recipient: dict[str, Any]) -> Task:
    id = long_id(recipient["_id"])
    with house.ports.unit_of_work() as uow:
        return uow.envelopes.of_task(id).task(id)


def by_phone(**more: Any) -> dict[str, Any]:
    return {"name": "Kim Holm", "type": "phone", "phone": PHONE, **more}


def told(house: House) -> list[tuple[str, str]]:
    house.world.work(house.ports)
    return [(message.channel, message.recipient) for message in house.world.mailed]


def test_type_phone_reaches_by_sms_alone(house: House) -> None:
    (kim,) = house.create(recipients=[by_phone()])["recipients"]
    assert (kim["type"], kim["phone"], kim["email"]) == ("phone", PLAIN, None)
    assert told(house) == [("sms", PLAIN)]


def test_add_phone_reaches_both_ways(house: House) -> None:
    (kim,) = house.create(recipients=[person(phone=PHONE, addPhone=True)])["recipients"]
    assert kim["addPhone"] is True
    assert sorted(told(house)) == [("email", kim["email"]), ("sms", PLAIN)]


def test_a_phone_alone_reaches_nobody(house: House) -> None:
    (kim,) = house.create(recipients=[person(phone=PHONE)])["recipients"]
    assert told(house) == [("email", kim["email"])]


@pytest.mark.parametrize(
    ("who", "identity", "choice"),
    [
        (by_phone(), ("sms_code",), ()),
        (person(phone=PHONE), ("email_code",), ()),
        (person(phone=PHONE, addPhone=True), (), ("sms_code", "email_code")),
        (by_phone(needsCpr=True, cpr="0101010101"), ("sms_code", "cpr"), ()),
        (
            person(phone=PHONE, addPhone=True, needsCpr=True, cpr="0101010101"),
            ("cpr",),
            ("sms_code", "email_code"),
        ),
    ],
)
def test_codes_take_the_way_of_the_message(
    house: House, who: Any, identity: Any, choice: Any
) -> None:
    made = house.create(recipients=[who], signingSchemas=["sms-email"])
    task = task_of(house, made["recipients"][0])
    assert (task.methods, task.identity, task.identity_choice) == (("click",), identity, choice)


def test_a_copy_receiver_gets_the_copy_by_sms(house: House) -> None:
    made = house.create(recipients=[person(), by_phone(signing=False)])
    assert ("sms", PLAIN) not in told(house)
    house.sign(made["recipients"][0])
    assert ("sms", PLAIN) in told(house)


@pytest.mark.parametrize(
    ("who", "wrong"),
    [
        (by_phone(phone=None), NO_PHONE),
        (person(addPhone=True), NO_PHONE),
        (by_phone(addPhone=True, email=None), ""),
        (person(email=None, phone=PHONE, addPhone=True), "Recipient 0: email is required"),
        (by_phone(type="eboks"), "Recipient 0: delivery by e-Boks is not available"),
    ],
)
def test_what_is_missing_is_told(house: House, who: Any, wrong: str) -> None:
    answer = house.post(recipients=[who])
    assert answer.status_code == (400 if wrong else 200), answer.text
    if wrong:
        assert answer.json()["errors"][0]["description"] == wrong


@pytest.mark.parametrize(
    "number", ["87654321", "+0123456789", "+45 abc", "+1" * 15, "tel:+451", ""]
)
def test_what_is_no_number_is_refused(house: House, number: str) -> None:
    answer = house.post(recipients=[by_phone(phone=number)])
    assert answer.status_code == 400
    described = answer.json()["errors"][0]["description"]
    assert described.startswith("Recipient 0: ")
    assert "phone" in described
    assert "Assertion" not in answer.text
    assert not number or number not in described


@pytest.mark.parametrize("who", [by_phone(), person(phone=PHONE, addPhone=True)])
def test_without_a_gateway_it_is_refused_at_once(house: House, who: Any) -> None:
    class MailOnly:
        channels = ("email",)

    object.__setattr__(house.ports, "mailer", MailOnly())
    answer = house.post(recipients=[who], signingSchemas=["sms-email"])
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["description"] == (
        "Recipient 0: delivery by SMS is not available: this server has no SMS gateway"
    )
    assert house.post(recipients=[person()], signingSchemas=["sms-email"]).status_code == 200

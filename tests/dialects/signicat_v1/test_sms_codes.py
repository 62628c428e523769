"""The method `scid-sms`: a code to the subject's phone, over fakes."""

from __future__ import annotations

import re
from typing import Any

import httpx2
import pytest
from playwright.sync_api import expect

from countersign.domain.errors import IdentityRequired
from countersign.domain.task import Task
from countersign.usecases.check_code import check_code
from countersign.usecases.open_task import open_task
from countersign.usecases.send_code import send_code
from countersign.usecases.sign_task import SignTask, sign_task
from tests.support.browser import PHONE as SCREEN
from tests.support.browser import OpenPage
from tests.support.processes import wait_until
from tests.support.server import RunningServer

from .customer import address_of, new_customer
from .house import PHONE, House
from .orders import NBID, document, task, wrong

NUMBER = "+4712345678"
BY_SMS = {"methods": ["scid-sms"]}
BY_HAND = {"handwritten": True}
AT_ONCE = {"name": "scid-sms", "type": "AUTHENTICATION_BASED"}
METHODS = "tasks[0].authentication.methods[0]"
NO_GATEWAY = "no SMS gateway is configured on this server"


def subject(**attributes: str) -> dict[str, Any]:
    named = [{"name": name.replace("_", "-"), "value": value} for name, value in attributes.items()]
    return {"id": "kari", "attributes": named}


def asked(house: House, **changes: Any) -> dict[str, Any]:
    usual = {
        "authentication": BY_SMS,
        "signatureMethods": [BY_HAND],
        "subject": subject(mobile=NUMBER, first_name="Kari", last_name="Dal"),
    }
    return task(document(house.ref()), **{**usual, **changes})


def task_of(house: House, made: Any) -> Task:
    id = house.task_id(made)
    with house.ports.unit_of_work() as uow:
        return uow.envelopes.of_task(id).task(id)


def enter_code(house: House, made: Any) -> None:
    id = house.task_id(made)
    send_code(id, "sms_code", house.ports)
    house.work()
    message = house.world.mailed[-1]
    assert (message.channel, message.recipient) == ("sms", NUMBER)
    found = re.search(r"\d{6}", message.text)
    assert found
    check_code(id, "sms_code", found[0], house.ports)


def sign(house: House, made: Any, method: str, text: str | None = None) -> None:
    command = SignTask(
        task_id=house.task_id(made), method=method, consent="I agree", visitor=PHONE, text=text
    )
    sign_task(command, house.ports)


def test_a_login_by_sms_comes_before_the_documents(house: House) -> None:
    made = house.order(asked(house))
    task = task_of(house, made)
    assert (task.identity_choice, task.person.name) == (("sms_code",), "Kari Dal")
    open_task(task.id, PHONE, house.ports)
    with pytest.raises(IdentityRequired):
        sign(house, made, "typed", "Kari Dal")
    enter_code(house, made)
    sign(house, made, "typed", "Kari Dal")
    assert house.state(made) == "COMPLETED"


def test_the_code_may_be_the_signature(house: House) -> None:
    made = house.order(asked(house, authentication=None, signatureMethods=[AT_ONCE]))
    open_task(house.task_id(made), PHONE, house.ports)
    with pytest.raises(IdentityRequired):
        sign(house, made, "sms_code")
    enter_code(house, made)
    sign(house, made, "sms_code")
    assert house.state(made) == "COMPLETED"


def test_who_has_no_other_name_is_known_by_the_number(house: House) -> None:
    made = house.order(asked(house, subject=subject(mobile=NUMBER)))
    assert task_of(house, made).person.name == NUMBER


def test_where_an_eid_would_do_as_well_the_subjects_name_stays(house: House) -> None:
    made = house.order(
        asked(house, authentication={"methods": ["nbid", "scid-sms"]}, signatureMethods=[NBID])
    )
    task = task_of(house, made)
    assert task.identity_choice == ("nbid", "sms_code")
    assert task.person.name == "Kari Dal"


def test_the_phone_must_be_known_when_the_order_is_made(house: House) -> None:
    for given in (None, subject(first_name="Kari")):
        answer = house.ask(asked(house, subject=given))
        assert wrong(answer) == {
            "tasks[0].subject.attributes": "must hold a mobile, to which codes are sent by SMS"
        }
    refused = wrong(house.ask(asked(house, subject=subject(mobile="12345678"))))
    assert list(refused) == ["tasks[0].subject.attributes[0].value"]


def test_without_a_gateway_the_order_is_refused(house: House) -> None:
    class MailOnly:
        channels = ("email",)

    object.__setattr__(house.ports, "mailer", MailOnly())
    assert wrong(house.ask(asked(house)))[METHODS] == NO_GATEWAY
    signing = asked(house, authentication=None, signatureMethods=[AT_ONCE])
    assert wrong(house.ask(signing)) == {"tasks[0].signatureMethods[0].name": NO_GATEWAY}


@pytest.mark.slow
def test_in_the_browser_the_code_comes_before_the_consent(
    running_server: RunningServer, open_page: OpenPage
) -> None:
    customer = new_customer(running_server)
    who = subject(mobile=NUMBER, first_name="Kari", last_name="Dal")
    made = customer.order(
        task(document(customer.upload()), signatureMethods=[AT_ONCE], subject=who)
    )
    page = open_page(locale="en-GB", **SCREEN)
    page.goto(address_of(made))
    page.get_by_test_id("start").click()
    expect(page.get_by_test_id("page-0")).to_be_visible()
    page.get_by_test_id("next").click()
    expect(page.get_by_text("+47•••78")).to_be_visible()
    mailbox = f"{running_server.url}/sandbox/mail.json"

    def codes() -> list[str]:
        found = httpx2.get(mailbox, params={"to": NUMBER}).json()["messages"]
        return [each["code"] for each in found if each["code"]]

    wait_until(lambda: bool(codes()), "the code")
    page.get_by_test_id("identity-code").fill(codes()[0])
    page.get_by_test_id("identity-submit").click()
    page.get_by_test_id("consent").check()
    page.get_by_test_id("finish").click()
    expect(page.get_by_test_id("done")).to_be_visible()
    wait_until(lambda: customer.state(made) == "COMPLETED", "the order")
    customer.api.close()

"""One-time codes by SMS, over fakes: what holds besides what holds of codes by mail."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from countersign.domain.envelope import Envelope, EnvelopeSettings
from countersign.domain.errors import IdentityRequired, Invalid, TooManyTries, Unavailable
from countersign.domain.forwarding import may_forward
from countersign.domain.task import Person
from countersign.usecases.check_code import check_code
from countersign.usecases.remind_task import remind_task
from countersign.usecases.send_code import send_code
from tests.usecases.office import API, Office, caller_of, new_task
from tests.usecases.world import Relay, World

METHOD, PHONE = "sms_code", "+4512345678"
BOTH = ("email", "sms")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def office() -> Office:
    world = World()
    ports = world.ports()
    return Office(world, ports, caller_of(ports))


def send(office: Office, phone: str | None = PHONE, **person: object) -> Envelope:
    """One signer who has to enter a code."""
    who = replace(Person(name="Kim", phone=phone), **person)  # type: ignore[arg-type]
    asked = replace(new_task(0, ()), person=who, identity=(METHOD,))
    return office.send((), tasks=(asked,), settings=EnvelopeSettings(send_invitations=True))


def ask(office: Office, envelope: Envelope) -> str:
    """Asks for a code and reads the SMS."""
    send_code(envelope.tasks[0].id, METHOD, office.ports)
    office.work()
    message = office.world.mailed[-1]
    assert (message.channel, message.recipient) == ("sms", envelope.tasks[0].person.phone)
    found = re.fullmatch(r"Your code is: (\d{6})", message.text)
    assert found
    return found[1]


def check(office: Office, envelope: Envelope, code: str) -> Envelope:
    return check_code(envelope.tasks[0].id, METHOD, code, office.ports)


def another(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


# ------------------------------------------------------------------ codes


def test_the_code_goes_to_the_phone_and_identifies(office: Office) -> None:
    envelope = send(office)
    with pytest.raises(IdentityRequired):
        office.sign(envelope, 0)
    check(office, envelope, ask(office, envelope))
    office.sign(envelope, 0)
    office.work()
    assert office.found(envelope).status == "completed"
    assert office.found(envelope).tasks[0].identified == (METHOD,)


def test_of_fifty_guesses_at_once_five_are_compared(office: Office) -> None:
    envelope = send(office)
    code = ask(office, envelope)

    def guess(_number: int) -> type[Exception]:
        try:
            check(office, envelope, another(code))
        except (Invalid, TooManyTries) as refusal:
            return type(refusal)
        raise AssertionError("a wrong code was right")

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(guess, range(50)))
    assert (answers.count(Invalid), answers.count(TooManyTries)) == (5, 45)


def test_a_code_is_good_for_ten_minutes_and_a_new_one_takes_its_place(office: Office) -> None:
    envelope = send(office)
    old = ask(office, envelope)
    with pytest.raises(TooManyTries):
        send_code(envelope.tasks[0].id, METHOD, office.ports)
    office.world.now += MINUTE
    new = ask(office, envelope)
    if old != new:
        with pytest.raises(Invalid, match="not the code"):
            check(office, envelope, old)
    office.world.now += 10 * MINUTE
    with pytest.raises(Invalid, match="too old"):
        check(office, envelope, new)


def test_one_number_gets_ten_codes_an_hour_whoever_sends(office: Office) -> None:
    other = Office(office.world, office.ports, caller_of(office.ports))
    for number in range(10):
        sender = office if number % 2 else other
        ask(sender, send(sender))
    refused = send(other)
    with pytest.raises(TooManyTries) as refusal:
        send_code(refused.tasks[0].id, METHOD, office.ports)
    assert 0 < refusal.value.retry_after <= 3600
    ask(other, send(other, "+4587654321"))
    office.world.now += HOUR
    ask(other, refused)


def test_one_number_gets_twenty_codes_a_day(office: Office) -> None:
    office.world.now = office.world.now.replace(hour=1)
    for _ in range(2):
        for _ in range(10):
            ask(office, send(office))
        office.world.now += HOUR
    envelope = send(office)
    with pytest.raises(TooManyTries):
        send_code(envelope.tasks[0].id, METHOD, office.ports)
    office.world.now += 24 * HOUR
    ask(office, envelope)


def test_an_account_has_a_limit_of_its_own(office: Office) -> None:
    ports = replace(office.ports, codes_by_sms_an_hour=3)
    mine, other = (Office(office.world, ports, caller_of(ports)) for _ in range(2))
    for number in range(3):
        ask(mine, send(mine, f"+45123456{number}0"))
    refused = send(mine, "+4512345699")
    with pytest.raises(TooManyTries):
        send_code(refused.tasks[0].id, METHOD, ports)
    ask(other, send(other, "+4512345699"))


def test_no_number_is_kept_with_the_counts(office: Office) -> None:
    ask(office, send(office))
    counts = repr(office.world.memory.state.text_counts)
    assert counts != "{}"
    assert PHONE not in counts


def test_a_code_that_would_come_too_late_is_not_sent(office: Office) -> None:
    envelope = send(office)
    office.work()
    told = len(office.world.mailed)
    send_code(envelope.tasks[0].id, METHOD, office.ports)
    office.world.now += 10 * MINUTE
    office.work()
    assert len(office.world.mailed) == told
    with office.ports.unit_of_work() as uow:
        late = uow.messages.of_envelope(envelope.id)[-1]
    assert (late.status, late.reply) == ("refused", "the code would have come too late")
    assert late.text == ""


def test_where_the_gateway_was_taken_away_nobody_is_promised_a_code(office: Office) -> None:
    envelope = send(office)
    with pytest.raises(Unavailable):
        send_code(envelope.tasks[0].id, METHOD, without_gateway(office).ports)


def test_who_has_to_have_one_phone_cannot_pass_the_task_on(office: Office) -> None:
    task = replace(send(office).tasks[0], may_forward=True)
    assert not may_forward(task)
    assert may_forward(replace(task, identity=("email_code",)))


# ------------------------------------------------------------------ what is refused at once


def without_gateway(office: Office) -> Office:
    class MailOnly(Relay):
        channels = ("email",)

    ports = replace(office.ports, mailer=MailOnly([]))
    return Office(office.world, ports, office.caller)


@pytest.mark.parametrize("phone", [None, "", "12345678", "+45 12 34 56 78"])
def test_without_a_number_nothing_is_sent(office: Office, phone: str | None) -> None:
    with pytest.raises(Invalid) as refusal:
        send(office, phone)
    assert list(refusal.value.fields) == ["tasks[0].person.phone"]


def test_without_a_gateway_nothing_is_sent(office: Office) -> None:
    with pytest.raises(Invalid) as refusal:
        send(without_gateway(office))
    assert "gateway" in refusal.value.fields["tasks[0].person.phone"]


# ------------------------------------------------------------------ being told


def told(office: Office) -> list[tuple[str, str, str]]:
    """Does what is due, then: the way, to whom and the first word, since last time."""
    office.work()
    found = [(one.channel, one.recipient, one.subject.split()[0]) for one in office.world.mailed]
    office.world.mailed.clear()
    return found


def reached(office: Office, *ways: str, **settings: object) -> Envelope:
    person = Person(name="Kim", email="kim@firm.example", phone=PHONE, reached_by=ways)
    usual = EnvelopeSettings(send_invitations=True, send_final_copy=True)
    return office.send(
        (),
        tasks=(replace(new_task(0, ()), person=person),),
        settings=replace(usual, **settings),  # type: ignore[arg-type]
    )


def test_who_is_reached_by_sms_gets_all_of_it_by_sms(office: Office) -> None:
    envelope = reached(office, "sms", reminder_days=3)
    assert told(office) == [("sms", PHONE, "Please")]
    office.world.now += timedelta(days=3)
    assert told(office) == [("sms", PHONE, "Reminder:")]
    office.world.now += 2 * HOUR
    remind_task(envelope.tasks[0].id, office.caller, API, office.ports)
    assert told(office) == [("sms", PHONE, "Reminder:")]
    office.sign(envelope, 0)
    assert told(office) == [("sms", PHONE, "Signed:")]


def test_who_is_reached_both_ways_is_told_both_ways_once(office: Office) -> None:
    reached(office, *BOTH)
    wanted = [("email", "kim@firm.example", "Please"), ("sms", PHONE, "Please")]
    assert told(office) == wanted
    assert told(office) == []


def test_a_number_alone_is_no_wish_to_be_told_by_sms(office: Office) -> None:
    reached(office, "email")
    assert told(office) == [("email", "kim@firm.example", "Please")]

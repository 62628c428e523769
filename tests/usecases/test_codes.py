"""One-time codes by mail, over fakes."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from countersign.domain.envelope import Envelope
from countersign.domain.errors import (
    Gone,
    IdentityRequired,
    Invalid,
    NotFound,
    TooManyTries,
)
from countersign.usecases.cancel_envelope import cancel_envelope
from countersign.usecases.check_code import check_code
from countersign.usecases.send_code import send_code
from tests.usecases.office import API, Office, caller_of, new_task
from tests.usecases.world import World

METHOD = "email_code"


@pytest.fixture
def office() -> Office:
    world = World()
    ports = world.ports()
    return Office(world, ports, caller_of(ports))


@pytest.fixture
def envelope(office: Office) -> Envelope:
    """One signer who has to enter a code."""
    asked = replace(new_task(0, ()), identity=(METHOD,))
    return office.send((), tasks=(asked,))


def code_sent(office: Office, envelope: Envelope) -> str:
    """Asks for a code and reads the mail."""
    send_code(envelope.tasks[0].id, METHOD, office.ports)
    office.work()
    found = re.fullmatch(r"Your code is: (\d{6})", office.world.mailed[-1].text)
    assert found
    return found[1]


def another(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def check(office: Office, envelope: Envelope, code: str) -> Envelope:
    return check_code(envelope.tasks[0].id, METHOD, code, office.ports)


def test_the_right_code_identifies_and_then_signing_works(
    office: Office, envelope: Envelope
) -> None:
    with pytest.raises(IdentityRequired):
        office.sign(envelope, 0)
    check(office, envelope, code_sent(office, envelope))
    office.sign(envelope, 0)
    office.work()
    assert office.found(envelope).status == "completed"
    assert office.happened(envelope)["identity_proved"] == 1


def test_a_code_goes_out_though_nothing_else_is_mailed(office: Office, envelope: Envelope) -> None:
    code_sent(office, envelope)
    assert [mail.subject for mail in office.world.mailed] == ["Code: Contract"]


def test_the_code_stays_nowhere_once_it_was_mailed(office: Office, envelope: Envelope) -> None:
    code = code_sent(office, envelope)
    assert code not in repr(office.world.memory.state)


def test_after_five_wrong_tries_the_right_code_is_of_no_use(
    office: Office, envelope: Envelope
) -> None:
    code = code_sent(office, envelope)
    for _ in range(5):
        with pytest.raises(Invalid, match="not the code"):
            check(office, envelope, another(code))
    with pytest.raises(TooManyTries) as refusal:
        check(office, envelope, code)
    assert refusal.value.retry_after == 30
    office.world.now += timedelta(seconds=30)
    check(office, envelope, code_sent(office, envelope))


def test_of_fifty_guesses_at_once_five_are_compared(office: Office, envelope: Envelope) -> None:
    code = code_sent(office, envelope)

    def guess(_number: int) -> type[Exception]:
        try:
            check(office, envelope, another(code))
        except (Invalid, TooManyTries) as refusal:
            return type(refusal)
        raise AssertionError("a wrong code was right")

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(guess, range(50)))
    assert (answers.count(Invalid), answers.count(TooManyTries)) == (5, 45)


def test_a_new_code_makes_the_old_one_worthless(office: Office, envelope: Envelope) -> None:
    old = code_sent(office, envelope)
    office.world.now += timedelta(seconds=30)
    new = code_sent(office, envelope)
    if old != new:
        with pytest.raises(Invalid):
            check(office, envelope, old)
    check(office, envelope, new)


def test_a_code_is_too_old_after_ten_minutes(office: Office, envelope: Envelope) -> None:
    code = code_sent(office, envelope)
    office.world.now += timedelta(minutes=10)
    with pytest.raises(Invalid, match="too old"):
        check(office, envelope, code)


def test_codes_cannot_be_had_as_fast_as_one_asks(office: Office, envelope: Envelope) -> None:
    for _ in range(5):
        code_sent(office, envelope)
        with pytest.raises(TooManyTries):
            send_code(envelope.tasks[0].id, METHOD, office.ports)
        office.world.now += timedelta(minutes=1)
    with pytest.raises(TooManyTries) as refusal:
        send_code(envelope.tasks[0].id, METHOD, office.ports)
    assert refusal.value.retry_after == 59 * 60
    assert len(office.world.mailed) == 5


def test_who_is_identified_stays_so_and_needs_no_code(office: Office, envelope: Envelope) -> None:
    """A second device that opens the link later is asked for nothing."""
    check(office, envelope, code_sent(office, envelope))
    send_code(envelope.tasks[0].id, METHOD, office.ports)
    office.work()
    again = check(office, envelope, "whatever")
    assert again.tasks[0].identity_due == ()
    assert len(office.world.mailed) == 1


def test_what_is_not_asked_for_or_over_gets_no_code(office: Office, envelope: Envelope) -> None:
    task_id = envelope.tasks[0].id
    with pytest.raises(Invalid, match="not offered"):
        send_code(task_id, "sms_code", office.ports)
    with pytest.raises(Invalid, match="no code was sent"):
        check(office, envelope, "123456")
    with pytest.raises(NotFound):
        send_code("nobody", METHOD, office.ports)
    cancel_envelope(envelope.id, office.caller, API, office.ports)
    for ask in (
        lambda: send_code(task_id, METHOD, office.ports),
        lambda: check(office, envelope, "1"),
    ):
        with pytest.raises(Gone):
            ask()

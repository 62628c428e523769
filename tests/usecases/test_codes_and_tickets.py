"""Short codes that lead to a task, and tickets that stand for a login."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from countersign.domain.envelope import Envelope
from countersign.domain.errors import Invalid, NotFound
from countersign.domain.identity import TICKET
from countersign.domain.sign_code import ALPHABET, code_of, hash_of
from countersign.usecases.sign_code import find_by_code, sign_code
from countersign.usecases.ticket import issue_ticket, use_ticket
from tests.usecases.office import Office, caller_of, new_task
from tests.usecases.world import World


@pytest.fixture
def office() -> Office:
    world = World()
    ports = world.ports()
    return Office(world, ports, caller_of(ports))


def code(office: Office, envelope: Envelope, number: int = 0) -> str:
    with office.ports.unit_of_work() as uow:
        made = sign_code(envelope.tasks[number].id, office.ports, uow)
        uow.commit()
    return made


def test_a_code_leads_to_its_task_however_it_is_typed(office: Office) -> None:
    envelope = office.send((), ())
    made = code(office, envelope)
    assert made == code(office, envelope)
    assert made != code(office, envelope, 1)
    for typed in (made, made.lower(), made.replace("-", ""), f" {made.replace('-', ' ')} "):
        assert find_by_code(typed, office.ports).id == envelope.tasks[0].id


def test_what_looks_alike_is_the_same() -> None:
    assert hash_of("O0IL1-AAAAA", b"k") == hash_of("00111-aaaaa", b"k")


@pytest.mark.parametrize("typed", ["", "12345", "1234567890A", "ÅÄÖÅÄ-ÖÅÄÖÅ", "U" * 10, "\0" * 10])
def test_what_is_no_code_leads_nowhere(office: Office, typed: str) -> None:
    assert hash_of(typed, b"k") is None
    with pytest.raises(NotFound):
        find_by_code(typed, office.ports)


def test_a_code_that_was_never_told_leads_nowhere(office: Office) -> None:
    envelope = office.send(())
    made = code_of(envelope.tasks[0].id, 0, office.ports.code_key)
    with pytest.raises(NotFound):
        find_by_code(made, office.ports)


def test_a_code_ends_with_its_task(office: Office) -> None:
    envelope = office.send((), (), due_at=office.world.now + timedelta(days=1))
    made, other = code(office, envelope), code(office, envelope, 1)
    office.sign(envelope, 0)
    with pytest.raises(NotFound):
        find_by_code(made, office.ports)
    office.world.now += timedelta(days=1)
    with pytest.raises(NotFound):
        find_by_code(other, office.ports)


def test_a_code_that_another_task_has_is_passed_over(office: Office) -> None:
    envelope = office.send(())
    first = code_of(envelope.tasks[0].id, 0, office.ports.code_key)
    with office.ports.unit_of_work() as uow:
        uow.sign_codes.claim(hash_of(first, office.ports.code_key) or "", "another")
        uow.commit()
    assert code(office, envelope) != first


def test_nothing_that_is_kept_is_a_code(office: Office) -> None:
    made = code(office, office.send(()))
    kept = repr(office.world.memory.state.sign_codes)
    assert made not in kept
    assert made.replace("-", "") not in kept


def test_codes_use_their_whole_alphabet() -> None:
    codes = "".join(code_of(str(number), 0, b"k") for number in range(2000)).replace("-", "")
    assert set(codes) == set(ALPHABET)
    assert max(codes.count(letter) for letter in ALPHABET) < 2 * len(codes) / len(ALPHABET)


# ------------------------------------------------------------------ tickets


def asking(office: Office) -> Envelope:
    task = replace(new_task(0, ()), identity_choice=("nbid", TICKET))
    return office.send(tasks=(task, replace(task)))


def issue(office: Office, envelope: Envelope) -> str:
    with office.ports.unit_of_work() as uow:
        made = issue_ticket([task.id for task in envelope.tasks], office.ports, uow)
        uow.commit()
    return made


def test_a_ticket_stands_for_the_login_once_for_each_task(office: Office) -> None:
    envelope = asking(office)
    ticket = issue(office, envelope)
    for task in envelope.tasks:
        assert task.identity_due
        use_ticket(task.id, ticket, office.ports)
    assert [task.identity_due for task in office.found(envelope).tasks] == [(), ()]
    assert office.happened(envelope)["identity_proved"] == 2
    use_ticket(envelope.tasks[0].id, ticket, office.ports)
    assert office.happened(envelope)["identity_proved"] == 2


def test_a_ticket_of_half_a_minute_ago_is_none(office: Office) -> None:
    envelope = asking(office)
    ticket = issue(office, envelope)
    office.world.now += timedelta(seconds=30)
    with pytest.raises(Invalid):
        use_ticket(envelope.tasks[0].id, ticket, office.ports)
    assert office.found(envelope).tasks[0].identity_due


@pytest.mark.parametrize("ticket", ["", "x" * 43, "ö"])
def test_another_ticket_is_none(office: Office, ticket: str) -> None:
    envelope = asking(office)
    issue(office, envelope)
    with pytest.raises(Invalid):
        use_ticket(envelope.tasks[0].id, ticket, office.ports)


def test_a_ticket_of_another_task_is_none(office: Office) -> None:
    envelope, other = asking(office), asking(office)
    ticket = issue(office, envelope)
    with pytest.raises(Invalid):
        use_ticket(other.tasks[0].id, ticket, office.ports)


def test_a_task_that_asks_for_none_takes_none(office: Office) -> None:
    envelope = office.send(())
    with pytest.raises(Invalid):
        use_ticket(envelope.tasks[0].id, issue(office, envelope), office.ports)


def test_the_ticket_is_not_kept(office: Office) -> None:
    ticket = issue(office, asking(office))
    assert ticket not in repr(office.world.memory.state)

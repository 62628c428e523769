"""A person hands the task to somebody else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.domain.envelope import Envelope, EnvelopeSettings, EnvelopeStatus
from countersign.domain.errors import (
    AlreadyCompleted,
    Conflict,
    Gone,
    IdentityRequired,
    Invalid,
    NotYourTurn,
)
from countersign.domain.forwarding import correct_address
from countersign.domain.identity import prove
from countersign.domain.task import Person, Task, TaskStatus
from countersign.usecases.chat_author import person
from countersign.usecases.forward_task import ForwardTask, forward_task
from countersign.usecases.open_task import is_over
from countersign.usecases.read_chat import read_chat
from tests.usecases.office import PHONE, Office, caller_of, new_task
from tests.usecases.world import World


@pytest.fixture
def office() -> Office:
    world = World()
    ports = world.ports()
    return Office(world, ports, caller_of(ports))


def sent(office: Office, **changes: object) -> Envelope:
    """Two people sign one after the other; the first may hand it on."""
    first = replace(new_task(0, ()), may_forward=True, **changes)  # type: ignore[arg-type]
    return office.send(tasks=(first, new_task(1, (0,))))


def hand_on(office: Office, task: Task, **changes: str) -> Envelope:
    command = ForwardTask(task_id=task.id, name="Eva Berg", email="eva@example.org", visitor=PHONE)
    return forward_task(replace(command, **changes), office.ports)  # type: ignore[arg-type]


def taken_over(envelope: Envelope) -> Task:
    return next(task for task in envelope.tasks if task.forwarded_from)


def test_the_new_person_signs_in_the_place_of_the_old_one(office: Office) -> None:
    envelope = sent(office)
    old, other = envelope.tasks
    envelope = hand_on(office, old, phone="+47 1")
    new = taken_over(envelope)
    assert (new.person.name, new.person.phone) == ("Eva Berg", "+47 1")
    assert new.fields == old.fields
    assert envelope.task(other.id).after == (new.id,)
    assert envelope.task(old.id).forwarded_to == new.id
    office.sign(envelope, envelope.tasks.index(new))
    envelope = office.found(envelope)
    office.sign(envelope, envelope.tasks.index(envelope.task(other.id)))
    office.work()
    done = office.found(envelope)
    assert done.status is EnvelopeStatus.COMPLETED
    assert done.task(old.id).status is TaskStatus.CANCELLED
    signed = [segment.task_id for segment in done.documents[0].segments if segment.task_id]
    assert signed == [new.id, other.id]


def test_the_new_link_is_mailed_and_the_old_one_says_so(office: Office) -> None:
    envelope = sent(office)
    old = envelope.tasks[0]
    envelope = hand_on(office, old)
    office.work()
    (mail,) = [mail for mail in office.world.mailed if mail.recipient == "eva@example.org"]
    new = taken_over(envelope)
    assert office.world.links.signing(new) in mail.text
    assert is_over(envelope, old.id, office.ports) == "forwarded"
    with pytest.raises(Gone, match="forwarded"):
        office.sign(envelope, envelope.tasks.index(envelope.task(old.id)))


def test_the_new_person_begins_afresh_and_hands_it_to_nobody(office: Office) -> None:
    envelope = hand_on(office, sent(office).tasks[0])
    new = taken_over(envelope)
    assert (new.opened_at, new.identified, new.act) == (None, (), None)
    with pytest.raises(Conflict):
        hand_on(office, new, email="third@example.org")


def test_only_what_the_sender_lets_be_handed_on_is(office: Office) -> None:
    envelope = office.send((), tasks=(new_task(0, ()),))
    with pytest.raises(Conflict):
        hand_on(office, envelope.tasks[0])


def test_who_must_be_one_particular_person_stays_it(office: Office) -> None:
    person = Person(name="Ada", email="ada@example.org", national_id="19800101-1234")
    with pytest.raises(Conflict):
        hand_on(office, sent(office, person=person).tasks[0])


def test_nothing_is_handed_on_too_early_too_late_or_by_a_stranger(office: Office) -> None:
    with pytest.raises(IdentityRequired):
        hand_on(office, sent(office, identity=("email_code",)).tasks[0])
    envelope = sent(office)
    with pytest.raises(NotYourTurn):
        hand_on(office, envelope.tasks[1])
    office.sign(envelope, 0)
    with pytest.raises(AlreadyCompleted):
        hand_on(office, envelope.tasks[0])


def test_an_eid_says_who_signs_not_whoever_handed_it_on(office: Office) -> None:
    envelope = hand_on(
        office, sent(office, methods=("drawn", "bankid_se")).tasks[0], name="Bob Boss"
    )
    new = taken_over(envelope)
    again, _ = correct_address(envelope, new.id, "new", "eva@example.com", office.ports.clock())
    for held, id in ((envelope, new.id), (again, "new")):
        proved, _ = prove(held, id, "bankid_se", "ab" * 32, office.ports.clock(), "Eva Berg")
        assert proved.task(id).person.name == "Eva Berg"
        coded, _ = prove(held, id, "email_code", None, office.ports.clock())
        assert coded.task(id).person.name == "Bob Boss"


def test_what_the_sender_calls_somebody_stays_at_another_address(office: Office) -> None:
    envelope, now = sent(office, methods=("drawn", "bankid_se")), office.ports.clock()
    old = envelope.tasks[0]
    envelope, _ = correct_address(envelope, old.id, "new", "other@example.org", now)
    proved, _ = prove(envelope, "new", "bankid_se", "ab" * 32, now, "Eva Maria Berg")
    assert proved.task("new").person.name == old.person.name


def test_twice_at_once_makes_one_new_task(office: Office) -> None:
    envelope = sent(office)
    hand_on(office, envelope.tasks[0])
    with pytest.raises(Gone):
        hand_on(office, envelope.tasks[0], email="third@example.org")
    assert office.happened(envelope)["task_forwarded"] == 1


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"name": " "}, "name"),
        ({"email": "nobody"}, "email"),
        ({"email": "P0@example.org"}, "email"),
        ({"name": "x" * 301}, "name"),
    ],
)
def test_it_is_said_who_takes_it(office: Office, changes: dict[str, str], wrong: str) -> None:
    with pytest.raises(Invalid) as refused:
        hand_on(office, sent(office).tasks[0], **changes)
    assert list(refused.value.fields) == [wrong]


def test_who_handed_it_on_is_known_even_where_the_sender_did_not_say(office: Office) -> None:
    envelope = sent(office, person=Person(name=""))
    old = envelope.tasks[0]
    envelope = hand_on(office, old, own_name="Ada", own_email="ada@example.org")
    assert envelope.task(old.id).person == Person(name="Ada", email="ada@example.org")


def test_who_handed_it_on_reads_nothing_more(office: Office) -> None:
    task = replace(new_task(0, ()), may_forward=True)
    envelope = office.send(tasks=(task,), settings=EnvelopeSettings(chat=True))
    old = envelope.tasks[0]
    assert read_chat(person(old.id), office.ports).total == 0
    new = taken_over(hand_on(office, old))
    with pytest.raises(Gone):
        read_chat(person(old.id), office.ports)
    assert read_chat(person(new.id), office.ports).may_write

"""Proving who one is with an eID, over fakes."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from countersign.adapters.identity.of_account import AccountEids
from countersign.adapters.identity.simulated import SimulatedIdentity
from countersign.domain.envelope import Envelope
from countersign.domain.errors import Invalid, NotYourTurn, Unavailable
from countersign.domain.task import Person
from countersign.usecases.cancel_identity import cancel_identity
from countersign.usecases.collect_identity import Standing, collect_identity
from countersign.usecases.sign_task import SignTask, sign_task
from countersign.usecases.simulate_identity import SimulatedPerson, simulate_identity
from countersign.usecases.start_identity import StartIdentity, start_identity
from tests.usecases.fake_identity import FakeIdentity
from tests.usecases.office import PHONE, Office, caller_of, new_task
from tests.usecases.world import World

METHOD = "bankid_se"
ASTRID, SOMEBODY = "196408233234", "191212121212"


@pytest.fixture
def eid() -> FakeIdentity:
    return FakeIdentity()


@pytest.fixture
def office(eid: FakeIdentity) -> Office:
    world = World()
    ports = replace(world.ports(), identity=AccountEids(eid))
    return Office(world, ports, caller_of(ports))


@pytest.fixture
def envelope(office: Office) -> Envelope:
    return sent(office)


def sent(office: Office) -> Envelope:
    """One who signs with an eID, and one who waits for them."""
    person = Person(name="Astrid", email="astrid@example.org", national_id=ASTRID)
    first = replace(new_task(0, ()), person=person, methods=(METHOD,), identity=(METHOD,))
    second = replace(new_task(1, (0,)), identity=(METHOD,))
    return office.send((), tasks=(first, second))


def start(office: Office, envelope: Envelope, number: int = 0) -> object:
    return start_identity(command(envelope, number), office.ports)


def command(envelope: Envelope, number: int = 0) -> StartIdentity:
    return StartIdentity(
        task_id=envelope.tasks[number].id, method=METHOD, ip="192.0.2.7", text="I sign"
    )


def collect(office: Office, envelope: Envelope) -> Standing:
    return collect_identity(envelope.tasks[0].id, METHOD, office.ports)


def test_the_right_person_is_identified_and_signs(
    office: Office, eid: FakeIdentity, envelope: Envelope
) -> None:
    assert collect(office, envelope) == Standing(status="idle")
    assert start(office, envelope) == {"qr": "0"}
    assert collect(office, envelope).status == "pending"
    eid.approve("order-1", ASTRID, "Astrid Berg")
    assert collect(office, envelope) == Standing(status="proved")
    task = envelope.tasks[0].id
    sign_task(SignTask(task_id=task, method=METHOD, consent="I agree", visitor=PHONE), office.ports)
    act = office.found(envelope).tasks[0].act
    assert act
    assert act.method == METHOD


def test_what_the_eid_gave_is_kept_and_its_digest_is_evidence(
    office: Office, eid: FakeIdentity, envelope: Envelope
) -> None:
    start(office, envelope)
    eid.approve("order-1", ASTRID, "Astrid Berg")
    collect(office, envelope)
    with office.ports.unit_of_work() as uow:
        assert uow.identity.proof(envelope.tasks[0].id, METHOD) == b"signed"
        events = [link.event for link in uow.envelopes.evidence(envelope.id)]
    assert dict(events[-1].data) == {
        "method": METHOD,
        "proof": hashlib.sha256(b"signed").hexdigest(),
    }


def test_the_provider_learns_whom_and_what_it_is_about(
    office: Office, eid: FakeIdentity, envelope: Envelope
) -> None:
    start(office, envelope)
    asked = eid.asked["order-1"]
    upload = office.world.files.read(envelope.documents[0].base or envelope.documents[0].upload)
    assert (asked.national_id, asked.ip, asked.text) == (ASTRID, "192.0.2.7", "I sign")
    assert asked.digest == hashlib.sha256(upload).hexdigest()
    assert asked.return_url == office.ports.links.signing(envelope.tasks[0])


def test_another_person_is_refused_which_is_evidence(
    office: Office, eid: FakeIdentity, envelope: Envelope
) -> None:
    start(office, envelope)
    eid.approve("order-1", SOMEBODY, "Bo Ek")
    with pytest.raises(Invalid, match="another person"):
        collect(office, envelope)
    assert office.happened(envelope)["identity_refused"] == 1
    assert office.found(envelope).tasks[0].identity_due == (METHOD,)
    assert SOMEBODY not in repr(office.world.memory.state)
    assert collect(office, envelope) == Standing(status="idle")


def test_nobody_signs_in_the_name_of_who_logged_in_before(
    office: Office, eid: FakeIdentity
) -> None:
    """The sender named nobody; both have the link, and each an eID of another kind."""
    eid.methods = (METHOD, "nbid")
    person = Person(name="", email="astrid@example.org")
    one = replace(new_task(0, ()), person=person, methods=(METHOD,), identity_choice=("nbid",))
    envelope = office.send((), tasks=(one,))
    start_identity(replace(command(envelope), method="nbid"), office.ports)
    eid.approve("order-1", ASTRID, "Astrid Berg")
    collect_identity(envelope.tasks[0].id, "nbid", office.ports)
    start(office, envelope)
    eid.approve("order-2", SOMEBODY, "Bo Ek")
    with pytest.raises(Invalid, match="another person"):
        collect(office, envelope)
    task = office.found(envelope).tasks[0]
    assert (task.person.name, task.identified) == ("Astrid Berg", ("nbid",))
    start(office, envelope)
    eid.approve("order-3", ASTRID, "Berg, Astrid Maria")
    assert collect(office, envelope) == Standing(status="proved")


def test_who_breaks_it_off_may_begin_again(
    office: Office, eid: FakeIdentity, envelope: Envelope
) -> None:
    start(office, envelope)
    eid.refuse("order-1")
    assert collect(office, envelope) == Standing(status="failed", hint="userCancel")
    start(office, envelope)
    cancel_identity(envelope.tasks[0].id, METHOD, office.ports)
    cancel_identity(envelope.tasks[0].id, METHOD, office.ports)
    assert str(eid.outcomes["order-2"]) == "Failed(hint='cancelled')"
    assert collect(office, envelope).status == "idle"


def test_beginning_again_breaks_off_the_order_before(
    office: Office, eid: FakeIdentity, envelope: Envelope
) -> None:
    start(office, envelope)
    start(office, envelope)
    assert list(eid.outcomes) == ["order-1"]
    eid.approve("order-2", ASTRID, "Astrid Berg")
    assert collect(office, envelope).status == "proved"


def test_of_two_devices_that_begin_at_once_one_order_is_left(
    office: Office, eid: FakeIdentity, envelope: Envelope
) -> None:
    original, overtaken = eid.start, []

    def overtaking(request):  # type: ignore[no-untyped-def]
        started = original(request)
        if not overtaken:
            overtaken.append(True)
            start(office, envelope)
        return started

    eid.start = overtaking  # type: ignore[method-assign]
    start(office, envelope)
    assert set(eid.asked) - set(eid.outcomes) == {"order-3"}


def test_a_proof_that_one_page_collected_is_good_for_the_other(
    office: Office, eid: FakeIdentity, envelope: Envelope
) -> None:
    """Providers tell of a proof once; the other page is told that it failed."""
    start(office, envelope)
    original = eid.collect

    def second_page(*arguments):  # type: ignore[no-untyped-def]
        eid.collect = original  # type: ignore[method-assign]
        eid.approve("order-1", ASTRID, "Astrid Berg")
        assert collect(office, envelope).status == "proved"
        eid.refuse("order-1")
        return original(*arguments)

    eid.collect = second_page  # type: ignore[method-assign]
    assert collect(office, envelope).status == "proved"


def test_a_provider_that_is_away_changes_nothing(
    office: Office, eid: FakeIdentity, envelope: Envelope
) -> None:
    start(office, envelope)
    eid.silent = True
    for ask in (lambda: start(office, envelope), lambda: collect(office, envelope)):
        with pytest.raises(Unavailable):
            ask()
    eid.silent = False
    eid.approve("order-1", ASTRID, "Astrid Berg")
    assert collect(office, envelope).status == "proved"


def test_who_waits_cannot_begin(office: Office, envelope: Envelope) -> None:
    with pytest.raises(NotYourTurn):
        start(office, envelope, 1)


def test_a_sandbox_is_told_who_it_was(office: Office) -> None:
    simulated = SimulatedIdentity((METHOD,))
    office.ports = replace(
        office.ports, identity=AccountEids(simulated, simulated=True), simulated=simulated
    )
    envelope = sent(office)
    person = SimulatedPerson(national_id=SOMEBODY, name="Bo Ek")
    with pytest.raises(Invalid, match="another person"):
        simulate_identity(command(envelope), person, office.ports)
    broken_off = simulate_identity(command(envelope), SimulatedPerson(cancel=True), office.ports)
    assert broken_off == Standing(status="failed", hint="userCancel")
    right = SimulatedPerson(name="Astrid Berg")
    assert simulate_identity(command(envelope), right, office.ports).status == "proved"
    assert simulate_identity(command(envelope), person, office.ports).status == "proved"


def test_nothing_is_simulated_outside_a_sandbox(office: Office, envelope: Envelope) -> None:
    with pytest.raises(Invalid, match="simulated"):
        simulate_identity(command(envelope), SimulatedPerson(name="Astrid"), office.ports)

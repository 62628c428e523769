"""A signer whose key is with somebody else: prepared, asked, finished."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from countersign.domain.envelope import Envelope
from countersign.domain.errors import AlreadyCompleted, Gone, Invalid, NotYourTurn
from countersign.domain.task import TaskStatus
from countersign.usecases.open_task import open_task
from countersign.usecases.pki_port import KeyOwner
from countersign.usecases.sign_remotely import (
    LIFETIME,
    RemoteAct,
    finish_remotely,
    prepare_remotely,
)
from countersign.usecases.sign_task import SignTask
from tests.usecases.office import PHONE, Office, caller_of
from tests.usecases.world import World

MINUTES = timedelta(minutes=3)
METHOD = "key:NBID"
OWNER = KeyOwner(name="Ada", national_id="", certificate=b"own", chain=(), root=b"root")


@pytest.fixture
def office() -> Office:
    world = World()
    ports = world.ports()
    return Office(world, ports, caller_of(ports))


def sent(office: Office, *after: tuple[int, ...], **changes: object) -> Envelope:
    """An envelope whose people may sign with their own keys as well."""
    envelope = office.send(*after, **changes)
    tasks = tuple(replace(task, methods=("typed", METHOD)) for task in envelope.tasks)
    with office.ports.unit_of_work() as uow:
        uow.envelopes.save(replace(envelope, tasks=tasks), [])
        uow.commit()
    return office.found(envelope)


def prepared(office: Office, envelope: Envelope, number: int) -> RemoteAct:
    """As it comes back from where it was stored."""
    command = SignTask(
        task_id=envelope.tasks[number].id,
        method=METHOD,
        consent="I agree",
        visitor=PHONE,
    )
    remote = prepare_remotely(command, OWNER, office.ports)
    read = RemoteAct.from_json(remote.to_json())
    assert read == remote
    office.world.now += MINUTES
    return read


def values(remote: RemoteAct) -> list[bytes]:
    """The fake engine's idea of a signature."""
    return [one[::-1] for one in remote.hashes]


def finished(remote: RemoteAct, office: Office) -> Envelope:
    done = finish_remotely(remote, values(remote), office.ports)
    assert done is not None
    return done


def test_an_act_is_recorded_when_the_signature_comes(office: Office) -> None:
    envelope = sent(office, ())
    begun = office.world.now
    remote = prepared(office, envelope, 0)
    assert office.found(envelope).tasks[0].status is TaskStatus.READY
    done = finished(remote, office).tasks[0]
    assert done.status is TaskStatus.COMPLETED
    assert done.act == remote.act
    assert (done.act.at, done.completed_at) == (begun, begun + MINUTES)
    office.work()
    assert office.found(envelope).status.value == "completed"
    kinds = [segment.kind.value for segment in office.found(envelope).documents[0].segments]
    assert kinds[:2] == ["certification", "act"]


def test_who_signs_meanwhile_makes_it_be_prepared_again(office: Office) -> None:
    envelope = sent(office, (), ())
    remote = prepared(office, envelope, 0)
    office.sign(envelope, 1)
    assert finish_remotely(remote, values(remote), office.ports) is None
    done = finished(prepared(office, envelope, 0), office)
    kinds = [segment.kind.value for segment in done.documents[0].segments]
    assert kinds == ["certification", "act", "act"]


def test_who_only_looks_meanwhile_disturbs_nobody(office: Office) -> None:
    envelope = sent(office, (), ())
    remote = prepared(office, envelope, 0)
    open_task(envelope.tasks[1].id, PHONE, office.ports)
    assert finish_remotely(remote, values(remote), office.ports)


def test_a_signature_counts_once(office: Office) -> None:
    envelope = sent(office, (), ())
    remote = prepared(office, envelope, 0)
    finish_remotely(remote, values(remote), office.ports)
    with pytest.raises(AlreadyCompleted):
        finish_remotely(remote, values(remote), office.ports)


def test_a_wrong_or_a_missing_signature_changes_nothing(office: Office) -> None:
    envelope = sent(office, ())
    remote = prepared(office, envelope, 0)
    for wrong in ([], [b"wrong"], values(remote) * 2):
        with pytest.raises(Invalid):
            finish_remotely(remote, wrong, office.ports)
    assert office.found(envelope).documents[0].segments == ()
    assert finish_remotely(remote, values(remote), office.ports)


def test_the_deadline_counts_when_the_signature_comes(office: Office) -> None:
    envelope = sent(office, (), due_at=office.world.now + timedelta(minutes=2))
    remote = prepared(office, envelope, 0)
    with pytest.raises(Gone):
        finish_remotely(remote, values(remote), office.ports)


def test_an_act_that_waited_for_too_long_is_prepared_again(office: Office) -> None:
    envelope = sent(office, ())
    remote = prepared(office, envelope, 0)
    office.world.now += LIFETIME
    assert finish_remotely(remote, values(remote), office.ports) is None
    assert office.found(envelope).documents[0].segments == ()


def test_the_certificate_is_the_proof_of_who_it_was(office: Office) -> None:
    envelope = sent(office, ())
    before = office.happened(envelope)
    done = finished(prepared(office, envelope, 0), office)
    assert done.tasks[0].identified == (METHOD,)
    assert (office.happened(envelope) - before)["identity_proved"] == 1
    with office.ports.unit_of_work() as uow:
        assert uow.identity.proof(envelope.tasks[0].id, METHOD) == OWNER.certificate


def test_nobody_is_asked_before_their_turn(office: Office) -> None:
    envelope = sent(office, (), (0,))
    with pytest.raises(NotYourTurn):
        prepared(office, envelope, 1)


def test_what_a_signer_wrote_is_not_shown_in_logs(office: Office) -> None:
    assert "Person 0" not in repr(prepared(office, sent(office, ()), 0).documents)

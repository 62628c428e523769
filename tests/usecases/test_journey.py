"""The use cases together, over fakes: from sending to completed, and every way it may end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from countersign.domain.delivery import MessageStatus
from countersign.domain.document import Base, Document
from countersign.domain.envelope import Envelope, EnvelopeSettings
from countersign.domain.errors import (
    AlreadyCompleted,
    Forbidden,
    Gone,
    NotFound,
    NotYourTurn,
    StaleState,
    TooSoon,
    Unavailable,
)
from countersign.domain.task import Area, FieldKind
from countersign.usecases.cancel_envelope import cancel_envelope
from countersign.usecases.decline_task import decline_task
from countersign.usecases.open_task import is_over, open_task
from countersign.usecases.remind_task import remind_task
from countersign.usecases.send_envelope import NewField
from countersign.usecases.sign_task import SignTask, sign_task
from countersign.usecases.views import get_envelope
from tests.usecases.fake_engine import FakeEngine
from tests.usecases.office import API, PHONE, Office, caller_of, new_task
from tests.usecases.world import World


@pytest.fixture
def office() -> Office:
    world = World()
    ports = world.ports()
    return Office(world, ports, caller_of(ports))


def test_an_envelope_is_completed_when_everybody_has_signed(office: Office) -> None:
    envelope = office.send((), ())
    office.sign(envelope, 0)
    office.work()
    assert office.found(envelope).status == "open"
    office.sign(envelope, 1)
    office.work()
    done = office.found(envelope)
    kinds = [str(segment.kind) for segment in done.documents[0].segments]
    assert (str(done.status), done.audit is not None) == ("completed", True)
    assert kinds == ["certification", "act", "act", "seal"]


def test_doing_every_job_twice_changes_nothing(office: Office) -> None:
    envelope = office.send((), settings=EnvelopeSettings(send_invitations=True))
    office.sign(envelope, 0)
    waiting = list(office.world.memory.jobs)
    office.work()
    before = (office.found(envelope), office.happened(envelope), len(office.world.mailed))
    with office.ports.unit_of_work() as uow:
        for job in waiting:
            uow.jobs.add(job)
        uow.commit()
    office.work()
    assert (office.found(envelope), office.happened(envelope), len(office.world.mailed)) == before


def test_a_base_is_shared_by_equal_uploads_and_layouts(office: Office) -> None:
    one, other = office.send((), ()), office.send((), ())
    assert one.documents[0].base == other.documents[0].base
    assert office.send(()).documents[0].base_key != one.documents[0].base_key


def test_who_prepares_the_same_at_once_stands_on_the_base_that_is_kept(office: Office) -> None:
    engine = office.ports.engine
    original, overtaking = engine.prepare, []

    def prepare(envelope: Envelope, document: Document) -> Base:
        if not overtaking:
            overtaking.append(True)
            overtaking.append(office.send((), ()))
        made = original(envelope, document)
        return replace(made, file=office.ports.files.put(str(len(overtaking)).encode()))

    engine.prepare = prepare  # type: ignore[method-assign]
    later = office.send((), ())
    assert later.documents == office.found(later).documents
    assert later.documents[0].base == overtaking[1].documents[0].base


def test_who_waits_for_another_may_not_sign_before(office: Office) -> None:
    envelope = office.send((), (0,))
    with pytest.raises(NotYourTurn):
        office.sign(envelope, 1)
    office.sign(envelope, 0)
    office.sign(envelope, 1)


def test_two_who_finish_at_once_both_get_their_signature(office: Office) -> None:
    """The second signer's act is made while the first one commits; it is made again."""
    envelope = office.send((), ())
    engine = office.ports.engine
    assert isinstance(engine, FakeEngine)
    original, overtaken = engine.act, []

    def act(*arguments):  # type: ignore[no-untyped-def]
        if not overtaken:
            overtaken.append(True)
            office.sign(envelope, 1)
        return original(*arguments)

    engine.act = act  # type: ignore[method-assign]
    office.sign(envelope, 0)
    office.work()
    signers = [s.task_id for s in office.found(envelope).documents[0].segments if s.kind == "act"]
    assert signers == [envelope.tasks[1].id, envelope.tasks[0].id]
    assert office.found(envelope).status == "completed"


def test_nobody_says_themselves_on_what_day_they_signed(office: Office) -> None:
    day, note = (
        NewField(document=0, kind=kind, name=kind, area=Area(0, 0.1, 0.5, 0.3, 0.1), required=False)
        for kind in (FieldKind.DATE, FieldKind.TEXT)
    )
    envelope = office.send((), tasks=(replace(new_task(0, ()), fields=(day, note)),))
    (task,) = envelope.tasks
    values = dict(zip((field.id for field in task.fields), ("2019-01-01", "Oslo"), strict=True))
    command = SignTask(
        task_id=task.id, method="typed", consent="I agree", visitor=PHONE, text="A", values=values
    )
    sign_task(command, office.ports)
    act = office.found(envelope).tasks[0].act
    assert act
    assert act.values == {task.fields[1].id: "Oslo"}


def test_nothing_changes_when_no_timestamp_is_to_be_had(office: Office) -> None:
    envelope = office.send(())

    def act(*_arguments):  # type: ignore[no-untyped-def]
        raise Unavailable("timestamp authority")

    office.ports.engine.act = act  # type: ignore[method-assign]
    with pytest.raises(Unavailable):
        office.sign(envelope, 0)
    assert office.found(envelope) == envelope


def test_a_file_that_is_refused_stops_the_envelope_and_keeps_it(office: Office) -> None:
    envelope = office.send(())
    assert isinstance(office.ports.engine, FakeEngine)
    office.ports.engine.broken = True
    office.sign(envelope, 0)
    office.work()
    failed = office.found(envelope)
    assert str(failed.status) == "failed"
    assert failed.failure
    assert [str(s.kind) for s in failed.documents[0].segments] == ["certification", "act", "seal"]


def test_evidence_that_was_changed_stops_the_envelope(office: Office) -> None:
    envelope = office.send(())
    office.sign(envelope, 0)
    stored = office.world.memory.state.links
    first, *others = stored[envelope.id]
    forged = replace(first, event=replace(first.event, data={"name": "Another contract"}))
    stored[envelope.id] = (forged, *others)
    office.work()
    assert office.found(envelope).failure == "the evidence was changed at link 1"


def test_a_decline_ends_it_for_everybody(office: Office) -> None:
    envelope = office.send((), ())
    decline_task(envelope.tasks[0].id, "Too dear", PHONE, office.ports)
    assert office.found(envelope).status == "declined"
    with pytest.raises(Gone):
        office.sign(envelope, 1)


def test_a_withdrawn_envelope_cannot_be_signed(office: Office) -> None:
    envelope = office.send(())
    cancel_envelope(envelope.id, office.caller, API, office.ports)
    with pytest.raises(Gone):
        office.sign(envelope, 0)


def test_a_completed_envelope_cannot_be_withdrawn(office: Office) -> None:
    envelope = office.send(())
    office.sign(envelope, 0)
    with pytest.raises(AlreadyCompleted):
        cancel_envelope(envelope.id, office.caller, API, office.ports)


def test_an_envelope_expires_at_its_deadline(office: Office) -> None:
    envelope = office.send((), due_at=office.world.now + timedelta(days=3))
    office.world.now += timedelta(days=3)
    assert is_over(office.found(envelope), envelope.tasks[0].id, office.ports) == "expired"
    office.work()
    assert office.found(envelope).status == "expired"


def test_invitations_and_reminders_are_written_once_each(office: Office) -> None:
    envelope = office.send((), settings=EnvelopeSettings(send_invitations=True))
    office.work()
    remind_task(envelope.tasks[0].id, office.caller, API, office.ports)
    office.work()
    with pytest.raises(TooSoon):
        remind_task(envelope.tasks[0].id, office.caller, API, office.ports)
    assert [mail.subject.split()[0] for mail in office.world.mailed] == ["Please", "Reminder:"]
    assert office.happened(envelope)["message_answered"] == 2
    with office.ports.unit_of_work() as uow:
        stored = uow.messages.of_envelope(envelope.id)
    assert {mail.status for mail in stored} == {MessageStatus.ACCEPTED}
    assert {mail.text for mail in stored} == {""}


def test_the_first_opening_alone_is_evidence(office: Office) -> None:
    envelope = office.send(())
    for _ in range(3):
        open_task(envelope.tasks[0].id, PHONE, office.ports)
    assert office.happened(envelope)["task_opened"] == 1


def test_nobody_reads_what_belongs_to_another(office: Office) -> None:
    envelope = office.send(())
    stranger = caller_of(office.ports)
    with pytest.raises(Forbidden):
        get_envelope(envelope.id, stranger, API, office.ports)
    with pytest.raises(NotFound):
        get_envelope(envelope.id, office.caller, "another-api", office.ports)


def test_being_overtaken_for_ever_is_said_in_the_end(office: Office) -> None:
    envelope = office.send(())

    def save(*_arguments):  # type: ignore[no-untyped-def]
        raise StaleState()

    unit = office.ports.unit_of_work

    def overtaken():  # type: ignore[no-untyped-def]
        made = unit()
        made.envelopes.save = save  # type: ignore[method-assign]
        return made

    office.ports = replace(office.ports, unit_of_work=overtaken)
    with pytest.raises(StaleState):
        office.sign(envelope, 0)

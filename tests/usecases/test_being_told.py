"""Who gets which mail when an envelope waits, ends early or has reviewers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from countersign.domain.envelope import Envelope, EnvelopeSettings
from countersign.domain.errors import Gone
from countersign.domain.task import Action
from countersign.usecases.cancel_envelope import cancel_envelope
from countersign.usecases.decline_task import decline_task
from countersign.usecases.remind_task import remind_task
from countersign.usecases.sign_task import SignTask, sign_task
from tests.usecases.office import API, PHONE, Office, caller_of, new_task
from tests.usecases.world import World

INVITED = EnvelopeSettings(send_invitations=True)
REMINDED = EnvelopeSettings(send_invitations=True, reminder_days=3)
DAY = timedelta(days=1)


@pytest.fixture
def office() -> Office:
    world = World()
    ports = world.ports()
    return Office(world, ports, caller_of(ports))


def mailed(office: Office) -> list[tuple[str, str]]:
    """Does what is due, then: the first word of each mail and to whom it went, since last time."""
    office.work()
    mails = [(mail.subject.split()[0], mail.recipient[:2]) for mail in office.world.mailed]
    office.world.mailed.clear()
    return mails


def later(office: Office, days: float) -> list[tuple[str, str]]:
    office.world.now += days * DAY
    return mailed(office)


def with_reviewer(office: Office, settings: EnvelopeSettings) -> Envelope:
    """Person 0 signs, person 1 may review from the start."""
    reviewer = replace(new_task(1, ()), actions={0: Action.REVIEW}, fields=(), optional=True)
    return office.send((), tasks=(new_task(0, ()), reviewer), settings=settings)


def test_who_was_invited_hears_that_it_was_withdrawn(office: Office) -> None:
    envelope = office.send((), (), (0, 1), settings=INVITED)
    office.sign(envelope, 0)
    mailed(office)
    cancel_envelope(envelope.id, office.caller, API, office.ports)
    assert mailed(office) == [("Withdrawn:", "p1")]


def test_who_was_invited_hears_that_somebody_declined(office: Office) -> None:
    envelope = office.send((), (), (0, 1), settings=INVITED)
    mailed(office)
    decline_task(envelope.tasks[0].id, "Too dear", PHONE, office.ports)
    assert mailed(office) == [("Withdrawn:", "p1")]


def test_of_an_expired_envelope_nobody_is_told(office: Office) -> None:
    due = office.world.now + DAY
    envelope = office.send((), due_at=due, settings=INVITED)
    mailed(office)
    assert later(office, 1) == []
    assert office.found(envelope).status == "expired"


def test_with_notifications_off_nothing_is_mailed(office: Office) -> None:
    envelope = office.send((), (), settings=EnvelopeSettings(reminder_days=1))
    assert later(office, 2) == []
    cancel_envelope(envelope.id, office.caller, API, office.ports)
    assert mailed(office) == []


def test_who_has_not_acted_is_reminded_once_after_so_many_days(office: Office) -> None:
    office.send((), (), settings=REMINDED)
    mailed(office)
    assert later(office, 2.9) == []
    assert later(office, 0.1) == [("Reminder:", "p0"), ("Reminder:", "p1")]
    assert later(office, 30) == []


def test_the_days_count_from_the_turn_and_end_with_the_signature(office: Office) -> None:
    envelope = office.send((), (0,), settings=REMINDED)
    mailed(office)
    office.world.now += 2 * DAY
    office.sign(envelope, 0)
    assert mailed(office) == [("Please", "p1")]
    assert later(office, 2) == []
    assert later(office, 1) == [("Reminder:", "p1")]


def test_nobody_is_reminded_of_what_has_ended(office: Office) -> None:
    envelope = office.send((), settings=REMINDED)
    cancel_envelope(envelope.id, office.caller, API, office.ports)
    mailed(office)
    assert later(office, 3) == []


def test_a_reminder_by_hand_a_moment_ago_is_enough(office: Office) -> None:
    envelope = office.send((), settings=REMINDED)
    mailed(office)
    office.world.now += 3 * DAY - timedelta(minutes=30)
    remind_task(envelope.tasks[0].id, office.caller, API, office.ports)
    assert mailed(office) == [("Reminder:", "p0")]
    assert later(office, 1 / 48) == []


def test_an_envelope_is_completed_without_its_reviewer_who_hears_nothing(office: Office) -> None:
    envelope = with_reviewer(office, replace(INVITED, send_final_copy=True))
    assert mailed(office) == [("Please", "p0"), ("Please", "p1")]
    office.sign(envelope, 0)
    assert mailed(office) == [("Signed:", "p0")]
    done = office.found(envelope)
    assert [str(done.status), *(str(task.status) for task in done.tasks)] == [
        "completed",
        "completed",
        "cancelled",
    ]
    with pytest.raises(Gone):
        office.sign(envelope, 1)


def test_a_reviewer_cannot_claim_to_have_used_an_eid(office: Office) -> None:
    """What evidence and audit say of how somebody acted is what was checked."""
    envelope = with_reviewer(office, INVITED)
    sign_task(
        SignTask(
            task_id=envelope.tasks[1].id,
            method="bankid_se",
            consent="I have read it",
            visitor=PHONE,
            image=b"no picture",
            text="Somebody Else",
            values={"of nobody": "x"},
        ),
        office.ports,
    )
    act = office.found(envelope).tasks[1].act
    assert act
    assert (act.method, act.image, act.text, act.values) == ("click", None, None, {})
    with office.ports.unit_of_work() as uow:
        last = uow.envelopes.evidence(envelope.id)[-1].event
    assert last.data["method"] == "click"


def test_a_review_is_recorded_and_puts_nothing_into_the_document(office: Office) -> None:
    envelope = with_reviewer(office, INVITED)
    office.sign(envelope, 1)
    reviewed = office.found(envelope)
    assert (str(reviewed.status), str(reviewed.tasks[1].status)) == ("open", "completed")
    assert reviewed.documents[0].segments == ()
    office.sign(envelope, 0)
    office.work()
    assert office.found(envelope).status == "completed"

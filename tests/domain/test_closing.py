"""Envelopes that end without everybody's signature."""

from dataclasses import replace
from datetime import timedelta

import pytest

from countersign.domain.closing import cancel, decline_task, expire, remind, remind_unasked
from countersign.domain.envelope import EnvelopeSettings, OnDecline
from countersign.domain.errors import AlreadyCompleted, Gone, Invalid, TooSoon
from countersign.domain.task import Person, Visitor
from tests.domain.building import LATER, NOW, sealing, sent, task

VISITOR = Visitor(ip="203.0.113.7")


def kinds(events):
    return [str(event.kind) for event in events]


def test_a_decline_ends_the_envelope_for_all() -> None:
    envelope, events = decline_task(
        sent(task("ada"), task("bo")), "ada", "Too dear", VISITOR, LATER
    )
    assert envelope.status == "declined"
    assert [str(one.status) for one in envelope.tasks] == ["declined", "cancelled"]
    assert kinds(events) == ["task_declined", "task_cancelled", "envelope_declined"]
    assert events[0].data["reason"] == "Too dear"


def test_a_decline_may_leave_the_others_free_to_sign() -> None:
    settings = EnvelopeSettings(on_decline=OnDecline.KEEP_OPEN)
    envelope = replace(sent(task("ada"), task("bo")), settings=settings)
    envelope, _ = decline_task(envelope, "ada", "", VISITOR, LATER)
    assert (str(envelope.status), str(envelope.task("bo").status)) == ("open", "ready")


def test_cancelling_twice_changes_nothing() -> None:
    envelope, events = cancel(sent(task("ada")), LATER)
    assert kinds(events) == ["task_cancelled", "envelope_cancelled"]
    assert cancel(envelope, LATER) == (envelope, [])


def test_what_everybody_signed_cannot_be_cancelled() -> None:
    with pytest.raises(AlreadyCompleted):
        cancel(sealing(), LATER)


def test_a_cancelled_task_is_gone() -> None:
    envelope, _ = cancel(sent(task("ada")), LATER)
    with pytest.raises(Gone, match="cancelled"):
        decline_task(envelope, "ada", "", VISITOR, LATER)


def test_expiring_waits_for_the_deadline() -> None:
    envelope = replace(sent(task("ada")), due_at=LATER)
    assert expire(envelope, NOW) == (envelope, [])
    ended, events = expire(envelope, LATER)
    assert (str(ended.status), str(ended.task("ada").status)) == ("expired", "expired")
    assert kinds(events) == ["task_expired", "envelope_expired"]


def test_a_reminder_an_hour_and_no_more() -> None:
    envelope, _ = remind(sent(task("ada")), "ada", NOW)
    with pytest.raises(TooSoon) as refusal:
        remind(envelope, "ada", LATER)
    assert refusal.value.retry_after == 55 * 60 + 1
    remind(envelope, "ada", NOW + timedelta(hours=1))


def test_nobody_is_reminded_without_an_address() -> None:
    nameless = replace(task("ada"), person=Person(name="Ada"))
    with pytest.raises(Invalid, match="address"):
        remind(sent(nameless), "ada", NOW)


def test_a_reminder_that_nobody_asked_for_changes_nothing_when_it_is_not_wanted() -> None:
    invited = EnvelopeSettings(send_invitations=True, reminder_days=3)
    envelope = replace(sent(task("ada")), settings=invited)
    reminded, events = remind_unasked(envelope, "ada", LATER)
    assert [dict(event.data) for event in events] == [{"automatic": True, "number": 1}]
    assert remind_unasked(reminded, "ada", LATER) == (reminded, [])
    over, _ = cancel(envelope, LATER)
    assert remind_unasked(over, "ada", LATER) == (over, [])
    unmailed = replace(envelope, settings=EnvelopeSettings(reminder_days=3))
    assert remind_unasked(unmailed, "ada", LATER) == (unmailed, [])

"""Participants and sender write to each other, and hear of it by mail."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

from countersign.domain.chat import LONGEST_TEXT, MOST_AT_ONCE, WINDOW
from countersign.domain.envelope import Envelope, EnvelopeSettings
from countersign.domain.errors import (
    AlreadyCompleted,
    Forbidden,
    Gone,
    IdempotencyMismatch,
    Invalid,
    NotYourTurn,
    TooManyTries,
)
from countersign.domain.events import EventKind
from countersign.usecases.cancel_envelope import cancel_envelope
from countersign.usecases.chat_author import Who, person, sender
from countersign.usecases.ports import Repeatable
from countersign.usecases.post_chat_message import post_chat_message
from countersign.usecases.read_chat import read_chat
from countersign.usecases.write_chat_notice import PAUSE
from tests.usecases.office import API, Office, caller_of
from tests.usecases.world import World

CHAT = EnvelopeSettings(chat=True)
BY_MAIL = EnvelopeSettings(chat=True, send_invitations=True)


@pytest.fixture
def office() -> Office:
    world = World()
    ports = world.ports()
    return Office(world, ports, caller_of(ports))


def the_sender(office: Office, envelope: Envelope) -> Who:
    return sender(envelope.id, office.caller, API)


def people(envelope: Envelope) -> list[Who]:
    return [person(task.id) for task in envelope.tasks]


def test_what_people_and_sender_write_is_read_by_all_in_order(office: Office) -> None:
    envelope = office.send((), (), settings=CHAT)
    ada, bob = people(envelope)
    written = [
        post_chat_message(who, text, office.ports)
        for who, text in (
            (ada, "Is § 3 final?"),
            (the_sender(office, envelope), " It is.\r\nReally. "),
            (bob, "👍"),
        )
    ]
    page = read_chat(bob, office.ports)
    assert (page.messages, page.total, page.may_write) == (written, 3, True)
    assert [(one.number, one.author_name, one.text) for one in written] == [
        (1, "Person 0", "Is § 3 final?"),
        (2, "Acme", "It is.\nReally."),
        (3, "Person 1", "👍"),
    ]
    rest = read_chat(the_sender(office, envelope), office.ports, offset=1, limit=1)
    assert (rest.messages, rest.total) == (written[1:2], 3)


def test_the_evidence_says_who_wrote_and_keeps_no_text(office: Office) -> None:
    envelope = office.send((), settings=CHAT)
    (ada,) = people(envelope)
    made = post_chat_message(ada, "Hello", office.ports)
    with office.ports.unit_of_work() as uow:
        event = uow.envelopes.evidence(envelope.id)[-1].event
    digest = hashlib.sha256(b"Hello").hexdigest()
    assert (event.kind, event.task_id) == (EventKind.CHAT_POSTED, envelope.tasks[0].id)
    assert event.data == {"message": made.id, "sha256": digest}


def test_there_is_no_chat_where_it_was_not_chosen(office: Office) -> None:
    envelope = office.send(())
    for who in (*people(envelope), the_sender(office, envelope)):
        with pytest.raises(Forbidden):
            post_chat_message(who, "Hello", office.ports)
        with pytest.raises(Forbidden):
            read_chat(who, office.ports)


def test_another_account_neither_reads_nor_writes(office: Office) -> None:
    envelope = office.send((), settings=CHAT)
    stranger = sender(envelope.id, caller_of(office.ports), API)
    with pytest.raises(Forbidden):
        read_chat(stranger, office.ports)
    with pytest.raises(Forbidden):
        post_chat_message(stranger, "Hello", office.ports)


def test_whose_turn_has_not_come_neither_reads_nor_writes(office: Office) -> None:
    envelope = office.send((), (0,), settings=CHAT)
    _, later = people(envelope)
    with pytest.raises(NotYourTurn):
        post_chat_message(later, "Hello", office.ports)
    with pytest.raises(NotYourTurn):
        read_chat(later, office.ports)
    office.sign(envelope, 0)
    post_chat_message(later, "Now", office.ports)


def test_after_the_own_signature_one_may_still_write(office: Office) -> None:
    envelope = office.send((), (), settings=CHAT)
    office.sign(envelope, 0)
    post_chat_message(people(envelope)[0], "Forgot to ask", office.ports)


def test_after_the_end_everybody_reads_and_nobody_writes(office: Office) -> None:
    done, cancelled = (office.send((), settings=CHAT) for _ in range(2))
    for envelope in (done, cancelled):
        post_chat_message(people(envelope)[0], "Hello", office.ports)
    office.sign(done, 0)
    cancel_envelope(cancelled.id, office.caller, API, office.ports)
    for envelope, refusal in ((done, AlreadyCompleted), (cancelled, Gone)):
        for who in (*people(envelope), the_sender(office, envelope)):
            with pytest.raises(refusal):
                post_chat_message(who, "Too late", office.ports)
            page = read_chat(who, office.ports)
            assert (page.total, page.may_write) == (1, False)


def test_a_deadline_that_has_passed_ends_the_chat_before_the_sweep(office: Office) -> None:
    due = office.world.now + timedelta(days=1)
    envelope = office.send((), (), settings=CHAT, due_at=due)
    office.sign(envelope, 0)
    office.world.now = due
    for who in (*people(envelope), the_sender(office, envelope)):
        with pytest.raises(Gone):
            post_chat_message(who, "Too late", office.ports)


@pytest.mark.parametrize("text", ["", " \n\t ", "x" * (LONGEST_TEXT + 1)])
def test_a_message_has_one_to_four_thousand_characters(office: Office, text: str) -> None:
    envelope = office.send((), settings=CHAT)
    with pytest.raises(Invalid) as refused:
        post_chat_message(people(envelope)[0], text, office.ports)
    assert refused.value.fields == {"text": "1 to 4000 characters"}
    post_chat_message(people(envelope)[0], "\U0001f600" * LONGEST_TEXT, office.ports)


def test_nobody_writes_more_than_thirty_messages_a_minute(office: Office) -> None:
    envelope = office.send((), (), settings=CHAT)
    ada, bob = people(envelope)
    for number in range(MOST_AT_ONCE):
        post_chat_message(ada, f"{number}", office.ports)
    with pytest.raises(TooManyTries):
        post_chat_message(ada, "again", office.ports)
    post_chat_message(bob, "I may", office.ports)
    office.world.now += WINDOW
    post_chat_message(ada, "again", office.ports)


def test_the_same_request_twice_writes_one_message(office: Office) -> None:
    envelope = office.send((), settings=CHAT)
    who = the_sender(office, envelope)
    request = Repeatable(credential_id=office.caller.credential.id, key="k", fingerprint="a" * 64)
    made = post_chat_message(who, "Hello", office.ports, request)
    assert post_chat_message(who, "Hello", office.ports, request) == made
    assert read_chat(who, office.ports).total == 1
    other = Repeatable(credential_id=request.credential_id, key="k", fingerprint="b" * 64)
    with pytest.raises(IdempotencyMismatch):
        post_chat_message(who, "Hello there", office.ports, other)


# ------------------------------------------------------------------ mail


def told(office: Office) -> list[str]:
    """Who has got mail of the chat."""
    office.work()
    return [mail.recipient for mail in office.world.mailed if mail.subject.startswith("New")]


def test_the_others_who_were_invited_get_a_mail(office: Office) -> None:
    envelope = office.send((), (), (0,), settings=BY_MAIL)
    ada, _, _ = people(envelope)
    post_chat_message(ada, "secret words", office.ports)
    assert told(office) == ["p1@example.org"]
    assert all("secret words" not in mail.text for mail in office.world.mailed)


def test_the_sender_writes_to_all_who_were_invited(office: Office) -> None:
    envelope = office.send((), (), settings=BY_MAIL)
    post_chat_message(the_sender(office, envelope), "Hello", office.ports)
    assert told(office) == ["p0@example.org", "p1@example.org"]


def test_without_notifications_nobody_gets_a_mail(office: Office) -> None:
    envelope = office.send((), (), settings=CHAT)
    post_chat_message(people(envelope)[0], "Hello", office.ports)
    assert told(office) == []


def test_many_messages_are_one_mail_in_a_quarter_of_an_hour(office: Office) -> None:
    envelope = office.send((), (), settings=BY_MAIL)
    ada, _ = people(envelope)
    for _ in range(3):
        post_chat_message(ada, "Hello", office.ports)
        office.world.now += timedelta(minutes=1)
    assert len(told(office)) == 1
    office.world.now += timedelta(minutes=1)
    post_chat_message(ada, "Are you there?", office.ports)
    assert len(told(office)) == 1
    office.world.now += PAUSE
    assert len(told(office)) == 2
    office.world.now += 2 * PAUSE
    assert len(told(office)) == 2


def test_who_has_answered_meanwhile_gets_no_mail(office: Office) -> None:
    envelope = office.send((), (), settings=BY_MAIL)
    ada, bob = people(envelope)
    post_chat_message(ada, "Hello", office.ports)
    office.world.now += timedelta(seconds=1)
    post_chat_message(bob, "I am here", office.ports)
    assert told(office) == ["p0@example.org"]

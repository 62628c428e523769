"""The port Chat, and how writers of one envelope wait for each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from threading import Event

import pytest

from countersign.domain.envelope import Envelope
from countersign.domain.errors import Invalid, NotFound
from tests.contracts.conftest import OpenUnit
from tests.contracts.samples import NOW, SENT, chat_message, envelope
from tests.contracts.threads import at_once


@pytest.fixture
def sent(unit: OpenUnit) -> Envelope:
    made = envelope()
    with unit() as uow:
        uow.envelopes.add(made, [SENT])
        uow.commit()
    return made


def test_messages_come_back_a_page_at_a_time_oldest_first(unit: OpenUnit, sent: Envelope) -> None:
    written = [chat_message(sent, number) for number in (1, 2, 3)]
    with unit() as uow:
        for message in reversed(written):
            uow.chat.add(message)
        uow.commit()
    with unit() as uow:
        assert uow.chat.page_of(sent.id, 0, 2) == (written[:2], 3)
        assert uow.chat.page_of(sent.id, 2, 2) == (written[2:], 3)
        assert uow.chat.page_of(sent.id, 0, 0) == ([], 3)
        assert uow.chat.page_of("another", 0, 2) == ([], 0)
        assert uow.chat.get(written[1].id) == written[1]
        with pytest.raises(NotFound):
            uow.chat.get("x")


def test_messages_are_counted_by_author_and_time(unit: OpenUnit, sent: Envelope) -> None:
    ada, bob = (task.id for task in sent.tasks)
    late = NOW + timedelta(seconds=30)
    with unit() as uow:
        uow.chat.add(chat_message(sent, 1, task_id=ada))
        uow.chat.add(chat_message(sent, 2, task_id=ada, created_at=late))
        uow.chat.add(chat_message(sent, 3, task_id=None, created_at=late))
        before = NOW - timedelta(seconds=1)
        counted = [uow.chat.written(sent.id, who, before) for who in (ada, bob, None)]
        assert counted == [2, 0, 1]
        assert uow.chat.written(sent.id, ada, NOW) == 1


def test_text_that_cannot_be_stored_is_the_authors_mistake(unit: OpenUnit, sent: Envelope) -> None:
    with pytest.raises(Invalid), unit() as uow:
        uow.chat.add(chat_message(sent, 1, text="nul \x00"))


def test_whoever_holds_an_envelope_is_waited_for(unit: OpenUnit, sent: Envelope) -> None:
    """Without it, both would count the same number of messages."""
    held = Event()

    def write(_which: int) -> int:
        with unit() as uow:
            uow.envelopes.hold(sent.id)
            _, total = uow.chat.page_of(sent.id, 0, 0)
            held.wait(0.02)  # the other one gets here meanwhile, if it can
            uow.chat.add(chat_message(sent, total + 1))
            uow.commit()
        return total

    assert sorted(at_once(4, write)) == [0, 1, 2, 3]


def test_holding_an_envelope_changes_nothing(unit: OpenUnit, sent: Envelope) -> None:
    with unit() as uow:
        uow.envelopes.hold(sent.id)
        uow.envelopes.save(replace(sent, name="New"), [])
        uow.commit()
    with unit() as uow:
        assert uow.envelopes.get(sent.id).name == "New"

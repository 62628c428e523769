"""The port Messages."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from countersign.domain.delivery import MessageStatus
from countersign.domain.errors import NotFound
from tests.contracts.conftest import OpenUnit
from tests.contracts.samples import NOW, message


def test_a_fact_is_told_once(unit: OpenUnit) -> None:
    made = message()
    with unit() as uow:
        assert uow.messages.add(made) is True
        assert uow.messages.add(message(key=made.key)) is False
        uow.commit()
    with unit() as uow:
        assert uow.messages.newest(10) == [made]


def test_what_the_relay_said_is_kept(unit: OpenUnit) -> None:
    made = message(text="Grüße 👋")
    accepted = replace(
        made, status=MessageStatus.ACCEPTED, reply="250 OK", accepted_at=NOW + timedelta(seconds=1)
    )
    with unit() as uow:
        uow.messages.add(made)
        uow.messages.save(accepted)
        uow.commit()
    with unit() as uow:
        assert uow.messages.get(made.id) == accepted


def test_messages_are_listed_newest_first_or_by_envelope(unit: OpenUnit) -> None:
    one, two, three = (message(created_at=NOW + timedelta(seconds=age)) for age in range(3))
    three = replace(three, recipient="bo@example.org", envelope_id="e2")
    with unit() as uow:
        for made in (two, three, one):
            uow.messages.add(made)
        assert uow.messages.newest(10) == [three, two, one]
        assert uow.messages.newest(1) == [three]
        assert uow.messages.newest(10, "ada@example.org") == [two, one]
        assert uow.messages.of_envelope("e1") == [one, two]


def test_a_message_that_is_not_there_is_not_found(unit: OpenUnit) -> None:
    with unit() as uow:
        for ask in (lambda: uow.messages.get("x"), lambda: uow.messages.save(message())):
            with pytest.raises(NotFound):
                ask()

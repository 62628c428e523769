"""The port Webhooks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from countersign.domain.delivery import Delivery, DeliveryStatus
from countersign.domain.errors import NotFound
from countersign.usecases.ports import DeliveryQuery
from tests.contracts.conftest import OpenUnit
from tests.contracts.samples import NOW, attempt, delivery, endpoint, envelope


def test_a_slot_holds_one_endpoint_of_a_credential(unit: OpenUnit) -> None:
    old, new = (endpoint(credential_id="c1", slot="signed") for _ in range(2))
    other = endpoint(credential_id="c2", slot="signed", created_at=NOW + timedelta(seconds=1))
    with unit() as uow:
        for made in (old, other, new):
            uow.webhooks.put_endpoint(made)
        uow.commit()
    with unit() as uow:
        assert uow.webhooks.endpoints("a1", "signeum") == [new, other]
        assert uow.webhooks.endpoint(new.id) == new
        with pytest.raises(NotFound):
            uow.webhooks.endpoint(old.id)


def test_without_a_slot_there_may_be_many(unit: OpenUnit) -> None:
    one, two = endpoint(credential_id="c1"), endpoint(credential_id="c1")
    with unit() as uow:
        uow.webhooks.put_endpoint(one)
        uow.webhooks.put_endpoint(two)
        assert {made.id for made in uow.webhooks.endpoints("a1", "signeum")} == {one.id, two.id}
        assert uow.webhooks.endpoints("a1", "nextsign") == []


def test_an_endpoint_is_changed_and_removed_by_its_id(unit: OpenUnit) -> None:
    made = endpoint()
    moved = replace(made, url="https://example.org/new")
    with unit() as uow:
        uow.webhooks.put_endpoint(made)
        uow.webhooks.put_endpoint(moved)
        assert uow.webhooks.endpoints("a1", "signeum") == [moved]
        uow.webhooks.remove_endpoint(made.id)
        assert uow.webhooks.endpoints("a1", "signeum") == []
        with pytest.raises(NotFound):
            uow.webhooks.remove_endpoint(made.id)


def test_a_delivery_is_added_once(unit: OpenUnit) -> None:
    made = delivery()
    with unit() as uow:
        assert uow.webhooks.add_delivery(made) is True
        assert uow.webhooks.add_delivery(replace(made, body="other")) is False
        assert uow.webhooks.delivery(made.id) == made


def test_every_try_of_a_delivery_is_kept(unit: OpenUnit) -> None:
    made = delivery()
    given_up = replace(made, tries=2, status=DeliveryStatus.GIVEN_UP)
    tries = [attempt(made, 1), attempt(made, 2)]
    with unit() as uow:
        uow.webhooks.add_delivery(made)
        for one in tries:
            uow.webhooks.add_attempt(one)
        uow.webhooks.save_delivery(given_up)
        uow.commit()
    with unit() as uow:
        assert uow.webhooks.deliveries("e1") == [given_up]
        assert uow.webhooks.attempts(made.id) == tries


def test_an_endpoint_is_told_of_an_envelope_in_the_order_of_its_facts(unit: OpenUnit) -> None:
    third, first, second = (delivery(number=number) for number in (12, 2, 10))
    others = [delivery(number=1, endpoint_id="w2"), delivery(number=1, envelope_id="e2")]
    with unit() as uow:
        for made in (third, first, second, *others):
            uow.webhooks.add_delivery(made)
        assert uow.webhooks.deliveries("e1") == [others[0], first, second, third]
        for one in (first, second, third):
            assert uow.webhooks.first_waiting("e1", "w1") == one
            over = DeliveryStatus.GIVEN_UP if one is second else DeliveryStatus.DELIVERED
            uow.webhooks.save_delivery(replace(one, status=over))
        assert uow.webhooks.first_waiting("e1", "w1") is None


def test_the_tries_of_all_deliveries_of_an_envelope_are_read_at_once(unit: OpenUnit) -> None:
    later, earlier = delivery(number=2), delivery(number=1)
    with unit() as uow:
        for one in (later, earlier, delivery(envelope_id="e2")):
            uow.webhooks.add_delivery(one)
            for number in (1, 2):
                uow.webhooks.add_attempt(attempt(one, number))
        assert [(a.delivery_id, a.number) for a in uow.webhooks.attempts_of("e1")] == [
            (one.id, number) for one in (earlier, later) for number in (1, 2)
        ]


def test_pauses_are_kept_to_the_second(unit: OpenUnit) -> None:
    made = delivery(pauses=(timedelta(minutes=1), timedelta(hours=12)))
    with unit() as uow:
        uow.webhooks.add_delivery(made)
        assert uow.webhooks.delivery(made.id).pauses == made.pauses


def test_a_delivery_that_is_not_there_is_not_found(unit: OpenUnit) -> None:
    with unit() as uow:
        for ask in (
            lambda: uow.webhooks.delivery("x"),
            lambda: uow.webhooks.save_delivery(delivery()),
        ):
            with pytest.raises(NotFound):
                ask()


def test_the_newest_calls_are_found_by_account_endpoint_and_envelope(unit: OpenUnit) -> None:
    sent, hook = envelope(account_id="a1"), endpoint(account_id="a1")
    old = delivery(envelope_id=sent.id, endpoint_id="w1")
    new = delivery(envelope_id=sent.id, endpoint_id=hook.id, created_at=NOW + timedelta(seconds=1))
    test = delivery(envelope_id="", endpoint_id=hook.id, created_at=NOW + timedelta(seconds=2))
    with unit() as uow:
        uow.envelopes.add(sent, [])
        uow.webhooks.put_endpoint(hook)
        for made in (new, old, test):
            uow.webhooks.add_delivery(made)

        def found(**asked: Any) -> list[Delivery]:
            return list(uow.webhooks.newest(DeliveryQuery(**asked)))

        assert found() == [test, new, old]
        assert found(account_id="a1") == [test, new, old]
        assert found(account_id="a2") == []
        assert found(endpoint_id=hook.id) == [test, new]
        assert found(envelope_id=sent.id, limit=1) == [new]

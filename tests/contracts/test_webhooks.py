"""The port Webhooks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from countersign.domain.delivery import DeliveryStatus
from countersign.domain.errors import NotFound
from tests.contracts.conftest import OpenUnit
from tests.contracts.samples import NOW, attempt, delivery, endpoint


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


def test_a_delivery_that_is_not_there_is_not_found(unit: OpenUnit) -> None:
    with unit() as uow:
        for ask in (
            lambda: uow.webhooks.delivery("x"),
            lambda: uow.webhooks.save_delivery(delivery()),
        ):
            with pytest.raises(NotFound):
                ask()

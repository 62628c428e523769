"""The port Templates."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from countersign.domain.errors import NotFound, StaleState
from tests.contracts.conftest import OpenUnit
from tests.contracts.samples import NOW, account, template


def test_templates_come_back_newest_first(unit: OpenUnit) -> None:
    owner, other = account(), account()
    older = template(owner, description="för lokaler")
    newer = template(owner, created_at=NOW + timedelta(seconds=1), fields=())
    foreign = template(other)
    with unit() as uow:
        uow.accounts.add(owner)
        uow.accounts.add(other)
        for one in (older, newer, foreign):
            uow.templates.add(one)
        uow.commit()
    with unit() as uow:
        assert uow.templates.all(owner.id) == [newer, older]
        assert uow.templates.get(owner.id, older.id) == older
        with pytest.raises(NotFound):
            uow.templates.get(owner.id, foreign.id)


def test_a_new_version_takes_the_place_of_the_one_before_which_is_kept(unit: OpenUnit) -> None:
    owner, other = account(), account()
    first = template(owner)
    with unit() as uow:
        for one in (owner, other):
            uow.accounts.add(one)
        uow.templates.add(first)
        uow.commit()
    second = replace(first, version=2, name="Newer", fields=())
    with unit() as uow:
        uow.templates.revise(second)
        uow.commit()
    with unit() as uow:
        assert uow.templates.get(owner.id, first.id) == second
        assert uow.templates.all(owner.id) == [second]
        assert uow.templates.versions(owner.id, first.id) == [second, first]
        assert uow.templates.version(owner.id, first.id, 1) == first
        assert uow.templates.versions(other.id, first.id) == []
        with pytest.raises(NotFound):
            uow.templates.version(owner.id, first.id, 3)
        with pytest.raises(StaleState):
            uow.templates.revise(replace(first, version=2))

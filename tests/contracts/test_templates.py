"""The port Templates."""

from __future__ import annotations

from datetime import timedelta

import pytest

from countersign.domain.errors import NotFound
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

"""The port Interfaces."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.domain.branding import Branding
from countersign.domain.document import FileRef
from countersign.domain.errors import NameTaken, NotFound
from countersign.domain.interface import Interface
from tests.contracts.conftest import OpenUnit
from tests.contracts.samples import NOW, account


def interface(account_id: str, **changes: object) -> Interface:
    branding = Branding(company_name="Ä Shop", logo=FileRef("ab" * 32, 9), primary_color="#123456")
    made = Interface(
        account_id=account_id,
        name="shop",
        created_at=NOW,
        branding=branding,
        hidden=("decline",),
        skip_intro=True,
        identify_first=True,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def test_interfaces_are_an_accounts_own_and_have_names(unit: OpenUnit) -> None:
    mine, other = account(), account()
    with unit() as uow:
        uow.accounts.add(mine)
        uow.accounts.add(other)
        uow.interfaces.add(interface(mine.id))
        uow.interfaces.add(interface(mine.id, name="bank", hidden=(), identify_first=False))
        uow.interfaces.add(interface(other.id))
        uow.commit()
    with unit() as uow:
        assert uow.interfaces.find(mine.id, "shop") == interface(mine.id)
        assert uow.interfaces.find(mine.id, "Shop") is None
        assert [one.name for one in uow.interfaces.all(mine.id)] == ["bank", "shop"]
        assert [one.name for one in uow.interfaces.all(other.id)] == ["shop"]


def test_a_name_is_taken_until_it_is_removed(unit: OpenUnit) -> None:
    mine = account()
    with unit() as uow:
        uow.accounts.add(mine)
        uow.interfaces.add(interface(mine.id))
        uow.commit()
    with unit() as uow, pytest.raises(NameTaken):
        uow.interfaces.add(interface(mine.id, hidden=()))
    with unit() as uow:
        uow.interfaces.remove(mine.id, "shop")
        with pytest.raises(NotFound):
            uow.interfaces.remove(mine.id, "shop")
        uow.interfaces.add(interface(mine.id, hidden=()))
        uow.commit()
    with unit() as uow:
        assert uow.interfaces.find(mine.id, "shop") == interface(mine.id, hidden=())

"""The port StoredServices: keepers of people's keys, as accounts know them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from countersign.adapters.database.engine import Database
from countersign.domain.account import Account
from countersign.domain.errors import NameTaken, NotFound
from countersign.domain.signing_service import ServiceKind, SigningService
from tests.contracts.conftest import OpenUnit
from tests.contracts.samples import NOW, account, new_id
from tests.contracts.threads import at_once

SECRET = "sécret of the client"


def owner(unit: OpenUnit) -> Account:
    made = account()
    with unit() as uow:
        uow.accounts.add(made)
        uow.commit()
    return made


def service(account: Account, name: str = "NBID", **changes: object) -> SigningService:
    made = SigningService(
        account_id=account.id,
        name=name,
        kind=ServiceKind.CSC,
        created_at=NOW,
        url="https://keys.example",
        client_id="c",
        client_secret=SECRET,
        authorities=(b"\x30\x00", b"\x30\x01\x00"),
        tls_authority="-----BEGIN CERTIFICATE-----",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def bankid(account: Account) -> SigningService:
    return SigningService(
        account_id=account.id, name="SBID", kind=ServiceKind.BANKID, created_at=NOW
    )


def test_services_come_back_as_they_were_and_to_their_account_alone(unit: OpenUnit) -> None:
    mine, other = owner(unit), owner(unit)
    with unit() as uow:
        for one in (bankid(mine), service(mine), service(other)):
            uow.signing_services.add(one)
        uow.commit()
    with unit() as uow:
        assert uow.signing_services.all(mine.id) == [service(mine), bankid(mine)]
        assert uow.signing_services.all(new_id()) == []


def test_an_account_has_one_service_of_a_name(unit: OpenUnit) -> None:
    mine = owner(unit)
    with unit() as uow:
        uow.signing_services.add(service(mine))
        uow.commit()
    with unit() as uow, pytest.raises(NameTaken):
        uow.signing_services.add(service(mine, url="https://other.example"))


def test_of_many_added_at_once_one_is_kept(stored_unit: OpenUnit) -> None:
    mine = owner(stored_unit)

    def add(number: int) -> bool:
        try:
            with stored_unit() as uow:
                uow.signing_services.add(service(mine, client_id=f"c{number}"))
                uow.commit()
        except NameTaken:
            return False
        return True

    assert sum(at_once(10, add)) == 1


def test_what_is_removed_is_gone(unit: OpenUnit) -> None:
    mine, other = owner(unit), owner(unit)
    with unit() as uow:
        uow.signing_services.add(service(mine))
        uow.signing_services.add(service(other))
        uow.signing_services.remove(mine.id, "NBID")
        with pytest.raises(NotFound):
            uow.signing_services.remove(mine.id, "NBID")
        uow.commit()
    with unit() as uow:
        assert uow.signing_services.all(mine.id) == []
        assert uow.signing_services.all(other.id) == [service(other)]


def test_the_clients_secret_is_stored_closed(stored_unit: OpenUnit, database: Database) -> None:
    with stored_unit() as uow:
        mine = account()
        uow.accounts.add(mine)
        uow.signing_services.add(service(mine))
        uow.commit()
    with database.engine.connect() as connection:
        (stored,) = connection.execute(text("SELECT client_secret FROM signing_services")).one()
    assert SECRET.encode() not in bytes(stored)
    assert SECRET not in repr(service(mine))

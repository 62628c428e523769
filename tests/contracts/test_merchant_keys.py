"""The port MerchantKeys."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from countersign.adapters.database.engine import Database
from countersign.adapters.database.identity_tables import merchant_keys
from countersign.domain.account import Account
from countersign.domain.errors import NotFound
from countersign.domain.merchant_key import KeyFacts, KeyKind, MerchantKey
from tests.contracts.conftest import OpenUnit
from tests.contracts.samples import NOW, account

PIN = "a very secret PIN, åäö"


def merchant_key(owner: Account, vendor: str) -> MerchantKey:
    return MerchantKey(
        account_id=owner.id,
        vendor=vendor,
        kind=KeyKind.PKCS11,
        place={"module": "/lib/token.so", "token": "Åkermans", "label": "seal"},
        secret={"pin": PIN},
        facts=KeyFacts(subject="CN=Åkermans AB", begins=NOW, expires=NOW + timedelta(days=700)),
        created_at=NOW,
    )


def stored(unit: OpenUnit, *keys: MerchantKey, owners: tuple[Account, ...]) -> None:
    with unit() as uow:
        for owner in owners:
            uow.accounts.add(owner)
        for key in keys:
            uow.merchant_keys.put(key)
        uow.commit()


def test_an_account_has_one_key_for_each_vendor(unit: OpenUnit) -> None:
    owner, other = account(), account()
    swedish, norwegian = merchant_key(owner, "SBID"), merchant_key(owner, "NBID")
    foreign = merchant_key(other, "NBID")
    newer = replace(norwegian, kind=KeyKind.PKCS12, place={}, secret={"file": "", "password": ""})
    stored(unit, swedish, norwegian, foreign, newer, owners=(owner, other))
    with unit() as uow:
        assert uow.merchant_keys.of_account(owner.id) == [newer, swedish]
        assert uow.merchant_keys.get(owner.id, "NBID") == newer
        assert uow.merchant_keys.get(other.id, "NBID") == foreign


def test_a_removed_key_is_gone_and_others_stay(unit: OpenUnit) -> None:
    owner, other = account(), account()
    mine, foreign = merchant_key(owner, "NBID"), merchant_key(other, "NBID")
    stored(unit, mine, foreign, owners=(owner, other))
    with unit() as uow:
        uow.merchant_keys.remove(owner.id, "NBID")
        uow.commit()
    with unit() as uow:
        assert uow.merchant_keys.of_account(owner.id) == []
        assert uow.merchant_keys.of_account(other.id) == [foreign]
        with pytest.raises(NotFound):
            uow.merchant_keys.remove(owner.id, "NBID")
        with pytest.raises(NotFound):
            uow.merchant_keys.get(owner.id, "NBID")


def test_the_secret_of_a_key_is_unreadable_in_the_database(
    stored_unit: OpenUnit, database: Database
) -> None:
    owner = account()
    key = merchant_key(owner, "NBID")
    stored(stored_unit, key, owners=(owner,))
    with database.engine.connect() as connection:
        (row,) = connection.execute(select(merchant_keys)).all()
    assert PIN.encode() not in bytes(row.secret)
    assert PIN not in repr(key)

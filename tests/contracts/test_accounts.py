"""The ports Accounts and Credentials."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.domain.account import TEST, Account, Credential
from countersign.domain.errors import NameTaken, NotFound, QuotaExceeded, Unauthorized
from tests.contracts.conftest import OpenUnit
from tests.contracts.samples import NOW, account, credential
from tests.contracts.threads import at_once


def stored(unit: OpenUnit, **changes: object) -> tuple[Account, Credential]:
    owner = account()
    made = credential(owner, **changes)
    with unit() as uow:
        uow.accounts.add(owner)
        uow.credentials.add(made)
        uow.commit()
    return owner, made


def test_an_account_comes_back_as_it_was_saved(unit: OpenUnit) -> None:
    made, other = account(), account()
    changed = replace(made, name="Ny AB", settings={"y_origin": "bottom"})
    with unit() as uow:
        uow.accounts.add(made)
        uow.accounts.add(other)
        uow.accounts.save(changed)
        uow.commit()
    with unit() as uow:
        assert uow.accounts.get(made.id) == changed
        assert {one.id for one in uow.accounts.all()} == {made.id, other.id}


def test_an_account_that_is_not_there_is_not_found(unit: OpenUnit) -> None:
    with unit() as uow:
        for ask in (lambda: uow.accounts.get("x"), lambda: uow.accounts.save(account())):
            with pytest.raises(NotFound):
                ask()


def test_a_secrets_hash_leads_to_its_caller(unit: OpenUnit) -> None:
    owner, made = stored(unit)
    with unit() as uow:
        caller = uow.credentials.by_secret_hash(made.secret_hash)
        assert (caller.account, caller.credential) == (owner, made)
        assert uow.credentials.get(made.id) == made
        assert uow.credentials.of_account(owner.id, made.api) == [made]
        assert uow.credentials.of_account(owner.id, "nextsign") == []


def test_a_credentials_id_leads_to_its_caller(unit: OpenUnit) -> None:
    owner, made = stored(unit)
    with unit() as uow:
        caller = uow.credentials.caller(made.id)
        assert (caller.account, caller.credential) == (owner, made)


def test_what_a_credential_may_do_is_stored_and_can_be_changed(unit: OpenUnit) -> None:
    owner, made = stored(unit, permissions=("order:create", "order:läs"))
    other = credential(owner, api="nextsign", permissions=("read",))
    stranger, theirs = stored(unit)
    with unit() as uow:
        uow.credentials.add(other)
        assert uow.credentials.get(made.id) == made
        uow.credentials.permit(owner.id, made.api, ("order:read",))
        uow.commit()
    with unit() as uow:
        assert uow.credentials.caller(made.id).credential.permissions == ("order:read",)
        assert uow.credentials.by_secret_hash(made.secret_hash).credential.permissions == (
            "order:read",
        )
        assert uow.credentials.of_account(owner.id, "nextsign") == [other]
        assert uow.credentials.of_account(stranger.id, theirs.api) == [theirs]
        uow.credentials.permit(owner.id, made.api, ())
        uow.commit()
    with unit() as uow:
        assert uow.credentials.get(made.id).permissions == ()


def test_an_unknown_and_a_revoked_credential_open_nothing(unit: OpenUnit) -> None:
    _, made = stored(unit)
    with unit() as uow:
        with pytest.raises(Unauthorized):
            uow.credentials.by_secret_hash("00" * 32)
        with pytest.raises(Unauthorized):
            uow.credentials.caller("x")
        uow.credentials.revoke(made.id, NOW)
        uow.commit()
    with unit() as uow:
        with pytest.raises(Unauthorized):
            uow.credentials.by_secret_hash(made.secret_hash)
        with pytest.raises(Unauthorized):
            uow.credentials.caller(made.id)
        assert uow.credentials.get(made.id).revoked_at == NOW
        with pytest.raises(NotFound):
            uow.credentials.revoke("x", NOW)


def test_a_name_is_taken_once_for_each_api(unit: OpenUnit) -> None:
    owner, made = stored(unit)
    with unit() as uow, pytest.raises(NameTaken):
        uow.credentials.add(credential(owner, name=made.name))
    with unit() as uow:
        uow.credentials.add(credential(owner, name=made.name, api="nextsign"))
        uow.commit()


def test_uses_are_counted_up_to_the_quota(unit: OpenUnit) -> None:
    _, made = stored(unit, quota=2)
    with unit() as uow:
        uow.credentials.count_use(made.id)
        uow.credentials.count_use(made.id)
        with pytest.raises(QuotaExceeded):
            uow.credentials.count_use(made.id)
        uow.commit()
    with unit() as uow:
        assert uow.credentials.get(made.id).used == 2


def test_test_credentials_are_not_counted(unit: OpenUnit) -> None:
    _, made = stored(unit, environment=TEST, quota=0)
    with unit() as uow:
        uow.credentials.count_use(made.id)
        uow.commit()
    with unit() as uow:
        assert uow.credentials.get(made.id).used == 0


def test_uses_at_the_same_moment_are_counted_exactly(unit: OpenUnit) -> None:
    _, made = stored(unit, quota=20)

    def use(_number: int) -> int:
        counted = 0
        for _ in range(4):
            try:
                with unit() as uow:
                    uow.credentials.count_use(made.id)
                    uow.commit()
                counted += 1
            except QuotaExceeded:
                pass
        return counted

    assert sum(at_once(8, use)) == 20
    with unit() as uow:
        assert uow.credentials.get(made.id).used == 20

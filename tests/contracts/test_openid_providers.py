"""The port OpenIdProviders, and what attempts need to come back from a provider's pages."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from countersign.adapters.database.engine import Database
from countersign.domain.account import Account
from countersign.domain.errors import NameTaken, NotFound
from countersign.domain.identity import IdentityAttempt, reference_of
from countersign.domain.openid import OpenIdProvider
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


def provider(account: Account, name: str = "nbid", **changes: object) -> OpenIdProvider:
    made = OpenIdProvider(
        account_id=account.id,
        name=name,
        issuer="https://login.example/auth",
        client_id="c",
        client_secret=SECRET,
        scopes=("openid", "nin"),
        acr_values=("urn:high",),
        created_at=NOW,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def test_providers_come_back_as_they_were_and_to_their_account_alone(unit: OpenUnit) -> None:
    mine, other = owner(unit), owner(unit)
    second = provider(mine, "nbid", inside=False)
    first = provider(mine, "mitid", acr_values=())
    with unit() as uow:
        for one in (second, first, provider(other)):
            uow.openid_providers.add(one)
        uow.commit()
    with unit() as uow:
        assert uow.openid_providers.all(mine.id) == [first, second]
        assert uow.openid_providers.all(new_id()) == []


def test_an_account_has_one_provider_of_a_name(unit: OpenUnit) -> None:
    mine = owner(unit)
    with unit() as uow:
        uow.openid_providers.add(provider(mine))
        uow.commit()
    with unit() as uow, pytest.raises(NameTaken):
        uow.openid_providers.add(provider(mine, issuer="https://other.example"))


def test_what_is_removed_is_gone(unit: OpenUnit) -> None:
    mine, other = owner(unit), owner(unit)
    with unit() as uow:
        uow.openid_providers.add(provider(mine))
        uow.openid_providers.add(provider(other))
        uow.openid_providers.remove(mine.id, "nbid")
        with pytest.raises(NotFound):
            uow.openid_providers.remove(mine.id, "nbid")
        uow.commit()
    with unit() as uow:
        assert uow.openid_providers.all(mine.id) == []
        assert uow.openid_providers.all(other.id) == [provider(other)]


def test_the_clients_secret_is_stored_closed(stored_unit: OpenUnit, database: Database) -> None:
    with stored_unit() as uow:
        mine = account()
        uow.accounts.add(mine)
        uow.openid_providers.add(provider(mine))
        uow.commit()
    with database.engine.connect() as connection:
        (stored,) = connection.execute(text("SELECT client_secret FROM identity_providers")).one()
    assert SECRET.encode() not in bytes(stored)
    assert SECRET not in repr(provider(mine))


# ------------------------------------------------------------------ attempts


def begun(unit: OpenUnit) -> IdentityAttempt:
    made = IdentityAttempt(
        task_id=new_id(),
        method="nbid",
        number=1,
        begun=(NOW,),
        reference=reference_of("state", new_id()),
        secret={"verifier": "v"},
    )
    with unit() as uow:
        uow.identity.begin(made)
        uow.commit()
    return made


def test_an_order_is_found_by_its_reference(unit: OpenUnit) -> None:
    first, second = begun(unit), begun(unit)
    with unit() as uow:
        assert uow.identity.by_reference(first.reference) == first
        assert uow.identity.by_reference(second.reference) == second
        with pytest.raises(NotFound):
            uow.identity.by_reference(reference_of("state", "another browser"))


def test_an_order_goes_on_under_another_reference_and_the_old_one_is_nobodys(
    unit: OpenUnit,
) -> None:
    made = begun(unit)
    after = replace(made, reference="new", secret={"returned": "{}"})
    with unit() as uow:
        assert uow.identity.renew(made, after)
        assert not uow.identity.renew(made, after)
        uow.commit()
    with unit() as uow:
        assert uow.identity.attempt(made.task_id, "nbid") == after
        with pytest.raises(NotFound):
            uow.identity.by_reference(made.reference)


def test_an_order_that_was_begun_anew_is_not_renewed(unit: OpenUnit) -> None:
    made = begun(unit)
    second = replace(made, number=2, reference="second")
    with unit() as uow:
        uow.identity.begin(second)
        assert not uow.identity.renew(made, replace(made, reference="late"))
        uow.commit()
    with unit() as uow:
        assert uow.identity.attempt(made.task_id, "nbid") == second


def test_of_many_returns_at_once_one_is_taken(stored_unit: OpenUnit) -> None:
    made = begun(stored_unit)

    def take(number: int) -> bool:
        with stored_unit() as uow:
            taken = uow.identity.renew(made, replace(made, reference=f"taken {number}"))
            uow.commit()
        return taken

    assert sum(at_once(20, take)) == 1

"""An account gets a provider of eIDs of its own, and gives it up."""

from __future__ import annotations

from collections.abc import Sequence

from countersign.domain.openid import OpenIdProvider, check_provider
from countersign.usecases.ports import Ports


def add_identity_provider(provider: OpenIdProvider, ports: Ports) -> None:
    """From now on tasks of this account may name it. Raises Invalid, NotFound for an unknown
    account, NameTaken when the account has one of this name."""
    check_provider(provider)
    with ports.unit_of_work() as uow:
        uow.accounts.get(provider.account_id)
        uow.openid_providers.add(provider)
        uow.commit()


def list_identity_providers(account_id: str, ports: Ports) -> Sequence[OpenIdProvider]:
    """By name. Raises NotFound for an unknown account."""
    with ports.unit_of_work() as uow:
        uow.accounts.get(account_id)
        return uow.openid_providers.all(account_id)


def remove_identity_provider(account_id: str, name: str, ports: Ports) -> None:
    """Proofs that were given stay; who is at the provider at this moment begins again with another
    method. Raises NotFound."""
    with ports.unit_of_work() as uow:
        uow.openid_providers.remove(account_id, name)
        uow.commit()

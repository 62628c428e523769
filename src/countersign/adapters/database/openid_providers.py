"""What accounts need to ask providers of eIDs. The secrets among it are stored closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import bindparam, delete, select

from countersign.adapters.database.identity_tables import identity_providers as providers
from countersign.adapters.database.transaction import AnyRow, Transaction
from countersign.domain.errors import NameTaken, NotFound
from countersign.domain.openid import OpenIdProvider
from countersign.usecases.outside_ports import Secrets

_OWN = providers.c.account_id == bindparam("of_account")
_ALL = select(providers).where(_OWN)
_REMOVE = delete(providers).where(_OWN, providers.c.name == bindparam("of_name"))


class StoredProviders:
    """The port OpenIdProviders."""

    def __init__(self, transaction: Transaction, secrets: Secrets) -> None:
        self._tx, self._secrets = transaction, secrets

    def add(self, provider: OpenIdProvider) -> None:
        closed = self._secrets.close(provider.client_secret.encode())
        row = {**asdict(provider), "client_secret": closed}
        statement = self._tx.insert(providers).on_conflict_do_nothing()
        if self._tx.write(statement, row).rowcount != 1:
            raise NameTaken(f"the account has a provider named {provider.name}: remove it first")

    def all(self, account_id: str) -> Sequence[OpenIdProvider]:
        rows = self._tx.read(_ALL, {"of_account": account_id})
        return sorted((self._provider(row) for row in rows), key=lambda one: one.name)

    def remove(self, account_id: str, name: str) -> None:
        key = {"of_account": account_id, "of_name": name}
        if self._tx.write(_REMOVE, key).rowcount != 1:
            raise NotFound("identity provider", name)

    def _provider(self, row: AnyRow) -> OpenIdProvider:
        opened = self._secrets.open(row.client_secret).decode()
        lists = {"scopes": tuple(row.scopes), "acr_values": tuple(row.acr_values)}
        return OpenIdProvider(**{**row._mapping, **lists, "client_secret": opened})

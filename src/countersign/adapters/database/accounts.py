"""Accounts and their credentials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, or_, select, update

from countersign.adapters.database.prepared import Prepared
from countersign.adapters.database.tables import accounts, credentials
from countersign.adapters.database.transaction import AnyRow, Transaction
from countersign.domain.account import PRODUCTION, Account, Caller, Credential
from countersign.domain.errors import NameTaken, NotFound, Unauthorized

_ACCOUNT = Prepared(select(accounts).where(accounts.c.id == bindparam("id")))
_CREDENTIAL = Prepared(select(credentials).where(credentials.c.id == bindparam("id")))
_CALLER = Prepared(
    select(accounts, credentials)
    .join_from(credentials, accounts)
    .where(
        credentials.c.secret_hash == bindparam("secret_hash"), credentials.c.revoked_at.is_(None)
    )
)
_CALLER_BY_ID = Prepared(
    select(accounts, credentials)
    .join_from(credentials, accounts)
    .where(credentials.c.id == bindparam("id"), credentials.c.revoked_at.is_(None))
)
_OF_ACCOUNT = Prepared(
    select(credentials)
    .where(
        credentials.c.account_id == bindparam("account_id"), credentials.c.api == bindparam("api")
    )
    .order_by(credentials.c.created_at, credentials.c.id)
)
# The condition is in the statement, so that no two processes both take the last one
_COUNT_USE = Prepared(
    update(credentials)
    .where(
        credentials.c.id == bindparam("of_id"),
        credentials.c.environment == PRODUCTION,
        or_(credentials.c.quota.is_(None), credentials.c.used < credentials.c.quota),
    )
    .values(used=credentials.c.used + 1)
)


class Accounts:
    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def add(self, account: Account) -> None:
        self._tx.write(insert(accounts), asdict(account))

    def get(self, account_id: str) -> Account:
        found = self._tx.read(_ACCOUNT, {"id": account_id}).one_or_none()
        if found is None:
            raise NotFound("account", account_id)
        return Account(**found._asdict())

    def all(self) -> Sequence[Account]:
        found = self._tx.read(select(accounts).order_by(accounts.c.created_at, accounts.c.id))
        return [Account(**row._mapping) for row in found]

    def save(self, account: Account) -> None:
        change = update(accounts).where(accounts.c.id == account.id).values(**asdict(account))
        if self._tx.write(change).rowcount != 1:
            raise NotFound("account", account.id)


class Credentials:
    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def add(self, credential: Credential) -> None:
        insert = self._tx.insert(credentials).on_conflict_do_nothing(
            index_elements=["account_id", "api", "name"]
        )
        row = asdict(credential) | {"permissions": list(credential.permissions)}
        if self._tx.write(insert, row).rowcount != 1:
            raise NameTaken()

    def by_secret_hash(self, secret_hash: str) -> Caller:
        return _caller(self._tx.read(_CALLER, {"secret_hash": secret_hash}).one_or_none())

    def caller(self, credential_id: str) -> Caller:
        return _caller(self._tx.read(_CALLER_BY_ID, {"id": credential_id}).one_or_none())

    def of_account(self, account_id: str, api: str) -> Sequence[Credential]:
        found = self._tx.read(_OF_ACCOUNT, {"account_id": account_id, "api": api})
        return [read_credential(row._asdict()) for row in found]

    def get(self, credential_id: str) -> Credential:
        found = self._tx.read(_CREDENTIAL, {"id": credential_id}).one_or_none()
        if found is None:
            raise NotFound("credential", credential_id)
        return read_credential(found._asdict())

    def count_use(self, credential_id: str) -> None:
        if self._tx.write(_COUNT_USE, {"of_id": credential_id}).rowcount != 1:
            self.get(credential_id).check_quota()

    def limit(self, account_id: str, quota: int | None) -> None:
        of_account = credentials.c.account_id == account_id
        production = credentials.c.environment == PRODUCTION
        self._tx.write(update(credentials).where(of_account, production).values(quota=quota))

    def permit(self, account_id: str, api: str, permissions: tuple[str, ...]) -> None:
        change = update(credentials).where(
            credentials.c.account_id == account_id, credentials.c.api == api
        )
        self._tx.write(change.values(permissions=list(permissions)))

    def revoke(self, credential_id: str, at: datetime) -> None:
        change = update(credentials).where(credentials.c.id == credential_id)
        if self._tx.write(change.values(revoked_at=at)).rowcount != 1:
            raise NotFound("credential", credential_id)


def _caller(row: AnyRow | None) -> Caller:
    """Raises Unauthorized when there is none."""
    if row is None:
        raise Unauthorized()
    names, values = accounts.columns.keys(), tuple(row)
    account = Account(**dict(zip(names, values, strict=False)))
    rest = values[len(names) :]
    return Caller(
        account, read_credential(dict(zip(credentials.columns.keys(), rest, strict=True)))
    )


def read_credential(values: dict[str, Any]) -> Credential:
    """What a row says."""
    return Credential(**{**values, "permissions": tuple(values["permissions"])})

"""Named interfaces of accounts for their signing pages."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, select

from countersign.adapters.database.project_tables import interfaces
from countersign.adapters.database.settings_rows import branding, branding_json
from countersign.adapters.database.transaction import AnyRow, Transaction
from countersign.domain.errors import NameTaken, NotFound
from countersign.domain.interface import Interface

_OWN = interfaces.c.account_id == bindparam("of_account")
_NAMED = interfaces.c.name == bindparam("of_name")
_ALL = select(interfaces).where(_OWN)
_ONE = select(interfaces).where(_OWN, _NAMED)
_REMOVE = delete(interfaces).where(_OWN, _NAMED)


class Interfaces:
    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def add(self, interface: Interface) -> None:
        row = {
            "account_id": interface.account_id,
            "name": interface.name,
            "created_at": interface.created_at,
            "branding": branding_json(interface.branding),
            "hidden": list(interface.hidden),
            "skip_intro": interface.skip_intro,
            "identify_first": interface.identify_first,
        }
        statement = self._tx.insert(interfaces).on_conflict_do_nothing()
        if self._tx.write(statement, row).rowcount != 1:
            raise NameTaken(f"the account has an interface named {interface.name}")

    def find(self, account_id: str, name: str) -> Interface | None:
        row = self._tx.read(_ONE, _key(account_id, name)).one_or_none()
        return None if row is None else _interface(row)

    def all(self, account_id: str) -> Sequence[Interface]:
        rows = self._tx.read(_ALL, {"of_account": account_id})
        return sorted(map(_interface, rows), key=lambda one: one.name)

    def remove(self, account_id: str, name: str) -> None:
        if self._tx.write(_REMOVE, _key(account_id, name)).rowcount != 1:
            raise NotFound("interface", name)


def _key(account_id: str, name: str) -> dict[str, str]:
    return {"of_account": account_id, "of_name": name}


def _interface(row: AnyRow) -> Interface:
    return Interface(
        account_id=row.account_id,
        name=row.name,
        created_at=row.created_at,
        branding=branding(row.branding),
        hidden=tuple(row.hidden),
        skip_intro=row.skip_intro,
        identify_first=row.identify_first,
    )

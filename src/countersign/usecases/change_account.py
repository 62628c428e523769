"""The operator changes what an account may choose or has to keep to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from countersign.domain.account import Account
from countersign.domain.errors import Invalid
from countersign.usecases.ports import Ports


def change_account(account_id: str, settings: Mapping[str, Any], ports: Ports) -> Account:
    """Sets the given settings and leaves the others. Raises NotFound."""
    with ports.unit_of_work() as uow:
        account = uow.accounts.get(account_id)
        changed = replace(account, settings={**account.settings, **settings})
        uow.accounts.save(changed)
        uow.commit()
    return changed


def limit_account(account_id: str, quota: int | None, ports: Ports) -> None:
    """How many envelopes each production credential of the account may send in all; None: any
    number. Raises NotFound."""
    with ports.unit_of_work() as uow:
        uow.credentials.limit(uow.accounts.get(account_id).id, quota)
        uow.commit()


def permit_account(account_id: str, api: str, permissions: tuple[str, ...], ports: Ports) -> None:
    """What the account's credentials of `api` may do from now on, in that API's words; empty:
    everything. Raises NotFound, Invalid for what can't be a permission."""
    if not all(permission and permission.isprintable() for permission in permissions):
        raise Invalid("a permission is a word of the API", {"permissions": "not a word"})
    with ports.unit_of_work() as uow:
        uow.credentials.permit(uow.accounts.get(account_id).id, api, permissions)
        uow.commit()

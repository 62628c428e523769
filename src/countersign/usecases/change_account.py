"""The operator changes what an account may choose or has to keep to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from countersign.domain.account import Account
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

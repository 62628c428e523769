"""The operator takes a key away from an account."""

from __future__ import annotations

from countersign.usecases.ports import Ports


def remove_merchant_key(account_id: str, vendor: str, ports: Ports) -> None:
    """What was signed with it stays valid. Raises NotFound."""
    with ports.unit_of_work() as uow:
        uow.merchant_keys.remove(account_id, vendor)
        uow.commit()

"""The operator gives an account a key to sign with in its own name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from countersign.domain.merchant_key import KeyKind, MerchantKey, check_vendor
from countersign.usecases.ports import Ports


@dataclass(frozen=True, slots=True, kw_only=True)
class AddMerchantKey:
    """`vendor`, `place` and `secret` are as in MerchantKey."""

    account_id: str
    vendor: str
    kind: KeyKind
    place: Mapping[str, str] = field(default_factory=dict)
    secret: Mapping[str, str] = field(repr=False)


def add_merchant_key(command: AddMerchantKey, ports: Ports) -> MerchantKey:
    """Replaces the key of the same vendor. Raises NotFound for an unknown account, Invalid for a
    key that can't be opened, KeyExpired for one that can't be used now."""
    check_vendor(command.vendor)
    facts = ports.merchant.examine(command.kind, command.place, command.secret)
    key = MerchantKey(
        account_id=command.account_id,
        vendor=command.vendor,
        kind=command.kind,
        place=command.place,
        secret=command.secret,
        facts=facts,
        created_at=ports.clock(),
    )
    key.check_usable(ports.clock())
    with ports.unit_of_work() as uow:
        uow.accounts.get(command.account_id)
        uow.merchant_keys.put(key)
        uow.commit()
    return key

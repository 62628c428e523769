"""An account signs documents in its own name, at once and without anybody at a screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from countersign.domain.errors import Invalid
from countersign.usecases.ports import Ports

MOST_DOCUMENTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantDocument:
    """`data` is the whole file, `media_type` what the sender says it is."""

    data: bytes = field(repr=False)
    media_type: str


def sign_as_merchant(
    account_id: str, vendor: str, documents: Sequence[MerchantDocument], ports: Ports
) -> list[bytes]:
    """The documents in their order, each with the merchant's signature; all or none. Raises Invalid
    for no document or more than 20, NotFound when the account has no key of this vendor,
    KeyExpired, UnusableFile for what can't be signed, and Unavailable."""
    if not 1 <= len(documents) <= MOST_DOCUMENTS:
        raise Invalid(
            f"1 to {MOST_DOCUMENTS} documents can be signed at once",
            {"documents": f"1 to {MOST_DOCUMENTS}"},
        )
    with ports.unit_of_work() as uow:
        key = uow.merchant_keys.get(account_id, vendor)
    at = ports.clock()
    key.check_usable(at)
    return [ports.merchant.sign(key, each.data, each.media_type, at) for each in documents]

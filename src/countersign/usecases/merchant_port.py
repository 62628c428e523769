"""The ports to the keys with which accounts sign in their own name. Part of ports.py, where the
rest of the database and of the outside world is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from countersign.domain.merchant_key import KeyFacts, KeyKind, MerchantKey


class MerchantKeys(Protocol):
    """Stored keys; their secrets are stored closed."""

    def put(self, key: MerchantKey) -> None:
        """Adds it, or replaces the one of the same account and vendor."""

    def get(self, account_id: str, vendor: str) -> MerchantKey:
        """Raises NotFound."""

    def of_account(self, account_id: str) -> Sequence[MerchantKey]:
        """By vendor, in the order of code points."""

    def remove(self, account_id: str, vendor: str) -> None:
        """Raises NotFound."""


class MerchantSigner(Protocol):
    """Signs whole documents with a merchant's key."""

    def examine(
        self, kind: KeyKind, place: Mapping[str, str], secret: Mapping[str, str]
    ) -> KeyFacts:
        """What the key's certificate says, after a look at the key itself. `place` and `secret`
        are as in MerchantKey. Raises Invalid, which says what is wrong with them."""

    def sign(self, key: MerchantKey, data: bytes, media_type: str, at: datetime) -> bytes:
        """The document with one more signature, those that it has left valid. `at` is claimed as
        the time. Raises UnusableFile for what can't be signed, and Unavailable when the key or
        every timestamp authority is out of reach."""

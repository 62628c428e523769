"""What a list of all envelopes of an account asks, and shows."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from countersign.domain.errors import Invalid


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a page of the list begins: behind this envelope."""

    created_at: datetime
    id: str

    def __str__(self) -> str:
        """As it stands in an address."""
        text = json.dumps([self.created_at.astimezone(UTC).isoformat(), self.id])
        return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()

    @classmethod
    def read(cls, text: str) -> Mark:
        """Raises Invalid."""
        try:
            at, id = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            created_at = datetime.fromisoformat(at)
            if created_at.tzinfo is None or not isinstance(id, str):
                raise ValueError(text)
            return cls(created_at, id)
        except (ValueError, TypeError, binascii.Error, RecursionError):
            raise Invalid("there is no such place in the list") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """`statuses` are envelope states, `origin` the API that sent it; `since` and `until` (excluded)
    are about its creation; `text` is a part of the name in any case, or somebody's whole e-mail
    address. `behind` is the last envelope of the page before; newest first. `viewers` are the ids
    by which a member sees what is not for everybody (visible.py), none for who sees all."""

    account_id: str
    viewers: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    origin: str = ""
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""
    behind: Mark | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One envelope in the list; `people` says how many have done their part, of how many."""

    id: str
    name: str
    origin: str
    environment: str
    status: str
    created_at: datetime
    due_at: datetime | None
    done: int
    people: int

    @property
    def mark(self) -> Mark:
        return Mark(self.created_at, self.id)


class AccountList(Protocol):
    def page(self, query: ListQuery) -> Sequence[Row]: ...

"""The port to drafts of the dashboard. Part of ports.py, where the rest is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from countersign.domain.draft import Draft, DraftDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftHead:
    """What a list shows of a draft."""

    id: str
    name: str
    updated_at: datetime
    documents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftQuery:
    """`author_id` None: of everybody; `text` is a part of the name, in any case."""

    account_id: str
    author_id: str | None
    text: str = ""
    limit: int = 50


class Drafts(Protocol):
    """Another account's draft is not found."""

    def add(self, draft: Draft) -> None:
        """Without documents."""

    def get(self, account_id: str, draft_id: str) -> Draft:
        """Raises NotFound."""

    def of_account(self, query: DraftQuery) -> Sequence[DraftHead]:
        """Newest first."""

    def save(self, draft: Draft) -> Draft:
        """Compare-and-set on `version`: raises StaleState. The draft as it is now."""

    def add_document(self, draft: Draft, document: DraftDocument) -> DraftDocument:
        """At the end; the one that is there, when there is one of this id. Raises NotFound for a
        draft that has gone meanwhile."""

    def remove_document(self, draft: Draft, document_id: str) -> None: ...
    def remove(self, draft: Draft) -> None:
        """Raises StaleState when somebody wrote it meanwhile, or removed it."""

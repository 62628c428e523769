"""What somebody writes in the dashboard until it is sent: half an envelope, whatever is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from countersign.domain.document import FileRef, PageSize
from countersign.domain.errors import Conflict, Invalid, NotFound, StaleState
from countersign.domain.template import FormField

ORIGIN = "dashboard"  # of the envelopes that drafts become, and the api of their credential
MOST_DOCUMENTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftDocument:
    """A file that can be signed. `form` is what the form in it asks for, to be proposed."""

    id: str
    name: str
    upload: FileRef
    pages: tuple[PageSize, ...]
    form: tuple[FormField, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """`content` is what its writer has filled in so far, in the words of the page; `documents` are
    in the order in which they came. `version` counts writes of the content and is the
    compare-and-set value. The envelope that it becomes has its id."""

    id: str
    account_id: str
    author_id: str
    name: str
    created_at: datetime
    updated_at: datetime
    content: Mapping[str, Any]
    documents: tuple[DraftDocument, ...] = ()
    version: int = 1

    def document(self, document_id: str) -> DraftDocument:
        """Raises NotFound."""
        found = next((one for one in self.documents if one.id == document_id), None)
        if found is None:
            raise NotFound("document", document_id)
        return found

    def in_order(self, ids: Sequence[str]) -> tuple[DraftDocument, ...]:
        """Its documents, those that are named first."""
        places = {id: place for place, id in enumerate(ids)}
        return tuple(sorted(self.documents, key=lambda one: places.get(one.id, len(places))))

    def rewritten(
        self, name: str, content: Mapping[str, Any], version: int, now: datetime
    ) -> Draft:
        """With another content, written by who has seen `version`; itself when there is nothing
        new, as what arrives twice. Raises StaleState when somebody else wrote meanwhile."""
        if dict(content) == dict(self.content) and name == self.name:
            return self
        if version != self.version:
            raise StaleState
        return replace(self, name=name, content=content, updated_at=now)


def check_room(draft: Draft, name: str) -> None:
    """Raises Conflict when there are too many documents already."""
    if len(draft.documents) >= MOST_DOCUMENTS:
        raise Conflict(f"there are {MOST_DOCUMENTS} documents already")
    if not name.strip():
        raise Invalid("This file has no name.")

"""Drafts of the dashboard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from countersign.adapters.database.draft_tables import draft_documents, drafts
from countersign.adapters.database.transaction import AnyRow, Transaction
from countersign.domain.document import FileRef, PageSize
from countersign.domain.draft import Draft, DraftDocument
from countersign.domain.errors import NotFound, StaleState
from countersign.domain.task import Area, FieldKind
from countersign.domain.template import FormField
from countersign.usecases.draft_port import DraftHead, DraftQuery

_HEAD = (drafts.c.id, drafts.c.name, drafts.c.updated_at)


class StoredDrafts:
    """The port Drafts."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def add(self, draft: Draft) -> None:
        self._tx.write(insert(drafts), _row(draft))

    def get(self, account_id: str, draft_id: str) -> Draft:
        own = (drafts.c.id == draft_id, drafts.c.account_id == account_id)
        row = self._tx.read(select(drafts).where(*own)).one_or_none()
        if row is None:
            raise NotFound("draft", draft_id)
        wanted = select(draft_documents).where(draft_documents.c.draft_id == draft_id)
        found = self._tx.read(wanted.order_by(draft_documents.c.position, draft_documents.c.id))
        values = dict(row._mapping)
        del values["folded_name"]
        return Draft(**values, documents=tuple(map(_document, found)))

    def of_account(self, query: DraftQuery) -> Sequence[DraftHead]:
        files = (
            select(func.count())
            .where(draft_documents.c.draft_id == drafts.c.id)
            .scalar_subquery()
            .label("documents")
        )
        wanted = select(*_HEAD, files).where(drafts.c.account_id == query.account_id)
        if query.author_id is not None:
            wanted = wanted.where(drafts.c.author_id == query.author_id)
        if query.text:
            part = query.text.casefold()
            wanted = wanted.where(drafts.c.folded_name.contains(part, autoescape=True))
        newest = wanted.order_by(drafts.c.updated_at.desc(), drafts.c.id.desc())
        newest = newest.limit(query.limit)
        return [DraftHead(**row._mapping) for row in self._tx.read(newest)]

    def save(self, draft: Draft) -> Draft:
        after = replace(draft, version=draft.version + 1)
        self._change(draft, **_row(after))
        return after

    def add_document(self, draft: Draft, document: DraftDocument) -> DraftDocument:
        held = update(drafts).where(drafts.c.id == draft.id).values(version=drafts.c.version)
        if self._tx.write(held).rowcount != 1:
            raise NotFound("draft", draft.id)
        here = draft_documents.c.draft_id == draft.id
        known = select(draft_documents).where(here, draft_documents.c.id == document.id)
        if (row := self._tx.read(known).one_or_none()) is not None:
            return _document(row)
        last = self._tx.read(select(func.max(draft_documents.c.position)).where(here)).scalar()
        row_of = _document_row(draft, 0 if last is None else last + 1, document)
        self._tx.write(insert(draft_documents), row_of)
        return document

    def remove_document(self, draft: Draft, document_id: str) -> None:
        own = (draft_documents.c.draft_id == draft.id, draft_documents.c.id == document_id)
        self._tx.write(delete(draft_documents).where(*own))

    def remove(self, draft: Draft) -> None:
        self._change(draft, version=draft.version + 1)  # nobody adds a document from now on
        self._tx.write(delete(draft_documents).where(draft_documents.c.draft_id == draft.id))
        self._tx.write(delete(drafts).where(drafts.c.id == draft.id))

    def _change(self, draft: Draft, **values: Any) -> None:
        seen = (drafts.c.id == draft.id, drafts.c.version == draft.version)
        if self._tx.write(update(drafts).where(*seen).values(**values)).rowcount != 1:
            raise StaleState


def _row(draft: Draft) -> dict[str, Any]:
    return {
        "id": draft.id,
        "account_id": draft.account_id,
        "author_id": draft.author_id,
        "name": draft.name,
        "folded_name": draft.name.casefold(),
        "created_at": draft.created_at,
        "updated_at": draft.updated_at,
        "content": dict(draft.content),
        "version": draft.version,
    }


def _document_row(draft: Draft, position: int, document: DraftDocument) -> dict[str, Any]:
    return {
        "draft_id": draft.id,
        "id": document.id,
        "position": position,
        "name": document.name,
        "upload_sha256": document.upload.sha256,
        "upload_size": document.upload.size,
        "pages": [[page.width, page.height] for page in document.pages],
        "form": [asdict(found) for found in document.form],
    }


def _document(row: AnyRow) -> DraftDocument:
    return DraftDocument(
        id=row.id,
        name=row.name,
        upload=FileRef(row.upload_sha256, row.upload_size),
        pages=tuple(PageSize(width, height) for width, height in row.pages),
        form=tuple(map(_form_field, row.form)),
    )


def _form_field(values: Mapping[str, Any]) -> FormField:
    options = tuple((known, shown) for known, shown in values["options"])
    kind, area = FieldKind(values["kind"]), Area(**values["area"])
    return FormField(**{**values, "kind": kind, "area": area, "options": options})

"""Forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import insert, select, true, update

from countersign.adapters.database.form_tables import form_documents, forms
from countersign.adapters.database.transaction import AnyRow, Transaction
from countersign.domain.document import FileRef, PageSize
from countersign.domain.errors import NotFound
from countersign.domain.form import Form, FormDocument, Tag, TagKind


class Forms:
    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def add(self, form: Form) -> None:
        self._tx.write(insert(forms), _row(form))
        rows = [_document_row(form, *found) for found in enumerate(form.documents)]
        self._tx.write(insert(form_documents), rows)

    def get(self, account_id: str, form_id: str) -> Form:
        return self._one(form_id, forms.c.account_id == account_id)

    def public(self, form_id: str) -> Form:
        return self._one(form_id, forms.c.is_public == true())

    def all(self, account_id: str) -> Sequence[Form]:
        wanted = select(forms).where(forms.c.account_id == account_id)
        newest = wanted.order_by(forms.c.created_at.desc(), forms.c.id.desc())
        return [self._form(row) for row in self._tx.read(newest).all()]

    def save(self, form: Form) -> None:
        own = (forms.c.id == form.id, forms.c.account_id == form.account_id)
        if self._tx.write(update(forms).where(*own).values(**_row(form))).rowcount != 1:
            raise NotFound("form", form.id)

    def _one(self, form_id: str, allowed: Any) -> Form:
        found = self._tx.read(select(forms).where(forms.c.id == form_id, allowed)).one_or_none()
        if found is None:
            raise NotFound("form", form_id)
        return self._form(found)

    def _form(self, row: AnyRow) -> Form:
        wanted = select(form_documents).where(form_documents.c.form_id == row.id)
        found = self._tx.read(wanted.order_by(form_documents.c.position)).all()
        values = dict(row._mapping)
        tags = tuple(_tag(each) for each in values.pop("tags"))
        return Form(**values, tags=tags, documents=tuple(map(_document, found)))


def _row(form: Form) -> dict[str, Any]:
    return {
        "id": form.id,
        "account_id": form.account_id,
        "origin": form.origin,
        "name": form.name,
        "folder": form.folder,
        "is_active": form.is_active,
        "is_public": form.is_public,
        "created_at": form.created_at,
        "updated_at": form.updated_at,
        "tags": [asdict(tag) for tag in form.tags],
        "defaults": form.defaults,
    }


def _document_row(form: Form, position: int, document: FormDocument) -> dict[str, Any]:
    return {
        "form_id": form.id,
        "position": position,
        "name": document.name,
        "media_type": document.media_type,
        "upload_sha256": document.upload.sha256,
        "upload_size": document.upload.size,
        "pages": [[page.width, page.height] for page in document.pages],
    }


def _tag(values: Mapping[str, Any]) -> Tag:
    return Tag(**{**values, "kind": TagKind(values["kind"])})


def _document(row: AnyRow) -> FormDocument:
    return FormDocument(
        name=row.name,
        media_type=row.media_type,
        upload=FileRef(row.upload_sha256, row.upload_size),
        pages=tuple(PageSize(width, height) for width, height in row.pages),
    )

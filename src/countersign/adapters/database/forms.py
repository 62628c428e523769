"""Forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, insert, or_, select, true, update

from countersign.adapters.database.form_tables import form_documents, forms
from countersign.adapters.database.transaction import AnyRow, Transaction
from countersign.domain.document import FileRef, PageSize
from countersign.domain.errors import NotFound, StaleState
from countersign.domain.form import Form, FormDocument, Tag, TagKind
from countersign.domain.short_id import new_short_id

_NOW = forms.c.version_of.is_(None)


class Forms:
    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def add(self, form: Form) -> None:
        self._tx.write(insert(forms), _row(form))
        self._add_documents(form.id, form)

    def _add_documents(self, id: str, form: Form) -> None:
        rows = [_document_row(id, *found) for found in enumerate(form.documents)]
        self._tx.write(insert(form_documents), rows)

    def revise(self, form: Form) -> None:
        before = self.get(form.account_id, form.id)
        as_read = (forms.c.id == form.id, forms.c.version == form.version - 1)
        if self._tx.write(update(forms).where(*as_read).values(**_row(form))).rowcount != 1:
            raise StaleState(f"form {form.id}")
        kept = new_short_id()
        old = {"id": kept, "version_of": form.id, "is_public": False}
        self._tx.write(insert(forms), _row(before) | old)
        self._add_documents(kept, before)
        self._tx.write(delete(form_documents).where(form_documents.c.form_id == form.id))
        self._add_documents(form.id, form)

    def version(self, account_id: str, form_id: str, version: int) -> Form:
        found = [one for one in self.versions(account_id, form_id) if one.version == version]
        if not found:
            raise NotFound("form", form_id)
        return found[0]

    def versions(self, account_id: str, form_id: str) -> Sequence[Form]:
        this = or_(forms.c.id == form_id, forms.c.version_of == form_id)
        wanted = select(forms).where(forms.c.account_id == account_id, this)
        rows = self._tx.read(wanted.order_by(forms.c.version.desc())).all()
        return [self._form(row) for row in rows]

    def get(self, account_id: str, form_id: str) -> Form:
        return self._one(form_id, forms.c.account_id == account_id)

    def public(self, form_id: str) -> Form:
        return self._one(form_id, forms.c.is_public == true())

    def all(self, account_id: str) -> Sequence[Form]:
        wanted = select(forms).where(forms.c.account_id == account_id, _NOW)
        newest = wanted.order_by(forms.c.created_at.desc(), forms.c.id.desc())
        return [self._form(row) for row in self._tx.read(newest).all()]

    def save(self, form: Form) -> None:
        self.get(form.account_id, form.id)
        as_read = (forms.c.id == form.id, forms.c.version == form.version)
        if self._tx.write(update(forms).where(*as_read).values(**_row(form))).rowcount != 1:
            raise StaleState(f"form {form.id}")

    def _one(self, form_id: str, allowed: Any) -> Form:
        found = self._tx.read(
            select(forms).where(forms.c.id == form_id, _NOW, allowed)
        ).one_or_none()
        if found is None:
            raise NotFound("form", form_id)
        return self._form(found)

    def _form(self, row: AnyRow) -> Form:
        wanted = select(form_documents).where(form_documents.c.form_id == row.id)
        found = self._tx.read(wanted.order_by(form_documents.c.position)).all()
        values = dict(row._mapping)
        values["id"] = values.pop("version_of") or row.id
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
        "version": form.version,
    }


def _document_row(form_id: str, position: int, document: FormDocument) -> dict[str, Any]:
    return {
        "form_id": form_id,
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

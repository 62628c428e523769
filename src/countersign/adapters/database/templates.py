"""Templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import uuid4

from sqlalchemy import bindparam, insert, or_, select, update

from countersign.adapters.database.project_tables import templates
from countersign.adapters.database.transaction import AnyRow, Transaction
from countersign.domain.document import FileRef, PageSize
from countersign.domain.errors import NotFound, StaleState
from countersign.domain.task import Action, Area, FieldKind
from countersign.domain.template import Role, Template, TemplateField

_OWN = templates.c.account_id == bindparam("account_id")
_NOW = templates.c.version_of.is_(None)
_GET = select(templates).where(_OWN, _NOW, templates.c.id == bindparam("id"))
_ORDER = (templates.c.created_at.desc(), templates.c.id.desc())
_ALL = select(templates).where(_OWN, _NOW).order_by(*_ORDER)
_THIS = or_(templates.c.id == bindparam("id"), templates.c.version_of == bindparam("id"))
_VERSIONS = select(templates).where(_OWN, _THIS).order_by(templates.c.version.desc())


class Templates:
    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def add(self, template: Template) -> None:
        self._tx.write(insert(templates), _row(template))

    def get(self, account_id: str, template_id: str) -> Template:
        found = self._tx.read(_GET, {"account_id": account_id, "id": template_id}).one_or_none()
        if found is None:
            raise NotFound("template", template_id)
        return _template(found)

    def all(self, account_id: str) -> Sequence[Template]:
        return [_template(row) for row in self._tx.read(_ALL, {"account_id": account_id})]

    def revise(self, template: Template) -> None:
        before = self.get(template.account_id, template.id)
        own = (templates.c.account_id == template.account_id, templates.c.id == template.id)
        as_read = templates.c.version == template.version - 1
        changed = update(templates).where(*own, as_read).values(**_row(template))
        if self._tx.write(changed).rowcount != 1:
            raise StaleState(f"template {template.id}")
        self._tx.write(
            insert(templates), _row(before) | {"id": str(uuid4()), "version_of": template.id}
        )

    def version(self, account_id: str, template_id: str, version: int) -> Template:
        found = [one for one in self.versions(account_id, template_id) if one.version == version]
        if not found:
            raise NotFound("template", template_id)
        return found[0]

    def versions(self, account_id: str, template_id: str) -> Sequence[Template]:
        rows = self._tx.read(_VERSIONS, {"account_id": account_id, "id": template_id})
        return [_template(row) for row in rows]


def _row(template: Template) -> dict[str, Any]:
    return {
        "account_id": template.account_id,
        "id": template.id,
        "name": template.name,
        "description": template.description,
        "upload_sha256": template.upload.sha256,
        "upload_size": template.upload.size,
        "file_name": template.file_name,
        "pages": [[page.width, page.height] for page in template.pages],
        "roles": [asdict(role) for role in template.roles],
        "fields": [asdict(field) for field in template.fields],
        "created_at": template.created_at,
        "version": template.version,
    }


def _template(row: AnyRow) -> Template:
    values = dict(row._mapping)
    values["id"] = values.pop("version_of") or values["id"]
    upload = FileRef(values.pop("upload_sha256"), values.pop("upload_size"))
    values |= {
        "pages": tuple(PageSize(width, height) for width, height in values["pages"]),
        "roles": tuple(_role(role) for role in values["roles"]),
        "fields": tuple(_field(field) for field in values["fields"]),
    }
    return Template(upload=upload, **values)


def _role(values: Mapping[str, Any]) -> Role:
    return Role(**{**values, "action": Action(values["action"])})


def _field(values: Mapping[str, Any]) -> TemplateField:
    kind, area = FieldKind(values["kind"]), Area(**values["area"])
    options = tuple((known, shown) for known, shown in values.get("options", ()))
    return TemplateField(**{**values, "kind": kind, "area": area, "options": options})

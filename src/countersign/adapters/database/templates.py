"""Templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import bindparam, insert, select

from countersign.adapters.database.project_tables import templates
from countersign.adapters.database.transaction import AnyRow, Transaction
from countersign.domain.document import FileRef, PageSize
from countersign.domain.errors import NotFound
from countersign.domain.task import Action, Area, FieldKind
from countersign.domain.template import Role, Template, TemplateField

_OWN = templates.c.account_id == bindparam("account_id")
_GET = select(templates).where(_OWN, templates.c.id == bindparam("id"))
_ALL = select(templates).where(_OWN).order_by(templates.c.created_at.desc(), templates.c.id.desc())


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
    }


def _template(row: AnyRow) -> Template:
    values = dict(row._mapping)
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
    return TemplateField(**{**values, "kind": kind, "area": area})

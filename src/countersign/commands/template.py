"""`countersign template import`: a PDF becomes a template of an account."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from countersign import app
from countersign.commands.failing import Failure
from countersign.commands.options import Subparsers, add_data, existing, settings_of
from countersign.domain.task import Action, Area, FieldKind
from countersign.domain.template import Role, Template, TemplateField
from countersign.usecases.import_template import ImportTemplate, import_template
from countersign.usecases.receive_file import StagedBytes

ACTIONS = {"signer": Action.SIGN, "reviewer": Action.REVIEW}
ROLE = re.compile(r"(?P<label>[^:@]+?)\s*(?::(?P<action>\w+))?\s*(?:@(?P<order>[1-9]\d{0,3}))?")

DESCRIPTION = """\
Makes a template of a PDF. Fields of a form in the PDF (text, checkboxes, empty signature fields)
become fields of the template. Each goes to the role whose name stands in the field's name; the
signature fields of nobody to the roles without one, in turn; all else to the first role."""

EXPLAINED = """\
roles:
  Employer,Employee                both sign, at the same time
  Employer@1,Employee@2            the employer first
  Tenant,Guarantor:reviewer        the guarantor reads and signs nothing

fields.json, which takes the place of the PDF's own fields:
  [{"role": "Employer", "type": "signature", "page": 0, "x": 0.1, "y": 0.8, "w": 0.3, "h": 0.08}]
  type is signature, initials, text, date or checkbox; pages count from 0; x, y, w, h are fractions
  of the page as shown, from its top left corner; "name" and "required" (true) may be given."""


def add(commands: Subparsers) -> None:
    parser = commands.add_parser("template", help="make templates of PDFs")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    command = actions.add_parser(
        "import",
        help="a PDF becomes a template",
        description=DESCRIPTION,
        epilog=EXPLAINED,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_data(command)
    command.add_argument("file", metavar="FILE.pdf", type=Path, help="the document")
    command.add_argument("--account", required=True, metavar="ID", help="whose it is")
    command.add_argument("--name", required=True, metavar="N", help="what the template is called")
    command.add_argument(
        "--description", default="", metavar="TEXT", help="what it is for, in a sentence"
    )
    command.add_argument(
        "--roles", required=True, metavar="ROLES", help="who takes part, separated by commas"
    )
    command.add_argument("--fields", type=Path, metavar="FIELDS.json", help="see below")
    command.add_argument("--json", action="store_true", help="print the result as JSON")
    command.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    roles = parse_roles(given.roles)
    fields = _read_fields(given.fields, roles) if given.fields else None
    with app.opened(existing(settings_of(given))) as installation:
        command = ImportTemplate(
            account_id=given.account,
            name=given.name,
            description=given.description,
            upload=StagedBytes(_read(given.file)),
            file_name=given.file.name,
            roles=roles,
            fields=fields,
        )
        template = import_template(command, installation.ports)
    as_json = json.dumps(_shown(template), indent=2, ensure_ascii=False)
    print(as_json if given.json else _said(template))
    return 0


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise Failure(f"{path}: {problem.strerror}") from None


def parse_roles(text: str) -> tuple[Role, ...]:
    """`Label`, `Label:reviewer`, `Label@2`, `Label:signer@1`, separated by commas. Raises
    Failure."""
    return tuple(_role(part.strip()) for part in text.split(","))


def _role(text: str) -> Role:
    found = ROLE.fullmatch(text)
    action = found and ACTIONS.get(found["action"] or "signer")
    if not found or not action:
        raise Failure(f"{text!r} is no role; write Label, Label:reviewer, Label@2")
    return Role(label=found["label"], action=action, order=int(found["order"] or 1))


# ------------------------------------------------------------------ fields.json


def _read_fields(path: Path, roles: tuple[Role, ...]) -> tuple[TemplateField, ...]:
    try:
        fields = json.loads(_read(path))
    except ValueError as problem:
        raise Failure(f"{path} is not JSON: {problem}") from None
    if not isinstance(fields, list):
        raise Failure(f"{path}: a list of fields is wanted")
    return tuple(_field(path, number, field, roles) for number, field in enumerate(fields))


def _field(path: Path, number: int, values: Any, roles: tuple[Role, ...]) -> TemplateField:
    try:
        return TemplateField(
            id=str(uuid4()),
            role=[role.label for role in roles].index(values["role"]),
            kind=FieldKind(values["type"]),
            name=str(values.get("name", "")),
            area=_area(values),
            required=bool(values.get("required", True)),
        )
    except (KeyError, TypeError, ValueError) as problem:
        raise Failure(f"{path}: field {number}: {problem or 'not understood'}") from None


def _area(values: Mapping[str, Any]) -> Area:
    x, y, w, h = (float(values[name]) for name in "xywh")
    return Area(int(values["page"]), x, y, w, h)


# ------------------------------------------------------------------ what is said


def _shown(template: Template) -> dict[str, Any]:
    return {
        "id": template.id,
        "name": template.name,
        "pages": len(template.pages),
        "roles": [
            {"label": role.label, "action": str(role.action), "order": role.order}
            for role in template.roles
        ],
        "fields": [
            {
                "role": template.roles[field.role].label,
                "type": str(field.kind),
                "name": field.name,
                "required": field.required,
                "page": field.area.page,
                "x": field.area.x,
                "y": field.area.y,
                "w": field.area.w,
                "h": field.area.h,
            }
            for field in template.fields
        ],
    }


def _said(template: Template) -> str:
    lines = [f"Template {template.name} ({template.id})"]
    for number, role in enumerate(template.roles):
        kinds = [str(field.kind) for field in template.fields_of(number)]
        has = ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))
        lines.append(f"  {role.label}: {role.action}{f' ({has})' if has else ''}")
    return "\n".join(lines)

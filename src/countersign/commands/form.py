"""`countersign form`: documents with tags become a form of an account; forms are opened and
closed."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from countersign import app
from countersign.commands.failing import Failure
from countersign.commands.options import Subparsers, add_data, existing, settings_of
from countersign.dialects import Forms
from countersign.domain.form import Form, Tag, TagKind
from countersign.domain.short_id import long_id, new_short_id, short_id
from countersign.usecases.import_form import ImportForm, import_form
from countersign.usecases.ports import Ports

DESCRIPTION = """\
Makes a form of DOCX and PDF files: what stands in a DOCX as {{tag}} is filled in each time that the
form is submitted. Without --tags all tags of the files are texts."""

EXPLAINED = """\
tags.json:
  [{"tag": "rent", "name": "Monthly rent", "type": "number", "value": "4500"}]
  type is text, number or date; "format" of a date is like DD/MM/YYYY; "sensitive" may be true

defaults.json, what submissions begin with:
  {"settings": {"reminders": {"send": true}}, "signingSchemas": ["draw"],
   "recipients": [{"name": "Owner", "email": "owner@firm.example", "group": 1}]}"""


def add(commands: Subparsers) -> None:
    parser = commands.add_parser("form", help="make forms of documents with tags")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    _add_import(actions)
    listing = actions.add_parser("list", help="an account's forms: id, state, name")
    add_data(listing)
    listing.add_argument("--account", required=True, metavar="ID", help="whose they are")
    listing.set_defaults(run=run_list)
    change = actions.add_parser("set", help="open or close a form")
    add_data(change)
    change.add_argument("form", metavar="ID", help="as `form import` said")
    change.add_argument("--account", required=True, metavar="ID", help="whose it is")
    change.add_argument("--active", choices=("yes", "no"), help="whether it can be submitted")
    change.add_argument("--public", choices=("yes", "no"), help="whether everybody may fill it in")
    change.set_defaults(run=run_set)


def _add_import(actions: Subparsers) -> None:
    command = actions.add_parser(
        "import",
        help="DOCX and PDF files become a form",
        description=DESCRIPTION,
        epilog=EXPLAINED,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_data(command)
    command.add_argument("files", metavar="FILE", type=Path, nargs="+", help="DOCX or PDF")
    command.add_argument("--account", required=True, metavar="ID", help="whose it is")
    command.add_argument("--name", required=True, metavar="N", help="what the form is called")
    command.add_argument("--folder", default="Default", metavar="F", help="of its cases (Default)")
    command.add_argument("--tags", type=Path, metavar="T.json", help="see below")
    command.add_argument("--defaults", type=Path, metavar="D.json", help="see below")
    command.add_argument("--public", action="store_true", help="everybody may fill it in")
    command.add_argument("--json", action="store_true", help="print the result as JSON")
    command.set_defaults(run=run_import)


def run_import(given: argparse.Namespace) -> int:
    tags = _tags(given.tags) if given.tags else None
    api, forms = _having_forms()
    defaults = forms.check(_json(given.defaults)) if given.defaults else {}
    command = ImportForm(
        account_id=given.account,
        origin=api,
        name=given.name,
        files=tuple((path.name, _read(path)) for path in given.files),
        tags=tags,
        folder=given.folder,
        is_public=given.public,
        defaults=defaults,
    )
    with app.opened(existing(settings_of(given))) as installation:
        form = import_form(command, installation.ports)
        shown = _shown(form, installation.ports)
    print(json.dumps(shown, indent=2, ensure_ascii=False) if given.json else _said(shown))
    return 0


def _having_forms() -> tuple[str, Forms]:
    """The API that forms are submitted through."""
    for dialect in app.DIALECTS:
        if dialect.forms is not None:
            return dialect.name, dialect.forms
    raise Failure("no API of this installation has forms")


def run_list(given: argparse.Namespace) -> int:
    with app.opened(existing(settings_of(given))) as installation:
        with installation.ports.unit_of_work() as uow:
            forms = uow.forms.all(uow.accounts.get(given.account).id)
        for form in forms:
            print(_line(form, installation.ports))
    if not forms:
        print("There is no form: countersign form import FILE.docx --account … --name …")
    return 0


def run_set(given: argparse.Namespace) -> int:
    with app.opened(existing(settings_of(given))) as installation:
        ports = installation.ports
        with ports.unit_of_work() as uow:
            form = uow.forms.get(given.account, _long(given.form))
            form = replace(
                form,
                is_active=_chosen(given.active, form.is_active),
                is_public=_chosen(given.public, form.is_public),
                updated_at=ports.clock(),
            )
            uow.forms.save(form)
            uow.commit()
        print(_line(form, ports))
    return 0


def _chosen(word: str | None, before: bool) -> bool:
    return before if word is None else word == "yes"


def _long(form_id: str) -> str:
    try:
        return long_id(form_id)
    except ValueError:
        raise Failure(f"{form_id!r} is no id of a form") from None


# ------------------------------------------------------------------ what is read


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise Failure(f"{path}: {problem.strerror}") from None


def _json(path: Path) -> Any:
    try:
        return json.loads(_read(path))
    except ValueError as problem:
        raise Failure(f"{path} is not JSON: {problem}") from None


def _tags(path: Path) -> tuple[Tag, ...]:
    found = _json(path)
    if not isinstance(found, list):
        raise Failure(f"{path}: a list of tags is wanted")
    return tuple(_tag(path, number, values) for number, values in enumerate(found))


def _tag(path: Path, number: int, values: Mapping[str, Any]) -> Tag:
    try:
        return Tag(
            id=new_short_id(),
            name=str(values["tag"]),
            label=str(values.get("name") or values["tag"]),
            kind=TagKind(values.get("type", "text")),
            value=str(values.get("value", "")),
            format=str(values.get("format", "")),
            sensitive=bool(values.get("sensitive", False)),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as problem:
        raise Failure(f"{path}: tag {number}: {problem or 'not understood'}") from None


# ------------------------------------------------------------------ what is said


def _shown(form: Form, ports: Ports) -> dict[str, Any]:
    link = {"link": ports.links.form(form)} if form.is_public else {}
    return {
        "id": short_id(form.id),
        "name": form.name,
        "folder": form.folder,
        "tags": [{"tag": tag.name, "type": str(tag.kind)} for tag in form.tags],
        "documents": [each.name for each in form.documents],
        **link,
    }


def _said(shown: Mapping[str, Any]) -> str:
    lines = [f"Form {shown['name']} ({shown['id']})"]
    lines += [f"  {{{{{each['tag']}}}}}: {each['type']}" for each in shown["tags"]]
    return "\n".join([*lines, *([shown["link"]] if "link" in shown else [])])


def _line(form: Form, ports: Ports) -> str:
    state = "active" if form.is_active else "inactive"
    link = f"  {ports.links.form(form)}" if form.is_public else ""
    return f"{short_id(form.id)}  {state}  {form.name}{link}"

"""A PDF becomes a template."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import uuid4

from countersign.domain.document import FileRef
from countersign.domain.template import Role, Template, TemplateField, check_template, share_out
from countersign.usecases.file_ports import Staged
from countersign.usecases.ports import Ports
from countersign.usecases.receive_file import inspect_file, keep_file


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportTemplate:
    """`fields` None: those of the form in the PDF, shared out among the roles."""

    account_id: str
    name: str
    upload: Staged
    file_name: str
    roles: tuple[Role, ...]
    description: str = ""
    fields: tuple[TemplateField, ...] | None = None


def import_template(command: ImportTemplate, ports: Ports) -> Template:
    """Raises NotFound for the account, UnusableFile, and Invalid as `check_template`."""
    with ports.unit_of_work() as uow:
        account = uow.accounts.get(command.account_id)
    inspected = inspect_file(command.upload, command.file_name, ports)
    draft = Template(
        id=str(uuid4()),
        account_id=account.id,
        name=command.name.strip(),
        description=command.description,
        upload=FileRef(command.upload.sha256, command.upload.size),
        file_name=command.file_name,
        pages=inspected.pages,
        roles=command.roles,
        created_at=ports.clock(),
    )
    check_template(draft)
    template = replace(draft, fields=_fields(command, ports))
    check_template(template)
    keep_file(inspected, ports)
    with ports.unit_of_work() as uow:
        uow.templates.add(template)
        uow.commit()
    return template


def _fields(command: ImportTemplate, ports: Ports) -> tuple[TemplateField, ...]:
    if command.fields is not None:
        return command.fields
    return share_out(ports.engine.form_fields(command.upload), command.roles)

"""Members make templates and forms, and new versions of them. Envelopes hold what they were sent
with, so that no version changes an envelope (decision record 77)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from countersign.domain.errors import NotFound
from countersign.domain.form import Form, Tag, check_form
from countersign.domain.template import Role, Template, TemplateField, check_template
from countersign.usecases.enter_dashboard import record
from countersign.usecases.file_ports import Staged
from countersign.usecases.fill_draft import begins_like_docx
from countersign.usecases.import_form import ImportForm, documents_and_tags, import_form
from countersign.usecases.import_template import ImportTemplate, import_template
from countersign.usecases.member_ports import MemberPorts, Visit
from countersign.usecases.ports import Ports
from countersign.usecases.receive_file import StagedBytes

Versioned = TypeVar("Versioned", Template, Form)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTemplate:
    """A PDF, or a DOCX that becomes one."""

    name: str
    description: str
    roles: tuple[Role, ...]
    file_name: str
    staged: Staged


def make_template(new: NewTemplate, visit: Visit, desk: MemberPorts) -> Template:
    """The fields of the form in the PDF are shared out among the roles. Raises UnusableFile,
    Unavailable, and Invalid as `check_template`."""
    command = ImportTemplate(
        account_id=visit.account.id,
        name=new.name,
        description=new.description,
        upload=_as_pdf(new.staged, new.file_name, desk.ports),
        file_name=new.file_name,
        roles=new.roles,
    )
    template = import_template(command, desk.ports)
    _record("made a template", template.name, template.id, visit, desk)
    return template


def change_roles(
    template_id: str,
    version: int,
    name: str,
    description: str,
    roles: Sequence[Role | None],
    visit: Visit,
    desk: MemberPorts,
) -> Template:
    """`roles` are those of `version` in their order, None for one that goes with its fields; what
    is behind them is new. Raises NotFound, StaleState, Invalid."""
    before = _template(template_id, version, visit, desk)
    places = {old: new for new, old in enumerate(n for n, role in enumerate(roles) if role)}
    fields = tuple(
        replace(field, role=places[field.role]) for field in before.fields if field.role in places
    )
    kept = tuple(role for role in roles if role)
    changed = replace(
        before, name=name.strip(), description=description.strip(), roles=kept, fields=fields
    )
    return _revise(changed, visit, desk)


def change_fields(
    template_id: str,
    version: int,
    fields: tuple[TemplateField, ...],
    visit: Visit,
    desk: MemberPorts,
) -> Template:
    """Raises NotFound, StaleState when `version` is not the newest, Invalid."""
    return _revise(
        replace(_template(template_id, version, visit, desk), fields=fields), visit, desk
    )


def restore_template(template_id: str, version: int, visit: Visit, desk: MemberPorts) -> Template:
    """What it was becomes the newest version. Raises NotFound."""
    with desk.ports.unit_of_work() as uow:
        now = uow.templates.get(visit.account.id, template_id)
        old = uow.templates.version(visit.account.id, template_id, version)
    return _revise(replace(old, version=now.version), visit, desk)


def _template(template_id: str, version: int, visit: Visit, desk: MemberPorts) -> Template:
    """As the one who changes it saw it: `revise` says when it is not the newest."""
    with desk.ports.unit_of_work() as uow:
        return uow.templates.version(visit.account.id, template_id, version)


def _revise(changed: Template, visit: Visit, desk: MemberPorts) -> Template:
    newer = replace(changed, version=changed.version + 1, created_at=desk.ports.clock())
    check_template(newer)
    with desk.ports.unit_of_work() as uow:
        uow.templates.revise(newer)
        about = f"{newer.name}, version {newer.version} ({newer.id})"
        record(visit.member, "changed a template", visit.visitor, uow, desk, about)
        uow.commit()
    return newer


# ------------------------------------------------------------------ forms


def make_form(
    name: str, files: tuple[tuple[str, bytes], ...], visit: Visit, desk: MemberPorts
) -> Form:
    """Its tags are those of the files, as texts. Raises UnusableFile, Unavailable, Invalid."""
    command = ImportForm(
        account_id=visit.account.id,
        origin=desk.batching.form_origin,
        name=name,
        files=files,
        folder="Default",
    )
    form = import_form(command, desk.ports)
    _record("made a form", form.name, form.id, visit, desk)
    return form


def change_tags(
    form_id: str, version: int, name: str, tags: tuple[Tag, ...], visit: Visit, desk: MemberPorts
) -> Form:
    """Raises NotFound, StaleState when `version` is not the newest, Invalid."""
    before = _form(form_id, version, visit, desk)
    return _revise_form(replace(before, name=name.strip(), tags=tags), visit, desk)


def change_documents(
    form_id: str,
    version: int,
    files: tuple[tuple[str, bytes], ...],
    visit: Visit,
    desk: MemberPorts,
) -> Form:
    """Tags that the new files have as well stay what they are. Raises as `make_form`, NotFound,
    StaleState."""
    before = _form(form_id, version, visit, desk)
    documents, found = documents_and_tags(files, desk.ports)
    known = {tag.name: tag for tag in before.tags}
    tags = tuple(known.get(tag.name, tag) for tag in found)
    return _revise_form(replace(before, documents=documents, tags=tags), visit, desk)


def restore_form(form_id: str, version: int, visit: Visit, desk: MemberPorts) -> Form:
    """What it was becomes the newest version; open or closed it stays. Raises NotFound."""
    with desk.ports.unit_of_work() as uow:
        now = uow.forms.get(visit.account.id, form_id)
        old = uow.forms.version(visit.account.id, form_id, version)
    back = replace(now, name=old.name, documents=old.documents, tags=old.tags)
    return _revise_form(back, visit, desk)


def open_form(
    form_id: str, *, is_public: bool, is_active: bool, visit: Visit, desk: MemberPorts
) -> None:
    """Whether everybody may fill it in, and programs and members submit it. Raises NotFound,
    StaleState."""
    with desk.ports.unit_of_work() as uow:
        form = uow.forms.get(visit.account.id, form_id)
        changed = replace(
            form, is_public=is_public, is_active=is_active, updated_at=desk.ports.clock()
        )
        uow.forms.save(changed)
        about = f"{form.name}, {_state(changed)} ({form.id})"
        record(visit.member, "opened or closed a form", visit.visitor, uow, desk, about)
        uow.commit()


def _state(form: Form) -> str:
    words = ("active" if form.is_active else "inactive", "public" if form.is_public else "closed")
    return ", ".join(words)


def _form(form_id: str, version: int, visit: Visit, desk: MemberPorts) -> Form:
    """Whether it is open is as it is now."""
    with desk.ports.unit_of_work() as uow:
        now = uow.forms.get(visit.account.id, form_id)
        if now.version == version:
            return now
        seen = uow.forms.version(visit.account.id, form_id, version)
    return replace(seen, is_public=now.is_public, is_active=now.is_active)


def _revise_form(changed: Form, visit: Visit, desk: MemberPorts) -> Form:
    newer = replace(changed, version=changed.version + 1, updated_at=desk.ports.clock())
    check_form(newer)
    with desk.ports.unit_of_work() as uow:
        uow.forms.revise(newer)
        about = f"{newer.name}, version {newer.version} ({newer.id})"
        record(visit.member, "changed a form", visit.visitor, uow, desk, about)
        uow.commit()
    return newer


# ------------------------------------------------------------------ both


def versions_of_template(template_id: str, visit: Visit, desk: MemberPorts) -> Sequence[Template]:
    """Newest first. Raises NotFound."""
    with desk.ports.unit_of_work() as uow:
        found = uow.templates.versions(visit.account.id, template_id)
    return _begun_by("template", template_id, found)


def versions_of_form(form_id: str, visit: Visit, desk: MemberPorts) -> Sequence[Form]:
    """Newest first. Raises NotFound."""
    with desk.ports.unit_of_work() as uow:
        found = uow.forms.versions(visit.account.id, form_id)
    return _begun_by("form", form_id, found)


def _begun_by(kind: str, newest_id: str, found: Sequence[Versioned]) -> Sequence[Versioned]:
    if not found or found[0].id != newest_id:
        raise NotFound(kind, newest_id)
    return found


def _record(action: str, name: str, id: str, visit: Visit, desk: MemberPorts) -> None:
    with desk.ports.unit_of_work() as uow:
        record(visit.member, action, visit.visitor, uow, desk, f"{name} ({id})")
        uow.commit()


def _as_pdf(staged: Staged, name: str, ports: Ports) -> Staged:
    if not begins_like_docx(staged):
        return staged
    return StagedBytes(ports.converter.to_pdf(staged.read(), name))

"""A template: a document that is sent again and again, with roles for the people and fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from countersign.domain.document import FileRef, PageSize
from countersign.domain.errors import Invalid
from countersign.domain.task import Action, Area, FieldKind

LONGEST_NAME = 255  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """What somebody does with the document. Equal `order` acts in parallel, lower ones first;
    it is a proposal, the sender's own order counts."""

    label: str
    action: Action = Action.SIGN
    order: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateField:
    """A box that belongs to whoever takes the role; `role` is an index into the roles, `options`
    are as those of `Field`."""

    id: str
    role: int
    kind: FieldKind
    name: str
    area: Area
    required: bool = True
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """A field of the form that an upload brings along; `label` is what the form calls it when it
    asks people, `name` what programs call it; `value` and `options` are as those of `Field`."""

    kind: FieldKind
    name: str
    label: str
    area: Area
    required: bool
    value: str = ""
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """`upload` is the PDF as it came in, `file_name` its name; `pages` are their sizes as shown.
    A version is never changed once it is made, so envelopes from it share one base; `created_at`
    is when it was made."""

    id: str
    account_id: str
    name: str
    upload: FileRef
    file_name: str
    pages: tuple[PageSize, ...]
    roles: tuple[Role, ...]
    created_at: datetime
    description: str = ""
    fields: tuple[TemplateField, ...] = ()
    version: int = 1

    def fields_of(self, role: int) -> tuple[TemplateField, ...]:
        return tuple(field for field in self.fields if field.role == role)


def check_template(template: Template) -> None:
    """Raises Invalid for an empty or too long name, no role that signs, a field of no role, on no
    page, or of somebody who does not sign."""
    if not template.name.strip() or len(template.name) > LONGEST_NAME:
        wrong = f"1 to {LONGEST_NAME} characters"
        raise Invalid(f"a template's name has {wrong}", {"name": wrong})
    if not any(role.action is Action.SIGN for role in template.roles):
        raise Invalid("somebody has to sign", {"roles": "none of them signs"})
    for number, field in enumerate(template.fields):
        if wrong := _wrong_with(field, template):
            raise Invalid("a field that can't be filled in", {f"fields.{number}": wrong})


def _wrong_with(field: TemplateField, template: Template) -> str:
    if not 0 <= field.role < len(template.roles):
        return f"there is no role {field.role}"
    if template.roles[field.role].action is not Action.SIGN:
        return f"{template.roles[field.role].label} does not sign"
    if not 0 <= field.area.page < len(template.pages):
        return f"there is no page {field.area.page}"
    return "" if _on_the_page(field.area) else "does not lie on its page"


def _on_the_page(area: Area) -> bool:
    inside = area.x >= 0 and area.y >= 0 and area.x + area.w <= 1 and area.y + area.h <= 1
    return inside and area.w > 0 and area.h > 0


def share_out(found: Sequence[FormField], roles: Sequence[Role]) -> tuple[TemplateField, ...]:
    """Gives each field of an upload's form to a role that signs: to the one whose label stands in
    its name ("employee_signature"), the longest such label; the signature fields of nobody to those
    who have none, in turn; and all else to the first. `found` is in reading order."""
    signing = [number for number, role in enumerate(roles) if role.action is Action.SIGN]
    owners = [_named_in(field, roles, signing) for field in found]
    signature = [field.kind is FieldKind.SIGNATURE for field in found]
    served = {owner for owner, signs in zip(owners, signature, strict=True) if signs}
    waiting = [role for role in signing if role not in served]
    fields = []
    for field, owner, signs in zip(found, owners, signature, strict=True):
        if owner is None:
            owner = waiting.pop(0) if signs and waiting else signing[0]
        fields.append(_template_field(field, owner))
    return tuple(fields)


def _named_in(field: FormField, roles: Sequence[Role], signing: Sequence[int]) -> int | None:
    text = f"{field.name} {field.label}".casefold()
    named = [number for number in signing if roles[number].label.casefold() in text]
    return max(named, key=lambda number: len(roles[number].label), default=None)


def _template_field(found: FormField, role: int) -> TemplateField:
    return TemplateField(
        id=str(uuid4()),
        role=role,
        kind=found.kind,
        name=found.label or found.name,
        area=found.area,
        required=found.required,
    )


def check_mapping(
    template: Template, mapping: Mapping[int, int], actions: Sequence[Action]
) -> None:
    """`mapping` leads from each role's index to the index of the task that takes it; `actions` are
    what the tasks do. Raises Invalid, with what is wrong under `roles.<index>`: a role that nobody
    takes or that there is not, a task that there is not or that takes two roles, a reviewer who
    would have to sign or the other way round."""
    wrong: dict[str, str] = {}
    for index in range(len(template.roles)):
        if index not in mapping:
            wrong[f"roles.{index}"] = "nobody takes it"
    for index, task in mapping.items():
        if reason := _wrong_choice(template, mapping, actions, index, task):
            wrong[f"roles.{index}"] = reason
    if wrong:
        raise Invalid("each role of a template is taken by one task of its own", wrong)


def _wrong_choice(
    template: Template, mapping: Mapping[int, int], actions: Sequence[Action], role: int, task: int
) -> str:
    if not 0 <= role < len(template.roles):
        return "there is no such role"
    if not 0 <= task < len(actions):
        return f"there is no task {task}"
    if list(mapping.values()).count(task) > 1:
        return f"task {task} takes another role as well"
    fits = actions[task] is template.roles[role].action
    return "" if fits else f"asks for somebody who is to {template.roles[role].action}"

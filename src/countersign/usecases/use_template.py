"""A template becomes the document of an envelope, and its roles the fields of tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from countersign.domain.task import Action
from countersign.domain.template import Template, check_mapping
from countersign.usecases.receive_file import ReceivedFile
from countersign.usecases.send_envelope import NewField, NewTask


def use_template(
    template: Template, tasks: Sequence[NewTask], mapping: Mapping[int, int] | None = None
) -> tuple[ReceivedFile, tuple[NewTask, ...]]:
    """The template's document, to be the first of a `SendEnvelope`, and `tasks` with the fields of
    the roles that they take. `mapping` leads from the index of a role to the index of a task; None:
    each role is taken by the task of the same index. Nothing is read or stored: the upload is in
    the file store already. Raises Invalid as `check_mapping`."""
    chosen = mapping if mapping is not None else {n: n for n in range(len(template.roles))}
    check_mapping(template, chosen, [task.actions.get(0, Action.VIEW) for task in tasks])
    roles = {task: role for role, task in chosen.items()}
    filled = (_filled(task, template, roles.get(index)) for index, task in enumerate(tasks))
    document = ReceivedFile(name=template.file_name, upload=template.upload, pages=template.pages)
    return document, tuple(filled)


def _filled(task: NewTask, template: Template, role: int | None) -> NewTask:
    if role is None:
        return task
    fields = tuple(
        NewField(
            document=0,
            kind=field.kind,
            name=field.name,
            area=field.area,
            required=field.required,
            options=field.options,
        )
        for field in template.fields_of(role)
    )
    return replace(task, fields=(*task.fields, *fields))

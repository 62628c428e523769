"""The form of a PDF is filled in before it is sent, or left to somebody who signs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from countersign.domain.document import Document, FileRef
from countersign.domain.envelope import Envelope
from countersign.domain.errors import NotFound
from countersign.domain.task import Field, FieldKind, Task
from countersign.domain.template import FormField
from countersign.usecases.ports import Ports
from countersign.usecases.receive_file import ReceivedFile
from countersign.usecases.send_envelope import NewField


def fill_form(
    received: ReceivedFile,
    values: Mapping[str, str],
    ports: Ports,
    *,
    interactive: bool = False,
    document: int = 0,
) -> tuple[ReceivedFile, tuple[NewField, ...]]:
    """The file with `values` (a field's name in the form → its value) in its own form, and nothing
    more to fill in; or, when it is `interactive`, the fields that are left to one task, which begin
    with those values: to be put into that `NewTask`. `document` is the file's index in the
    `SendEnvelope`. The file remembers what it was before.

    A checkbox takes the name of its state, or true or false; a choice takes what the form calls an
    option, or the words that people see. Raises Invalid, whose `fields` are names of form fields
    that there are not, or that don't take the value; UnusableFile.
    """
    filled, left = ports.engine.fill_form(received.upload, values, leave_open=interactive)
    fields = tuple(_new_field(each, document) for each in left)
    return replace(received, upload=filled, blank=received.upload), fields


def _new_field(left: FormField, document: int) -> NewField:
    return NewField(
        document=document,
        kind=left.kind,
        name=left.label or left.name,
        area=left.area,
        required=left.required,
        value=left.value,
        options=left.options,
        form_name=left.name,
    )


def form_output(envelope: Envelope, document_id: str, ports: Ports) -> Mapping[str, str]:
    """What the form of a document says now: names in the form → values, as programs write them.
    Empty for a document whose form was neither filled in nor left to anybody. Raises NotFound."""
    document = envelope.document(document_id)
    if document.blank is None:
        return {}
    return {**ports.engine.form_values(document.upload), **_signers_values(envelope, document)}


def generated_form(envelope: Envelope, document_id: str, ports: Ports) -> FileRef:
    """The PDF with its form filled in. Raises NotFound when there is none: no form, or one that
    somebody has yet to fill in."""
    document = envelope.document(document_id)
    if document.blank is None or not has_generated_form(envelope, document_id):
        raise NotFound("form", document_id)
    if not _tasks_with_form(envelope, document):
        return document.upload
    values = form_output(envelope, document_id, ports)
    return ports.engine.fill_form(document.blank, values, leave_open=False)[0]


def has_generated_form(envelope: Envelope, document_id: str) -> bool:
    """Whether there is one. Raises NotFound for a document that is not there."""
    document = envelope.document(document_id)
    tasks = _tasks_with_form(envelope, document)
    return document.blank is not None and all(task.act is not None for task in tasks)


def _signers_values(envelope: Envelope, document: Document) -> dict[str, str]:
    values: dict[str, str] = {}
    for task in _tasks_with_form(envelope, document):
        for field in _form_fields(task, document):
            stands = field.stands(task.act.values if task.act else {})
            # A field of the form may stand in several places: one that is filled in speaks for all
            if stands or field.form_name not in values:
                values[field.form_name] = _as_programs_write(field, stands)
    return values


def _tasks_with_form(envelope: Envelope, document: Document) -> list[Task]:
    return [
        task for task in envelope.tasks if not task.forwarded_to and _form_fields(task, document)
    ]


def _form_fields(task: Task, document: Document) -> list[Field]:
    return [one for one in task.fields if one.form_name and one.document_id == document.id]


def _as_programs_write(field: Field, stands: str) -> str:
    if field.kind is FieldKind.CHECKBOX:
        on = next((known for known, _ in field.options), "") or "Yes"
        return "Off" if stands in ("", "false") else on
    return next((known for known, shown in field.options if shown == stands), stands)

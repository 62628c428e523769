"""A form becomes the documents of an envelope."""

from __future__ import annotations

from collections.abc import Mapping

from countersign.domain.form import Form, FormDocument
from countersign.usecases.ports import Ports
from countersign.usecases.receive_file import ReceivedFile, StagedBytes, inspect_file, keep_file


def fill_in_form(form: Form, values: Mapping[str, str], ports: Ports) -> tuple[ReceivedFile, ...]:
    """The form's documents with `values` in the place of tags, by their names; a tag without a
    value becomes empty. What has no tags is stored already. Raises UnusableFile, Unavailable."""
    return tuple(_filled_in(document, values, ports) for document in form.documents)


def _filled_in(document: FormDocument, values: Mapping[str, str], ports: Ports) -> ReceivedFile:
    if not document.is_filled:
        return ReceivedFile(name=document.name, upload=document.upload, pages=document.pages)
    filled = ports.docx.fill(ports.files.read(document.upload), values)
    pdf = ports.converter.to_pdf(filled.data, document.name)
    return keep_file(inspect_file(StagedBytes(pdf), document.name, ports), ports)

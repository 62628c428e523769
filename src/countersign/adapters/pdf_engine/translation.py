"""From the domain's words to the PDF library's."""

from __future__ import annotations

from datetime import datetime

from countersign import pdf
from countersign.adapters.pdf_engine.words import (
    by_link,
    identity_name,
    language_for,
    method_name,
    page_words,
)
from countersign.domain.document import Document, Segment, SegmentKind
from countersign.domain.envelope import Envelope
from countersign.domain.errors import NotFound
from countersign.domain.growing import places_for
from countersign.domain.task import Act, Field, FieldKind, Person, Task
from countersign.pdf.verify.facts import Claims, Expected, ExpectedAct
from countersign.usecases.file_ports import VerificationFailed


def layout_of(envelope: Envelope, document: Document) -> pdf.Layout:
    signers = envelope.signers_of(document.id)
    slots = [pdf.Slot(tuple(_placed(document, task))) for task in signers]
    if envelope.settings.takes_new_tasks:
        slots += [pdf.Slot()] * (places_for(len(slots)) - len(slots))
    return pdf.Layout(
        slots=tuple(slots),
        pages="evidence" if envelope.settings.audit_in_document else "signatures",
        words=page_words(language_for(signers)),
    )


def _placed(document: Document, task: Task) -> list[pdf.Field]:
    """Fields are named by their place, so that equal layouts share a base."""
    return [_field(name, field) for name, field in _named(document, task)]


def _field(name: str, field: Field) -> pdf.Field:
    kind, area = field.kind, field.area
    return pdf.Field(name, kind.value, area.page, area.x, area.y, area.w, area.h, field.required)


def _named(document: Document, task: Task) -> list[tuple[str, Field]]:
    fields = [field for field in task.fields if field.document_id == document.id]
    return [(f"f{number}", field) for number, field in enumerate(fields, start=1)]


def slot_of(envelope: Envelope, document: Document, task: Task) -> int:
    return [signer.id for signer in envelope.signers_of(document.id)].index(task.id)


def chain_of(document: Document) -> pdf.ChainState:
    return pdf.ChainState(**document.segments[-1].chain)


def act_values(
    document: Document, task: Task, act: Act, image: bytes | None, language: str
) -> pdf.ActValues:
    return pdf.ActValues(
        name=task.person.name,
        contact=_contact(task.person),
        identified_by=_identified_by(task, language),
        method=method_name(act.method, language),
        ip=act.visitor.ip,
        consent=act.consent,
        fields=_field_values(document, task, act),
        signature_image=image if act.method == "drawn" else None,
        typed=(act.text or "") if act.method == "typed" else "",
    )


def _contact(person: Person) -> str:
    """Where somebody is reached, after what they are there."""
    reached = person.email or person.phone or ""
    return ", ".join(filter(None, (person.title, reached)))


def _identified_by(task: Task, language: str) -> str:
    passed = [identity_name(method, language) for method in task.identified]
    return ", ".join(passed) or by_link(language)


def said_in(language: str, values: pdf.ActValues) -> dict[str, dict[str, str]]:
    """Facts of an act: which words it was told in, because catalogues are mended later, while the
    file is compared with what it says. English is part of the code and does not change."""
    if language == pdf.ENGLISH.language:
        return {}
    return {"said": {"e_identified": values.identified_by, "e_method": values.method}}


def _field_values(document: Document, task: Task, act: Act) -> dict[str, str | bool]:
    values: dict[str, str | bool] = {}
    for name, field in _named(document, task):
        given = field.stands(act.values)
        if field.kind is FieldKind.CHECKBOX:
            values[name] = given not in ("", "false")
        elif field.kind is FieldKind.DATE:
            values[name] = given or act.at.strftime("%Y-%m-%d")
        elif field.kind is FieldKind.TEXT:
            values[name] = given
    return values


def expected_of(envelope: Envelope, document: Document) -> Expected:
    signed = [segment for segment in document.segments if segment.kind is SegmentKind.ACT]
    acts = tuple(_expected_act(envelope, document, segment) for segment in signed)
    return Expected(acts=acts, envelope=envelope.id, document=document.name, sealed=document.sealed)


def _expected_act(envelope: Envelope, document: Document, segment: Segment) -> ExpectedAct:
    task = envelope.task(segment.task_id or "")
    if task.act is None:
        raise VerificationFailed(f"{document.name}: a signature without a recorded act")
    values = act_values(document, task, task.act, None, pdf.ENGLISH.language)
    evidence = _evidence(values, task.act.at, envelope.settings.audit_in_document)
    said = segment.facts.get("said", {})
    shown = {
        name: "Yes" if value is True else value
        for name, value in values.fields.items()
        if value is not False and value is not None
    }
    return ExpectedAct(
        slot=slot_of(envelope, document, task),
        values={name: str(value) for name, value in shown.items()},
        evidence={key: said.get(key, value) for key, value in evidence.items()},
        certificate=str(segment.facts["certificate"]),
        foreign=bool(segment.facts.get("foreign")),
        claims=Claims(task.act.at.replace(microsecond=0), values.name, values.consent),
    )


def _evidence(values: pdf.ActValues, at: datetime, audited: bool) -> dict[str, str]:
    """What a signer's block on the last page says."""
    if not audited:
        return {"e_name": values.name}
    return {
        "e_name": values.name,
        "e_contact": values.contact,
        "e_identified": values.identified_by,
        "e_method": values.method,
        "e_time": at.strftime("%Y-%m-%d %H:%M:%S UTC"),
        "e_ip": values.ip,
        "e_consent": values.consent,
    }


def check_page(document: Document, page: int) -> None:
    # Evidence pages come after the document's own; they are shown in the file, not on the page
    if not 0 <= page < len(document.pages):
        raise NotFound("page", str(page))

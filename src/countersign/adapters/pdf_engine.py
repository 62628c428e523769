"""The `PdfEngine` port over `countersign.pdf`: the only place that knows both."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Protocol

from countersign import pdf
from countersign.adapters.caching import Recent
from countersign.adapters.workshop import Workshop
from countersign.domain.document import Base, Document, FileRef, PageSize, Segment, SegmentKind
from countersign.domain.envelope import Envelope
from countersign.domain.errors import NotFound, UnusableFile
from countersign.domain.evidence import Link
from countersign.domain.task import Act, Field, FieldKind, Task
from countersign.pdf.inspect import inspect
from countersign.pdf.render import page_text, render_page
from countersign.pdf.verify.certificates import Trust
from countersign.pdf.verify.facts import BaseFacts, Expected, ExpectedAct
from countersign.pdf.verify.own import verify_own
from countersign.pdf.verify.refusal import Refused
from countersign.usecases.ports import Files, Inspection, Staged, VerificationFailed

WRITER = "1"  # goes into the name of a base: a writer that lays it out differently makes a new one
HEAVY_BYTES = 512 << 10
HEAVY_PAGES = 50
IMAGE_CACHE_BYTES = 32 << 20
METHODS = {
    "drawn": "Drawn signature",
    "typed": "Typed name",
    "click": "Confirmed on the signing page",
}


class SigningKeys(Protocol):
    """Keys and time: what adapters/keys/ gives."""

    def certification(self) -> pdf.Signer: ...
    def seal(self) -> pdf.Signer: ...
    def signer(self, name: str, email: str | None, at: datetime) -> pdf.Signer:
        """A new key with a short-lived certificate that names this person."""

    def timestamper(self) -> pdf.Timestamper: ...
    def validation_data(self) -> pdf.ValidationData: ...
    def trust(self) -> Trust: ...


class Engine:
    """Bytes come from and go to `files`; long or risky work is done in the `workshop`."""

    def __init__(self, files: Files, keys: SigningKeys, workshop: Workshop) -> None:
        self._files, self._keys, self._workshop = files, keys, workshop
        self._inspections: Recent[Inspection] = Recent(1000)
        self._states: Recent[pdf.BaseState] = Recent(200)
        self._facts: Recent[BaseFacts] = Recent(200)
        self._digests: Recent[pdf.Digest] = Recent(2000)
        self._images: Recent[bytes] = Recent(IMAGE_CACHE_BYTES, len)

    # -------------------------------------------------------------- coming in

    def inspect(self, upload: Staged) -> Inspection:
        known = self._inspections.get(upload.sha256)
        return known or self._inspections.put(upload.sha256, self._inspected(upload))

    def _inspected(self, upload: Staged) -> Inspection:
        try:
            if upload.size < HEAVY_BYTES:
                found = inspect(upload.read())
            else:
                found = self._workshop.run(inspect, upload.read())
        except pdf.UnusablePdf as problem:
            raise UnusableFile(problem.code, problem.message) from None
        pages = tuple(PageSize(page.width_pt, page.height_pt) for page in found.pages)
        return Inspection(pages=pages, signed=found.signed, content=found.active_content)

    def base_key(self, document: Document, tasks: Sequence[Task]) -> str:
        layout = _layout(document, tasks).digest()
        return hashlib.sha256(f"{WRITER} {document.upload.sha256} {layout}".encode()).hexdigest()

    def prepare(self, document: Document, tasks: Sequence[Task]) -> Base:
        upload, layout = self._files.read(document.upload), _layout(document, tasks)
        heavy = len(upload) >= HEAVY_BYTES or len(document.pages) > HEAVY_PAGES
        try:
            if heavy:
                made = self._workshop.run(pdf.prepare, upload, layout)
            else:
                made = pdf.prepare(upload, layout)
        except pdf.UnusablePdf as problem:
            raise UnusableFile(problem.code, problem.message, document.name) from None
        state = json.loads(made.state.to_json())
        key = self.base_key(document, tasks)
        return Base(key=key, file=self._files.put(made.data), state=state)

    # -------------------------------------------------------------- signing

    def certify(
        self, envelope: Envelope, document: Document, base: Base, at: datetime
    ) -> tuple[Segment, ...]:
        values = pdf.EnvelopeValues(envelope.id, document.name)
        revision = pdf.certify(
            self._state(base),
            self._digest(document),
            self._keys.certification(),
            self._keys.timestamper(),
            values,
            at,
        )
        return (self._stored(SegmentKind.CERTIFICATION, revision, document),)

    def act(
        self, envelope: Envelope, document: Document, base: Base, task: Task, act: Act
    ) -> Segment:
        key = self._keys.signer(task.person.name, task.person.email, act.at)
        image = self._files.read(act.image) if act.image else None
        revision = pdf.act(
            self._state(base),
            _chain(document),
            self._digest(document),
            _slot(envelope, document, task),
            _values(document, task, act, image),
            key,
            self._keys.timestamper(),
            act.at,
        )
        facts = {"certificate": hashlib.sha256(key.certificate).hexdigest()}
        return self._stored(SegmentKind.ACT, revision, document, facts, task.id)

    def seal(
        self, envelope: Envelope, document: Document, base: Base, at: datetime
    ) -> tuple[Segment, ...]:
        state, timestamper = self._state(base), self._keys.timestamper()
        sealed = pdf.seal(
            state, _chain(document), self._digest(document), self._keys.seal(), timestamper, at
        )
        first = self._stored(SegmentKind.SEAL, sealed, document)
        closed = pdf.archive(
            state, sealed.chain, sealed.digest, self._keys.validation_data(), timestamper
        )
        return first, self._stored(SegmentKind.TIMESTAMP, closed, document.append(first))

    def verify(self, envelope: Envelope, document: Document, base: Base) -> Mapping[str, object]:
        facts = self._facts.get(base.key)
        try:
            facts = facts or self._facts.put(base.key, BaseFacts.from_json(json.dumps(base.state)))
            chunks = self._files.stream(document.parts)
            found = verify_own(chunks, facts, self._keys.trust(), _expected(envelope, document))
        except (Refused, NotFound) as refusal:
            raise VerificationFailed(f"{document.name}: {refusal}") from None
        signatures = len(found.report.signatures)
        return {"sha256": found.sha256, "level": found.report.level, "signatures": signatures}

    # -------------------------------------------------------------- showing

    def page_image(self, document: Document, page: int, width: int) -> bytes:
        key = (*document.parts, page, width)
        return self._images.get(key) or self._images.put(key, self._shown(document, page, width))

    def _shown(self, document: Document, page: int, width: int) -> bytes:
        _check_page(document, page)
        return self._workshop.run(render_page, self._whole(document), page, width)

    def page_text(self, document: Document, page: int) -> Sequence[Mapping[str, Any]]:
        _check_page(document, page)
        return [asdict(run) for run in self._workshop.run(page_text, self._whole(document), page)]

    def signature_image(self, data: bytes) -> FileRef:
        try:
            return self._files.put(self._workshop.run(pdf.normalise_signature, data))
        except pdf.UnusableImage as problem:
            raise UnusableFile("not_image", str(problem), "signature") from None

    # -------------------------------------------------------------- shared

    def _whole(self, document: Document) -> bytes:
        return b"".join(self._files.stream(document.parts))

    def _state(self, base: Base) -> pdf.BaseState:
        known = self._states.get(base.key)
        return known or self._states.put(base.key, pdf.BaseState(**base.state))

    def _digest(self, document: Document) -> pdf.Digest:
        """The midstate over the document so far; hashed again only where no step left it."""
        known = self._digests.get(document.parts)
        if known is None:
            known = pdf.digest_of(self._files.stream(document.parts))
            self._digests.put(document.parts, known)
        return known

    def _stored(
        self,
        kind: SegmentKind,
        revision: pdf.Revision,
        document: Document,
        facts: Mapping[str, Any] | None = None,
        task_id: str | None = None,
    ) -> Segment:
        file = self._files.put(revision.segment)
        self._digests.put((*document.parts, file), revision.digest)
        chain = asdict(revision.chain)
        return Segment(kind=kind, file=file, chain=chain, facts=facts or {}, task_id=task_id)


# ------------------------------------------------------------------ translation


def _layout(document: Document, tasks: Sequence[Task]) -> pdf.Layout:
    return pdf.Layout(slots=tuple(pdf.Slot(tuple(_placed(document, task))) for task in tasks))


def _placed(document: Document, task: Task) -> list[pdf.Field]:
    """Fields are named by their place, so that equal layouts share a base."""
    return [
        pdf.Field(name=name, kind=field.kind.value, required=field.required, **asdict(field.area))
        for name, field in _named(document, task)
    ]


def _named(document: Document, task: Task) -> list[tuple[str, Field]]:
    fields = [field for field in task.fields if field.document_id == document.id]
    return [(f"f{number}", field) for number, field in enumerate(fields, start=1)]


def _slot(envelope: Envelope, document: Document, task: Task) -> int:
    return [signer.id for signer in envelope.signers_of(document.id)].index(task.id)


def _chain(document: Document) -> pdf.ChainState:
    return pdf.ChainState(**document.segments[-1].chain)


def _values(document: Document, task: Task, act: Act, image: bytes | None) -> pdf.ActValues:
    return pdf.ActValues(
        name=task.person.name,
        contact=task.person.email or task.person.phone or "",
        identified_by=", ".join(task.identified) or "Personal signing link",
        method=METHODS.get(act.method, act.method),
        ip=act.visitor.ip,
        consent=act.consent,
        fields=_field_values(document, task, act),
        signature_image=image if act.method == "drawn" else None,
        typed=(act.text or "") if act.method == "typed" else "",
    )


def _field_values(document: Document, task: Task, act: Act) -> dict[str, str | bool]:
    values: dict[str, str | bool] = {}
    for name, field in _named(document, task):
        given = act.values.get(field.id, "")
        if field.kind is FieldKind.CHECKBOX:
            values[name] = given not in ("", "false")
        elif field.kind is FieldKind.DATE:
            values[name] = given or act.at.strftime("%Y-%m-%d")
        elif field.kind is FieldKind.TEXT:
            values[name] = given
    return values


def _expected(envelope: Envelope, document: Document) -> Expected:
    signed = [segment for segment in document.segments if segment.kind is SegmentKind.ACT]
    acts = tuple(_expected_act(envelope, document, segment) for segment in signed)
    return Expected(acts=acts, envelope=envelope.id, document=document.name, sealed=document.sealed)


def _expected_act(envelope: Envelope, document: Document, segment: Segment) -> ExpectedAct:
    task = envelope.task(segment.task_id or "")
    if task.act is None:
        raise VerificationFailed(f"{document.name}: a signature without a recorded act")
    values = _values(document, task, task.act, None)
    shown = {
        name: "Yes" if value is True else value
        for name, value in values.fields.items()
        if value is not False and value is not None
    }
    evidence = {
        "e_name": values.name,
        "e_contact": values.contact,
        "e_identified": values.identified_by,
        "e_method": values.method,
        "e_time": task.act.at.strftime("%Y-%m-%d %H:%M:%S UTC"),
        "e_ip": values.ip,
        "e_consent": values.consent,
    }
    return ExpectedAct(
        slot=_slot(envelope, document, task),
        values={name: str(value) for name, value in shown.items()},
        evidence=evidence,
        certificate=str(segment.facts["certificate"]),
    )


def _check_page(document: Document, page: int) -> None:
    # Evidence pages come after the document's own; they are shown in the file, not on the page
    if not 0 <= page < len(document.pages):
        raise NotFound("page", str(page))

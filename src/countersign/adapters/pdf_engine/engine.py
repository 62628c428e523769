"""The `PdfEngine` port over `countersign.pdf`: the only place that knows both."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Protocol
from uuid import NAMESPACE_URL, uuid5

from countersign import pdf
from countersign.adapters.caching import Recent
from countersign.adapters.pdf_engine.audit import audit_facts, evidence_json
from countersign.adapters.pdf_engine.translation import (
    act_values,
    chain_of,
    check_page,
    expected_of,
    layout_of,
    slot_of,
)
from countersign.adapters.workshop import Workshop
from countersign.domain.document import Base, Document, FileRef, PageSize, Segment, SegmentKind
from countersign.domain.envelope import Envelope
from countersign.domain.errors import NotFound, UnusableFile
from countersign.domain.evidence import Link
from countersign.domain.task import Act, Task
from countersign.pdf.audit import audit_pdf
from countersign.pdf.inspect import inspect
from countersign.pdf.render import page_text, render_page
from countersign.pdf.verify.certificates import Trust
from countersign.pdf.verify.facts import BaseFacts
from countersign.pdf.verify.own import verify_own
from countersign.pdf.verify.refusal import Refused
from countersign.usecases.ports import Files, Inspection, Staged, VerificationFailed

WRITER = "1"  # goes into the name of a base: a writer that lays it out differently makes a new one
HEAVY_BYTES = 512 << 10
HEAVY_PAGES = 50
IMAGE_CACHE_BYTES = 32 << 20


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
        layout = layout_of(document, tasks).digest()
        return hashlib.sha256(f"{WRITER} {document.upload.sha256} {layout}".encode()).hexdigest()

    def prepare(self, document: Document, tasks: Sequence[Task]) -> Base:
        upload, layout = self._files.read(document.upload), layout_of(document, tasks)
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
            chain_of(document),
            self._digest(document),
            slot_of(envelope, document, task),
            act_values(document, task, act, image),
            key,
            self._keys.timestamper(),
            act.at,
        )
        facts = {"certificate": hashlib.sha256(key.certificate).hexdigest()}
        return self._stored(SegmentKind.ACT, revision, document, facts, task.id)

    def seal(self, document: Document, base: Base, at: datetime) -> tuple[Segment, ...]:
        state, timestamper = self._state(base), self._keys.timestamper()
        sealed = pdf.seal(
            state, chain_of(document), self._digest(document), self._keys.seal(), timestamper, at
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
            found = verify_own(chunks, facts, self._keys.trust(), expected_of(envelope, document))
        except (Refused, NotFound) as refusal:
            raise VerificationFailed(f"{document.name}: {refusal}") from None
        signatures = len(found.report.signatures)
        return {"sha256": found.sha256, "level": found.report.level, "signatures": signatures}

    def audit(self, envelope: Envelope, links: Sequence[Link]) -> Document:
        made = audit_pdf(audit_facts(envelope, links), evidence_json(links))
        return Document(
            id=str(uuid5(NAMESPACE_URL, f"audit of {envelope.id}")),
            name="audit.pdf",
            media_type="application/pdf",
            upload=self._files.put(made),
        )

    # -------------------------------------------------------------- showing

    def page_image(self, document: Document, page: int, width: int) -> bytes:
        key = (*document.parts, page, width)
        return self._images.get(key) or self._images.put(key, self._shown(document, page, width))

    def _shown(self, document: Document, page: int, width: int) -> bytes:
        check_page(document, page)
        return self._workshop.run(render_page, self._whole(document), page, width)

    def page_text(self, document: Document, page: int) -> Sequence[Mapping[str, Any]]:
        check_page(document, page)
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

"""The chain on a text: nothing is appended to it. Each act makes a file of its own, which holds the
text and one signature (XAdES)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import UTC, datetime

from countersign import pdf, xades
from countersign.adapters.pdf_engine import errands, text_errands
from countersign.adapters.pdf_engine.foreign import (
    ForeignRecords,
    ForeignSigner,
    above_of,
    joined,
)
from countersign.adapters.pdf_engine.keyring import Keyring
from countersign.adapters.pdf_engine.segments import Segments
from countersign.adapters.workshop import Workshop
from countersign.domain.document import Base, Document, Segment, SegmentKind
from countersign.domain.envelope import Envelope
from countersign.domain.errors import Invalid, UnusableFile
from countersign.domain.task import Act, Task
from countersign.usecases.file_ports import (
    Files,
    Inspection,
    PreparedAct,
    Staged,
    VerificationFailed,
)

STATE = {"text": True}
ENOUGH = ("B-T", "B-LT")


class TextChain:
    """A base is what people are shown: the text as pages."""

    def __init__(
        self,
        files: Files,
        segments: Segments,
        keys: Keyring,
        workshop: Workshop,
        foreign: ForeignRecords,
    ) -> None:
        self._files, self._segments = files, segments
        self._keys, self._workshop = keys, workshop
        self._foreign = foreign

    def inspect(self, upload: Staged, media_type: str) -> Inspection:
        """Raises UnusableFile."""
        try:
            pages = self._pages(upload.read(), media_type, upload.sha256)
        except xades.UnusableText as problem:
            raise UnusableFile(problem.code, problem.message) from None
        return Inspection(pages=errands.look_at(pages).pages)

    def base(self, key: str, document: Document) -> Base:
        content = self._files.read(document.upload)
        pages = self._pages(content, document.media_type, document.upload.sha256)
        return Base(key=key, file=self._files.put(pages), state=STATE)

    def _pages(self, content: bytes, media_type: str, sha256: str) -> bytes:
        text = text_errands.look_at_text(content, media_type).text
        now = datetime.now(UTC)
        return self._workshop.run(text_errands.text_pages, text, "", media_type, now, sha256)

    def certify(
        self, _envelope: Envelope, _document: Document, _base: Base, _at: datetime
    ) -> tuple[Segment, ...]:
        return ()

    def act(
        self,
        _envelope: Envelope,
        document: Document,
        _base: Base,
        task: Task,
        act: Act,
        _image: bytes | None,
    ) -> Segment:
        key = self._keys.signer(task.person.name, task.person.email, act.at)
        signed = xades.sign_text(
            self._files.read(document.upload),
            document.media_type,
            key,
            self._keys.timestamper(),
            act.at,
            consent=act.consent,
            validation=self._keys.validation(),
        )
        facts = {"certificate": hashlib.sha256(key.certificate).hexdigest()}
        return self._segments.add(SegmentKind.ACT, signed, {}, facts=facts, task_id=task.id)

    def prepare_act(self, document: Document, act: Act, signer: ForeignSigner) -> PreparedAct:
        content = self._files.read(document.upload)
        prepared = xades.prepare_text(
            content, document.media_type, signer.certified, act.at, consent=act.consent
        )
        to_sign = hashlib.sha256(prepared.signed).digest()
        return signer.prepared(to_sign, json.dumps(asdict(prepared)))

    def finish_act(
        self, document: Document, task: Task, signer: ForeignSigner, act: str, value: bytes
    ) -> Segment:
        """B-LT where all authorities above the signer say what they revoked."""
        prepared = xades.PreparedText(**json.loads(act))
        try:
            checked = pdf.checked_value(signer.row[0], value, prepared.signed, pss=signer.pss)
        except pdf.BadSignature as problem:
            raise Invalid(str(problem), {"signature": str(problem)}) from None
        said = self._foreign.standing(signer, self._keys.now())
        is_there = bool(said.lists or said.responses)
        complete = joined(self._keys.validation(), signer.row[1:], said) if is_there else None
        signed = xades.finish_text(
            prepared,
            self._files.read(document.upload),
            checked,
            signer.certified,
            self._keys.timestamper(),
            validation=complete,
        )
        facts = self._foreign.facts(signer, said)
        return self._segments.add(SegmentKind.ACT, signed, {}, facts=facts, task_id=task.id)

    def seal(self, _document: Document, _base: Base, _at: datetime) -> tuple[Segment, ...]:
        """Every signature has its timestamp and validation data already."""
        return ()

    def verify(self, envelope: Envelope, document: Document, _base: Base) -> dict[str, object]:
        content = self._files.read(document.upload)
        levels = [
            self._checked(envelope, document, segment, content) for segment in document.segments
        ]
        return {
            "sha256": document.upload.sha256,
            "level": min(levels),
            "signatures": len(levels),
        }

    def _checked(
        self, envelope: Envelope, document: Document, segment: Segment, content: bytes
    ) -> str:
        """The level reached. Fails closed: whatever differs from what the database says."""
        from countersign.xades.verify import Refused

        act, above = envelope.task(segment.task_id or "").act, above_of(segment)
        # Who signed with a key of this server leads to no other authority
        roots = (*self._keys.roots(), *above[-1:])
        signed = self._files.read(segment.file)
        try:
            found = self._workshop.run(text_errands.text_report, signed, roots, bool(above))
        except Refused as refusal:
            raise VerificationFailed(f"{document.name}: {refusal}") from None
        certificate = hashlib.sha256(found.certificate).hexdigest()
        is_right = (
            act is not None
            and found.trusted
            and found.content == content
            and found.consent == act.consent
            and certificate == segment.facts["certificate"]
            and found.level in ENOUGH
        )
        if not is_right:
            raise VerificationFailed(f"{document.name}: a signature is not the one recorded")
        return found.level

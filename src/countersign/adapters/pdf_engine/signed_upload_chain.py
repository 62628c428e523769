"""The chain on an upload that somebody has signed before: nothing of it is rewritten.

There is no base of our own, so no evidence page and no fields to fill: each signer gets a signature
field where it was asked for, and what else is to be known stands in the audit document.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from countersign.adapters.keys.material import ValidationMaterial
from countersign.adapters.pdf_engine import errands
from countersign.adapters.pdf_engine.foreign import (
    ForeignRecords,
    ForeignSigner,
    above_of,
    finished_act,
)
from countersign.adapters.pdf_engine.keyring import Keyring
from countersign.adapters.pdf_engine.segments import Segments
from countersign.adapters.workshop import Workshop
from countersign.domain.document import Base, Document, Segment, SegmentKind
from countersign.domain.envelope import Envelope
from countersign.domain.errors import UnusableFile
from countersign.domain.task import Act, FieldKind, Task
from countersign.pdf.already_signed import (
    Look,
    Place,
    close_incrementally,
    prepare_incrementally,
    sign_incrementally,
)
from countersign.pdf.verify.report import Report
from countersign.usecases.file_ports import PreparedAct, VerificationFailed

STATE = {"already_signed": True}


class SignedUploadChain:
    """pyHanko does what is rare: some 60 ms for a signature instead of one."""

    def __init__(
        self, segments: Segments, keys: Keyring, workshop: Workshop, foreign: ForeignRecords
    ) -> None:
        self._segments, self._keys, self._workshop = segments, keys, workshop
        self._foreign = foreign

    def base(self, key: str, document: Document, tasks: Sequence[Task]) -> Base:
        """The upload itself. Raises UnusableFile when a field is asked for that can't be filled
        without rewriting."""
        for task in tasks:
            places = [field for field in task.fields if field.document_id == document.id]
            if len(places) > 1 or any(f.kind is not FieldKind.SIGNATURE for f in places):
                raise UnusableFile(
                    "only_one_signature",
                    "This PDF is already signed: each signer can be given one signature field in"
                    " it, and no other field.",
                    document.name,
                )
        return Base(key=key, file=document.upload, state=STATE)

    def certify(
        self, _envelope: Envelope, _document: Document, _base: Base, _at: datetime
    ) -> tuple[Segment, ...]:
        """Only the first signature of a file can certify it, and that one is there already."""
        return ()

    def act(
        self,
        _envelope: Envelope,
        document: Document,
        _base: Base,
        task: Task,
        act: Act,
        image: bytes | None,
    ) -> Segment:
        key = self._keys.signer(task.person.name, task.person.email, act.at)
        data = sign_incrementally(
            self._segments.whole(document),
            _place(document, task),
            key,
            self._keys.timestamper(),
            task.person.name,
            _look(task, act, image),
            act.at,
            act.consent,
        )
        facts = {"certificate": hashlib.sha256(key.certificate).hexdigest()}
        return self._segments.add(SegmentKind.ACT, data, {}, facts=facts, task_id=task.id)

    def prepare_act(
        self, document: Document, task: Task, act: Act, image: bytes | None, signer: ForeignSigner
    ) -> PreparedAct:
        prepared = prepare_incrementally(
            self._segments.whole(document),
            _place(document, task),
            signer.certified,
            self._keys.timestamper(),
            task.person.name,
            _look(task, act, image),
            act.at,
            act.consent,
        )
        return signer.prepared(prepared.to_sign, prepared.to_json())

    def finish_act(
        self, document: Document, task: Task, signer: ForeignSigner, act: str, value: bytes
    ) -> Segment:
        finished = finished_act(act, self._segments.digest(document), value, self._keys)
        facts = self._foreign.facts(signer, self._foreign.standing(signer, self._keys.now()))
        return self._segments.add(
            SegmentKind.ACT, finished.segment, {}, facts=facts, task_id=task.id
        )

    def seal(self, document: Document, _base: Base, at: datetime) -> tuple[Segment, ...]:
        whole = self._segments.whole(document)
        validation = self._foreign.completed(self._keys.validation(), document)
        seal, closing = self.closed(whole, at, validation)
        return (
            self._segments.add(SegmentKind.SEAL, seal, {}),
            self._segments.add(SegmentKind.TIMESTAMP, closing, {}),
        )

    def closed(
        self, data: bytes, at: datetime, validation: ValidationMaterial | None = None
    ) -> tuple[bytes, bytes]:
        """The platform's invisible seal over any PDF, and validation data (its own, when no other
        is given) with a document timestamp: two segments."""
        timestamper, validation = self._keys.timestamper(), validation or self._keys.validation()
        seal = sign_incrementally(
            data, None, self._keys.seal(), timestamper, "", Look(""), at, "Completed"
        )
        closing = close_incrementally(
            data + seal, validation.certificates, validation.crls, timestamper, validation.ocsps
        )
        return seal, closing

    def verify(self, envelope: Envelope, document: Document, _base: Base) -> Mapping[str, object]:
        data = self._segments.whole(document)
        above = [row[-1] for segment in document.segments if (row := above_of(segment))]
        roots = (*self._keys.roots(), *above)
        earlier = self._report(data[: document.upload.size], roots)
        report = self._report(data, roots)
        _check(report, earlier, envelope, document)
        return {
            "sha256": hashlib.sha256(data).hexdigest(),
            "level": report.level,
            "signatures": len(report.signatures),
        }

    def _report(self, data: bytes, roots: Sequence[bytes]) -> Report:
        return self._workshop.run(errands.report, data, roots)


def _check(report: Report, earlier: Report, envelope: Envelope, document: Document) -> None:
    """Earlier signatures as valid as before, then ours, all trusted, in the order of the acts."""
    acts = [segment for segment in document.segments if segment.kind is SegmentKind.ACT]
    signers = [act.facts.get("who") or envelope.task(act.task_id or "").person.name for act in acts]
    theirs = zip(earlier.signatures, report.signatures, strict=False)
    ours = report.signatures[len(earlier.signatures) :]
    found = [signature.who for signature in ours if signature.kind == "signature"]
    spoilt = any(before.valid and not after.valid for before, after in theirs)
    worse = spoilt or not set(report.problems) <= set(earlier.problems)
    complete = len(ours) == len(acts) + 2 and all(one.valid and one.trusted for one in ours)
    if worse or not complete:
        raise VerificationFailed(f"{document.name}: a signature is missing or not valid")
    if found[: len(signers)] != signers:
        raise VerificationFailed(f"{document.name}: signed by others than the database says")


def _place(document: Document, task: Task) -> Place | None:
    for field in task.fields:
        if field.document_id == document.id:
            area = field.area
            return Place(area.page, area.x, area.y, area.w, area.h)
    return None


def _look(task: Task, act: Act, image: bytes | None) -> Look:
    lines = (task.person.name, act.at.strftime("%Y-%m-%d %H:%M:%S UTC"))
    return Look(act.text or task.person.name, lines, image if act.method == "drawn" else None)

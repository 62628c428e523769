"""The chain on a base of our own: what nearly every document goes through."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from countersign import pdf
from countersign.adapters.caching import Recent
from countersign.adapters.pdf_engine.foreign import (
    ForeignRecords,
    ForeignSigner,
    above_of,
    finished_act,
    trust_for,
)
from countersign.adapters.pdf_engine.keyring import Keyring
from countersign.adapters.pdf_engine.segments import Segments
from countersign.adapters.pdf_engine.translation import (
    act_values,
    chain_of,
    expected_of,
    said_in,
    slot_of,
)
from countersign.domain.document import Base, Document, Segment, SegmentKind
from countersign.domain.envelope import Envelope
from countersign.domain.task import Act, Task
from countersign.pdf.verify.facts import BaseFacts
from countersign.pdf.verify.own import verify_own
from countersign.pdf.verify.refusal import Refused
from countersign.usecases.file_ports import Files, PreparedAct, VerificationFailed

STAMPED = "stamped"


class PreparedChain:
    """Certify, act, seal and verify without ever parsing a PDF."""

    def __init__(
        self, files: Files, segments: Segments, keys: Keyring, foreign: ForeignRecords
    ) -> None:
        self._files, self._segments, self._keys = files, segments, keys
        self._foreign = foreign
        self._states: Recent[pdf.BaseState] = Recent(200)
        self._facts: Recent[BaseFacts] = Recent(200)

    def certify(
        self, envelope: Envelope, document: Document, base: Base, at: datetime
    ) -> tuple[Segment, ...]:
        revision = pdf.certify(
            self._state(base),
            self._segments.digest(document),
            self._keys.certification(),
            self._keys.timestamper(),
            pdf.EnvelopeValues(envelope.id, document.name),
            at,
        )
        return (self._kept(SegmentKind.CERTIFICATION, revision, document),)

    def act(
        self,
        envelope: Envelope,
        document: Document,
        base: Base,
        task: Task,
        act: Act,
        image: bytes | None,
    ) -> Segment:
        self._keys.reach(_stamped(document))
        key = self._keys.signer(task.person.name, task.person.email, act.at)
        state = self._state(base)
        language = state.page_words.language
        values = act_values(document, task, act, image, language)
        revision = pdf.act(
            state,
            chain_of(document),
            self._segments.digest(document),
            slot_of(envelope, document, task),
            values,
            key,
            self._keys.timestamper(),
            act.at,
        )
        certificate = hashlib.sha256(key.certificate).hexdigest()
        facts = {"certificate": certificate, **said_in(language, values)}
        return self._kept(SegmentKind.ACT, revision, document, facts, task.id)

    def prepare_act(
        self,
        envelope: Envelope,
        document: Document,
        base: Base,
        task: Task,
        act: Act,
        image: bytes | None,
        signer: ForeignSigner,
    ) -> PreparedAct:
        state = self._state(base)
        language = state.page_words.language
        values = act_values(document, task, act, image, language)
        prepared = pdf.prepare_act(
            state,
            chain_of(document),
            self._segments.digest(document),
            slot_of(envelope, document, task),
            values,
            signer.certified,
            self._keys.timestamper(),
            act.at,
        )
        kept = json.loads(prepared.to_json()) | said_in(language, values)
        return signer.prepared(prepared.to_sign, json.dumps(kept))

    def finish_act(
        self, document: Document, task: Task, signer: ForeignSigner, act: str, value: bytes
    ) -> Segment:
        self._keys.reach(_stamped(document))
        revision = finished_act(act, self._segments.digest(document), value, self._keys)
        facts = self._foreign.facts(signer, self._foreign.standing(signer, self._keys.now()))
        facts |= {key: value for key, value in json.loads(act).items() if key == "said"}
        return self._kept(SegmentKind.ACT, revision, document, facts, task.id)

    def seal(self, document: Document, base: Base, at: datetime) -> tuple[Segment, ...]:
        self._keys.reach(_stamped(document))
        state, timestamper = self._state(base), self._keys.timestamper()
        digest, key = self._segments.digest(document), self._keys.seal()
        sealed = pdf.seal(state, chain_of(document), digest, key, timestamper, at)
        first = self._kept(SegmentKind.SEAL, sealed, document)
        validation = self._validation(document)
        closed = pdf.archive(state, sealed.chain, sealed.digest, validation, timestamper)
        after = document.append(first)
        return first, self._kept(SegmentKind.TIMESTAMP, closed, after)

    def _kept(
        self,
        kind: SegmentKind,
        revision: pdf.Revision,
        document: Document,
        facts: Mapping[str, Any] | None = None,
        task_id: str | None = None,
    ) -> Segment:
        """With the time that its stamp shows at most: the next one must not show an earlier."""
        known = {**(facts or {}), STAMPED: self._keys.now().isoformat(timespec="seconds")}
        return self._segments.add_revision(kind, revision, document, facts=known, task_id=task_id)

    def _validation(self, document: Document) -> pdf.ValidationData:
        if not any(map(above_of, document.segments)):
            return self._keys.validation_data()
        made = self._foreign.completed(self._keys.validation(), document)
        return pdf.ValidationData(made.certificates, made.crls, made.ocsps)

    def verify(self, envelope: Envelope, document: Document, base: Base) -> Mapping[str, object]:
        facts = self._facts.get(base.key)
        try:
            facts = facts or self._facts.put(base.key, BaseFacts.from_json(json.dumps(base.state)))
            chunks = self._files.stream(document.parts)
            trust = trust_for(document, self._keys.trust())
            found = verify_own(chunks, facts, trust, expected_of(envelope, document))
        except Refused as refusal:
            raise VerificationFailed(f"{document.name}: {refusal}") from None
        if any(one.kind == "signature" and not one.trusted for one in found.report.signatures):
            raise VerificationFailed(f"{document.name}: a signer's authority is not believed")
        signatures = len(found.report.signatures)
        return {"sha256": found.sha256, "level": found.report.level, "signatures": signatures}

    def _state(self, base: Base) -> pdf.BaseState:
        known = self._states.get(base.key)
        return known or self._states.put(base.key, pdf.BaseState(**base.state))


def _stamped(document: Document) -> datetime | None:
    """None for an empty chain, and where the last step was taken before this was kept."""
    stamped = document.segments[-1].facts.get(STAMPED) if document.segments else None
    return datetime.fromisoformat(stamped) if stamped else None

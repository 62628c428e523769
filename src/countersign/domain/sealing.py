"""From the last signature to `completed`: sealed, verified, completed - or failed, keeping all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from countersign.domain.document import Document, Segment
from countersign.domain.envelope import Envelope, EnvelopeStatus
from countersign.domain.events import Event, EventKind


def unsealed(envelope: Envelope) -> tuple[Document, ...]:
    """Documents that were signed and not yet sealed."""
    return tuple(doc for doc in envelope.documents if doc.segments and not doc.sealed)


def seal(
    envelope: Envelope, segments: Mapping[str, tuple[Segment, ...]], now: datetime
) -> tuple[Envelope, list[Event]]:
    """Records the seals that were made; `segments` maps document id to what was appended."""
    for document_id, added in segments.items():
        envelope = envelope.with_document(envelope.document(document_id).append(*added))
    facts = [
        {"document": id, "segments": [segment.file.sha256 for segment in added]}
        for id, added in segments.items()
    ]
    sealed = Event(kind=EventKind.ENVELOPE_SEALED, at=now, data={"seals": facts})
    return replace(envelope, updated_at=now), [sealed]


def complete(
    envelope: Envelope, findings: Mapping[str, Mapping[str, object]], now: datetime
) -> tuple[Envelope, list[Event]]:
    """After the sealed bytes were read back and found good; `findings` maps document id to the
    verifier's facts (sha256 of the whole file, level). Completing twice changes nothing."""
    if envelope.status is not EnvelopeStatus.SEALING:
        return envelope, []
    verified = Event(
        kind=EventKind.ENVELOPE_VERIFIED,
        at=now,
        data={"documents": {id: dict(found) for id, found in findings.items()}},
    )
    completed = Event(kind=EventKind.ENVELOPE_COMPLETED, at=now)
    envelope = replace(envelope, status=EnvelopeStatus.COMPLETED, completed_at=now, updated_at=now)
    return envelope, [verified, completed]


def fail(envelope: Envelope, reason: str, now: datetime) -> tuple[Envelope, list[Event]]:
    """Verification refused the file: stop, keep everything, tell the operator."""
    if envelope.status is not EnvelopeStatus.SEALING:
        return envelope, []
    failed = Event(kind=EventKind.ENVELOPE_FAILED, at=now, data={"reason": reason})
    envelope = replace(envelope, status=EnvelopeStatus.FAILED, failure=reason, updated_at=now)
    return envelope, [failed]


def attach_audit(
    envelope: Envelope, audit: Document, now: datetime
) -> tuple[Envelope, list[Event]]:
    """The audit document was made from the evidence; a second one changes nothing."""
    if envelope.audit is not None:
        return envelope, []
    facts = {"sha256": audit.upload.sha256, "size": audit.upload.size}
    made = Event(kind=EventKind.AUDIT_MADE, at=now, document_id=audit.id, data=facts)
    return replace(envelope, audit=audit, updated_at=now), [made]

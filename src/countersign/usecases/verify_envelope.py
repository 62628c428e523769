"""Nothing is completed before its sealed bytes have been read back and found good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from countersign.domain import sealing
from countersign.domain.document import Document
from countersign.domain.envelope import Envelope, EnvelopeStatus
from countersign.domain.errors import NotFound
from countersign.domain.evidence import Link, broken_link
from countersign.usecases.file_ports import VerificationFailed
from countersign.usecases.ports import Ports
from countersign.usecases.retrying import on_stale_state

Findings = Mapping[str, Mapping[str, object]]


def verify_envelope(envelope_id: str, ports: Ports) -> None:
    """Completes a sealed envelope, or stops it at `failed`, keeping every file. A second call
    changes nothing. Raises NotFound for a file that is not there: it may be in another place, or
    come back from a backup, so the job is tried again."""
    on_stale_state(lambda: _verify(envelope_id, ports))


def _verify(envelope_id: str, ports: Ports) -> None:
    with ports.unit_of_work() as uow:
        envelope = uow.envelopes.get(envelope_id)
        links = uow.envelopes.evidence(envelope_id)
    if envelope.status is not EnvelopeStatus.SEALING:
        return
    try:
        _check_evidence(links)
        findings = _findings(envelope, ports)
    except VerificationFailed as refusal:
        envelope, events = sealing.fail(envelope, str(refusal), ports.clock())
    else:
        envelope, events = sealing.complete(envelope, findings, ports.clock())
    with ports.unit_of_work() as uow:
        uow.envelopes.save(envelope, events)
        uow.commit()


def _was_to_be_signed(envelope: Envelope, document: Document) -> bool:
    """Those who were taken back left nothing."""
    return any(not task.removed or document.segments for task in envelope.signers_of(document.id))


def _check_evidence(links: Sequence[Link]) -> None:
    if (broken := broken_link(links)) is not None:
        raise VerificationFailed(f"the evidence was changed at link {broken.number}")


def _findings(envelope: Envelope, ports: Ports) -> Findings:
    findings = {}
    for document in envelope.documents:
        if _was_to_be_signed(envelope, document):
            findings[document.id] = _checked(envelope, document, ports)
    return findings


def _checked(envelope: Envelope, document: Document, ports: Ports) -> Mapping[str, object]:
    with ports.unit_of_work() as uow:
        base = uow.bases.get(document.base_key)
    if base is None:
        raise VerificationFailed("the prepared base is gone")
    return ports.engine.verify(envelope, document, base)


def check_again(
    envelope: Envelope, document: Document, links: Sequence[Link], ports: Ports
) -> str | None:
    """Reads a completed document back once more, as was done before it was completed, and its
    evidence, too. "" when all is as it was, else what is wrong; None where nothing was signed."""
    is_own = any(each.id == document.id for each in envelope.documents)
    if envelope.status is not EnvelopeStatus.COMPLETED or not document.segments or not is_own:
        return None
    try:
        _check_evidence(links)
        _checked(envelope, document, ports)
    except (VerificationFailed, NotFound) as refusal:
        return str(refusal)
    return ""

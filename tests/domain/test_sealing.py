"""From the last signature to `completed`."""

from countersign.domain.document import SegmentKind
from countersign.domain.sealing import complete, fail, seal, unsealed
from tests.domain.building import LATER, sealing, segment


def test_a_document_is_sealed_once() -> None:
    envelope = sealing()
    assert [document.id for document in unsealed(envelope)] == ["d1"]
    closing = (segment(SegmentKind.SEAL, "22"), segment(SegmentKind.TIMESTAMP, "33"))
    envelope, events = seal(envelope, {"d1": closing}, LATER)
    assert unsealed(envelope) == ()
    assert [str(event.kind) for event in events] == ["envelope_sealed"]


def test_completed_comes_after_verification_only() -> None:
    envelope, events = complete(sealing(), {"d1": {"level": "B-LTA"}}, LATER)
    assert [str(event.kind) for event in events] == ["envelope_verified", "envelope_completed"]
    assert (str(envelope.status), envelope.completed_at) == ("completed", LATER)
    assert complete(envelope, {}, LATER) == (envelope, [])


def test_a_refused_file_stops_the_envelope_and_keeps_it() -> None:
    before = sealing()
    envelope, events = fail(before, "digest differs", LATER)
    assert (str(envelope.status), envelope.failure) == ("failed", "digest differs")
    assert envelope.documents == before.documents
    assert [str(event.kind) for event in events] == ["envelope_failed"]

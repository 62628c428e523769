"""Envelopes to test rules with."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from countersign.domain.document import Document, FileRef, PageSize, Segment, SegmentKind
from countersign.domain.envelope import Envelope, EnvelopeStatus
from countersign.domain.sending import send
from countersign.domain.task import Act, Action, Area, Field, FieldKind, Person, Task, Visitor

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)


def signature_field(
    id: str = "f1", *, page: int = 0, kind: FieldKind = FieldKind.SIGNATURE
) -> Field:
    area = Area(page, 0.1, 0.8, 0.3, 0.1)
    return Field(id=id, document_id="d1", kind=kind, name="Sign here", area=area)


def task(id: str, *, after: tuple[str, ...] = (), fields: tuple[Field, ...] = ()) -> Task:
    return Task(
        id=id,
        person=Person(name=id.title(), email=f"{id}@example.org"),
        actions={"d1": Action.SIGN},
        after=after,
        fields=fields,
    )


def draft(*tasks: Task) -> Envelope:
    document = Document(
        id="d1",
        name="contract.pdf",
        media_type="application/pdf",
        upload=FileRef("ab" * 32, 1000),
        pages=(PageSize(595, 842),),
        base=FileRef("cd" * 32, 2000),
    )
    return Envelope(
        id="e1",
        account_id="a1",
        credential_id="c1",
        origin="test",
        name="Contract",
        created_at=NOW,
        updated_at=NOW,
        sender_name="Max Own",
        documents=(document,),
        tasks=tasks,
    )


def sent(*tasks: Task) -> Envelope:
    return send(draft(*tasks), NOW)[0]


def act(**changes: object) -> Act:
    given = Act(
        method="typed",
        consent="I agree",
        visitor=Visitor(ip="203.0.113.7"),
        at=LATER,
        text="Ada",
    )
    return replace(given, **changes)  # type: ignore[arg-type]


def segment(kind: SegmentKind = SegmentKind.ACT, name: str = "11") -> Segment:
    return Segment(kind=kind, file=FileRef(name * 32, 500), chain={}, facts={})


def sealing() -> Envelope:
    envelope = sent(task("ada"))
    document = envelope.document("d1").append(segment())
    return replace(envelope.with_document(document), status=EnvelopeStatus.SEALING)

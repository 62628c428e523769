"""Things to store."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

from countersign.domain.account import Account, Credential
from countersign.domain.chat import ChatMessage
from countersign.domain.delivery import Attempt, Delivery, Message, WebhookEndpoint
from countersign.domain.document import Document, FileRef, PageSize, Segment, SegmentKind
from countersign.domain.envelope import Envelope
from countersign.domain.events import Event, EventKind
from countersign.domain.package import Package
from countersign.domain.project import Project
from countersign.domain.stored_file import StoredFile, StoredFileKind
from countersign.domain.task import Action, Area, Field, FieldKind, Person, Task
from countersign.domain.template import Role, Template, TemplateField

NOW = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)
SENT = Event(kind=EventKind.ENVELOPE_SENT, at=NOW, data={"name": "Contract"})


def new_id() -> str:
    return str(uuid4())


def account(**changes: object) -> Account:
    made = Account(id=new_id(), name="Ada AB", email="ada@example.org", created_at=NOW)
    return replace(made, **changes)  # type: ignore[arg-type]


def credential(account: Account, **changes: object) -> Credential:
    made = Credential(
        id=new_id(),
        account_id=account.id,
        api="signeum",
        name=new_id(),
        secret_hash=uuid4().hex * 2,
        created_at=NOW,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def document() -> Document:
    return Document(
        id=new_id(),
        name="contract.pdf",
        media_type="application/pdf",
        upload=FileRef("ab" * 32, 1000),
        pages=(PageSize(595.28, 841.89),),
    )


def task(document: Document, **changes: object) -> Task:
    area = Area(0, 0.1, 0.8, 0.3, 0.1)
    field = Field(
        id=new_id(), document_id=document.id, kind=FieldKind.SIGNATURE, name="Here", area=area
    )
    made = Task(
        id=new_id(),
        person=Person(name="Ada Lovelace", email="ada@example.org"),
        actions={document.id: Action.SIGN},
        fields=(field,),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def envelope(**changes: object) -> Envelope:
    file = document()
    made = Envelope(
        id=new_id(),
        account_id="a1",
        credential_id="c1",
        origin="signeum",
        name="Contract",
        created_at=NOW,
        updated_at=NOW,
        sender_name="Max Own",
        documents=(file,),
        tasks=(task(file), task(file)),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def project(account: Account, **changes: object) -> Project:
    made = Project(
        id=new_id(), account_id=account.id, name="Leases", created_at=NOW, updated_at=NOW
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def template(account: Account, **changes: object) -> Template:
    field = TemplateField(
        id=new_id(), role=0, kind=FieldKind.TEXT, name="Ort", area=Area(0, 0.1, 0.2, 0.3, 0.04)
    )
    made = Template(
        id=new_id(),
        account_id=account.id,
        name="Lease",
        upload=FileRef("ab" * 32, 1000),
        file_name="lease.pdf",
        pages=(PageSize(595.28, 841.89),),
        roles=(Role(label="Hyresvärd"), Role(label="Guarantor", action=Action.REVIEW, order=2)),
        created_at=NOW,
        fields=(field,),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def stored_file(account: Account, **changes: object) -> StoredFile:
    made = StoredFile(
        id=new_id(),
        account_id=account.id,
        kind=StoredFileKind.UPLOAD,
        media_type="application/pdf",
        parts=(FileRef("ab" * 32, 1000), FileRef("cd" * 32, 20)),
        sha256="ef" * 32,
        created_at=NOW,
        pages=(PageSize(595.28, 841.89),),
        filename="hausordnung.pdf",
        title="Hausordnung",
        description="Für alle Mieter",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def package(envelope: Envelope, **changes: object) -> Package:
    made = Package(
        id=new_id(), account_id=envelope.account_id, envelope_id=envelope.id, created_at=NOW
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def segment(**changes: object) -> Segment:
    made = Segment(kind=SegmentKind.ACT, file=FileRef("12" * 32, 20_000), chain={"at": 1}, facts={})
    return replace(made, **changes)  # type: ignore[arg-type]


def message(**changes: object) -> Message:
    made = Message(
        id=new_id(),
        key=new_id(),
        account_id="a1",
        envelope_id="e1",
        task_id="t1",
        channel="email",
        recipient="ada@example.org",
        subject="Please sign",
        text="Hello",
        html="<p>Hello</p>",
        created_at=NOW,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def endpoint(**changes: object) -> WebhookEndpoint:
    made = WebhookEndpoint(
        id=new_id(),
        account_id="a1",
        api="signeum",
        url="https://example.org/hook",
        created_at=NOW,
        events=("signed", "sent"),
        headers={"X-Key": "ß"},
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def delivery(**changes: object) -> Delivery:
    made = Delivery(
        id=new_id(),
        endpoint_id="w1",
        envelope_id="e1",
        number=1,
        event="signed",
        url="https://example.org/hook",
        body="{}",
        headers={"X-Event": "signed"},
        created_at=NOW,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def chat_message(envelope: Envelope, number: int, **changes: object) -> ChatMessage:
    made = ChatMessage(
        id=new_id(),
        envelope_id=envelope.id,
        number=number,
        task_id=envelope.tasks[0].id,
        author_name="Ada Lovelace",
        text="What does § 3 mean? 👋\nThanks",
        created_at=NOW,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def attempt(delivery: Delivery, number: int) -> Attempt:
    return Attempt(delivery_id=delivery.id, number=number, at=NOW, outcome="503", duration_ms=12)

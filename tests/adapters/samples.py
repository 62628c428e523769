"""One envelope with one document and one task, and a message about it."""

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

from countersign.domain.account import Credential
from countersign.domain.delivery import Message
from countersign.domain.document import Document, FileRef, Segment, SegmentKind
from countersign.domain.envelope import Envelope
from countersign.domain.task import Action, Person, Task

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
ENVELOPE = "6f0e33a5-6bd8-4a5c-8f5f-9b7e3f6b1a01"
DOCUMENT = "0b1f2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"
TASK = "b9f3a1de-7c1f-4b5c-9d2e-1f0a9b8c7d6e"

CREDENTIAL = Credential(
    id="credential",
    account_id="account",
    api="test",
    name="key",
    secret_hash=sha256(b"a secret that only its owner has").hexdigest(),
    created_at=NOW,
)


def task(language: str = "", action: Action = Action.SIGN) -> Task:
    person = Person(name="Ada Byron", email="ada@signer.test")
    return Task(id=TASK, person=person, actions={DOCUMENT: action}, language=language)


def document(segments: int = 2) -> Document:
    return Document(
        id=DOCUMENT,
        name="Rental agreement.pdf",
        media_type="application/pdf",
        upload=FileRef("00" * 32, 10),
        segments=tuple(_segment(number) for number in range(segments)),
    )


def _segment(number: int) -> Segment:
    return Segment(kind=SegmentKind.ACT, file=FileRef(f"{number:064x}", number), chain={}, facts={})


def envelope(one: Task | None = None, **more: object) -> Envelope:
    plain = Envelope(
        id=ENVELOPE,
        account_id="account",
        credential_id="credential",
        origin="test",
        name="Rental agreement",
        created_at=NOW,
        updated_at=NOW,
        sender_name="Max Own",
        documents=(document(),),
        tasks=(one or task(),),
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def message(**more: object) -> Message:
    plain = Message(
        id="2b0e4b1c-0d55-4f0e-a7e7-7a4b7c1d2e3f",
        key="invitation:1",
        account_id="account",
        envelope_id=ENVELOPE,
        task_id=TASK,
        channel="email",
        recipient="ada@signer.test",
        subject="Max Own asks you to sign Rental agreement",
        text="Hello Ada\n\nhttps://sign.test/s/abc\n",
        html="<p>Hello Ada</p>",
        sender_name="Max Own",
        created_at=NOW,
    )
    return replace(plain, **more)  # type: ignore[arg-type]

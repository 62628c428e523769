"""Envelope → case; pure. The way in is translate.py."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from countersign.dialects.nextsign import answers
from countersign.dialects.nextsign.methods import schema_of
from countersign.dialects.nextsign.storage import document_key
from countersign.domain.document import Document
from countersign.domain.envelope import Envelope, EnvelopeStatus
from countersign.domain.events import Event, EventKind
from countersign.domain.evidence import Link
from countersign.domain.short_id import short_id
from countersign.domain.task import Task, TaskStatus
from countersign.usecases.outside_ports import Links

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"  # none looks like another
KEY_LENGTH = 8
ALL_SIGNED = (EnvelopeStatus.SEALING, EnvelopeStatus.COMPLETED, EnvelopeStatus.FAILED)
LOGGED: Mapping[EventKind, str] = {
    EventKind.TASK_READY: "sent",
    EventKind.TASK_OPENED: "opened",
    EventKind.TASK_REMINDED: "reminder",
    EventKind.TASK_COMPLETED: "signed",
    EventKind.TASK_DECLINED: "denied",
}
Status = Literal["pending", "signed", "denied", "expired"]


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of a case: `now` tells whether it has expired, `history` is its evidence (not
    there in lists)."""

    envelope: Envelope
    now: datetime
    history: Sequence[Link] = ()


def timestamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _timestamp(at: datetime | None) -> str | None:
    return None if at is None else timestamp(at)


def public_key(envelope: Envelope) -> str:
    """A short name of the case, for display: nothing can be found by it."""
    number = int.from_bytes(hashlib.sha256(envelope.id.encode()).digest(), "big")
    letters = []
    for _ in range(KEY_LENGTH):
        number, place = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[place])
    return "".join(letters)


# ------------------------------------------------------------------ cases


def case(found: Case, links: Links) -> answers.Case:
    envelope, extras = found.envelope, found.envelope.extras
    return answers.Case(
        **_head(found, links),
        companyId=short_id(envelope.account_id),
        type="Simple sign",
        state=_state(envelope.status),
        case_status=status(envelope, found.now),
        user_name=extras.get("user_name") or envelope.sender_name,
        user_email=extras.get("user_email"),
        emailtemplate=extras.get("emailtemplate"),
        customMessage=extras["customMessage"],
        message=extras["message"],
        signingSchemas=extras["signingSchemas"],
        documents=[_document(envelope, each, links) for each in envelope.documents],
        signedDocuments=_signed_documents(envelope, links),
    )


def case_head(found: Case, links: Links) -> answers.CaseHead:
    return answers.CaseHead(**_head(found, links))


def _head(found: Case, links: Links) -> dict[str, Any]:
    envelope = found.envelope
    return {
        "id": short_id(envelope.id),
        "nextSignKey": public_key(envelope),
        "title": envelope.name,
        "folder": envelope.folder,
        "referenceId": envelope.extras["referenceId"],
        "createdAt": timestamp(envelope.created_at),
        "updatedAt": timestamp(envelope.updated_at),
        "settings": _settings(envelope, found.now),
        "recipients": [recipient(found, task, links) for task in envelope.people],
    }


def status(envelope: Envelope, now: datetime) -> Status:
    """Derived as the vendor's programs do it: signed wins over expiry."""
    if envelope.status is EnvelopeStatus.DECLINED:
        return "denied"
    if envelope.status in ALL_SIGNED:
        return "signed"
    return "expired" if _is_expired(envelope, now) else "pending"


def _is_expired(envelope: Envelope, now: datetime) -> bool:
    """From the second in which the deadline passes."""
    if envelope.status is EnvelopeStatus.EXPIRED:
        return True
    passed = envelope.due_at is not None and envelope.due_at <= now
    return passed and envelope.status is EnvelopeStatus.OPEN


def _state(status: EnvelopeStatus) -> Literal["draft", "open", "closed"]:
    if status is EnvelopeStatus.DRAFT:
        return "draft"
    return "open" if status is EnvelopeStatus.OPEN else "closed"


def _settings(envelope: Envelope, now: datetime) -> answers.Settings:
    kept = envelope.extras["settings"]
    expired = {"isExpired": _is_expired(envelope, now)}
    return answers.Settings(**{**kept, "availability": {**kept["availability"], **expired}})


def _document(envelope: Envelope, document: Document, links: Links) -> answers.CaseDocument:
    return answers.CaseDocument(
        name=document.name,
        sign_obligated=bool(envelope.signers_of(document.id)),
        document_id=links.place(document_key(envelope, document, signed=False)),
    )


def _signed_documents(envelope: Envelope, links: Links) -> list[answers.SignedDocument]:
    """Once they have been read back."""
    if envelope.status is not EnvelopeStatus.COMPLETED:
        return []
    return [
        answers.SignedDocument(
            name=_pdf_name(document.name),
            file=links.place(document_key(envelope, document, signed=True)),
        )
        for document in envelope.documents
        if document.sealed
    ]


def _pdf_name(name: str) -> str:
    stem = name[:-5] if name.lower().endswith(".docx") else name
    return stem if stem.lower().endswith(".pdf") else f"{stem}.pdf"


# ------------------------------------------------------------------ recipients


def recipient(found: Case, task: Task, links: Links) -> answers.Recipient:
    extras, signs = task.extras, bool(task.signs)
    return answers.Recipient(
        id=short_id(task.id),
        name=task.person.name,
        email=task.person.email,
        phone=task.person.phone,
        signing=signs,
        group=extras["group"],
        order=extras["group"],
        type=extras["type"],
        needsCpr=extras["needsCpr"],
        addPhone=extras["addPhone"],
        position=extras["position"],
        message=extras["message"],
        signingSchema=extras["signingSchema"],
        redirectUrl=extras["redirectUrl"],
        template=extras.get("template"),
        signed=_signed(task),
        signedDateAndTime=_timestamp(task.completed_at),
        deniedReason=task.declined_reason,
        signer=_signer(found, task),
        signingUrl=links.signing(task) if signs else None,
        log=[_entry(link) for link in _of_task(found, task) if link.event.kind in LOGGED],
    )


def _signed(task: Task) -> answers.Signed:
    if task.status is TaskStatus.COMPLETED:
        return "signed"
    return "denied" if task.status is TaskStatus.DECLINED else "pending"


def _signer(found: Case, task: Task) -> answers.Signer | None:
    """The number that was compared is not told, nor the date of birth in it."""
    if task.act is None:
        return None
    first, _, last = task.person.name.rpartition(" ")
    proved = [one.event for one in _of_task(found, task) if _is_proof(one.event)]
    return answers.Signer(
        signer_type=schema_of(task.act.method, task.identified),
        identity=answers.SignerIdentity(
            identity=answers.Identity(
                id=short_id(task.id), name=task.person.name, firstName=first, lastName=last
            ),
            cprIsMatch=True if task.person.national_id else None,
            confirmed=bool(task.identified),
            lastConfirmation=_timestamp(proved[-1].at if proved else task.completed_at),
            session=_hex_id(f"session {task.id}"),
        ),
    )


def _of_task(found: Case, task: Task) -> list[Link]:
    return [link for link in found.history if link.event.task_id == task.id]


def _is_proof(event: Event) -> bool:
    return event.kind is EventKind.IDENTITY_PROVED


def _entry(link: Link) -> answers.LogEntry:
    event = link.event
    return answers.LogEntry(
        id=_hex_id(f"{link.envelope_id} {link.number}"),
        type=LOGGED[event.kind],
        value=str(event.data.get("reason") or event.data.get("method") or ""),
        createdAt=timestamp(event.at),
    )


def _hex_id(text: str) -> str:
    """24 digits that follow from what they stand for."""
    return hashlib.sha256(text.encode()).hexdigest()[:24]

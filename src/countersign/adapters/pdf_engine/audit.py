"""From an envelope and its evidence to what the audit document says."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from countersign.adapters.pdf_engine.translation import METHODS, identity_name
from countersign.domain.document import Document
from countersign.domain.envelope import Envelope
from countersign.domain.events import Event, EventKind
from countersign.domain.evidence import GENESIS, Link, record
from countersign.domain.task import Task

WORDS: Mapping[EventKind, str] = {
    EventKind.ENVELOPE_DRAFTED: "Drafted",
    EventKind.ENVELOPE_SENT: "Sent",
    EventKind.ENVELOPE_EXPIRES_SOON: "Close to its deadline",
    EventKind.TASK_READY: "May sign from now on",
    EventKind.MESSAGE_ANSWERED: "The mail server answered",
    EventKind.TASK_REMINDED: "Reminded",
    EventKind.TASK_OPENED: "Opened",
    EventKind.IDENTITY_PROVED: "Proved who they are",
    EventKind.IDENTITY_REFUSED: "Identification refused",
    EventKind.TASK_COMPLETED: "Signed",
    EventKind.TASK_DECLINED: "Declined",
    EventKind.TASK_EXPIRED: "Expired",
    EventKind.TASK_CANCELLED: "No longer needed",
    EventKind.CHAT_POSTED: "Wrote a message",
    EventKind.ENVELOPE_ALL_SIGNED: "Everybody has signed",
    EventKind.ENVELOPE_SEALED: "Sealed and timestamped",
    EventKind.ENVELOPE_VERIFIED: "Read back and verified",
    EventKind.ENVELOPE_COMPLETED: "Completed",
}


def audit_facts(envelope: Envelope, links: Sequence[Link]) -> dict[str, Any]:
    """JSON values for the template of the audit document."""
    completed = envelope.completed_at or envelope.updated_at
    return {
        "title": "Audit trail",
        "date": {"year": completed.year, "month": completed.month, "day": completed.day},
        "head": links[-1].hash if links else GENESIS,
        "name": envelope.name,
        "envelope": envelope.id,
        "sender": envelope.sender_name,
        "sent": _moment(envelope.created_at),
        "completed": _moment(completed),
        "documents": [_document(document, links) for document in envelope.documents],
        "people": [_person(task) for task in envelope.tasks],
        "events": [_event(link, envelope) for link in links],
    }


def evidence_json(links: Sequence[Link]) -> str:
    """The whole chain, each link in the form in which it was hashed, with its hash."""
    rows = [
        {**record(link.envelope_id, link.number, link.event, link.previous), "hash": link.hash}
        for link in links
    ]
    return json.dumps({"evidence": rows}, ensure_ascii=False, indent=1)


def _document(document: Document, links: Sequence[Link]) -> dict[str, Any]:
    return {
        "name": document.name,
        "pages": len(document.pages),
        "uploaded": document.upload.sha256,
        "completed": _verified_digest(document, links) or "not signed",
    }


def _verified_digest(document: Document, links: Sequence[Link]) -> str:
    for link in links:
        if link.event.kind is EventKind.ENVELOPE_VERIFIED:
            found: str = link.event.data["documents"].get(document.id, {}).get("sha256", "")
            return found
    return ""


def _person(task: Task) -> dict[str, Any]:
    facts = [("Contact", task.person.email or task.person.phone or "none given")]
    if task.opened_at:
        facts.append(("Opened", _moment(task.opened_at)))
    if task.completed_at:
        facts.append((_done(task), _moment(task.completed_at)))
    if task.act:
        facts += [
            ("How", METHODS.get(task.act.method, task.act.method)),
            ("Identified by", ", ".join(map(identity_name, task.identified))),
            ("Consent", task.act.consent),
            ("IP address", task.act.visitor.ip),
            ("Browser", task.act.visitor.user_agent),
        ]
    return {
        "name": task.person.name,
        "status": str(task.status),
        "facts": [[label, value] for label, value in facts if value],
    }


def _event(link: Link, envelope: Envelope) -> dict[str, Any]:
    event = link.event
    task = next((task for task in envelope.tasks if task.id == event.task_id), None)
    return {
        "number": link.number,
        "at": event.at.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3],
        "what": _what(event, task),
        "who": task.person.name if task else "",
        "detail": _detail(event),
        "hash": link.hash[:16],
    }


def _what(event: Event, task: Task | None) -> str:
    if event.kind is EventKind.TASK_COMPLETED and task is not None:
        return _done(task)
    return WORDS.get(event.kind, str(event.kind).replace("_", " ").capitalize())


def _done(task: Task) -> str:
    """A reviewer leaves no signature."""
    return "Signed" if task.signs else "Reviewed"


def _detail(event: Event) -> str:
    if event.kind is EventKind.IDENTITY_PROVED:
        return f"by {identity_name(event.data['method'])}"
    reason, ip = event.data.get("reason", ""), event.data.get("ip", "")
    return reason or (f"from {ip}" if ip else "")


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"

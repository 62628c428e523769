"""From an envelope and its evidence to what the audit document says."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from countersign.adapters.pdf_engine.words import TEXTS, identity_name, language_for, method_name
from countersign.domain.document import Document
from countersign.domain.envelope import Envelope
from countersign.domain.events import Event, EventKind
from countersign.domain.evidence import GENESIS, Link, record
from countersign.domain.task import Task, TaskStatus


def _(message: str) -> str:
    """Marks a message for translation; it is translated when the document is made."""
    return message


WORDS: Mapping[EventKind, str] = {
    EventKind.ENVELOPE_DRAFTED: _("Drafted"),
    EventKind.ENVELOPE_SENT: _("Sent"),
    EventKind.ENVELOPE_EXPIRES_SOON: _("Close to its deadline"),
    EventKind.TASK_ADDED: _("Added"),
    EventKind.TASK_READY: _("May sign from now on"),
    EventKind.MESSAGE_ANSWERED: _("The mail server answered"),
    EventKind.TASK_REMINDED: _("Reminded"),
    EventKind.TASK_OPENED: _("Opened"),
    EventKind.IDENTITY_PROVED: _("Proved who they are"),
    EventKind.IDENTITY_REFUSED: _("Identification refused"),
    EventKind.DOCUMENT_VIEWED: _("Read to the end"),
    EventKind.DOCUMENT_UPLOADED: _("Brought a file"),
    EventKind.TASK_FORWARDED: _("Passed it on"),
    EventKind.TASK_ADDRESS_CHANGED: _("E-mail address corrected"),
    EventKind.TASK_COMPLETED: _("Signed"),
    EventKind.TASK_DECLINED: _("Declined"),
    EventKind.TASK_DUE_CHANGED: _("Deadline changed"),
    EventKind.ENVELOPE_DUE_CHANGED: _("Deadline changed"),
    EventKind.TASK_EXPIRED: _("Expired"),
    EventKind.TASK_CANCELLED: _("No longer needed"),
    EventKind.TASK_REMOVED: _("Removed"),
    EventKind.CHAT_POSTED: _("Wrote a message"),
    EventKind.ENVELOPE_ALL_SIGNED: _("Everybody has signed"),
    EventKind.ENVELOPE_SEALED: _("Sealed and timestamped"),
    EventKind.ENVELOPE_VERIFIED: _("Read back and verified"),
    EventKind.ENVELOPE_COMPLETED: _("Completed"),
}

STATUSES: Mapping[TaskStatus, str] = {
    TaskStatus.BLOCKED: _("Waiting"),
    TaskStatus.READY: _("Waiting"),
    TaskStatus.COMPLETED: _("Completed"),
    TaskStatus.DECLINED: _("Declined"),
    TaskStatus.EXPIRED: _("Expired"),
    TaskStatus.CANCELLED: _("No longer needed"),
}
# What the template prints itself, by the names it has there
PRINTED: Mapping[str, str] = {
    "title": _("Audit trail"),
    "about": _(
        "What happened to this envelope, in order. Every line is bound to the one before by its"
        " hash; the complete record is attached to this file as {file} and can be checked without"
        " Countersign."
    ),
    "head": _("Chain head {hash}"),
    "page": _("Page {number} of {total}"),
    "envelope": _("Envelope"),
    "sender": _("Sent by"),
    "sent": _("Sent"),
    "completed": _("Completed"),
    "documents": _("Documents"),
    "as_uploaded": _("As uploaded"),
    "as_completed": _("As completed"),
    "people": _("People"),
    "events": _("Events"),
    "number": _("No."),
    "time": _("Time (UTC)"),
    "what": _("What"),
    "hash": _("Hash"),
}


def audit_facts(envelope: Envelope, links: Sequence[Link]) -> dict[str, Any]:
    """JSON values for the template of the audit document, in the language of its people."""
    return _Telling(envelope, links).facts()


class _Telling:
    def __init__(self, envelope: Envelope, links: Sequence[Link]) -> None:
        self._envelope, self._links = envelope, links
        self._language = language_for(envelope.tasks)
        self._texts = TEXTS.texts(self._language)
        self._say = self._texts.gettext

    def facts(self) -> dict[str, Any]:
        envelope, links = self._envelope, self._links
        completed = envelope.completed_at or envelope.updated_at
        return {
            "language": self._language,
            "words": {name: self._say(text) for name, text in PRINTED.items()},
            "date": {"year": completed.year, "month": completed.month, "day": completed.day},
            "head": links[-1].hash if links else GENESIS,
            "name": envelope.name,
            "envelope": envelope.id,
            "sender": envelope.sender_name,
            "sent": _moment(envelope.created_at),
            "completed": _moment(completed),
            "documents": [self._document(document) for document in envelope.documents],
            "people": [self._person(task) for task in envelope.tasks if not _corrected(task)],
            "events": [self._event(link) for link in links],
        }

    def _document(self, document: Document) -> dict[str, Any]:
        pages = len(document.pages)
        return {
            "name": document.name,
            "pages": self._texts.ngettext("{count} page", "{count} pages", pages).format(
                count=pages
            ),
            "uploaded": document.upload.sha256,
            "completed": self._verified_digest(document) or self._say(_("not signed")),
        }

    def _verified_digest(self, document: Document) -> str:
        for link in self._links:
            if link.event.kind is EventKind.ENVELOPE_VERIFIED:
                found: str = link.event.data["documents"].get(document.id, {}).get("sha256", "")
                return found
        return ""

    def _person(self, task: Task) -> dict[str, Any]:
        contact = task.person.email or task.person.phone or self._say(_("none given"))
        facts = [(_("Contact"), contact)]
        if task.opened_at:
            facts.append((_("Opened"), _moment(task.opened_at)))
        if task.completed_at:
            facts.append((_done(task), _moment(task.completed_at)))
        return {
            "name": task.person.name,
            "status": self._say(_("Passed on") if task.forwarded_to else STATUSES[task.status]),
            "facts": [[self._say(label), value] for label, value in facts + self._act(task)],
        }

    def _act(self, task: Task) -> list[tuple[str, str]]:
        if task.act is None:
            return []
        proofs = [identity_name(method, self._language) for method in task.identified]
        facts = [
            (_("How"), method_name(task.act.method, self._language)),
            (_("Identified by"), ", ".join(proofs)),
            (_("Consent"), task.act.consent),
            (_("IP address"), task.act.visitor.ip),
            (_("Browser"), task.act.visitor.user_agent),
        ]
        return [(label, value) for label, value in facts if value]

    def _event(self, link: Link) -> dict[str, Any]:
        event = link.event
        tasks = self._envelope.tasks
        task = next((task for task in tasks if task.id == event.task_id), None)
        return {
            "number": link.number,
            "at": event.at.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3],
            "what": self._what(event, task),
            "who": task.person.name if task else "",
            "detail": self._detail(event),
            "hash": link.hash[:16],
        }

    def _what(self, event: Event, task: Task | None) -> str:
        if event.kind is EventKind.TASK_COMPLETED and task is not None:
            return self._say(_done(task))
        known = WORDS.get(event.kind)
        return self._say(known) if known else str(event.kind).replace("_", " ").capitalize()

    def _detail(self, event: Event) -> str:
        if event.kind is EventKind.IDENTITY_PROVED:
            method = identity_name(event.data["method"], self._language)
            return self._say(_("by {method}")).format(method=method)
        reason, ip = event.data.get("reason", ""), event.data.get("ip", "")
        return reason or (self._say(_("from {address}")).format(address=ip) if ip else "")


def _corrected(task: Task) -> bool:
    """Nobody but the one that has its place since: the sender had written the address wrongly."""
    return task.removed and bool(task.forwarded_to)


def _done(task: Task) -> str:
    """A reviewer leaves no signature, nor does somebody who only brings a file."""
    if task.signs:
        return _("Signed")
    return _("Sent") if set(task.actions) == set(task.uploads) else _("Reviewed")


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def evidence_json(links: Sequence[Link]) -> str:
    """The whole chain, each link in the form in which it was hashed, with its hash."""
    rows = [
        {**record(link.envelope_id, link.number, link.event, link.previous), "hash": link.hash}
        for link in links
    ]
    return json.dumps({"evidence": rows}, ensure_ascii=False, indent=1)

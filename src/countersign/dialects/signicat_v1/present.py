"""Pure: views to the vendor's words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, cast
from urllib.parse import quote

from countersign.dialects.signicat_v1 import answers
from countersign.dialects.signicat_v1.addresses import signing_query
from countersign.dialects.signicat_v1.ids import order_id, written_id
from countersign.dialects.signicat_v1.translate import ORDER, PLACES, TASK
from countersign.domain.document import Document
from countersign.domain.envelope import Envelope
from countersign.domain.erasing import Deletion
from countersign.domain.events import Event, EventKind
from countersign.domain.package import Package, PackageStatus
from countersign.domain.task import Task, TaskStatus
from countersign.usecases.archive import archived_id
from countersign.usecases.keep_results import result_id
from countersign.usecases.read_sent import Story

STATES: Mapping[TaskStatus, answers.TaskState] = {
    TaskStatus.BLOCKED: "CREATED",
    TaskStatus.READY: "CREATED",
    TaskStatus.COMPLETED: "COMPLETED",
    TaskStatus.DECLINED: "REJECTED",
    TaskStatus.EXPIRED: "EXPIRED",
    TaskStatus.CANCELLED: "DELETED",
}
PACKAGE_STATES: Mapping[PackageStatus, answers.PackagingState] = {
    PackageStatus.WAITING: "CREATED",
    PackageStatus.READY: "COMPLETED",
    PackageStatus.FAILED: "FAILED",
}
# What happened to one task, where a word is enough
TOLD: Mapping[EventKind, str] = {
    EventKind.TASK_ADDED: "TASK_CREATED",
    EventKind.TASK_OPENED: "TASK_STARTED",
    EventKind.TASK_DECLINED: "TASK_REJECTED",
    EventKind.IDENTITY_PROVED: "USER_AUTHENTICATED",
    EventKind.IDENTITY_REFUSED: "USER_AUTHENTICATION_CANCELLED",
}
DOCUMENTS_TOLD: Mapping[EventKind, str] = {
    EventKind.DOCUMENT_VIEWED: "DOCUMENT_VIEWED",
    EventKind.DOCUMENT_UPLOADED: "DOCUMENT_UPLOADED",
}
# What this vendor has no word for
INTERNAL: Mapping[EventKind, str] = {
    EventKind.TASK_EXPIRED: "expired",
    EventKind.TASK_FORWARDED: "forwarded",
}
PACKAGES_TOLD: Mapping[EventKind, str] = {
    EventKind.PACKAGE_MADE: "PACKAGING_TASK_COMPLETED",
    EventKind.PACKAGE_FAILED: "PACKAGING_TASK_FAILED",
}


@dataclass(frozen=True, slots=True)
class View:
    """An order, at what addresses its parts are, and when it is looked at."""

    envelope: Envelope
    base: str
    address: Callable[[str], str]
    now: datetime

    def archived(self, id: str, at: datetime) -> str:
        """What is in the archive under the id of a file, put there at this time."""
        return self.address(f"{self.base}/archive-documents/{written_id(archived_id(id), at)}")

    def document(self, task: str, document: str, kind: str) -> str:
        return self._of(f"tasks/{_part(task)}/documents/{_part(document)}/{kind}")

    def package(self, key: str) -> str:
        return self._of(f"packaging-tasks/{_part(key)}/result")

    def _of(self, path: str) -> str:
        return self.address(f"{self.base}/orders/{order_id(self.envelope)}/{path}")


@dataclass(frozen=True, slots=True)
class Form:
    """What the form of a document says, and whether there is a file of it, filled in."""

    output: Mapping[str, str]
    is_generated: bool


def _part(text: str) -> str:
    return quote(text, safe="")


def asked(task: Task) -> Mapping[str, Any]:
    """What was asked of it."""
    kept: Mapping[str, Any] = task.extras[TASK]
    return kept


def key_of(task: Task) -> str:
    """The order's own id of a task; one that was forwarded to somebody has an id of its own."""
    return task.id if task.forwarded_from else str(asked(task)["id"])


def documents_of(envelope: Envelope, task: Task) -> dict[str, Document]:
    """By the task's ids of them."""
    return {id: envelope.documents[place] for id, place in task.extras[PLACES].items()}


def order(envelope: Envelope, link: Callable[[Task], str]) -> answers.Order:
    id = order_id(envelope)
    tasks = [
        {
            **asked(task),
            "id": key_of(task),
            "signingUrl": link(task) + signing_query(id, key_of(task)),
        }
        for task in envelope.tasks
    ]
    return cast("answers.Order", {"id": id, **envelope.extras[ORDER], "tasks": tasks})


# ------------------------------------------------------------------ a task


def state(envelope: Envelope, task: Task, now: datetime) -> answers.TaskState:
    """A deadline that has passed counts at once, before it is recorded. A task that was forwarded
    stands as the one in its place."""
    task = envelope.in_place_of(task)
    if task.status.pending and task.due_at is not None and task.due_at <= now:
        return "EXPIRED"
    return STATES[task.status]


def task_status(
    envelope: Envelope, task: Task, forms: Mapping[str, Form], view: View
) -> answers.TaskStatus:
    stands = state(envelope, task, view.now)
    documents = documents_of(envelope, task)
    return {
        "orderId": order_id(envelope),
        "taskId": key_of(task),
        "taskStatus": stands,
        "clientReference": envelope.extras[ORDER].get("clientReference"),
        "clientStatus": None,
        "documents": [
            _document(task, given, documents[given["id"]], forms[given["id"]], view)
            for given in asked(task)["documents"]
        ],
    }


def _document(
    task: Task, given: Mapping[str, Any], document: Document, form: Form, view: View
) -> answers.DocumentStatus:
    id, key = given["id"], key_of(task)
    return {
        "id": id,
        "originalUri": None if document.awaited else view.document(key, id, "original"),
        "generatedUri": view.document(key, id, "generated") if form.is_generated else None,
        "resultUri": _result(task, given, document, view),
        "formOutputParam": [{"name": name, "value": said} for name, said in form.output.items()],
    }


def _result(task: Task, given: Mapping[str, Any], document: Document, view: View) -> str | None:
    """In the archive, where the result was to be archived."""
    done = view.envelope.in_place_of(task)
    if done.completed_at is None or document.id not in done.signs:
        return None
    if not given.get("sendResultToArchive"):
        return view.document(key_of(task), given["id"], "result")
    return view.archived(result_id(done.id, view.envelope.id, document.id), done.completed_at)


def erased_status(deletion: Deletion, task: str) -> answers.TaskStatus:
    """Of a task of an order whose time was over."""
    return {
        "orderId": written_id(deletion.envelope_id, deletion.created_at),
        "taskId": task,
        "taskStatus": "DELETED",
        "clientReference": None,
        "clientStatus": None,
        "documents": [],
    }


def forwards(envelope: Envelope, task: Task) -> list[answers.Forward]:
    """All hands that a task went through."""
    chain = [envelope.origin_of(task)]
    while chain[-1].forwarded_to:
        chain.append(envelope.task(chain[-1].forwarded_to))
    return [
        {
            "orderId": order_id(envelope),
            "taskId": key_of(new),
            "originalTaskId": key_of(old),
            "forwarderName": old.person.name or None,
            "forwarderEmail": old.person.email,
            "recipientName": new.person.name or None,
            "recipientEmail": new.person.email,
            "recipientMobile": new.person.phone,
        }
        for old, new in pairwise(chain)
    ]


# ------------------------------------------------------------------ events


def events(envelope: Envelope, task: Task, story: Story) -> list[answers.Event]:
    """What happened to a task, in order."""
    documents = {document.id: id for id, document in documents_of(envelope, task).items()}
    return [event for link in story.links for event in _told(task, link.event, documents, story)]


def _told(
    task: Task, event: Event, documents: Mapping[str, str], story: Story
) -> Iterator[answers.Event]:
    if event.kind is EventKind.ENVELOPE_SENT and task.id in event.data["tasks"]:
        yield _event("TASK_CREATED", event.at)
    if event.kind in PACKAGES_TOLD:
        package = story.packages[event.data["package"]]
        if any(task.id == id for id, _ in package.parts):
            yield _event(PACKAGES_TOLD[event.kind], event.at, package.name)
    elif event.task_id == task.id:
        yield from _told_of_task(task, event, documents, story)


def _told_of_task(
    task: Task, event: Event, documents: Mapping[str, str], story: Story
) -> Iterator[answers.Event]:
    if event.kind in TOLD:
        yield _event(TOLD[event.kind], event.at, event.data.get("reason", event.data.get("method")))
    elif event.kind in DOCUMENTS_TOLD:
        yield _event(DOCUMENTS_TOLD[event.kind], event.at, documents[event.document_id or ""])
    elif event.kind in INTERNAL:
        yield _event("INTERNAL", event.at, INTERNAL[event.kind])
    elif event.kind is EventKind.MESSAGE_ANSWERED:
        is_out = event.data["status"] in ("accepted", "sandboxed")
        name = story.notices.get(event.data.get("notice", ""))
        yield _event("NOTIFICATION_SENT" if is_out else "ERROR", event.at, name)
    elif event.kind is EventKind.TASK_COMPLETED:
        for document in asked(task)["documents"]:
            if document["action"] == "SIGN":
                yield _event("DOCUMENT_SIGNED", event.at, document["id"])
        yield _event("TASK_COMPLETED", event.at)


def _event(kind: str, at: datetime, data: str | None = None) -> answers.Event:
    event: answers.Event = {"eventType": kind, "eventTime": moment(at)}
    if data:
        event["data"] = data
    return event


def moment(at: datetime) -> str:
    """The offset has no colon."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S%z")


# ------------------------------------------------------------------ a package


def packaging_status(
    envelope: Envelope, package: Package, view: View
) -> answers.PackagingTaskStatus:
    return {
        "orderId": order_id(envelope),
        "packagingTaskId": package.name,
        "packagingTaskStatus": PACKAGE_STATES[package.status],
        "packagingTaskResultUri": _package_uri(package, view),
    }


def _package_uri(package: Package, view: View) -> str | None:
    if package.file_id is None:
        return None
    if package.archived and package.ready_at is not None:
        return view.archived(package.file_id, package.ready_at)
    return view.package(package.name)

"""Pure: views to the vendor's words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import quote

from countersign.dialects.signicat_v1 import answers
from countersign.dialects.signicat_v1.ids import order_id
from countersign.dialects.signicat_v1.translate import ORDER, TASK
from countersign.domain.envelope import Envelope
from countersign.domain.events import Event, EventKind
from countersign.domain.package import Package, PackageStatus
from countersign.domain.task import Task, TaskStatus
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
PACKAGES_TOLD: Mapping[EventKind, str] = {
    EventKind.PACKAGE_MADE: "PACKAGING_TASK_COMPLETED",
    EventKind.PACKAGE_FAILED: "PACKAGING_TASK_FAILED",
}
DONE = {"SIGN": "DOCUMENT_SIGNED", "VIEW": "DOCUMENT_VIEWED", "UPLOAD": "DOCUMENT_UPLOADED"}

Address = Callable[[str], str]


class Uris:
    """Absolute addresses of what belongs to one order."""

    def __init__(self, envelope: Envelope, base: str, address: Address) -> None:
        self._start = address(f"{base}/orders/{order_id(envelope)}")

    def document(self, task: str, document: str, kind: str) -> str:
        return f"{self._start}/tasks/{_part(task)}/documents/{_part(document)}/{kind}"

    def package(self, key: str) -> str:
        return f"{self._start}/packaging-tasks/{_part(key)}/result"


def _part(text: str) -> str:
    return quote(text, safe="")


def asked(task: Task) -> Mapping[str, Any]:
    """What was asked of it."""
    kept: Mapping[str, Any] = task.extras[TASK]
    return kept


def order(envelope: Envelope, link: Callable[[Task], str]) -> answers.Order:
    tasks = [{**asked(task), "signingUrl": link(task)} for task in envelope.tasks]
    made = {"id": order_id(envelope), **envelope.extras[ORDER], "tasks": tasks}
    return cast("answers.Order", made)


# ------------------------------------------------------------------ a task


def state(task: Task, now: datetime) -> answers.TaskState:
    """A deadline that has passed counts at once, before it is recorded."""
    if task.status.pending and task.due_at is not None and task.due_at <= now:
        return "EXPIRED"
    return STATES[task.status]


def task_status(envelope: Envelope, task: Task, now: datetime, uris: Uris) -> answers.TaskStatus:
    stands = state(task, now)
    return {
        "orderId": order_id(envelope),
        "taskId": asked(task)["id"],
        "taskStatus": stands,
        "clientReference": envelope.extras[ORDER].get("clientReference"),
        "clientStatus": None,
        "documents": [
            _document(asked(task)["id"], document, stands, uris)
            for document in asked(task)["documents"]
        ],
    }


def _document(
    task_id: str, document: Mapping[str, Any], stands: str, uris: Uris
) -> answers.DocumentStatus:
    id = document["id"]
    is_signed = stands == "COMPLETED" and document["action"] == "SIGN"
    is_given = document["source"] == "SESSION"
    return {
        "id": id,
        "originalUri": uris.document(task_id, id, "original") if is_given else None,
        "generatedUri": None,
        "resultUri": uris.document(task_id, id, "result") if is_signed else None,
        "formOutputParam": [],
    }


def events(task: Task, story: Story) -> list[answers.Event]:
    """What happened to a task, in order."""
    return [event for link in story.links for event in _told(task, link.event, story)]


def _told(task: Task, event: Event, story: Story) -> Iterator[answers.Event]:
    if event.kind in PACKAGES_TOLD:
        package = story.packages[event.data["package"]]
        if any(task.id == id for id, _ in package.parts):
            yield _event(PACKAGES_TOLD[event.kind], event.at, package.name)
    if event.task_id != task.id:
        return
    if event.kind in TOLD:
        data = event.data.get("reason") or event.data.get("method")
        yield _event(TOLD[event.kind], event.at, data)
    elif event.kind is EventKind.TASK_EXPIRED:
        yield _event("INTERNAL", event.at, "expired")
    elif event.kind is EventKind.MESSAGE_ANSWERED:
        is_out = event.data["status"] in ("accepted", "sandboxed")
        told = "NOTIFICATION_SENT" if is_out else "ERROR"
        yield _event(told, event.at, story.notices.get(event.data.get("notice", "")))
    elif event.kind is EventKind.TASK_COMPLETED:
        for document in asked(task)["documents"]:
            yield _event(DONE[document["action"]], event.at, document["id"])
        yield _event("TASK_COMPLETED", event.at, None)


def _event(kind: str, at: datetime, data: str | None) -> answers.Event:
    event: answers.Event = {"eventType": kind, "eventTime": moment(at)}
    if data:
        event["data"] = data
    return event


def moment(at: datetime) -> str:
    """The offset has no colon."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S%z")


# ------------------------------------------------------------------ a package


def packaging_status(
    envelope: Envelope, package: Package, uris: Uris
) -> answers.PackagingTaskStatus:
    is_ready = package.status is PackageStatus.READY
    return {
        "orderId": order_id(envelope),
        "packagingTaskId": package.name,
        "packagingTaskStatus": PACKAGE_STATES[package.status],
        "packagingTaskResultUri": uris.package(package.name) if is_ready else None,
    }

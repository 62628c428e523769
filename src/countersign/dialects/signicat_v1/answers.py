"""The vendor's shapes in the vendor's spelling: what we answer. What was not asked for is left
out of an order; what is not there yet is null in a status.

No name of schemas.py is used again: generators of clients make one class of a name.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

JsonObject = dict[str, Any]
Uri = Annotated[str, Field(json_schema_extra={"format": "uri"})]
TaskState = Literal["CREATED", "COMPLETED", "REJECTED", "EXPIRED", "DELETED"]
PackagingState = Literal["CREATED", "COMPLETED", "FAILED"]


class StoredDocument(TypedDict):
    documentId: str


class CreatedTask(TypedDict):
    id: str
    documents: list[JsonObject]
    signingUrl: Uri
    profile: NotRequired[str]
    language: NotRequired[str]
    daysToLive: NotRequired[int]
    configuration: NotRequired[str]
    signatureMethods: NotRequired[list[JsonObject]]
    authentication: NotRequired[JsonObject]
    onTaskComplete: NotRequired[str]
    onTaskReject: NotRequired[str]
    onTaskPostpone: NotRequired[str]
    dialog: NotRequired[JsonObject]
    notifications: NotRequired[list[JsonObject]]
    signText: NotRequired[str]
    subject: NotRequired[JsonObject]
    dependsOnTasks: NotRequired[list[str]]


class Order(TypedDict):
    id: str
    tasks: list[CreatedTask]
    artifact: NotRequired[str]
    clientReference: NotRequired[str]
    notifications: NotRequired[list[JsonObject]]
    daysUntilDeletion: NotRequired[int]
    packagingTasks: NotRequired[list[JsonObject]]
    notificationTemplateParams: NotRequired[list[JsonObject]]


class FormOutput(TypedDict):
    name: str
    value: str


class DocumentStatus(TypedDict):
    id: str
    originalUri: Uri | None
    generatedUri: Uri | None
    resultUri: Uri | None
    formOutputParam: list[FormOutput]


class TaskStatus(TypedDict):
    orderId: str
    taskId: str
    taskStatus: TaskState
    clientReference: str | None
    clientStatus: str | None
    documents: list[DocumentStatus]


class Event(TypedDict):
    eventType: str
    eventTime: str
    data: NotRequired[str]


class Forward(TypedDict):
    orderId: str
    taskId: str
    originalTaskId: str
    forwarderName: str | None
    forwarderEmail: str | None
    recipientName: str | None
    recipientEmail: str | None
    recipientMobile: str | None


class PackagingTaskStatus(TypedDict):
    orderId: str
    packagingTaskId: str
    packagingTaskStatus: PackagingState
    packagingTaskResultUri: Uri | None


class Violation(TypedDict):
    propertyPath: str
    message: str


class Problem(TypedDict):
    status: int
    type: str
    title: str
    detail: str
    violations: NotRequired[list[Violation]]

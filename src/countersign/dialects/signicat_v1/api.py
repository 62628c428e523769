"""The application below /enterprise/sign: what it offers and how it documents itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from countersign.dialects.signicat_v1 import answers, schemas
from countersign.dialects.signicat_v1.auth import SCHEMES, authenticator, authorize
from countersign.dialects.signicat_v1.errors import Rejected, shape
from countersign.dialects.signicat_v1.routes import BASE, SIGNED_DATA_OBJECT, SignicatV1
from countersign.domain.errors import DomainError
from countersign.httpkit import (
    About,
    Dialect,
    ErrorBody,
    Failure,
    Json,
    Operation,
    Raw,
    Runtime,
    Success,
)
from countersign.usecases.ports import Ports

DOCS = f"{BASE}/docs"
PREFIXES = (BASE,)
DOCUMENTS, ORDERS = f"{BASE}/documents", f"{BASE}/orders"
MB = 1 << 20
UPLOADS = PDF, TEXT = ("application/pdf", "text/plain")
CONTENT = Success(type=bytes, media=PDF)
SENT = replace(CONTENT, or_media=(TEXT,))
SIGNED = replace(CONTENT, or_media=(SIGNED_DATA_OBJECT,))

ABOUT = About(
    title="Signicat Sign API v1",
    version="1.0.0",
    description="Documents are uploaded and put into a signing order, which says who is to do what"
    " with them, whom to tell, and what to package.",
    error=ErrorBody(answers.Problem),
    security=SCHEMES,
    tags={
        "Session data storage": "Uploads, for half an hour or until an order uses them.",
        "Archive": "Results that outlive their orders.",
        "Signing orders": "Who is to do what with which document.",
        "Tasks": "How one person's part stands, and what came of it.",
        "Packaging tasks": "Signed documents of several tasks in one file.",
    },
)
PATH = {
    "documentId": "In session data storage: as the answer to the upload says. In a task: as the"
    " order calls it",
    "archiveId": "As the end of a result's address says",
    "orderId": "As the answer to creating it says",
    "taskId": "As the order calls it",
    "packagingTaskId": "As the order calls it",
}
BAD, NOWHERE = Failure(400, "Something in the request is wrong"), Failure(404, "Not found")
REFUSED, NO_TOKEN = Failure(403, "A permission is missing"), Failure(401, "No valid access token")
BUSY = Failure(409, "The Idempotency-Key came with another request before")
OTHER_TYPE, TOO_LARGE = Failure(415, "Of another type"), Failure(413, "Too large")


def build(ports: Ports, runtime: Runtime, *, largest_file: int) -> Dialect:
    """`largest_file` is the limit for one upload, in bytes."""
    return Dialect(
        ABOUT,
        operations(SignicatV1(ports), largest_file),
        authenticate=authenticator(ports),
        authorize=authorize,
        shape=shape,
        expected=(DomainError, Rejected),
        runtime=runtime,
        docs=DOCS,
    )


def operations(api: SignicatV1, largest_file: int) -> tuple[Operation, ...]:
    """Everything that this API offers."""
    return (
        *_documents(api, largest_file),
        *_archive(api),
        *_orders(api),
        *_tasks(api),
        *_packages(api),
    )


def _operation(tag: str, *failures: Failure) -> partial[Operation]:
    known = [NO_TOKEN, REFUSED, *failures]
    return partial(Operation, tags=[tag], path_docs=PATH, failures=known)


def _documents(api: SignicatV1, largest_file: int) -> Iterator[Operation]:
    tag, path = "Session data storage", f"{DOCUMENTS}/{{documentId}}"
    new = _operation(tag, BAD, BUSY, OTHER_TYPE, TOO_LARGE)
    where = {"Location": "The document's address"}
    made = Success(201, answers.StoredDocument, headers=where)
    yield new("POST", DOCUMENTS, api.upload_document, made, Raw(UPLOADS, limit=largest_file))
    one = _operation(tag, NOWHERE)
    yield one("GET", path, api.read_document, SENT)
    yield one("DELETE", path, api.delete_document, Success(204))


def _archive(api: SignicatV1) -> Iterator[Operation]:
    one, path = _operation("Archive", NOWHERE), f"{BASE}/archive-documents/{{archiveId}}"
    yield one("GET", path, api.read_archived, SIGNED)
    yield one("DELETE", path, api.delete_archived, Success(204))


def _orders(api: SignicatV1) -> Iterator[Operation]:
    tag, path = "Signing orders", f"{ORDERS}/{{orderId}}"
    new = Json(schemas.SigningOrder, limit=4 * MB)
    made = Success(201, answers.Order)
    make = _operation(tag, BAD, BUSY, OTHER_TYPE, TOO_LARGE)
    yield make("POST", ORDERS, api.create_order, made, new)
    one = _operation(tag, NOWHERE)
    yield one("GET", path, api.read_order, Success(type=answers.Order))
    yield one("DELETE", path, api.delete_order, Success(204))


def _tasks(api: SignicatV1) -> Iterator[Operation]:
    one, path = _operation("Tasks", NOWHERE), f"{ORDERS}/{{orderId}}/tasks/{{taskId}}"
    yield one("GET", f"{path}/status", api.read_task_status, Success(type=answers.TaskStatus))
    yield one("GET", f"{path}/events", api.list_task_events, Success(type=list[answers.Event]))
    forwards = Success(type=list[answers.Forward])
    yield one("GET", f"{path}/forwards", api.list_task_forwards, forwards)
    file = f"{path}/documents/{{documentId}}"
    yield one("GET", f"{file}/original", api.read_original, SENT)
    yield one("GET", f"{file}/generated", api.read_generated, CONTENT)
    yield one("GET", f"{file}/result", api.read_result, SIGNED)


def _packages(api: SignicatV1) -> Iterator[Operation]:
    one = _operation("Packaging tasks", NOWHERE)
    path = f"{ORDERS}/{{orderId}}/packaging-tasks/{{packagingTaskId}}"
    status = Success(type=answers.PackagingTaskStatus)
    yield one("GET", f"{path}/status", api.read_packaging_status, status)
    yield one("GET", f"{path}/result", api.read_packaging_result, CONTENT)

"""The application below /api/v1: what it offers and how it documents itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, partial

from starlette.responses import Response

from countersign.dialects.signeum import answers, schemas
from countersign.dialects.signeum.auth import API, SCHEMES, authenticator, authorizer
from countersign.dialects.signeum.errors import Rejected, shape
from countersign.dialects.signeum.routes import Signeum
from countersign.dialects.signeum.sending import LARGEST_PDF
from countersign.dialects.signeum.webhooks import DELIVERY, EVENT
from countersign.domain.errors import DomainError
from countersign.httpkit import (
    About,
    Dialect,
    ErrorBody,
    Failure,
    Json,
    Operation,
    RateGuard,
    Raw,
    Runtime,
    Success,
    Webhook,
    json_response,
)
from countersign.httpkit.openapi import openapi
from countersign.usecases.ports import Ports
from countersign.usecases.set_project_logo import LARGEST_LOGO

BASE = "/api/v1"
KB, MB = 1 << 10, 1 << 20
AROUND_THE_PDF = MB  # names, participants, line breaks in base64
REQUESTS, WINDOW = 100, 60  # of one key, in so many seconds
ORGANIZATION = f"{BASE}/organizations/{{orgId}}"
PROJECTS = f"{ORGANIZATION}/projects"
PROJECT = f"{PROJECTS}/{{projectId}}"
DOCUMENT = f"{ORGANIZATION}/documents/{{documentId}}"
TEMPLATES = f"{ORGANIZATION}/templates"
IDS = {
    "orgId": "The organization that the key belongs to",
    "projectId": "As listed",
    "documentId": "As the answer to creating it says",
    "templateId": "As listed",
    "deliveryId": "As listed",
}
EVENTS = {
    "document.viewed": "A participant has opened the document",
    "document.signed": "A signer has signed",
    "document.reviewed": "A reviewer has reviewed",
    "document.declined": "A signer has declined",
    "document.completed": "All signers have signed",
    "document.cancelled": "The document was cancelled",
    "document.expired": "The deadline has passed",
    "chat.message": "Somebody has written a message",
}
HOOK_HEADERS = {EVENT: "The event's name", DELIVERY: "The same for every try of one call"}

ABOUT = About(
    title="Signeum API",
    version="1.0",
    description="Organization → project → document → participants. Every failure has a code, a"
    " message and a `trackingId`; what is wrong with single values is in `details.fields`.",
    error=ErrorBody(answers.ErrorAnswer),
    security=SCHEMES,
    tags={
        "Organization": "The account behind the key.",
        "Projects": "Groups of documents with settings of their own.",
        "Documents": "What is sent for signing.",
        "Messages": "The chat of a document.",
        "Webhooks": "What the callback URL of a document was told.",
        "Templates": "Documents with roles and fields, to be sent again and again.",
    },
    webhooks=[
        Webhook(name, answers.Call, summary, headers=HOOK_HEADERS)
        for name, summary in EVENTS.items()
    ],
)
NEW_PROJECT = {"name": "Customer Contracts", "settings": {"chatEnabled": False}}
NEW_DOCUMENT = {
    "name": "Lease",
    "document": {"type": "base64", "content": "JVBERi0xLjcK"},
    "participants": [{"name": "Elsa Berg", "email": "elsa@people.example", "role": "signer"}],
}


def build(ports: Ports, runtime: Runtime, *, largest_file: int) -> Dialect:
    """`largest_file` is the limit for one upload, in bytes; this API has one of 25 MB besides."""
    offered = operations(Signeum(ports), min(largest_file, LARGEST_PDF))
    return Dialect(
        ABOUT,
        (*offered, _document(offered)),
        authenticate=authenticator(ports),
        authorize=authorizer(ports),
        shape=shape,
        expected=(DomainError, Rejected),
        runtime=runtime,
        docs=f"{BASE}/docs",
        rate_guard=RateGuard(
            runtime.rate_limit(REQUESTS, WINDOW),
            lambda _request, caller: f"{API} {caller.credential.id}",
        ),
    )


def _document(offered: Sequence[Operation]) -> Operation:
    """The OpenAPI document where client generators look for it."""

    @cache
    def read_openapi() -> Response:
        return json_response(openapi(ABOUT, offered))

    path = f"{BASE}/openapi.json"
    return Operation("GET", path, read_openapi, public=True, documented=False)


def operations(api: Signeum, largest_file: int) -> tuple[Operation, ...]:
    """Everything that this API offers."""
    return (
        *_projects(api),
        *_documents(api, largest_file),
        *_about_documents(api),
        *_templates(api),
    )


FORBIDDEN = Failure(403, "It belongs to another organization")
REFUSED = Failure(400, "Bad input, or the state does not allow it")
REPEATED = Failure(409, "The `Idempotency-Key` came with another request before")
TOO_MANY = Failure(429, f"More than {REQUESTS} calls of this key in {WINDOW} seconds")


def _operation(tag: str, *failures: Failure) -> partial[Operation]:
    return partial(Operation, tags=[tag], path_docs=IDS, failures=[FORBIDDEN, TOO_MANY, *failures])


def _projects(api: Signeum) -> Iterator[Operation]:
    organization = Success(type=answers.OrganizationAnswer)
    yield _operation("Organization")("GET", ORGANIZATION, api.read_organization, organization)
    one = _operation("Projects", REFUSED)
    project = Success(type=answers.ProjectAnswer)
    new = Json(schemas.NewProject, limit=64 * KB, example=NEW_PROJECT)
    change = Json(schemas.ProjectChange, limit=64 * KB)
    picture = Raw(("image/png", "image/jpeg", "image/webp"), limit=LARGEST_LOGO)
    created = Success(201, answers.ProjectAnswer)
    listed = Success(type=answers.ProjectList)
    make = _operation("Projects", REFUSED, REPEATED)
    yield make("POST", PROJECTS, api.create_project, created, new)
    yield one("GET", PROJECTS, api.list_projects, listed, query=schemas.ListQuery)
    yield one("GET", PROJECT, api.read_project, project)
    yield one("PATCH", PROJECT, api.change_project, project, change)
    # For clients that change by PUT; OpenAPI wants another name for each operation
    yield one("PUT", PROJECT, api.change_project, project, change, documented=False)
    yield one("DELETE", PROJECT, api.delete_project, Success(204))
    yield one("PUT", f"{PROJECT}/logo", api.set_logo, project, picture)
    yield one("DELETE", f"{PROJECT}/logo", api.delete_logo, Success(204))


def _documents(api: Signeum, largest_file: int) -> Iterator[Operation]:
    one = _operation("Documents", REFUSED)
    path = f"{PROJECT}/documents"
    limit = largest_file * 4 // 3 + AROUND_THE_PDF
    new = Json(schemas.NewDocument, limit=limit, example=NEW_DOCUMENT)
    unpaid = Failure(402, "The plan's documents are used up")
    make = _operation("Documents", REFUSED, unpaid, REPEATED)
    yield make("POST", path, api.create_document, Success(201, answers.CreatedDocument), new)
    listed = Success(type=answers.DocumentList)
    yield one("GET", path, api.list_documents, listed, query=schemas.DocumentQuery)
    yield one("GET", DOCUMENT, api.read_document, Success(type=answers.DocumentAnswer))
    cancelled = Success(type=answers.CancelledDocument)
    reason = Json(schemas.Cancelling, limit=64 * KB, required=False)
    yield one("PUT", f"{DOCUMENT}/cancel", api.cancel_document, cancelled, reason)
    download = Success(type=answers.DownloadAnswer)
    yield one("GET", f"{DOCUMENT}/download", api.download_document, download)


def _about_documents(api: Signeum) -> Iterator[Operation]:
    too_soon = Failure(429, "Everybody was reminded within the last hour, or too many calls")
    whom = Json(schemas.Reminding, limit=64 * KB, required=False)
    remind = _operation("Documents", REFUSED, too_soon)
    yield remind("POST", f"{DOCUMENT}/remind", api.remind, Success(type=answers.Reminded), whom)
    audit = Success(type=answers.AuditAnswer)
    yield _operation("Documents")("GET", f"{DOCUMENT}/audit", api.read_audit, audit)
    one, messages = _operation("Messages", REFUSED), f"{DOCUMENT}/messages"
    new = Json(schemas.NewMessage, limit=64 * KB)
    listed = Success(type=answers.MessageList)
    yield one("GET", messages, api.list_messages, listed, query=schemas.Query)
    make = _operation("Messages", REFUSED, REPEATED)
    yield make("POST", messages, api.create_message, Success(201, answers.MessageAnswer), new)
    hook, told = _operation("Webhooks"), f"{DOCUMENT}/webhooks"
    yield hook("GET", told, api.list_webhooks, Success(type=answers.WebhookList))
    again = Success(202, answers.WebhookAnswer)
    yield hook("POST", f"{told}/{{deliveryId}}/resend", api.resend_webhook, again)


def _templates(api: Signeum) -> Iterator[Operation]:
    one = _operation("Templates")
    yield one("GET", TEMPLATES, api.list_templates, Success(type=answers.TemplateList))
    template = Success(type=answers.TemplateAnswer)
    yield one("GET", f"{TEMPLATES}/{{templateId}}", api.read_template, template)

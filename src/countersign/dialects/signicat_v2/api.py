"""The application below /sign: what it offers and how it documents itself."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from countersign.dialects.signicat_v2 import answers, schemas
from countersign.dialects.signicat_v2.auth import SCHEMES, authenticator, authorize
from countersign.dialects.signicat_v2.errors import PROBLEM, Rejected, shape
from countersign.dialects.signicat_v2.routes import SignicatV2
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
    Webhook,
)
from countersign.usecases.ports import Ports

BASE, DOCS = "/sign", "/sign/docs"
DOCUMENTS, COLLECTIONS = f"{BASE}/documents", f"{BASE}/document-collections"
SESSIONS = f"{BASE}/signing-sessions"
MERCHANT = f"{BASE}/merchant-signing"
ARCHIVE = f"{BASE}/archive-documents"
PREFIXES = (DOCUMENTS, COLLECTIONS, SESSIONS, MERCHANT, ARCHIVE, DOCS)
KB, MB = 1 << 10, 1 << 20
UPLOADS = ("application/pdf", "text/plain", "text/markdown", "application/xml", "text/xml")

ABOUT = About(
    title="Signicat Sign API v2",
    version="1.0.0",
    description="Documents are uploaded, put into collections, and signed in signing sessions.",
    error=ErrorBody(answers.Problem, PROBLEM),
    security=SCHEMES,
    tags={
        "Documents": "What is signed, and what comes of it.",
        "Document collections": "Documents that belong together.",
        "Signing sessions": "One person who signs.",
        "Merchant signing": "Sign at once, in the name of the account itself.",
        "Archive": "Results that are kept for as long as the session said.",
    },
    webhooks=tuple(
        Webhook(name, answers.Event, summary)
        for name, summary in {
            "signing-session.created": "Somebody is asked to sign",
            "signing-session.opened": "Somebody has opened the signature URL",
            "signing-session.completed": "Somebody has signed",
            "signing-session.rejected": "Somebody has refused to sign",
            "signing-session.expired": "The due date has passed",
            "signing-session.deleted": "The session was deleted",
            "package.completed": "A package is ready",
            "package.failed": "A package could not be made",
        }.items()
    ),
)
PATH = {
    "documentId": "As the answer to the upload says, or a result's",
    "documentCollectionId": "As the answer to creating it says",
    "sessionId": "As the answer to creating it says",
    "archiveId": "As the session says, once it is signed",
}
BAD, NOWHERE = Failure(400, "Something in the request is wrong"), Failure(404, "Not found")
REFUSED, NO_TOKEN = Failure(403, "A permission is missing"), Failure(401, "No valid access token")
BUSY = Failure(409, "The state does not allow it")
CONTENT = Success(type=bytes, media="application/pdf")
OTHER_TYPE, TOO_LARGE = Failure(415, "Of another type"), Failure(413, "Too large")


def build(ports: Ports, runtime: Runtime, *, largest_file: int) -> Dialect:
    """`largest_file` is the limit for one upload, in bytes."""
    return Dialect(
        ABOUT,
        operations(SignicatV2(ports), largest_file),
        authenticate=authenticator(ports),
        authorize=authorize,
        shape=shape,
        expected=(DomainError, Rejected),
        runtime=runtime,
        docs=DOCS,
    )


def operations(api: SignicatV2, largest_file: int) -> tuple[Operation, ...]:
    """Everything that this API offers."""
    return (
        *_documents(api, largest_file),
        *_collections(api),
        *_sessions(api),
        _merchant(api),
        _archive(api),
    )


def _operation(tag: str, *failures: Failure) -> partial[Operation]:
    known = [NO_TOKEN, REFUSED, *failures]
    return partial(Operation, tags=[tag], path_docs=PATH, failures=known)


def _documents(api: SignicatV2, largest_file: int) -> Iterator[Operation]:
    one, path = _operation("Documents", BAD, NOWHERE), f"{DOCUMENTS}/{{documentId}}"
    new = _operation("Documents", BAD, OTHER_TYPE, TOO_LARGE)
    upload = Raw(UPLOADS, limit=largest_file)
    yield new("POST", DOCUMENTS, api.upload_document, Success(type=answers.Document), upload)
    yield one("GET", path, api.read_document, CONTENT)
    gone = _operation("Documents", NOWHERE, BUSY)
    yield gone("DELETE", path, api.delete_document, Success(204))
    known = Success(type=answers.DocumentMetadata)
    words = Json(schemas.Metadata, limit=64 * KB)
    yield one("PATCH", f"{path}/metadata", api.change_metadata, known, words)
    yield one("GET", f"{path}/metadata", api.read_metadata, known)


def _collections(api: SignicatV2) -> Iterator[Operation]:
    path = f"{COLLECTIONS}/{{documentCollectionId}}"
    tag = "Document collections"
    new = Json(schemas.NewCollection, limit=256 * KB)
    made = Success(201, answers.Collection)
    yield _operation(tag, BAD, BUSY)("POST", COLLECTIONS, api.create_collection, made, new)
    found = Success(type=answers.Collection)
    yield _operation(tag, NOWHERE)("GET", path, api.read_collection, found)
    yield _operation(tag, NOWHERE, BUSY)("DELETE", path, api.delete_collection, Success(204))


def _sessions(api: SignicatV2) -> Iterator[Operation]:
    path, tag = f"{SESSIONS}/{{sessionId}}", "Signing sessions"
    new = Json(schemas.NewSessions, limit=4 * MB)
    made = Success(201, list[answers.Session])
    yield _operation(tag, BAD, BUSY)("POST", SESSIONS, api.create_sessions, made, new)
    page = Success(type=answers.SessionPage)
    listing = _operation(tag, BAD)
    yield listing("GET", SESSIONS, api.list_sessions, page, query=schemas.SessionQuery)
    found = Success(type=answers.Session)
    yield _operation(tag, NOWHERE)("GET", path, api.read_session, found)
    change = Json(schemas.SessionChange, limit=64 * KB)
    yield _operation(tag, BAD, NOWHERE, BUSY)(
        "PATCH", path, api.change_session, Success(204), change
    )
    yield _operation(tag, NOWHERE)("DELETE", path, api.delete_session, Success(204))


def _merchant(api: SignicatV2) -> Operation:
    made = Success(type=list[answers.MerchantSigned])
    asked = Json(schemas.MerchantSigning, limit=64 * KB)
    make = _operation("Merchant signing", BAD, BUSY)
    return make("POST", MERCHANT, api.sign_as_merchant, made, asked)


def _archive(api: SignicatV2) -> Operation:
    path = f"{ARCHIVE}/{{archiveId}}"
    return _operation("Archive", BAD, NOWHERE)("GET", path, api.read_archived, CONTENT)

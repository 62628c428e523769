"""The application below /api/v3: what it offers and how it documents itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache, partial

from starlette.responses import Response

from countersign.dialects.signature_nc import schemas
from countersign.dialects.signature_nc.auth import SCHEMES, authenticator
from countersign.dialects.signature_nc.errors import Rejected, shape
from countersign.dialects.signature_nc.routes import SignatureNc
from countersign.domain.errors import DomainError
from countersign.httpkit import (
    About,
    Dialect,
    ErrorBody,
    Failure,
    FilePart,
    Json,
    Multipart,
    Operation,
    Runtime,
    Success,
    TextPart,
    Webhook,
    json_response,
)
from countersign.httpkit.openapi import openapi
from countersign.usecases.ports import Ports

BASE = "/api/v3"
KB, MB = 1 << 10, 1 << 20
SIGNERS_LIMIT = 8 * MB  # a thousand signers with some thirty fields each
MOST_FILES = 4  # of the largest size, in one call

ABOUT = About(
    title="Signature.nc API",
    version="3.0",
    description="Send PDF documents for signature. Every failure is one line of plain text.",
    error=ErrorBody(str, "text/plain"),
    security=SCHEMES,
    tags={
        "Submissions": "One request to sign: documents, signers, fields.",
        "Tokens": "What programs call with.",
        "Webhooks": "Where a token's owner is told what happened.",
    },
    webhooks=(
        Webhook("sent", schemas.SubmissionCall, "A submission was created"),
        Webhook("signed", schemas.SignerCall, "A signer has signed"),
        Webhook("refused", schemas.SignerCall, "A signer has refused"),
        Webhook("completed", schemas.SubmissionCall, "Everybody has signed"),
    ),
)
EXAMPLE_SIGNERS = [
    {
        "firstname": "Lea",
        "lastname": "Roux",
        "fields": [
            {
                "type": "signature",
                "name": "Sign here",
                "document": "quote.pdf",
                "area": {"x": 120, "y": 640, "w": 200, "h": 80, "page": 0},
            }
        ],
    }
]
UUID = {"uuid": "As the answer to creating it says"}
NO_SUBMISSION = Failure(400, "No such submission", example="Submission unknown")
NO_SUBMITTER = Failure(400, "It can't be done", example="Already signed")
NO_TOKEN = Failure(400, "No such token", example="Token unknown")
BAD_TOKEN = Failure(
    400, "Bad input, or the name is in use", example="A name is required to create an API key."
)
BAD_URL = Failure(400, "Bad input", example="url is required")
BAD_SIGNATURE = Failure(
    400, "The first check that failed", example="At least 1 file must be provided"
)
USED_UP = Failure(403, "The plan is used up", example="You've reached the API limit for this plan")
REPEATED = Failure(
    409,
    "Not the same request again",
    example="This Idempotency-Key was already used with a different request",
)
TOO_SOON = Failure(
    429, "At most once an hour", example="A reminder was already sent within the last hour"
)


def build(ports: Ports, runtime: Runtime, *, largest_file: int) -> Dialect:
    """`largest_file` is the limit for one upload, in bytes."""
    offered = operations(SignatureNc(ports), largest_file)
    return Dialect(
        ABOUT,
        (*offered, _document(offered)),
        authenticate=authenticator(ports),
        shape=shape,
        expected=(DomainError, Rejected),
        runtime=runtime,
        docs=f"{BASE}/docs",
    )


def _document(offered: Sequence[Operation]) -> Operation:
    """The OpenAPI document where client generators look for it."""

    @cache
    def read_openapi() -> Response:
        return json_response(openapi(ABOUT, offered))

    path = f"{BASE}/openapi.json"
    return Operation("GET", path, read_openapi, public=True, documented=False)


def operations(api: SignatureNc, largest_file: int) -> tuple[Operation, ...]:
    """Everything that this API offers."""
    return (*_submissions(api, largest_file), *_tokens(api), *_webhooks(api))


def _submissions(api: SignatureNc, largest_file: int) -> Iterator[Operation]:
    create = Success(type=schemas.Submission)
    detail = Success(type=schemas.SubmissionDetail)
    one = partial(Operation, tags=["Submissions"], path_docs=UUID, failures=[NO_SUBMISSION])
    yield Operation(
        "POST",
        f"{BASE}/signatures",
        api.create_signature,
        create,
        _signature_form(largest_file),
        failures=[BAD_SIGNATURE, USED_UP, REPEATED],
        tags=["Submissions"],
    )
    yield Operation(
        "GET",
        f"{BASE}/submissions",
        api.list_submissions,
        Success(type=schemas.SubmissionList),
        query=schemas.ListQuery,
        tags=["Submissions"],
    )
    yield one("GET", f"{BASE}/submissions/{{uuid}}", api.read_submission, detail)
    # Clients that look for it where they made it
    yield one("GET", f"{BASE}/signatures/{{uuid}}", api.read_submission, detail, documented=False)
    yield one(
        "GET",
        f"{BASE}/submissions/{{uuid}}/documents",
        api.read_documents,
        Success(type=schemas.Documents),
    )
    yield one(
        "GET",
        f"{BASE}/submissions/{{uuid}}/audit",
        api.read_audit,
        Success(type=schemas.File),
    )
    yield one(
        "DELETE",
        f"{BASE}/submissions/{{uuid}}",
        api.delete_submission,
        Success(type=schemas.Archived),
    )
    yield Operation(
        "POST",
        f"{BASE}/submitters/{{uuid}}/remind",
        api.remind_submitter,
        Success(type=schemas.Reminded),
        failures=[NO_SUBMITTER, TOO_SOON],
        tags=["Submissions"],
        path_docs=UUID,
    )


def _signature_form(largest_file: int) -> Multipart:
    flag = "`true` or `false`; false when left out"
    return Multipart(
        files=[
            FilePart(
                "file",
                many=True,
                media=("application/pdf",),
                description="Repeated, once per document; each name only once",
            )
        ],
        texts=[
            TextPart("name", example="Quote 12"),
            TextPart("signers", list[schemas.Signer], example=json.dumps(EXAMPLE_SIGNERS)),
            TextPart("skipIntro", required=False, description=flag, example="true"),
            TextPart("sendEmail", required=False, description=flag, example="false"),
        ],
        limit=MOST_FILES * largest_file + SIGNERS_LIMIT,
        file_limit=largest_file,
        text_limit=SIGNERS_LIMIT,
    )


def _tokens(api: SignatureNc) -> Iterator[Operation]:
    tags = ["Tokens"]
    yield Operation(
        "POST",
        f"{BASE}/tokens",
        api.create_token,
        Success(type=schemas.CreatedToken),
        Json(schemas.NewToken, limit=64 * KB),
        failures=[BAD_TOKEN, REPEATED],
        tags=tags,
    )
    yield Operation(
        "GET", f"{BASE}/tokens", api.list_tokens, Success(type=list[schemas.Token]), tags=tags
    )
    yield Operation(
        "GET", f"{BASE}/tokens/usage", api.read_usage, Success(type=schemas.Usage), tags=tags
    )
    yield Operation(
        "DELETE",
        f"{BASE}/tokens/{{uuid}}",
        api.revoke_token,
        Success(204),
        failures=[NO_TOKEN],
        tags=tags,
        path_docs=UUID,
    )


def _webhooks(api: SignatureNc) -> Iterator[Operation]:
    url = Json(schemas.WebhookUrl, limit=64 * KB)
    for event, handler, answer in (
        ("sent", api.set_sent_url, schemas.SentWebhookUrl),
        ("signed", api.set_signed_url, schemas.SignedWebhookUrl),
        ("completed", api.set_completed_url, schemas.CompletedWebhookUrl),
    ):
        path = f"{BASE}/webhooks/{event}-webhook-url"
        yield Operation(
            "POST",
            path,
            handler,
            Success(type=answer),
            url,
            failures=[BAD_URL],
            tags=["Webhooks"],
        )

"""The application below /api/v2, /v3 and /api/v1/document: what it offers and how it documents
itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, partial

from starlette.requests import Request
from starlette.responses import Response

from countersign.dialects.nextsign import answers, schemas, uploading
from countersign.dialects.nextsign.auth import API, SCHEMES, authenticator, authorizer
from countersign.dialects.nextsign.documents import LARGEST, MOST_INLINE
from countersign.dialects.nextsign.errors import MalformedCompany, Rejected, shape
from countersign.dialects.nextsign.routes import NextSign, NotThere
from countersign.dialects.nextsign.webhooks import DELIVERY
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
    RateGuard,
    Runtime,
    Success,
    TextPart,
    Webhook,
    json_response,
)
from countersign.httpkit.openapi import openapi
from countersign.usecases.ports import Ports

BASE, FILES, OLD = "/api/v2", "/v3", "/api/v1/document"
PREFIXES = (BASE, FILES, OLD)
DOCS = f"{BASE}/docs"
KB, MB = 1 << 10, 1 << 20
AROUND = MB  # names, recipients, line breaks in base64
REQUESTS, WINDOW = 100, 60  # of one key, in so many seconds
COMPANY = f"{BASE}/{{company}}"
IDS = {
    "company": "The company that the key belongs to: 24 hexadecimal digits",
    "case_id": "As the answer to creating it says",
    "case_ids": "Up to 100 ids, with commas in between",
    "form_id": "As `countersign form import` says",
}
EVENTS = {
    "case_created": "A case was created",
    "recipient_signed": "A recipient has signed",
    "case_signed": "All recipients have signed",
    "case_denied": "A recipient has denied",
    "webflow.completed": "All have signed a case that began at the public link of a form",
    "case.reminder.sent": "A recipient was reminded",
    "case.expiry.expired": "The case has expired",
    "case.expiry.7days": "The case expires in seven days",
}
ABOUT = About(
    title="NextSign API",
    version="2",
    description="Company → case → recipients and documents. Forms are documents with tags that are"
    " submitted again and again. A key may call a hundred times a minute.",
    error=ErrorBody(answers.Errors),
    security=SCHEMES,
    tags={
        "Forms": "Documents with tags, to be submitted again and again.",
        "Cases": "What is sent for signing.",
        "Documents": "Uploads, links to stored files, conversion.",
    },
    webhooks=[
        Webhook(
            name,
            answers.Call,
            summary,
            headers={DELIVERY: "The same for every try of one call"},
        )
        for name, summary in EVENTS.items()
    ],
)
NEW_CASE = {
    "title": "NDA Vega",
    "settings": {"lang": "da", "availability": {"unlimited": False, "days": 10}},
    "signingSchemas": ["draw"],
    "recipients": [{"name": "Kim Holm", "email": "kim@firm.example", "signing": True, "group": 0}],
    "documents": [{"name": "nda.pdf", "file": "JVBERi0xLjcK", "fileIsBlob": True}],
}

SUBMISSION = {
    "tags": [{"tag": "tenant", "value": "Kim Holm"}],
    "recipients": [{"name": "Kim Holm", "email": "kim@firm.example"}],
}
CONVERSION = {
    "documents": [{"file": "https://files.example/offer.docx", "name": "offer.docx"}],
    "tags": [{"tag": "price", "value": 4500, "type": "number"}],
}


def build(ports: Ports, runtime: Runtime, *, largest_file: int) -> Dialect:
    """`largest_file` is the limit for one upload, in bytes; this API has one of 50 MB besides."""
    offered = operations(NextSign(ports), min(largest_file, LARGEST))
    return Dialect(
        ABOUT,
        (*offered, _document(offered)),
        authenticate=authenticator(ports),
        authorize=authorizer(ports),
        shape=_shape,
        expected=(DomainError, Rejected, MalformedCompany, NotThere),
        runtime=runtime,
        docs=DOCS,
        rate_guard=RateGuard(
            runtime.rate_limit(REQUESTS, WINDOW),
            lambda _request, caller: f"{API} {caller.credential.id}",
        ),
    )


def _shape(request: Request, problem: Exception) -> Response:
    if isinstance(problem, NotThere):
        return json_response({"message": str(problem)}, 404)
    return shape(request, problem)


def _document(offered: Sequence[Operation]) -> Operation:
    """The OpenAPI document where client generators look for it."""

    @cache
    def read_openapi() -> Response:
        return json_response(openapi(ABOUT, offered))

    path = f"{BASE}/openapi.json"
    return Operation("GET", path, read_openapi, public=True, documented=False)


def operations(api: NextSign, largest_file: int) -> tuple[Operation, ...]:
    """Everything that this API offers."""
    return (*_forms(api), *_cases(api), *_files(api, largest_file), *_converting(api))


REFUSED = Failure(400, "Bad input")
UNKNOWN_KEY = Failure(401, "No key, an unknown one, or another company's")
NO_CONVERTER = Failure(503, "There is nothing to convert DOCX files with, or it is busy")
TOO_MANY = Failure(429, f"More than {REQUESTS} calls of this key in {WINDOW} seconds")


def _operation(tag: str, *failures: Failure) -> partial[Operation]:
    usual = (REFUSED, UNKNOWN_KEY, TOO_MANY)
    return partial(Operation, tags=[tag], path_docs=IDS, failures=[*usual, *failures])


def _forms(api: NextSign) -> Iterator[Operation]:
    one, form = _operation("Forms"), f"{COMPANY}/forms/{{form_id}}"
    yield one("GET", f"{form}/get", api.read_form, Success(type=answers.Form))
    yield one("GET", f"{form}/tags/get", api.read_tags, Success(type=list[answers.Tag]))
    new = Json(schemas.Submission, limit=4 * MB, example=SUBMISSION)
    created = Success(type=answers.Created)
    unpaid = Failure(402, "The key's number of cases is used up")
    submit = _operation("Forms", unpaid, NO_CONVERTER)
    yield submit("POST", f"{form}/submit", api.submit_form, created, new)


def _cases(api: NextSign) -> Iterator[Operation]:
    one = _operation("Cases")
    listed = Success(type=answers.CaseList)
    yield one("GET", f"{COMPANY}/cases/get", api.list_cases, listed, query=schemas.CaseQuery)
    found = Success(type=answers.CaseFound | answers.Said)
    yield one("GET", f"{COMPANY}/case/{{case_id}}/get", api.read_case, found)
    none = Failure(404, "None of them is there", type=answers.Said)
    several = _operation("Cases", none)
    all_found = Success(type=answers.CasesFound)
    yield several("GET", f"{COMPANY}/cases/{{case_ids}}/get", api.read_cases, all_found)
    unpaid = Failure(402, "The key's number of cases is used up")
    too_large = Failure(413, "More than 3.5 MB: upload documents first")
    make = _operation("Cases", unpaid, too_large, NO_CONVERTER)
    new = Json(schemas.NewCase, limit=MOST_INLINE * 4 // 3 + AROUND, example=NEW_CASE)
    created = Success(type=answers.Created)
    yield make("POST", f"{COMPANY}/case/create", api.create_case, created, new)
    removed = Success(type=answers.Removed | answers.Said)
    yield one("GET", f"{COMPANY}/case/{{case_id}}/delete", api.delete_case, removed)
    for path in (f"{COMPANY}/case/delete", f"{COMPANY}/case//delete"):
        yield one("GET", path, api.delete_no_case, removed, documented=False)


def _files(api: NextSign, largest_file: int) -> Iterator[Operation]:
    bodies: list[Json | Multipart] = [
        _upload_form(largest_file),
        Json(schemas.NewUpload, largest_file * 4 // 3 + AROUND),
    ]
    path = f"{FILES}/company/{{company}}/file"
    failures = [
        Failure(status, text, type=answers.FileError)
        for status, text in (
            (400, "Bad input"),
            (401, "No key, an unknown one, or another company's"),
            (404, "No such company or file"),
            (429, f"More than {REQUESTS} calls of this key in {WINDOW} seconds"),
        )
    ]
    large = Failure(413, "More than 50 MB", type=answers.FileError)
    other = Failure(415, "Neither PDF nor DOCX", type=answers.FileError)
    one = partial(Operation, tags=["Documents"], path_docs=IDS)
    yield one(
        "POST",
        f"{path}/upload",
        api.upload_file,
        Success(type=answers.Uploaded),
        bodies,
        failures=[*failures, large, other],
    )
    yield one(
        "POST",
        f"{path}/view-presigned-url",
        api.view_file,
        Success(type=answers.PresignedUrl),
        Json(schemas.WantedFile, limit=64 * KB),
        failures=failures,
    )


def _converting(api: NextSign) -> Iterator[Operation]:
    failures = [
        Failure(status, text, type=answers.ConvertError)
        for status, text in (
            (400, "Bad input, or a file that is no DOCX"),
            (401, "No key, or an unknown one"),
            (429, f"More than {REQUESTS} calls of this key in {WINDOW} seconds"),
            (500, "The conversion failed"),
            (503, "Too many are being converted"),
        )
    ]
    one = partial(Operation, tags=["Documents"], failures=failures)
    body = Json(schemas.Conversion, limit=4 * MB, example=CONVERSION)
    converted = Success(type=answers.Converted)
    yield one("POST", f"{BASE}/document/convert", api.convert, converted, body)
    # The same by its older path
    yield one("POST", f"{OLD}/convert", api.convert, converted, body, documented=False)


def _upload_form(largest_file: int) -> Multipart:
    return Multipart(
        files=[FilePart("file", media=uploading.ACCEPTED)],
        texts=[
            TextPart("name", required=False, description="The file's own name when left out"),
            TextPart("type", required=False, description="The part's own type when left out"),
        ],
        limit=largest_file + AROUND,
        file_limit=largest_file,
        text_limit=64 * KB,
    )

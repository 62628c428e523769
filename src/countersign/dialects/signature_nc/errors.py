"""Every failure as this vendor says it: a status and one line of plain text.

`TABLE` is total: a test walks every domain error. Texts with a full stop or odd grammar are the
vendor's own and stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from countersign.domain import errors
from countersign.domain.errors import DomainError
from countersign.httpkit import BadField, Refusal, text_response


class Rejected(Exception):
    """The input fails one of this API's own checks; the text is the whole answer."""


NO_FILE = "At least 1 file must be provided"
NOT_PDF = "Only PDF files are supported"
TOO_LARGE = "File too large"
UNAVAILABLE = "Service unavailable, please try again"

UNKNOWN = {
    "envelope": "Submission unknown",
    "task": "Submitter unknown",
    "credential": "Token unknown",
}
UNUSABLE = {
    "empty": NOT_PDF,
    "not_pdf": NOT_PDF,
    "broken": "Damaged PDF files are not supported",
    "encrypted": "Password-protected PDF files are not supported",
    "no_pages": "PDF files without pages are not supported",
    "xfa_only": "XFA forms are not supported",
    "too_many_pages": "The PDF file has too many pages",
    "certified": "PDF files that are certified against changes are not supported",
    "already_signed": "PDF files that are already signed are not supported",
    "too_large": TOO_LARGE,
}
# One signer's refusal ends nothing for the others; what is cancelled here was deleted
GONE = {"declined": "Already refused", "cancelled": "Submission archived"}


def _invalid(problem: errors.Invalid) -> str:
    if problem.fields.get("email") == "missing":
        return "Signer has no email"
    return _sentence(problem.message)


Text = str | Callable[[Any], str]
TABLE: Mapping[type[DomainError], tuple[int, Text]] = {
    errors.NotFound: (400, lambda problem: UNKNOWN.get(problem.kind, "Submission unknown")),
    errors.Unauthorized: (401, "User not founded for this API Token"),
    errors.Forbidden: (401, "This action is unauthorized."),
    errors.QuotaExceeded: (403, "You've reached the API limit for this plan"),
    errors.MissingPermission: (403, lambda problem: f"Missing permission: {problem.permission}"),
    errors.Invalid: (400, _invalid),
    errors.UnusableFile: (400, lambda problem: UNUSABLE.get(problem.code, problem.message)),
    errors.NotFetched: (400, "The document could not be fetched"),
    errors.MissingFields: (400, "A required field is empty"),
    errors.Conflict: (409, lambda problem: _sentence(str(problem))),
    errors.NotYourTurn: (400, "Another signer has to sign first"),
    errors.AlreadyCompleted: (400, "Submission already completed"),
    errors.NameTaken: (
        400,
        "A key with this name already exists. Please choose a different name.",
    ),
    errors.DefaultProject: (409, "A default project cannot be deleted"),
    errors.ProjectInUse: (409, "The project has documents"),
    errors.Held: (409, "Under a legal hold: it cannot be deleted"),
    errors.KeyExpired: (409, "The signing certificate has expired"),
    errors.IdempotencyMismatch: (
        409,
        "This Idempotency-Key was already used with a different request",
    ),
    errors.TooSoon: (429, "A reminder was already sent within the last hour"),
    errors.TooManyTries: (429, "Too many tries, please wait"),
    errors.Gone: (400, lambda problem: GONE.get(problem.status, f"Submission {problem.status}")),
    errors.IdentityRequired: (403, "The signer has to prove their identity first"),
    errors.Unavailable: (503, UNAVAILABLE),
    errors.StaleState: (503, UNAVAILABLE),
}

REFUSED = {
    404: "Not Found",
    405: "Method Not Allowed",
    413: TOO_LARGE,
    500: "Internal Server Error",
    503: UNAVAILABLE,
}
WRONG_FIELD = {
    "name": "A name is required to create an API key.",
    "description": "A description must be a text of at most 1000 characters",
    "url": "url is required",
    "page": "page must be a whole number from 1 to 1000000",
    "pageSize": "pageSize must be a whole number from 1 to 100",
    "status": "status must be one of initiated, sent, opened, completed, refused",
}
BAD_URL = "url must be an http(s) address of at most 255 characters"
WRONG_IN_THIS_WAY = {
    ("name", "string_too_long"): "A name must have at most 255 characters",
    ("url", "string_too_long"): BAD_URL,
    ("url", "string_pattern_mismatch"): BAD_URL,
}


def shape(request: Request, problem: Exception) -> Response:
    """The answer to any failure: `text/plain; charset=utf-8`."""
    if isinstance(problem, DomainError):
        return _answer(*_status_and_text(problem), _headers(problem))
    if isinstance(problem, Rejected):
        return _answer(400, str(problem))
    assert isinstance(problem, Refusal)
    if problem.status == 415 and _brings_no_file(request, problem):
        return _answer(400, NO_FILE)
    return _answer(problem.status, _refusal_text(problem), problem.headers)


def _brings_no_file(request: Request, problem: Refusal) -> bool:
    """HTTP clients choose the type that can't carry files when they are given none to send."""
    sent = request.headers.get("content-type", "")
    takes_files = "multipart/form-data" in problem.headers.get("Accept", "")
    return takes_files and sent.startswith("application/x-www-form-urlencoded")


def _status_and_text(problem: DomainError) -> tuple[int, str]:
    status, text = TABLE[type(problem)]
    if isinstance(problem, errors.UnusableFile) and problem.code == "too_large":
        status = 413
    return status, text if isinstance(text, str) else text(problem)


def _headers(problem: DomainError) -> dict[str, str]:
    if isinstance(problem, errors.Unauthorized):
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(problem, (errors.TooSoon, errors.TooManyTries)):
        return {"Retry-After": str(problem.retry_after)}
    return {}


def _refusal_text(problem: Refusal) -> str:
    if problem.status in REFUSED:
        return REFUSED[problem.status]
    if problem.status == 415:
        return f"Content-Type must be {problem.headers.get('Accept', '')}"
    if problem.fields:
        return _field_text(problem.fields[0])
    return _sentence(problem.why)


def _field_text(bad: BadField) -> str:
    field = str(bad.path[0]) if bad.path else ""
    usual = WRONG_FIELD.get(field, "The body must be a JSON object")
    return WRONG_IN_THIS_WAY.get((field, bad.kind), usual)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _answer(status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
    # Some texts quote the request: a browser must never take them for a page
    return text_response(text, status, {"X-Content-Type-Options": "nosniff", **(headers or {})})

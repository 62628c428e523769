"""Every failure as this vendor says it, which is in four shapes, each at its place.

| shape | where |
|---|---|
| `{"errors": [{"code", "message", "description"}]}` | calls about cases and forms |
| `{"code", "message", "description"}` | a company that is no company id |
| `{"message"}` | a case that is not there, answered with 200 as the vendor does |
| `{"error": "kebab-case"}` | calls about files, below `/v3` |

Converting has one more: `{"status": {"code", "message"}, "message"}`. `TABLE` is total: a test
walks every domain error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from countersign.dialects.nextsign.values import described
from countersign.domain import errors
from countersign.domain.errors import DomainError
from countersign.httpkit import Refusal, json_response

WITHOUT_TOKEN = "Bearer token not found"
UNKNOWN_TOKEN = "Invalid bearer token"
NOT_ITS_COMPANY = "Unauthorized"
BAD_COMPANY = "Invalid company id"
UPLOAD_FIRST = "Upload documents first"
NO_CASE, NO_CASES, NO_CASE_ID = "Case not found", "Cases not found", "Missing case id"
RATE_LIMITED = "Rate limit exceeded"
UNAVAILABLE = "Service temporarily unavailable"


class Rejected(Exception):
    """A request that breaks one of this API's own rules; `code` is what file routes call it."""

    def __init__(self, status: int, description: str, code: str = "") -> None:
        super().__init__(description)
        self.status, self.description, self.code = status, description, code


class MalformedCompany(Exception):
    """The path names no company."""


UNKNOWN = {
    "account": "Company not found",
    "envelope": NO_CASE,
    "form": "Form not found",
    "stored file": "File not found",
    "task": "Recipient not found",
}
# A file that came in, by the reason why it can't be signed; anything else is UNFIT_FILE
UNFIT: Mapping[str, str] = {
    "empty": "Document is empty",
    "not_pdf": "Unsupported file type",
    "not_docx": "Unsupported file type",
    "broken": "Document is damaged",
    "encrypted": "Document is password-protected",
    "no_pages": "Document has no pages",
    "xfa_only": "XFA forms are not supported",
    "too_many_pages": "Document has too many pages",
    "certified": "Document is certified against changes",
    "too_large": "Document is too large",
    "macros": "Documents with macros are not supported",
    "not_image": "Unsupported file type",
    "not_converted": "Conversion failed",
    "timed_out": "Conversion failed",
    "no_converter": "Conversion failed: LibreOffice is not installed",
}
UNFIT_FILE = "Document can not be signed"
NOT_FETCHED = "Could not fetch document"

Text = str | Callable[[Any], str]
_SAYS: Text = lambda problem: str(problem)[:1].upper() + str(problem)[1:]  # noqa: E731
TABLE: Mapping[type[DomainError], tuple[int, Text]] = {
    errors.NotFound: (404, lambda problem: UNKNOWN.get(problem.kind, "Not found")),
    errors.Unauthorized: (401, UNKNOWN_TOKEN),
    errors.Forbidden: (403, "Access denied"),
    errors.QuotaExceeded: (402, "The number of cases is used up"),
    errors.MissingPermission: (403, "Access denied"),
    errors.Invalid: (400, _SAYS),
    errors.UnusableFile: (400, lambda problem: unfit(problem)),
    errors.NotFetched: (400, lambda problem: f"{NOT_FETCHED}: {problem.name}"),
    errors.MissingFields: (400, _SAYS),
    errors.Conflict: (409, _SAYS),
    errors.NotYourTurn: (409, "Another recipient has to sign first"),
    errors.AlreadyCompleted: (409, "Already signed"),
    errors.NameTaken: (409, "This name is already in use"),
    errors.DefaultProject: (409, _SAYS),
    errors.ProjectInUse: (409, _SAYS),
    errors.Held: (409, "Under a legal hold: it can not be deleted"),
    errors.KeyExpired: (409, _SAYS),
    errors.IdempotencyMismatch: (409, _SAYS),
    errors.TooSoon: (429, RATE_LIMITED),
    errors.TooManyTries: (429, RATE_LIMITED),
    errors.Gone: (410, _SAYS),
    errors.IdentityRequired: (403, _SAYS),
    errors.Unavailable: (503, UNAVAILABLE),
    errors.StaleState: (503, UNAVAILABLE),
}
# Files that this server could not make a PDF of, which may be its own fault
UNCONVERTED = {"no_converter": 503}
# The vendor says 400 of these
AS_BAD_REQUEST = ("account", "form")
FILE_CODES = {
    400: "invalid-request",
    401: "unauthorized",
    402: "limit-reached",
    404: "not-found",
    405: "method-not-allowed",
    413: "file-too-large",
    415: "unsupported-type",
    429: "too-many-requests",
    500: "internal-error",
    503: "unavailable",
}
FILE_UNKNOWN = {"account": "company-not-found", "stored file": "file-not-found"}
FILE_UNFIT = {"not_pdf": "unsupported-type", "not_docx": "unsupported-type"}
# What the kit refuses, by status; any other is a fault of the request
REFUSED = {
    404: "Not found",
    405: "Method not allowed",
    413: UPLOAD_FIRST,
    429: RATE_LIMITED,
    500: "Internal server error",
    503: UNAVAILABLE,
}


def unfit(problem: errors.UnusableFile) -> str:
    """What is wrong with a file, and which one it is."""
    text = UNFIT.get(problem.code, UNFIT_FILE)
    return f"{text}: {problem.name}" if problem.name else text


def shape(request: Request, problem: Exception) -> Response:
    """The answer to any failure."""
    path = request.url.path
    if path.startswith("/v3"):
        return _of_files(problem)
    if isinstance(problem, MalformedCompany):
        return _answer({"code": 400, "message": "Bad Request", "description": BAD_COMPANY}, 400)
    if isinstance(problem, errors.NotFound | errors.Forbidden) and problem.kind == "envelope":
        return _answer({"message": NO_CASE}, 200)
    status, text = _said(problem)
    if path.endswith("/document/convert"):
        stated = {"code": status, "message": title(status)}
        return _answer({"status": stated, "message": text}, status, _headers(problem))
    if status == 500:
        return _answer({"message": text, "errors": []}, 500)
    return failure(status, text, _headers(problem))


def failure(status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
    """The usual shape."""
    error = {"code": status, "message": title(status), "description": text}
    return _answer({"errors": [error]}, status, headers)


def title(status: int) -> str:
    """What HTTP calls it, in the words that the vendor uses."""
    return "Payload Too Large" if status == 413 else HTTPStatus(status).phrase


def _of_files(problem: Exception) -> Response:
    status, _ = _said(problem)
    code = FILE_CODES.get(status, "invalid-request")
    if isinstance(problem, MalformedCompany):
        status, code = 404, "company-not-found"
    if isinstance(problem, errors.NotFound):
        status, code = 404, FILE_UNKNOWN.get(problem.kind, code)
    if isinstance(problem, errors.UnusableFile):
        code = FILE_UNFIT.get(problem.code, "invalid-file")
        status = 415 if code == "unsupported-type" else status
    if isinstance(problem, Rejected) and problem.code:
        code = problem.code
    return _answer({"error": code}, status, _headers(problem))


def _said(problem: Exception) -> tuple[int, str]:
    """HTTP status and description."""
    if isinstance(problem, Rejected):
        return problem.status, problem.description
    if isinstance(problem, MalformedCompany):
        return 400, BAD_COMPANY
    if isinstance(problem, DomainError):
        status, text = TABLE[type(problem)]
        if isinstance(problem, errors.NotFound) and problem.kind in AS_BAD_REQUEST:
            status = 400
        if isinstance(problem, errors.UnusableFile):
            status = UNCONVERTED.get(problem.code, status)
        return status, text if isinstance(text, str) else text(problem)
    assert isinstance(problem, Refusal)
    return problem.status, REFUSED.get(problem.status) or described(problem)


def _headers(problem: Exception) -> dict[str, str]:
    if isinstance(problem, Refusal):
        return problem.headers
    if isinstance(problem, errors.TooSoon | errors.TooManyTries):
        return {"Retry-After": str(problem.retry_after)}
    unknown = isinstance(problem, Rejected) and problem.status == 401
    return {"WWW-Authenticate": "Bearer"} if unknown else {}


def _answer(value: Any, status: int, headers: Mapping[str, str] | None = None) -> Response:
    # Some texts quote the request: a browser must never take them for a page
    return json_response(value, status, {"X-Content-Type-Options": "nosniff", **(headers or {})})

"""Every failure as this vendor says it: `application/problem+json` with a code and a trace id.

`TABLE` is total: a test walks every domain error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from countersign.domain import errors
from countersign.domain.errors import DomainError
from countersign.httpkit import BadField, Refusal, json_response, request_id

PROBLEM = "application/problem+json"
INVALID, CONFLICT, NOT_FOUND = "invalid_request_parameter", "conflict", "not_found"
INVALID_TITLE = "Invalid request parameter."
CONFLICT_TITLE = "The request conflicts with the current state."
# Whether another account has something of this id is nobody's business
NOTHING = (404, NOT_FOUND, "Not found.", "There is nothing of this id.")
UNAVAILABLE = (503, "service_unavailable", "The service is not available.")


class Rejected(Exception):
    """The input breaks one of this API's own rules; `fields` maps JSON paths to reasons."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(INVALID_TITLE)
        self.fields = dict(fields)


Detail = str | Callable[[Any], str]
_SAYS: Detail = lambda problem: _sentence(str(problem))  # noqa: E731
TABLE: Mapping[type[DomainError], tuple[int, str, str, Detail]] = {
    errors.NotFound: NOTHING,
    errors.Unauthorized: (
        401,
        "invalid_token",
        "Invalid authentication token.",
        "The access token is missing, invalid or has expired.",
    ),
    errors.Forbidden: NOTHING,
    errors.MissingPermission: (
        403,
        "missing_permission",
        "Missing permission.",
        lambda problem: f"The client needs the permission {problem.permission}.",
    ),
    errors.QuotaExceeded: (
        403,
        "quota_exceeded",
        "The quota is used up.",
        "No more document collections can be created with this client.",
    ),
    errors.Invalid: (400, INVALID, INVALID_TITLE, _SAYS),
    errors.UnusableFile: (400, INVALID, INVALID_TITLE, _SAYS),
    errors.NotFetched: (400, INVALID, INVALID_TITLE, _SAYS),
    errors.MissingFields: (400, INVALID, INVALID_TITLE, _SAYS),
    errors.Conflict: (409, CONFLICT, CONFLICT_TITLE, _SAYS),
    errors.NotYourTurn: (409, CONFLICT, CONFLICT_TITLE, "Another session has to be signed first."),
    errors.AlreadyCompleted: (409, CONFLICT, CONFLICT_TITLE, "It is signed already."),
    errors.NameTaken: (409, CONFLICT, CONFLICT_TITLE, "This name is in use."),
    errors.DefaultProject: (409, CONFLICT, CONFLICT_TITLE, _SAYS),
    errors.ProjectInUse: (409, CONFLICT, CONFLICT_TITLE, _SAYS),
    errors.IdempotencyMismatch: (
        409,
        CONFLICT,
        CONFLICT_TITLE,
        "This Idempotency-Key was already used with a different request.",
    ),
    errors.Held: (409, CONFLICT, CONFLICT_TITLE, "It is under a legal hold and can't be deleted."),
    errors.KeyExpired: (409, CONFLICT, CONFLICT_TITLE, _SAYS),
    errors.TooSoon: (429, "too_many_requests", "Too many requests.", "Please wait."),
    errors.TooManyTries: (429, "too_many_requests", "Too many requests.", "Please wait."),
    errors.Gone: (409, CONFLICT, CONFLICT_TITLE, _SAYS),
    errors.IdentityRequired: (409, CONFLICT, CONFLICT_TITLE, _SAYS),
    errors.Unavailable: (*UNAVAILABLE, "Please try again."),
    errors.StaleState: (*UNAVAILABLE, "Please try again."),
}
# What the kit refuses, by status
REFUSED: Mapping[int, tuple[str, str]] = {
    400: (INVALID, INVALID_TITLE),
    404: (NOT_FOUND, "Not found."),
    405: ("method_not_allowed", "Method not allowed."),
    413: ("payload_too_large", "The request body is too large."),
    415: ("unsupported_media_type", "Unsupported media type."),
    429: ("too_many_requests", "Too many requests."),
    500: ("internal_server_error", "Internal server error"),
    503: UNAVAILABLE[1:],
}
UNCONFIGURED = (
    "missing_permission",
    "Missing permission.",
    "No merchant certificate of this vendor is configured for this account.",
)
# From the core's words to this vendor's
REASONS = {
    "no such envelope": "no such document collection",
    "not a document of this envelope": "not a document of this collection",
    "no such task": "no such signing session",
}
# From the core's paths to the wire's
PATHS = (
    ("tasks[", "["),
    (".doings[", ".documents["),
    (".envelope_id", ".documentCollectionId"),
    (".file_id", ".documentId"),
    (".after[", ".subsequentTo["),
)


def shape(_request: Request, problem: Exception) -> Response:
    """The answer to any failure."""
    if isinstance(problem, Rejected):
        return _answer(400, INVALID, INVALID_TITLE, INVALID_TITLE, problem.fields)
    if isinstance(problem, DomainError):
        return _domain(problem)
    assert isinstance(problem, Refusal)
    code, title = REFUSED.get(problem.status, (INVALID, INVALID_TITLE))
    fields = _fields(problem.fields)
    return _answer(problem.status, code, title, _sentence(problem.why), fields, problem.headers)


def _domain(problem: DomainError) -> Response:
    if isinstance(problem, errors.NotFound) and problem.kind == "merchant key":
        return _answer(403, *UNCONFIGURED, {})
    status, code, title, detail = TABLE[type(problem)]
    words = detail if isinstance(detail, str) else detail(problem)
    fields: Mapping[str, str] = {}
    if isinstance(problem, errors.Invalid):
        told = {name: why for name, why in problem.fields.items() if name}
        fields = {_path(name): REASONS.get(why, why) for name, why in told.items()}
    if isinstance(problem, errors.UnusableFile) and problem.code == "too_large":
        status, (code, title) = 413, REFUSED[413]
    return _answer(status, code, title, words, fields, _headers(problem))


def _headers(problem: DomainError) -> dict[str, str]:
    if isinstance(problem, errors.Unauthorized):
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(problem, (errors.TooSoon, errors.TooManyTries)):
        return {"Retry-After": str(problem.retry_after)}
    return {}


def _path(name: str) -> str:
    if name.startswith("files["):
        return name.replace("files[", "toBeSignedDocuments[") + ".documentId"
    for ours, theirs in PATHS:
        name = name.replace(ours, theirs)
    return f"{name}.documentId" if name.startswith("documents[") else name


def _fields(bad: Sequence[BadField]) -> dict[str, str]:
    return {json_path(each.path): each.message for each in bad}


def json_path(path: Sequence[str | int]) -> str:
    """`[0].documents[1].documentId`; "body" for the whole."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".") or "body"


def trace_id() -> str:
    """32 hexadecimal digits that follow from the request's id, which stands in the log."""
    plain = request_id().replace("-", "")
    is_one = len(plain) == 32 and all(digit in "0123456789abcdef" for digit in plain)
    return plain if is_one else sha256(request_id().encode()).hexdigest()[:32]


def _answer(
    status: int,
    code: str,
    title: str,
    detail: str,
    fields: Mapping[str, str],
    headers: Mapping[str, str] | None = None,
) -> Response:
    body = {
        "status": status,
        "title": title,
        "code": code,
        "traceId": trace_id(),
        "invalidParams": [{"name": name, "reason": why} for name, why in fields.items()],
        "detail": detail,
    }
    headers = {"X-Content-Type-Options": "nosniff", **(headers or {})}
    return json_response(body, status, headers, media_type=PROBLEM)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]

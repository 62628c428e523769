"""Every failure as this vendor says it: JSON with a code, a message and the request's id.

`TABLE` is total: a test walks every domain error. What is wrong with single values is told by
their dotted paths and pydantic's errors; a `*` in a path stands for an index, and "" is the message
for whatever is wrong there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from countersign.domain import errors
from countersign.domain.errors import DomainError
from countersign.httpkit import BadField, Refusal, json_response, request_id

VALIDATION_ERROR = "VALIDATION_ERROR"
UNAUTHORIZED = "UNAUTHORIZED"
PAYMENT_REQUIRED = "PAYMENT_REQUIRED"
FORBIDDEN = "FORBIDDEN"
NOT_FOUND = "NOT_FOUND"
RATE_LIMITED = "RATE_LIMITED"
INTERNAL_ERROR = "INTERNAL_ERROR"

VALIDATION_FAILED = "Validation failed"
UNAVAILABLE = "Service temporarily unavailable"

METHODS = "Signing methods must be drawn, typed, none or bankid_se"
NO_METHOD = "At least one signing method is required"
REMINDER = "Must be between 1 and 30"
ROLE_MAPPING = "Role mapping is incomplete"
HTTPS = "Must be an https URL"
COLOUR = "Must be a colour like #1a5fb4"
SOURCE = "Either document or templateId is required"
NOT_A_PDF = "Invalid base64 PDF"
NOT_A_PICTURE = "Must be a PNG, JPEG or WebP picture"
NOT_FETCHED = "Could not fetch document"
NOT_12_DIGITS = "Personal number must be 12 digits (YYYYMMDDXXXX)"
NO_SUCH_NUMBER = "Personal number is not valid"


class Rejected(Exception):
    """The request breaks one of this API's own rules. `fields` maps dotted paths to messages;
    without them, `message` says it all."""

    def __init__(self, fields: Mapping[str, str] | None = None, message: str = "") -> None:
        super().__init__(message or VALIDATION_FAILED)
        self.fields, self.message = dict(fields or {}), message or VALIDATION_FAILED


UNKNOWN = {
    "account": "Organization not found",
    "project": "Project not found",
    "template": "Template not found",
    "envelope": "Document not found",
    "task": "Participant not found",
    "delivery": "Webhook delivery not found",
}
CLOSED = {"chat": "Chat is disabled for this project"}

# A file that came in, by the reason why it can't be signed
UNFIT: Mapping[str, str] = {
    "empty": NOT_A_PDF,
    "not_pdf": NOT_A_PDF,
    "broken": "Damaged PDF files are not supported",
    "encrypted": "Password-protected PDF files are not supported",
    "no_pages": "PDF files without pages are not supported",
    "xfa_only": "XFA forms are not supported",
    "too_many_pages": "The PDF file has too many pages",
    "certified": "PDF files that are certified against changes are not supported",
    "already_signed": "PDF files that are already signed are not supported",
    "too_large": "PDF files of more than 25 MB are not supported",
    "not_image": NOT_A_PICTURE,
}

# The same of a file that was fetched; for whatever else is wrong, NOT_FETCHED
UNFIT_THERE = {code: text for code, text in UNFIT.items() if text != NOT_A_PDF}

Message = str | Callable[[Any], str]
TABLE: Mapping[type[DomainError], tuple[int, str, Message]] = {
    errors.NotFound: (404, NOT_FOUND, lambda problem: UNKNOWN.get(problem.kind, "Not found")),
    errors.Unauthorized: (401, UNAUTHORIZED, "Missing or invalid API key"),
    errors.Forbidden: (
        403,
        FORBIDDEN,
        lambda problem: CLOSED.get(problem.kind, "Access denied to the resource"),
    ),
    errors.QuotaExceeded: (402, PAYMENT_REQUIRED, "Payment method required"),
    errors.MissingPermission: (
        403,
        FORBIDDEN,
        lambda problem: f"Missing permission: {problem.permission}",
    ),
    errors.Invalid: (400, VALIDATION_ERROR, VALIDATION_FAILED),
    errors.UnusableFile: (400, VALIDATION_ERROR, VALIDATION_FAILED),
    errors.NotFetched: (400, VALIDATION_ERROR, VALIDATION_FAILED),
    errors.MissingFields: (400, VALIDATION_ERROR, VALIDATION_FAILED),
    errors.Conflict: (400, VALIDATION_ERROR, lambda problem: _sentence(str(problem))),
    errors.NotYourTurn: (403, FORBIDDEN, "Another participant has to act first"),
    errors.AlreadyCompleted: (400, VALIDATION_ERROR, "Document is already completed"),
    errors.NameTaken: (400, VALIDATION_ERROR, "This name is already in use"),
    errors.DefaultProject: (400, VALIDATION_ERROR, "Default projects cannot be deleted"),
    errors.ProjectInUse: (400, VALIDATION_ERROR, "Project has documents"),
    errors.Held: (400, VALIDATION_ERROR, "Under a legal hold: it cannot be deleted"),
    errors.KeyExpired: (400, VALIDATION_ERROR, "The signing certificate has expired"),
    errors.IdempotencyMismatch: (
        409,
        VALIDATION_ERROR,
        "This Idempotency-Key was already used with a different request",
    ),
    errors.TooSoon: (429, RATE_LIMITED, "Rate limit exceeded"),
    errors.TooManyTries: (429, RATE_LIMITED, "Rate limit exceeded"),
    errors.Gone: (400, VALIDATION_ERROR, lambda problem: f"Document is {problem.status}"),
    errors.IdentityRequired: (403, FORBIDDEN, "The participant has to prove their identity first"),
    errors.Unavailable: (503, INTERNAL_ERROR, UNAVAILABLE),
    errors.StaleState: (503, INTERNAL_ERROR, UNAVAILABLE),
}

# What the kit refuses, by status; any other is a fault of the request
REFUSED: Mapping[int, tuple[str, str]] = {
    404: (NOT_FOUND, "Not found"),
    405: (VALIDATION_ERROR, "Method not allowed"),
    413: (VALIDATION_ERROR, "Request body too large"),
    429: (RATE_LIMITED, "Rate limit exceeded"),
    500: (INTERNAL_ERROR, "Internal server error"),
    503: (INTERNAL_ERROR, UNAVAILABLE),
}


def shape(request: Request, problem: Exception) -> Response:
    """The answer to any failure."""
    if isinstance(problem, Rejected):
        return _answer(400, VALIDATION_ERROR, problem.message, problem.fields)
    if isinstance(problem, DomainError):
        status, code, message = TABLE[type(problem)]
        text = message if isinstance(message, str) else message(problem)
        return _answer(status, code, text, _fields(problem), _headers(problem))
    assert isinstance(problem, Refusal)
    code, message = REFUSED.get(problem.status, (VALIDATION_ERROR, _why(problem)))
    fields = bad_values(problem.fields, request.url.path)
    return _answer(problem.status, code, message, fields, problem.headers)


def _why(problem: Refusal) -> str:
    if problem.status == 415:
        return f"Content-Type must be {problem.headers.get('Accept', '')}"
    if not problem.fields:
        return _sentence(problem.why)
    whole = any(not each.path for each in problem.fields)
    return "The body must be a JSON object" if whole else VALIDATION_FAILED


def _fields(problem: DomainError) -> Mapping[str, str]:
    if isinstance(problem, errors.UnusableFile):
        return {"document": UNFIT.get(problem.code, NOT_FETCHED)}
    return problem.fields if isinstance(problem, errors.Invalid) else {}


def _headers(problem: DomainError) -> dict[str, str]:
    if isinstance(problem, errors.Unauthorized):
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(problem, errors.TooSoon | errors.TooManyTries):
        return {"Retry-After": str(problem.retry_after)}
    return {}


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _answer(
    status: int,
    code: str,
    message: str,
    fields: Mapping[str, str],
    headers: Mapping[str, str] | None = None,
) -> Response:
    error: dict[str, Any] = {"code": code, "message": message, "trackingId": request_id()}
    if fields:
        error["details"] = {"fields": fields}
    # Some messages quote the request: a browser must never take them for a page
    return json_response(
        {"error": error}, status, {"X-Content-Type-Options": "nosniff", **(headers or {})}
    )


# ------------------------------------------------------------------ single values


def _name(what: str) -> dict[str, str]:
    return {
        "": f"{what} is required",
        "string_too_long": f"{what} must be 1-255 characters",
        "string_pattern_mismatch": f"{what} must not be blank or contain control characters",
    }


def _methods(path: str) -> dict[str, Mapping[str, str]]:
    return {path: {"": METHODS, "too_short": NO_METHOD}, f"{path}.*": {"": METHODS}}


Messages = Mapping[str, Mapping[str, str]]
PROJECT: Messages = {
    "name": _name("Project name"),
    **_methods("settings.allowedSigningMethods"),
    "settings.autoReminderDays": {"": REMINDER},
    "settings.branding.companyName": {"": "Company name must have at most 255 characters"},
    "settings.branding.logoUrl": {"": HTTPS},
    "settings.branding.primaryColor": {"": COLOUR},
    "settings.branding.secondaryColor": {"": COLOUR},
    "settings.postSigning.type": {"": "Must be none, message or redirect"},
    "settings.postSigning.message": {"": "Message must have at most 2000 characters"},
    "settings.postSigning.redirectUrl": {"": HTTPS},
    "settings.widgetOrigins.*": {"": "Must be a web origin like https://app.example"},
}
DOCUMENT: Messages = {
    "name": _name("Document name"),
    "templateId": {"": "Template id must be a string"},
    "document": {"": "Document must be an object", "one_source": SOURCE},
    "document.type": {"": "Type must be base64 or url"},
    "document.content": {"": NOT_A_PDF},
    "document.url": {"": NOT_FETCHED},
    "participants": {
        "": "At least 1 participant is required",
        "too_long": "At most 50 participants are allowed",
        "no_signer": "At least one signer is required",
    },
    "participants.*": {"": "Participant must be an object"},
    "participants.*.name": _name("Participant name"),
    "participants.*.email": {"": "Invalid email"},
    "participants.*.role": {"": "Role must be signer or reviewer"},
    "participants.*.signingOrder": {"": "Signing order must be a positive integer"},
    "participants.*.language": {"": "Language must be sv or en"},
    "participants.*.personalNumber": {"": NOT_12_DIGITS, "no_such_number": NO_SUCH_NUMBER},
    "signingDeadline": {"": "Signing deadline must be an ISO 8601 date and time with a time zone"},
    "callbackUrl": {"": "Callback URL must be an http(s) URL of at most 255 characters"},
    **_methods("allowedSigningMethods"),
    "autoReminderDays": {"": REMINDER},
    "roleMapping": {"": ROLE_MAPPING},
}
OTHERS: Messages = {
    "reason": {"": "Reason must have at most 1000 characters"},
    "participantId": {"": "Participant id must be a string"},
    "body": {"": "Message must be 1-4000 characters"},
    "page": {"": "Must be a whole number from 1"},
    "limit": {"": "Must be between 1 and 100"},
    "sort": {"": "Must be createdAt, updatedAt or name, with :asc or :desc"},
    "status": {"": "Must be pending, in_progress, completed, expired, cancelled or declined"},
    "search": {"": "Must have at most 255 characters"},
}
USUAL = {
    "missing": "Required",
    "bool_type": "Must be true or false",
    "string_type": "Must be a string",
    "": "Invalid value",
}


def bad_values(bad: Sequence[BadField], path: str) -> dict[str, str]:
    """Dotted path to message; the first of several on one path. `path` is the request's."""
    messages = {**OTHERS, **(DOCUMENT if path.endswith("/documents") else PROJECT)}
    found: dict[str, str] = {}
    for each in bad:
        if not each.path:
            continue
        place = _place(each)
        found.setdefault(".".join(map(str, place)), _message(messages, place, each.kind))
    return found


def _place(bad: BadField) -> tuple[str | int, ...]:
    """The path in the body. Pydantic puts the chosen type of document into its own; what is wrong
    with a part of a role mapping is wrong with the whole."""
    first = bad.path[:1]
    if first == ("document",):
        return (*first, "type") if bad.kind.startswith("union_tag") else first + bad.path[2:]
    return first if first == ("roleMapping",) else bad.path


def _message(messages: Messages, place: Sequence[str | int], kind: str) -> str:
    pattern = ".".join("*" if isinstance(part, int) else part for part in place)
    known = messages.get(pattern, USUAL)
    return known.get(kind) or known[""]

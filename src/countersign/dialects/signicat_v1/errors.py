"""Every failure as this vendor says it: `{status, type, title, detail}`, and `violations` with the
path of each wrong value.

`TABLE` is total: a test walks every domain error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from countersign.dialects.signicat_v1.schemas import Form
from countersign.domain import errors
from countersign.domain.errors import DomainError, Invalid
from countersign.httpkit import BadField, Refusal, json_response

TYPE = "about:blank"  # RFC 9457: the status says it all
INVALID_TITLE = "Constraint violation"
# Whether another account has something of this id is nobody's business
NOTHING = (404, "Not found", "There is nothing of this id.")
UNAVAILABLE = (503, "Service unavailable")
CONFLICT = "Conflict"


class Rejected(Exception):
    """The input breaks one of this API's own rules; `violations` maps paths to messages."""

    def __init__(self, violations: Mapping[str, str]) -> None:
        super().__init__(INVALID_TITLE)
        self.violations = dict(violations)


Detail = str | Callable[[Any], str]
_SAYS: Detail = lambda problem: _sentence(str(problem))  # noqa: E731
TABLE: Mapping[type[DomainError], tuple[int, str, Detail]] = {
    errors.NotFound: NOTHING,
    errors.Unauthorized: (
        401,
        "Unauthorized",
        "The access token is missing, invalid or has expired.",
    ),
    errors.Forbidden: NOTHING,
    errors.MissingPermission: (
        403,
        "Forbidden",
        lambda problem: f"The client needs the permission {problem.permission}.",
    ),
    errors.QuotaExceeded: (403, "Forbidden", "No more orders can be created with this client."),
    errors.Invalid: (400, INVALID_TITLE, _SAYS),
    errors.UnusableFile: (400, "Unusable document", _SAYS),
    errors.NotFetched: (400, "Unusable document", _SAYS),
    errors.MissingFields: (400, INVALID_TITLE, _SAYS),
    errors.Conflict: (409, CONFLICT, _SAYS),
    errors.NotYourTurn: (409, CONFLICT, "Another task has to be completed first."),
    errors.AlreadyCompleted: (409, CONFLICT, "It is completed already."),
    errors.NameTaken: (409, CONFLICT, "This name is in use."),
    errors.DefaultProject: (409, CONFLICT, _SAYS),
    errors.ProjectInUse: (409, CONFLICT, _SAYS),
    errors.IdempotencyMismatch: (
        409,
        CONFLICT,
        "This Idempotency-Key was already used with a different request.",
    ),
    errors.Held: (409, CONFLICT, "It is under a legal hold and can't be deleted."),
    errors.KeyExpired: (409, CONFLICT, _SAYS),
    errors.TooSoon: (429, "Too many requests", "Please wait."),
    errors.TooManyTries: (429, "Too many requests", "Please wait."),
    errors.Gone: (409, CONFLICT, _SAYS),
    errors.IdentityRequired: (409, CONFLICT, _SAYS),
    errors.Unavailable: (*UNAVAILABLE, "Please try again."),
    errors.StaleState: (*UNAVAILABLE, "Please try again."),
}
# What the kit refuses, by status
REFUSED: Mapping[int, str] = {
    400: "Bad request",
    404: "Not found",
    405: "Method not allowed",
    413: "Payload too large",
    415: "Unsupported media type",
    429: "Too many requests",
    500: "Internal server error",
    503: UNAVAILABLE[1],
}
# What a missing value is missing from, by the last name in its path
OWNERS = {
    "tasks": "Task",
    "documents": "Document",
    "signatureMethods": "Signature method",
    "attributes": "Subject attribute",
    "subject": "Subject",
    "notifications": "Notification",
    "schedule": "Schedule",
    "packagingTasks": "Packaging task",
    "inputParams": "Input parameter",
}


def wrong_form(spot: tuple[int, int], form: Form, problem: Invalid) -> dict[str, str]:
    """A form that can't be filled in like this, at the parameters that it is about."""
    task, document = spot
    path: tuple[str | int, ...] = ("tasks", task, "documents", document, "form")
    names = [each.name for each in form.inputParams or ()]
    wrong = {
        json_path((*path, "inputParams", names.index(name), "value")): why
        for name, why in problem.fields.items()
        if name in names
    }
    return wrong or {json_path(path): problem.message}


def shape(_request: Request, problem: Exception) -> Response:
    """The answer to any failure."""
    if isinstance(problem, Rejected):
        return _invalid(problem.violations)
    if isinstance(problem, DomainError):
        return _domain(problem)
    assert isinstance(problem, Refusal)
    if problem.status == 400 and problem.fields:
        return _invalid({json_path(each.path): _message(each) for each in problem.fields})
    title = REFUSED.get(problem.status, REFUSED[400])
    return _answer(problem.status, title, _sentence(problem.why), None, problem.headers)


def _domain(problem: DomainError) -> Response:
    status, title, detail = TABLE[type(problem)]
    words = detail if isinstance(detail, str) else detail(problem)
    if isinstance(problem, errors.UnusableFile) and problem.code == "too_large":
        status, title = 413, REFUSED[413]
    return _answer(status, title, words, None, _headers(problem))


def _headers(problem: DomainError) -> dict[str, str]:
    if isinstance(problem, errors.Unauthorized):
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(problem, (errors.TooSoon, errors.TooManyTries)):
        return {"Retry-After": str(problem.retry_after)}
    return {}


def _message(bad: BadField) -> str:
    """As the vendor says that something is missing: `Subject attribute value is required`."""
    return required(bad.path) if bad.kind == "missing" else bad.message


def required(path: Sequence[str | int]) -> str:
    """What is said of a value that is not there."""
    *before, name = [step for step in path if isinstance(step, str)]
    owner = OWNERS.get(before[-1], "Signing order") if before else "Signing order"
    return f"{owner} {_words(name)} is required"


def _words(name: str) -> str:
    """`documentRef` → `document ref`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


def json_path(path: Sequence[str | int]) -> str:
    """`tasks[0].documents[1].documentRef`; "" for the whole."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def _invalid(violations: Mapping[str, str]) -> Response:
    return _answer(400, INVALID_TITLE, "The request is not valid.", violations)


def _answer(
    status: int,
    title: str,
    detail: str,
    violations: Mapping[str, str] | None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    body: dict[str, Any] = {"status": status, "type": TYPE, "title": title, "detail": detail}
    if violations is not None:
        body["violations"] = [
            {"propertyPath": path, "message": message} for path, message in violations.items()
        ]
    headers = {"X-Content-Type-Options": "nosniff", **(headers or {})}
    return json_response(body, status, headers)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]

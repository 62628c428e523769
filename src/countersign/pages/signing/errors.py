"""Domain errors on the signing page: {"error": {"code", "message", "fields"}}."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from countersign.domain import errors
from countersign.domain.errors import DomainError
from countersign.httpkit import Refusal, json_response

TABLE: dict[type[DomainError], tuple[int, str]] = {
    errors.NotFound: (404, "not_found"),
    errors.Unauthorized: (404, "not_found"),
    errors.Forbidden: (404, "not_found"),
    errors.QuotaExceeded: (403, "quota_exceeded"),
    errors.MissingPermission: (403, "missing_permission"),
    errors.Invalid: (400, "invalid"),
    errors.UnusableFile: (400, "invalid"),
    errors.NotFetched: (400, "invalid"),
    errors.MissingFields: (400, "invalid"),
    errors.Conflict: (409, "conflict"),
    errors.NotYourTurn: (409, "not_your_turn"),
    errors.AlreadyCompleted: (409, "already_completed"),
    errors.NameTaken: (409, "conflict"),
    errors.DefaultProject: (409, "conflict"),
    errors.ProjectInUse: (409, "conflict"),
    errors.Held: (409, "conflict"),
    errors.KeyExpired: (409, "conflict"),
    errors.IdempotencyMismatch: (409, "conflict"),
    errors.TooSoon: (429, "too_many_tries"),
    errors.TooManyTries: (429, "too_many_tries"),
    errors.Gone: (410, "gone"),
    errors.IdentityRequired: (403, "identity_required"),
    errors.Unavailable: (503, "unavailable"),
    errors.StaleState: (503, "unavailable"),
}
REFUSED = {
    404: "not_found",
    405: "not_allowed",
    413: "too_large",
    415: "invalid",
    429: "too_many_tries",
    503: "unavailable",
}


def shape(_request: Request, problem: Exception) -> Response:
    """Every failure of the page's JSON API."""
    if isinstance(problem, DomainError):
        status, code = TABLE[type(problem)]
        fields = problem.fields if isinstance(problem, errors.Invalid) else {}
        return _answer(status, code, str(problem), fields, _headers(problem))
    assert isinstance(problem, Refusal)
    code = REFUSED.get(problem.status, "invalid" if problem.status < 500 else "internal")
    fields = {".".join(map(str, bad.path)): bad.message for bad in problem.fields}
    return _answer(problem.status, code, problem.why, fields, problem.headers)


def _headers(problem: DomainError) -> dict[str, str]:
    if isinstance(problem, (errors.TooSoon, errors.TooManyTries)):
        return {"retry-after": str(problem.retry_after)}
    return {}


def _answer(
    status: int,
    code: str,
    message: str,
    fields: dict[str, str],
    headers: dict[str, str] | None = None,
) -> Response:
    body = {"error": {"code": code, "message": message, "fields": fields}}
    return json_response(body, status, headers={"cache-control": "no-store", **(headers or {})})

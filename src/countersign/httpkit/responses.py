"""Answers in the few forms that every surface needs."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

PROBLEM = "application/problem+json"


def json_response(
    value: Any,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    media_type: str = "application/json",
) -> Response:
    """`value` as JSON: plain data, pydantic models, dataclasses, dates, UUIDs."""
    return Response(to_json(value, by_alias=True), status, headers, media_type)


def problem_response(
    problem: Mapping[str, Any], status: int, headers: Mapping[str, str] | None = None
) -> Response:
    """RFC 9457 `application/problem+json`; the members are the dialect's."""
    return json_response(problem, status, headers, PROBLEM)


def text_response(
    text: str, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Plain text, UTF-8."""
    return Response(text, status, headers, "text/plain")


async def plain_failure(_request: Request, problem: Exception) -> Response:
    """For small applications without a dialect: 404 and 405 in plain words."""
    status = problem.status_code if isinstance(problem, HTTPException) else 500
    return text_response("Not Found" if status == 404 else "Not allowed", status)


def page_headers(**directives: str) -> dict[str, str]:
    """Security headers for an HTML page: nothing is allowed that is not named.

    `directives` are Content-Security-Policy directives with `_` for `-`, for example
    `script_src="'self'"`; they replace the closed defaults.
    """
    policy = {
        "default-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    policy |= {name.replace("_", "-"): value for name, value in directives.items()}
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }


def csp_hash(text: str) -> str:
    """The CSP source that allows exactly this inline style or script."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"

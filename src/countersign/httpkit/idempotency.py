"""The Idempotency-Key header: what a client sent twice, and whether it was the same request."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from .refusal import Refusal

HEADER = "idempotency-key"
LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class Idempotency:
    """`key` as the client sent it (1 to 255 characters), `fingerprint` = SHA-256 in hex over
    method, path, query and the body's canonical form (uploads by their digests)."""

    key: str
    fingerprint: str


def read_key(request: Request) -> str | None:
    """The request's key, None when it has none. Raises Refusal 400 for an empty or long one."""
    key = request.headers.get(HEADER)
    if key is not None and not 0 < len(key) <= LONGEST_KEY:
        raise Refusal(400, f"Idempotency-Key must have 1 to {LONGEST_KEY} characters")
    return key


def fingerprint(request: Request, canonical_body: Any) -> str:
    parts = [request.method, request.url.path, request.url.query, canonical_body]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

"""What the kit raises when a request never reaches a use case. A dialect gives it a shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ValidationError

Place = Literal["body", "query", "header"]


@dataclass(frozen=True, slots=True)
class BadField:
    """One wrong value. `path` is () when the root is wrong; `kind` is pydantic's error type."""

    path: tuple[str | int, ...]
    kind: str
    message: str
    place: Place = "body"
    context: Mapping[str, Any] | None = None


class Refusal(Exception):
    """A request that is turned away: HTTP status, a reason in English, all bad fields, headers.

    `why` never quotes what the client sent, so it may be logged.
    """

    def __init__(
        self,
        status: int,
        why: str,
        fields: Sequence[BadField] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(why)
        self.status = status
        self.why = why
        self.fields = tuple(fields)
        self.headers = dict(headers or {})


def bad_fields(problem: ValidationError, place: Place = "body") -> tuple[BadField, ...]:
    """Every error that pydantic found, in its order."""
    rows = problem.errors(include_url=False, include_input=False)
    return tuple(
        BadField(tuple(row["loc"]), row["type"], row["msg"], place, row.get("ctx")) for row in rows
    )

"""What every dialect that sends files owes to programs that ask for the headers alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from countersign.httpkit import Operation


def assert_head_is_get_without_body(
    operations: Iterable[Operation], ask: Callable[[Operation], Any]
) -> None:
    """RFC 9110, 9.3.2. `ask` calls an operation so that it succeeds."""
    for operation in (each for each in operations if each.method == "GET"):
        whole, answer = ask(operation), ask(replace(operation, method="HEAD"))
        assert (answer.status_code, answer.content) == (whole.status_code, b""), operation.title
        assert answer.headers["content-type"] == whole.headers["content-type"]

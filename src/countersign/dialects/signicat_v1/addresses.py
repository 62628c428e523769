"""Pure: what stands behind the addresses that we give and call."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode


def with_query(url: str, values: Mapping[str, str | None]) -> str:
    """Behind what is there; what stands behind `#` is no server's business."""
    before = url.partition("#")[0]
    return f"{before}{'&' if '?' in before else '?'}{urlencode(values)}"


def signing_query(order_id: str, task_id: str) -> str:
    """The end of a task's signing link. Programs read both ids from it and put `&artifact=` behind
    it; what opens the task is the path before it."""
    return f"?{urlencode({'request_id': order_id, 'task_id': task_id})}"

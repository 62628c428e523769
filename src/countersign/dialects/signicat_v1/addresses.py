"""Pure: addresses that are asked for, and those that we give."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

WEB_ADDRESS = r"^https?://[^\s\x00-\x1f\x7f]+$"


def is_web_address(text: str) -> bool:
    """Whether anything could be found there: `https://[::1` and `https://a:99999` are none."""
    if not re.fullmatch(WEB_ADDRESS, text):
        return False
    try:
        parts = urlsplit(text)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def with_query(url: str, values: Mapping[str, str | None]) -> str:
    """Behind what is there; what stands behind `#` is no server's business."""
    before = url.partition("#")[0]
    return f"{before}{'&' if '?' in before else '?'}{urlencode(values)}"


def signing_query(order_id: str, task_id: str) -> str:
    """The end of a task's signing link. Programs read both ids from it and put `&artifact=` behind
    it; what opens the task is the path before it."""
    return f"?{urlencode({'request_id': order_id, 'task_id': task_id})}"

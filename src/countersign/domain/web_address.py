"""Addresses of the web that others give us."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

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

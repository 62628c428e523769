"""The built scripts and styles, addressed by content so that browsers may keep them for ever."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

DIST = Path(__file__).with_name("static") / "dist"
STATIC_PREFIX = "/static"


@cache
def asset_url(name: str) -> str:
    """The address of `signing.js` and the like, with a stamp that changes with the content."""
    stamp = hashlib.sha256((DIST / name).read_bytes()).hexdigest()[:12]
    return f"{STATIC_PREFIX}/{name}?v={stamp}"

"""Forms of other sites change nothing here: what changes something comes from our own pages.

Browsers say where a form stands, in Sec-Fetch-Site and Origin (decision record 71). The session's
cookie is SameSite=Lax besides, so other sites' forms come without it.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from countersign.httpkit import Refusal
from countersign.pages.dashboard.errors import shape

SAFE = ("GET", "HEAD")


class SameOrigin:
    """Around the dashboard's application. `public_url` is how browsers reach this server."""

    def __init__(self, app: ASGIApp, public_url: str) -> None:
        self._app = app
        self._host = urlsplit(public_url).netloc.lower()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        changes = scope["type"] == "http" and scope["method"] not in SAFE
        if changes and not self._is_ours(Headers(scope=scope)):
            refused = shape(Request(scope), Refusal(403, "another site"))
            await refused(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_ours(self, headers: Headers) -> bool:
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None and site != "same-origin":
            return False
        if origin is None:
            return site is not None
        host = urlsplit(origin).netloc.lower()
        return bool(host) and host in (self._host, headers.get("host", "").lower())

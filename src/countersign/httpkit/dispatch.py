"""Sends each request to the application that owns its path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

from starlette.routing import Router
from starlette.types import ASGIApp, Receive, Scope, Send

from .responses import text_response

Lifespan = Callable[[Any], AbstractAsyncContextManager[None]]


class ByPrefix:
    """The outermost application: the longest prefix wins and the path stays as it is.

    A prefix matches itself and everything below it (`/a` takes `/a/b`, not `/ab`); "/" takes what
    is left. Lifespans of inner applications never run, so `lifespan` owns everything.
    """

    def __init__(self, apps: Mapping[str, ASGIApp], lifespan: Lifespan) -> None:
        prefixes = {prefix.rstrip("/"): app for prefix, app in apps.items()}
        self._apps = sorted(prefixes.items(), key=lambda item: -len(item[0]))
        self._lifespan = Router(lifespan=lifespan)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
        elif scope["type"] == "http":
            await self._owner(scope["path"])(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    def _owner(self, path: str) -> ASGIApp:
        for prefix, app in self._apps:
            if path == prefix or path.startswith(prefix + "/"):
                return app
        return text_response("Not Found", 404)

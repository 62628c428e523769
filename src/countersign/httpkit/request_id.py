"""One id for each request: taken from X-Request-Id or made here, answered and put in every log
line that the request causes."""

from __future__ import annotations

import re
from contextvars import ContextVar
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars

HEADER = b"x-request-id"
_ACCEPTED = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_current: ContextVar[str] = ContextVar("request_id", default="")


def request_id() -> str:
    """The id of the request that is being handled, "" outside of one."""
    return _current.get()


class RequestId:
    """Middleware, to be put around everything. A strange X-Request-Id is replaced."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        identity = _given(scope) or str(uuid4())

        async def with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_header(message, identity)
            await send(message)

        # A server handles each request in a context of its own, which ends with it
        _current.set(identity)
        bind_contextvars(request_id=identity)
        await self._app(scope, receive, with_id)


def _given(scope: Scope) -> str:
    """What the request says, "" where that is nothing or strange."""
    found = next((value for name, value in scope["headers"] if name == HEADER), b"").decode(
        "latin-1"
    )
    return found if _ACCEPTED.fullmatch(found) else ""


def _add_header(message: Message, identity: str) -> None:
    headers = list(message.get("headers", ()))
    if all(name.lower() != HEADER for name, _ in headers):
        message["headers"] = [*headers, (HEADER, identity.encode())]

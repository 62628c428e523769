"""One id for each request: taken from X-Request-Id or made here, answered and put in every log
line that the request causes."""

from __future__ import annotations

import re
from contextvars import ContextVar
from uuid import uuid4

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

HEADER = "x-request-id"
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
        given = Headers(scope=scope).get(HEADER, "")
        identity = given if _ACCEPTED.fullmatch(given) else str(uuid4())

        async def with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_header(message, identity)
            await send(message)

        token = _current.set(identity)
        try:
            with bound_contextvars(request_id=identity):
                await self._app(scope, receive, with_id)
        finally:
            _current.reset(token)


def _add_header(message: Message, identity: str) -> None:
    headers = list(message.get("headers", ()))
    if all(name.lower() != HEADER.encode() for name, _ in headers):
        message["headers"] = [*headers, (HEADER.encode(), identity.encode())]

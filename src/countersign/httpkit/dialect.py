"""A dialect: one whole Starlette application with its own paths, errors and documentation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp

from .docs_page import docs_routes
from .endpoint import Authenticate, Authorize, Endpoint
from .operation import Operation, Webhook
from .path_numbers import limit_path_numbers
from .rate_limit import RateGuard
from .refusal import Refusal
from .runtime import Runtime
from .unexpected import log_unexpected, refusal_of

Shape = Callable[[Request, Exception], Response]

limit_path_numbers()


@dataclass(frozen=True)
class ErrorBody:
    """How this dialect's failures look, for its documentation. `examples` are by status."""

    type: Any
    media: str = "application/json"
    examples: Mapping[int, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class About:
    """What the documentation says of a dialect as a whole. `security` holds OpenAPI schemes."""

    title: str
    version: str
    description: str = ""
    error: ErrorBody = ErrorBody(str, "text/plain")
    security: Mapping[str, Any] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    webhooks: Sequence[Webhook] = ()
    server_url: str = "/"


class Dialect:
    """Serves `operations` at their full paths; `app` is the ASGI application.

    `authenticate` turns a request into a caller or raises; it runs in a thread, before any large
    body is read. `authorize`, once the request was counted, raises unless this caller may have what
    the path names. `shape` turns a Refusal or an exception of the types `expected` into the
    dialect's answer. Any other exception is logged and shaped as a Refusal 500.
    `docs` is the path of the API page (`None`: none); the document lies at `docs`/openapi.json.
    """

    def __init__(
        self,
        about: About,
        operations: Sequence[Operation],
        *,
        authenticate: Authenticate,
        shape: Shape,
        expected: tuple[type[Exception], ...],
        runtime: Runtime,
        docs: str | None = None,
        rate_guard: RateGuard | None = None,
        authorize: Authorize | None = None,
    ) -> None:
        self.about = about
        self.operations = tuple(operations)
        self._shape = shape
        self._expected: tuple[type[Exception], ...] = (Refusal, *expected)
        self._routes = docs_routes(docs, about, self.operations) if docs else []
        for operation in self.operations:
            endpoint = Endpoint(operation, authenticate, rate_guard, authorize, self.fail, runtime)
            route = Route(operation.path, endpoint, methods=[operation.method])
            self._routes.append(route)
        self.app: ASGIApp = self._starlette()

    def _starlette(self) -> Starlette:
        handlers: dict[Any, Any] = {HTTPException: self._no_operation}
        app = Starlette(routes=self._routes, exception_handlers=handlers)
        app.router.redirect_slashes = False
        return app

    def fail(self, request: Request, problem: Exception, operation: Operation) -> Response:
        """The dialect's answer to `problem`; whatever goes wrong, there is one."""
        if not isinstance(problem, self._expected):
            log_unexpected(problem, operation.title)
            problem = refusal_of(problem)
        return self._shape(request, problem)

    async def _no_operation(self, request: Request, problem: Exception) -> Response:
        """404 and 405 for paths and methods that no operation has."""
        status = problem.status_code if isinstance(problem, HTTPException) else 500
        if status != 405:
            return self._shape(request, Refusal(status, "no such path"))
        allow = {"Allow": ", ".join(sorted(self._methods_at(request)))}
        return self._shape(request, Refusal(405, "no such method here", headers=allow))

    def _methods_at(self, request: Request) -> set[str]:
        found: set[str] = set()
        for route in self._routes:
            if route.matches(request.scope)[0] is not Match.NONE:
                found |= route.methods or set()
        return found

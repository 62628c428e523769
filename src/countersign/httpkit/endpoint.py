"""One operation as Starlette calls it. The order of all checks is written down here:
authenticate, rate limit, authorize, content type, announced size, parameters, body, handler."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from anyio import CancelScope
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from .bodies import Body, Raw, Sink
from .idempotency import Idempotency, fingerprint, read_key
from .operation import Answer, Operation, Success
from .parameters import HeaderReader, QueryReader
from .rate_limit import RateGuard
from .reading import announced_length, is_small, read_large, read_small, too_large
from .refusal import BadField, Refusal
from .runtime import Runtime

Authenticate = Callable[[Request], Any]
Authorize = Callable[[Request, Any], None]


@dataclass(frozen=True, slots=True)
class _Admitted:
    """A request that passed every check which needs no body."""

    given: dict[str, Any]
    body: Body | None
    key: str | None


class Endpoint:
    def __init__(
        self,
        operation: Operation,
        authenticate: Authenticate,
        rate_guard: RateGuard | None,
        authorize: Authorize | None,
        fail: Callable[[Request, Exception, Operation], Response],
        runtime: Runtime,
    ) -> None:
        self._operation = operation
        self._authenticate = None if operation.public else authenticate
        self._rate_guard = rate_guard
        self._authorize = authorize
        self._fail = fail
        self._runtime = runtime
        self._by_media = {media: body for body in operation.bodies for media in body.media}
        self._query = QueryReader(operation.query) if operation.query else None
        self._headers = HeaderReader(operation.headers) if operation.headers else None
        self._answers = {success.status: success for success in operation.successes}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self.respond(Request(scope, receive))
        await response(scope, receive, send)

    async def respond(self, request: Request) -> Response:
        try:
            if not self._by_media:
                return await self._runtime.handle(self._at_once, request, b"")
            if is_small(request):
                raw = await read_small(request)
                return await self._runtime.handle(self._at_once, request, raw)
            return await self._step_by_step(request)
        except ClientDisconnect:
            return Response(status_code=499)  # nobody reads it
        except Exception as problem:
            return self._fail(request, problem, self._operation)

    def _at_once(self, request: Request, raw: bytes) -> Response:
        """The whole request in one trip to a thread."""
        admitted = self._admit(request)
        if admitted.body is None:
            return self._call(request, admitted, None)
        open_sink, media = admitted.body.sink, _content_type(request)
        with self._runtime.staging() as staging, closing(open_sink(media, staging, True)) as sink:
            sink.take(raw)
            return self._call(request, admitted, sink)

    async def _step_by_step(self, request: Request) -> Response:
        """A large body, or one of unknown size: nothing of it is read for a stranger."""
        admitted = await self._runtime.handle(self._admit, request)
        if admitted.body is None:
            return await self._runtime.handle(self._call, request, admitted, None)
        staging = self._runtime.staging()
        try:
            with closing(admitted.body.sink(_content_type(request), staging, False)) as sink:
                await read_large(request, admitted.body.limit, sink, self._runtime)
                return await self._runtime.handle(self._call, request, admitted, sink)
        finally:
            if staging.used:
                with CancelScope(shield=True):
                    await self._runtime.write(staging.close)

    def _admit(self, request: Request) -> _Admitted:
        if "\0" in request.scope["path"]:
            raise Refusal(404, "no such path")  # no database could look it up
        given: dict[str, Any] = {"request": request, **request.path_params}
        if self._authenticate is not None:
            given["caller"] = self._authenticate(request)
        if self._rate_guard is not None and "caller" in given:
            self._rate_guard.check(request, given["caller"])
        if self._authorize is not None and "caller" in given:
            self._authorize(request, given["caller"])
        if self._operation.check is not None:
            self._operation.check(given.get("caller"))
        body = self._choose_body(request)
        self._read_parameters(request, given)
        key = read_key(request) if "idempotency" in self._operation.wants else None
        return _Admitted(given, body, key)

    def _choose_body(self, request: Request) -> Body | None:
        if not self._by_media:
            return None
        length = announced_length(request)
        if length == 0 and any(not body.required for body in self._operation.bodies):
            return None
        media = _content_type(request).partition(";")[0].strip().lower()
        body = self._by_media.get(media)
        first = self._operation.bodies[0]
        if body is None and not media and length == 0 and not isinstance(first, Raw):
            body = first  # nothing at all is an empty body, not one of a wrong type
        if body is None:
            accepted = {"Accept": ", ".join(self._by_media)}  # RFC 9110, 15.5.16
            raise Refusal(415, "unsupported media type", headers=accepted)
        if length is not None and length > body.limit:
            raise too_large(body.limit)
        return body

    def _read_parameters(self, request: Request, given: dict[str, Any]) -> None:
        bad: list[BadField] = []
        for name, reader in (("query", self._query), ("headers", self._headers)):
            if reader is not None:
                given[name], wrong = reader.read(request)
                bad += wrong
        if bad:
            raise Refusal(400, "invalid parameters", bad)

    def _call(self, request: Request, admitted: _Admitted, sink: Sink | None) -> Response:
        given = admitted.given
        given["body"] = sink.finish() if sink else None
        given["idempotency"] = None
        if admitted.key is not None:
            seen = fingerprint(request, sink.canonical() if sink else None)
            given["idempotency"] = Idempotency(admitted.key, seen)
        wanted = {name: given[name] for name in self._operation.wants}
        return self._render(self._operation.handler(**wanted))

    def _render(self, result: Any) -> Response:
        if isinstance(result, Response):
            return result
        answer = result if isinstance(result, Answer) else Answer(result)
        first = self._operation.successes[0]
        success = first if answer.status is None else self._answers[answer.status]
        return Response(
            _content(success, answer.value),
            success.status,
            answer.headers,
            None if success.type is None else success.media_type,
        )


def _content(success: Success, value: Any) -> bytes | None:
    return None if success.adapter is None else success.adapter.dump_json(value, by_alias=True)


def _content_type(request: Request) -> str:
    return request.headers.get("content-type", "")

"""Brings a request's body in, counted while it streams."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from starlette.requests import Request

from .bodies import MB, SMALL, Sink
from .refusal import Refusal
from .runtime import Runtime

BLOCK = MB


def announced_length(request: Request) -> int | None:
    """Content-Length in bytes; 0 when there is no body, None when its length is not known."""
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit():
        return int(length)
    return None if "transfer-encoding" in request.headers else 0


def is_small(request: Request) -> bool:
    """Whether the body may be read before anybody is authenticated: small, and surely coming."""
    length = announced_length(request)
    return length is not None and length <= SMALL and "expect" not in request.headers


async def read_small(request: Request) -> bytes:
    return b"".join([chunk async for chunk in request.stream()])


async def read_large(request: Request, limit: int, sink: Sink, runtime: Runtime) -> None:
    """Feeds `sink`. Raises Refusal 413 beyond `limit` bytes, ClientDisconnect when cut off."""
    async with aclosing(_blocks(request, limit)) as blocks:
        async for block in blocks:
            if sink.blocking:
                await runtime.write(sink.take, block)
            else:
                sink.take(block)


async def _blocks(request: Request, limit: int) -> AsyncGenerator[bytes, None]:
    """About a megabyte at a time, so that each disk write is worth its trip to a thread."""
    held, seen = bytearray(), 0
    async for chunk in request.stream():
        seen += len(chunk)
        if seen > limit:
            raise too_large(limit)
        held += chunk
        if len(held) >= BLOCK:
            yield bytes(held)
            held.clear()
    yield bytes(held)


def too_large(limit: int) -> Refusal:
    return Refusal(413, f"the body is larger than {limit} bytes")

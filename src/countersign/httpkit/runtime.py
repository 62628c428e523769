"""What all HTTP surfaces of one process share: the handlers' threads, the staging area and who
counts hits."""

from __future__ import annotations

from asyncio import CancelledError, wrap_future
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import asynccontextmanager
from contextvars import copy_context
from functools import partial
from pathlib import Path
from typing import TypeVar, TypeVarTuple

from anyio import CancelScope, to_thread

from countersign.turns import Turns

from .rate_limit import Hit, RateLimit, unlimited
from .staging import Staging, StagingArea

Args = TypeVarTuple("Args")
Result = TypeVar("Result")


class Runtime:
    """Opened once, by the outermost application's lifespan.

    `handler_threads` bounds the handlers that have begun; `computing` of them compute at once, the
    others wait for something (`turns.py`). File writes use other threads, so that slow handlers
    never hold up an upload. `hit` counts for the rate limits of all surfaces.
    """

    def __init__(
        self,
        staging_folder: Path,
        *,
        handler_threads: int,
        computing: int = 2,
        hit: Hit = unlimited,
    ) -> None:
        self._hit = hit
        self._area = StagingArea(staging_folder)
        self._threads = handler_threads
        self._turns = Turns(computing)
        self._handlers: ThreadPoolExecutor | None = None

    @asynccontextmanager
    async def lifespan(self, _app: object = None) -> AsyncIterator[None]:
        self._area.open()
        self._handlers = ThreadPoolExecutor(self._threads, "handler")
        try:
            yield
        finally:
            self._handlers.shutdown()
            self._handlers = None
            self._area.close()

    async def handle(self, work: Callable[[*Args], Result], *args: *Args) -> Result:
        """Runs a handler's work in one of the handlers' threads. The executor of the standard
        library takes half of anyio's time for the trip, 30 µs of each request. Work that has begun
        is waited for, also when the caller is cancelled: it may use what the caller cleans up."""
        if self._handlers is None:
            raise RuntimeError("the runtime is not open: the outer lifespan has not run")
        done = self._handlers.submit(copy_context().run, partial(self._in_turn, work, *args))
        try:
            return await wrap_future(done)
        except CancelledError:
            await _ended(done)
            raise

    def _in_turn(self, work: Callable[[*Args], Result], *args: *Args) -> Result:
        with self._turns.taken():
            return work(*args)

    async def write(self, work: Callable[[*Args], Result], *args: *Args) -> Result:
        """Runs a write to disk in a thread that no handler can occupy."""
        return await to_thread.run_sync(work, *args)

    def rate_limit(self, limit: int, window_seconds: float) -> RateLimit:
        """At most `limit` hits per window and key. Surfaces share the keys: begin yours with a
        word of your own."""
        return RateLimit(self._hit, limit, window_seconds)

    def staging(self) -> Staging:
        return self._area.request()


async def _ended(begun: Future[Result]) -> None:
    if not begun.cancelled():
        with CancelScope(shield=True):
            await to_thread.run_sync(wait, [begun])

"""Handlers run in threads, and nobody cleans up under one that is still running."""

import asyncio
from pathlib import Path
from threading import Event

import pytest

from countersign.httpkit.runtime import Runtime


async def _cancel_while_working(folder: Path, seen: list[str]) -> None:
    runtime, begun, may_end = Runtime(folder, handler_threads=1), Event(), Event()

    def work() -> None:
        begun.set()
        may_end.wait(5)
        seen.append("worked")

    async with runtime.lifespan():
        calling = asyncio.create_task(runtime.handle(work))
        await asyncio.to_thread(begun.wait, 5)
        calling.cancel()
        await asyncio.sleep(0.05)
        may_end.set()
        with pytest.raises(asyncio.CancelledError):
            await calling
        seen.append("cancelled")


def test_work_that_has_begun_is_waited_for_when_its_caller_is_cancelled(tmp_path: Path) -> None:
    seen: list[str] = []
    asyncio.run(_cancel_while_working(tmp_path, seen))
    assert seen == ["worked", "cancelled"]


def test_work_that_waits_for_a_thread_never_begins_when_its_caller_is_cancelled(
    tmp_path: Path,
) -> None:
    seen: list[str] = []

    async def cancel_in_the_queue() -> None:
        runtime, may_end = Runtime(tmp_path, handler_threads=1), Event()
        async with runtime.lifespan():
            first = asyncio.create_task(runtime.handle(may_end.wait, 5))
            await asyncio.sleep(0.05)
            second = asyncio.create_task(runtime.handle(seen.append, "worked"))
            await asyncio.sleep(0.05)
            second.cancel()
            with pytest.raises(asyncio.CancelledError):
                await second
            may_end.set()
            await first

    asyncio.run(cancel_in_the_queue())
    assert seen == []

"""Processes beside the server for PDF work that is long, or that a hostile file might crash."""

from __future__ import annotations

import multiprocessing
import os
import resource
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from countersign.domain.errors import Unavailable
from countersign.turns import waiting

T = TypeVar("T")

# Of each process, in bytes: five kilobytes of PDF may unpack to whatever the machine has. A file is
# held and written anew several times
MEMORY, TIMES = 2 << 30, 8
PRELOADED = ["countersign.pdf.render", "countersign.pdf.base_writer", "countersign.pdf.inspect"]


class Workshop:
    """Started with the first piece of work. A piece that takes longer than `patience` seconds, or
    that kills its process, costs that piece only. `largest` is how many bytes a file has at most,
    where they may be many."""

    def __init__(self, processes: int = 2, patience: float = 60.0, largest: int = 0) -> None:
        self._processes = processes
        self._patience = patience
        self._memory = MEMORY + TIMES * largest
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None

    def run(self, work: Callable[..., T], *arguments: object) -> T:
        """`work(*arguments)` in another process; both must be picklable. Raises what `work`
        raises, or Unavailable when it crashed its process, or ran out of time or memory."""
        pool = self._open()
        try:
            with waiting():
                return pool.submit(work, *arguments).result(self._patience)
        except (BrokenProcessPool, TimeoutError):
            self._drop(pool)
            raise Unavailable("PDF workshop") from None
        except MemoryError:
            raise Unavailable("PDF workshop") from None

    def close(self) -> None:
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)

    def _open(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._pool is None:
                context = multiprocessing.get_context("forkserver")
                context.set_forkserver_preload(PRELOADED)
                self._pool = ProcessPoolExecutor(self._processes, context, _begin, (self._memory,))
            return self._pool

    def _drop(self, broken: ProcessPoolExecutor) -> None:
        with self._lock:
            if self._pool is broken:
                self._pool = None
        for process in list(broken._processes.values()):
            process.kill()
        broken.shutdown(wait=False, cancel_futures=True)


def _begin(memory: int) -> None:
    """Bounds the process, and ends it with the server: one that was killed can't end its workers,
    and their queue would never tell them."""
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    bound = memory if most == resource.RLIM_INFINITY else min(memory, most)
    resource.setrlimit(resource.RLIMIT_AS, (bound, bound))
    threading.Thread(target=_wait_for_server, daemon=True).start()


def _wait_for_server() -> None:
    server = multiprocessing.parent_process()
    if server is not None:
        server.join()
        os._exit(0)

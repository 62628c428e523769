"""Many commits to SQLite made durable by one sync of its write-ahead log.

With `synchronous=FULL` SQLite syncs the log inside every commit, while it holds the write lock: a
disk that needs 5 ms allows 200 commits a second. With NORMAL it writes the same log without
waiting, and whoever has to be sure syncs it himself before he says "done"; those who wait at the
same time share a sync. See decision record 31.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import Condition

from countersign.domain.errors import Unavailable

# The content and the length are needed, the time of the change is not; macOS has no fdatasync
_sync = getattr(os, "fdatasync", os.fsync)


class GroupCommit:
    """`sync` puts everything that is written on stable storage; `rounds` counts its calls."""

    def __init__(self, sync: Callable[[], None]) -> None:
        self._sync = sync
        self._changed = Condition()
        self._syncing = False
        self.rounds = 0
        self._finished = 0

    def wait(self) -> None:
        """Returns when what this thread has committed is safe. Raises Unavailable when it cannot
        be made safe."""
        with self._changed:
            needed = self.rounds + 1  # one that has begun already may have missed ours
            while self._finished < needed:
                if self._syncing:
                    self._changed.wait()
                else:
                    self._round()

    def _round(self) -> None:
        self._syncing = True
        self.rounds += 1
        self._changed.release()
        safe = False
        try:
            self._sync()
            safe = True
        except OSError as problem:
            raise Unavailable("database") from problem
        finally:
            self._changed.acquire()
            self._finished = self.rounds if safe else self._finished
            self._syncing = False
            self._changed.notify_all()


def log_of(database: str) -> Callable[[], None]:
    """Syncs the log of a SQLite file. It is opened anew each time: SQLite may have replaced it, and
    holds no lock on it that closing could drop."""

    def sync() -> None:
        handle = os.open(f"{database}-wal", os.O_RDONLY)
        try:
            _sync(handle)
        finally:
            os.close(handle)

    return sync

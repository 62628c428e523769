"""Calls of each key are counted in memory and written together, every few seconds and at the end.

A process that is killed loses what it has counted since. Several processes add up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from threading import Event, Lock, Thread

import structlog

from countersign.usecases.keeping_ports import Use

PAUSE = 5.0  # seconds between two writes

log = structlog.get_logger(__name__)


class KeyMeter:
    """The port Meter. Its thread begins with the first call."""

    def __init__(self, write: Callable[[Sequence[Use]], None], pause: float = PAUSE) -> None:
        self._write, self._pause = write, pause
        self._lock, self._stopping = Lock(), Event()
        self._counted: dict[tuple[str, date], Use] = {}
        self._thread: Thread | None = None

    def count(self, credential_id: str, at: datetime) -> None:
        with self._lock:
            self._add(Use(credential_id, at.date(), 1, at))
            if self._thread is None and not self._stopping.is_set():
                self._thread = Thread(target=self._work, daemon=True)
                self._thread.start()

    def flush(self) -> None:
        """Writes what was counted; when that fails it is tried again with what comes next."""
        with self._lock:
            taken, self._counted = self._counted, {}
        if not taken:
            return
        try:
            self._write(list(taken.values()))
        except Exception as error:
            log.warning("key_usage_not_written", error=type(error).__name__)
            with self._lock:
                for use in taken.values():
                    self._add(use)

    def close(self) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
        self.flush()

    def _add(self, use: Use) -> None:
        key = use.credential_id, use.day
        known = self._counted.get(key)
        if known is not None:
            last = max(known.last_at, use.last_at)
            use = Use(use.credential_id, use.day, known.calls + use.calls, last)
        self._counted[key] = use

    def _work(self) -> None:
        while not self._stopping.wait(self._pause):
            self.flush()
